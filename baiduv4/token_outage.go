package baiduv4

import (
	"errors"
	"time"

	"github.com/idverify/idverify"
)

// The pause after failed fetches begins with the second in a row, and doubles with
// each up to the longest.
const firstPause, longestPause = time.Second, 30 * time.Second

// outage counts consecutive failures. The first may be chance, so the next caller
// tries at once; after the second and later ones there is a pause, in which callers
// get the last failure.
type outage struct {
	failures int
	last     error
	until    time.Time
}

func (o *outage) add(err error, now time.Time) {
	o.failures++
	o.last = err
	if doublings := o.failures - 2; doublings >= 0 {
		o.until = now.Add(min(firstPause<<min(doublings, 5), longestPause))
	}
}

// pause is the rest of the pause, 0 or less if it is over. A clock of the user's that
// went back must not make it longer: it is over then.
func (o *outage) pause(now time.Time) time.Duration {
	if left := o.until.Sub(now); left <= longestPause {
		return left
	}
	return 0
}

// failure returns the last failure, with the rest of the pause as RetryAfter.
func (o *outage) failure(now time.Time) error {
	var e *idverify.Error
	if !errors.As(o.last, &e) {
		return o.last
	}
	own := *e
	own.RetryAfter = o.pause(now)
	return &own
}
