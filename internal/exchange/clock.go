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

// skew is the vendor's clock minus ours, learned from an answer. The zero value means
// no difference.
type skew struct {
	ahead atomic.Int64 // in nanoseconds
	news  atomic.Bool  // no result has warned of it yet
}

func (s *skew) get() time.Duration { return time.Duration(s.ahead.Load()) }

// replace stores a new difference unless another call has changed the old one.
func (s *skew) replace(old, now time.Duration) {
	if s.ahead.CompareAndSwap(int64(old), int64(now)) {
		s.news.Store(now != 0)
	}
}

// RefusedForTime is [Steps.Refused] for signatures. If the vendor refuses a signature
// and its time differs from the signed time, the difference is stored for later
// signatures. If the code is about time, the difference was also the reason. A call is
// signed once more only.
func (c *Call) RefusedForTime(err error) bool {
	theirs, wrong := c.learn(err, c.ahead)
	c.ahead = theirs
	again := wrong && isAboutTime(err) && !c.signedAgain
	c.signedAgain = c.signedAgain || again
	return again
}

// warnOfSkew adds a warning about a wrong clock to the first result after the
// difference was found.
func (c *Call) warnOfSkew(res *idverify.Result) *idverify.Result {
	if !c.skew.news.CompareAndSwap(true, false) {
		return res
	}
	own := *res
	own.Warnings = append(slices.Clip(res.Warnings), idverify.WarnClockSkew)
	return &own
}

// learn stores the difference to the vendor's clock, after an error about a signature
// made with the difference used. It reports whether the new difference is another
// one. A difference that did not help is dropped: the wrong clock may be a gateway's.
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
	case theirs.Abs() <= tolerableSkew: // our clock was corrected
		theirs = 0
	}
	c.skew.replace(used, theirs)
	return theirs, true
}

// theirSkew is the difference to the vendor's clock, by the time in the answer. Only an
// answer can be about a signature, so there is one.
func (x *Exchange) theirSkew() (time.Duration, bool) {
	answered, ok := x.AnsweredAt()
	return answered.Sub(x.Now()).Round(time.Second), ok
}

// clockNote tells, in an error about a signature, how much this machine's clock
// differs from the vendor's. A wrong clock is the usual cause of an expired
// signature.
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

// isOfSignature reports whether an error may be about a signature: some vendors use
// one code for every problem with a signature.
func isOfSignature(code idverify.Code, delivery idverify.Delivery) bool {
	return delivery == idverify.DeliveryRefused && (code == idverify.CodeSignatureExpired || code == idverify.CodeUnauthorized)
}

func isAboutTime(err error) bool { return idverify.CodeOf(err) == idverify.CodeSignatureExpired }
