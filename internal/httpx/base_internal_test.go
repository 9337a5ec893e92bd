package httpx

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestHostPort_IsDialledAddress(t *testing.T) {
	for base, want := range map[string]string{
		"https://vendor.example/path": "vendor.example:443",
		"https://vendor.example:8443": "vendor.example:8443",
		"https://[2001:db8::1]":       "[2001:db8::1]:443",
		"http://127.0.0.1/path":       "127.0.0.1:80",
	} {
		assert.Equal(t, want, hostPort(base), base)
	}
}
