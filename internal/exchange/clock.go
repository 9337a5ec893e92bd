package exchange

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/idverify/idverify"
)

// tolerableSkew is how far two correct clocks may differ, plus the answer's travel
// time. A difference above maxSkew is not a wrong clock.
const (
	tolerableSkew = 30 * time.Second
	maxSkew       = 24 * time.Hour
)

// skew is how far the vendor's clock is ahead of this machine's, as learned from an
// answer. The zero value means no difference.
type skew struct {
	ahead atomic.Int64 // in nanoseconds
	news  atomic.Bool  // no result has told of it yet
}

func (s *skew) get() time.Duration { return time.Duration(s.ahead.Load()) }

// replace does not overwrite a difference that another call has learned meanwhile.
func (s *skew) replace(old, now time.Duration) {
	if s.ahead.CompareAndSwap(int64(old), int64(now)) {
		s.news.Store(now != 0)
	}
}

// RefusedForTime is [Steps.Refused] for signatures. Where the vendor refuses one and
// its own time differs from the time signed for, the difference is kept for later
// signatures. By a code about time it also was the reason.
func (c *Call) RefusedForTime(err error) bool {
	theirs, wrong := c.learn(err, c.ahead)
	c.ahead = theirs
	return wrong && isAboutTime(err)
}

// warnOfSkew tells of a clock that runs wrong in the first result after it was found.
func (c *Call) warnOfSkew(res *idverify.Result) *idverify.Result {
	if !c.skew.news.CompareAndSwap(true, false) {
		return res
	}
	own := *res
	own.Warnings = append(slices.Clip(res.Warnings), idverify.WarnClockSkew)
	return &own
}

// learn stores how far the vendor's clock is ahead of ours, after an error about a
// signature made with the difference used, and reports whether the new difference
// is another one. A difference that did not help is dropped: the wrong clock may be
// a gateway's.
func (c *Call) learn(err error, used time.Duration) (theirs time.Duration, wrong bool) {
	var e *idverify.Error
	if !errors.As(err, &e) || !isOfSignature(e.Code, e.Delivery) {
		return used, false
	}
	theirs, known := c.theirSkew()
	switch {
	case !known, theirs.Abs() > maxSkew, (theirs - used).Abs() <= tolerableSkew:
		c.skew.replace(used, 0)
		return used, false
	case theirs.Abs() <= tolerableSkew: // our clock was put right
		theirs = 0
	}
	c.skew.replace(used, theirs)
	return theirs, true
}

// theirSkew is how far the vendor's clock is ahead, by the answer's own time.
func (x *Exchange) theirSkew() (time.Duration, bool) {
	if x.response == nil {
		return 0, false
	}
	answered, ok := x.AnsweredAt()
	return answered.Sub(x.Now()).Round(time.Second), ok
}

// clockNote says for an error about a signature how far this machine's clock is
// from the vendor's, the usual cause of an expired one.
func (x *Exchange) clockNote(row idverify.CodeRow) string {
	ahead, known := x.theirSkew()
	switch {
	case !known, !isOfSignature(row.Code, row.Delivery), ahead.Abs() <= tolerableSkew:
		return ""
	case ahead > 0:
		return fmt.Sprintf("; this machine's clock is %s behind the vendor's", ahead)
	}
	return fmt.Sprintf("; this machine's clock is %s ahead of the vendor's", -ahead)
}

// isOfSignature reports whether an error may be about a signature: some vendors
// have one code for whatever is wrong with it.
func isOfSignature(code idverify.Code, delivery idverify.Delivery) bool {
	return delivery == idverify.DeliveryRefused && (code == idverify.CodeSignatureExpired || code == idverify.CodeUnauthorized)
}

func isAboutTime(err error) bool { return idverify.CodeOf(err) == idverify.CodeSignatureExpired }
