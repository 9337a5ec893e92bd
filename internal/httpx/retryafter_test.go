package httpx_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/internal/httpx"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"":                              0,
		"3":                             3 * time.Second,
		" 7 ":                           7 * time.Second,
		"-3":                            0,
		"-9223372037":                   0,
		"soon":                          0,
		"999999999999999999":            24 * time.Hour,
		"99999999999999999999999":       0,
		"Wed, 02 Jan 2030 03:05:05 GMT": time.Minute,
		"Wed, 02 Jan 2030 03:03:05 GMT": 0,
		"Wed, 02 Jan 2130 03:03:05 GMT": 24 * time.Hour,
	} {
		assert.Equal(t, want, httpx.RetryAfter(http.Header{"Retry-After": {text}}, now), text)
	}
}

func TestRetryAfter_AbsentAllocatesNothing(t *testing.T) {
	h := http.Header{"Date": {"Wed, 02 Jan 2030 03:05:05 GMT"}}
	assert.Zero(t, testing.AllocsPerRun(100, func() { httpx.RetryAfter(h, time.Time{}) }))
}
