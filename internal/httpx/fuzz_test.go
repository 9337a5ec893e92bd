package httpx_test

import (
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/internal/httpx"
)

// Retry-After is a number of seconds or a date; everything else counts as 0. A wait is
// never negative and never longer than a day.
func FuzzRetryAfter(f *testing.F) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, text := range []string{
		"", "0", "3", " 7 ", "007", "+5", "-3", "-0", "1.5", "1e3", "0x10", "1_000", "３", "86400", "86401",
		"9223372036854775807", "9223372036854775808", "-9223372036854775808", "soon", "3, 4", "3;q=1", "\u00a05",
		"Wed, 02 Jan 2030 03:05:05 GMT", "Wednesday, 02-Jan-30 03:05:05 GMT", "Wed Jan  2 03:05:05 2030",
		"Wed, 02 Jan 2030 03:03:05 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT",
		"Wed, 02 Jan 2030 03:05:05 CST", "Wed, 32 Jan 2030 03:05:05 GMT", "2030-01-02T03:05:05Z",
	} {
		f.Add(text, int64(0))
		f.Add(text, int64(1)<<40)
	}
	f.Fuzz(func(t *testing.T, text string, offset int64) {
		at := now.Add(time.Duration(offset))
		wait := httpx.RetryAfter(http.Header{"Retry-After": {text}}, at)
		assert.Equal(t, expectedWait(text, at), wait)
		assert.True(t, wait >= 0 && wait <= 24*time.Hour)
		assert.Equal(t, wait, httpx.RetryAfter(http.Header{"Retry-After": {text, "1"}}, at), "the first of several counts")
	})
}

// expectedWait reads the header in big numbers.
func expectedWait(text string, now time.Time) time.Duration {
	text = strings.TrimSpace(text)
	if digits := strings.TrimLeft(text, "+-"); len(text)-len(digits) <= 1 && digits != "" && strings.Trim(digits, "0123456789") == "" {
		seconds, _ := new(big.Int).SetString(text, 10)
		if !seconds.IsInt64() {
			return 0 // malformed, like a word
		}
		return time.Duration(between(0, seconds, 86400)) * time.Second
	}
	date, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	nanoseconds := new(big.Int).Mul(big.NewInt(date.Unix()-now.Unix()), big.NewInt(1e9))
	nanoseconds.Add(nanoseconds, big.NewInt(int64(date.Nanosecond()-now.Nanosecond())))
	return time.Duration(between(0, nanoseconds, int64(24*time.Hour)))
}

func between(least int64, n *big.Int, most int64) int64 {
	switch {
	case n.Cmp(big.NewInt(least)) < 0:
		return least
	case n.Cmp(big.NewInt(most)) > 0:
		return most
	}
	return n.Int64()
}
