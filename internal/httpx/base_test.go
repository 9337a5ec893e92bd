package httpx_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/httpx"
)

func TestBaseURL(t *testing.T) {
	for base, problem := range map[string]string{
		"":                            "has no host",
		"https://":                    "has no host",
		"vendor.example":              "has no host",
		"ftp://vendor.example":        "must be https",
		"http://vendor.example":       "http is for loopback",
		"http://127.0.0.1.example":    "http is for loopback",
		"https://u:SECRET@v.example":  "user or password",
		"https://v.example/?q=SECRET": "query or fragment",
		"https://v.example/#f":        "query or fragment",
		"https://v.example/?":         "query or fragment",
		"http://10.0.0.1":             "http is for loopback",
		"http://[2001:db8::1]":        "http is for loopback",
		"https://%zz":                 "not a URL",
		"https://v.example/#":         "query or fragment",
		"https://v.example:99999":     "port",
		"https://v.example:0":         "port",
	} {
		_, err := httpx.New(httpx.Config{BaseURL: base})
		var cfg *httpx.ConfigError
		require.ErrorAs(t, err, &cfg, base)
		assert.Equal(t, "BaseURL", cfg.Field)
		assert.Contains(t, cfg.Problem, problem, base)
		assert.NotContains(t, err.Error(), "SECRET")
	}
	for _, base := range []string{"https://v.example", "https://v.example/a/", "http://localhost:1", "http://LocalHost", "http://127.9.9.9", "http://[::1]:80/x"} {
		_, err := httpx.New(httpx.Config{BaseURL: base})
		assert.NoError(t, err, base)
	}
}
