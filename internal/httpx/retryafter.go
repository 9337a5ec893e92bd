package httpx

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter limits absurd headers, which could overflow a Duration.
const maxRetryAfter = 24 * time.Hour

// RetryAfter reads the Retry-After header (RFC 9110, 10.2.3), which has seconds or a
// date. The result is how long to wait from now, at most a day; 0 if the header is
// absent, past or malformed.
func RetryAfter(h http.Header, now time.Time) time.Duration { return retryAfterOf(h).from(now) }

// retryAfter is the header's content: a time to wait or a date; neither if it is
// absent or malformed.
type retryAfter struct {
	wait time.Duration
	date time.Time
}

func retryAfterOf(h http.Header) (r retryAfter) {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if text == "" { // most answers; parsing would allocate five errors
		return r
	}
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		r.wait = time.Duration(max(0, min(seconds, int64(maxRetryAfter/time.Second)))) * time.Second
	} else if date, err := http.ParseTime(text); err == nil {
		r.date = date
	}
	return r
}

func (r retryAfter) from(now time.Time) time.Duration {
	wait := r.wait
	if !r.date.IsZero() {
		wait = r.date.Sub(now)
	}
	return max(0, min(wait, maxRetryAfter))
}
