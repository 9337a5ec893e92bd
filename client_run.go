package idverify

import (
	"context"
	"slices"
	"time"

	"github.com/idverify/idverify/internal/retry"
)

// call is one verification in progress.
type call struct {
	client   *Client
	id       string       // for hooks; empty when nobody watches
	own      taken        // what the caller passed in
	req      *Request     // the request of the next attempt
	subject  Subject      // the person it is about
	first    Question     // of the first attempt; here to save an allocation
	lender   func() *loan // for a call with a key: returns the request for the next attempt
	loan     *loan        // that req came from
	attempts []Attempt

	result  *Result // a decision, which is final unless another vendor is to be asked
	failure *Error  // of the last vendor that was asked; of the last one passed over if none was
	asked   bool    // failure is from a vendor that was asked

	// floor is how many kinds of checks the next vendor must have at least: as many
	// as the vendor that refused the end user's input.
	floor int
}

// run asks vendors in order until one gives the final outcome.
func (c *call) run(ctx context.Context, vendors []*vendor) (*Result, error) {
	for i, v := range vendors {
		rest := vendors[i+1:]
		if done := c.try(ctx, v, len(rest) > 0); done {
			return c.outcome(slices.ContainsFunc(rest, c.isFit))
		}
	}
	return c.outcome(false)
}

func (c *call) isFit(v *vendor) bool {
	_, e := c.unfit(v)
	return e == nil
}

// try asks one vendor, again while that is safe and useful, and reports whether the
// call is done. more says that other vendors remain.
func (c *call) try(ctx context.Context, v *vendor, more bool) (done bool) {
	if reason, e := c.unfit(v); e != nil {
		c.passOver(ctx, v, reason, e, more)
		return false
	}
	var wait time.Duration
	var cost int
	for n := 1; ; n++ {
		c.borrow()
		a := c.begin(ctx, v, wait)
		res, e := a.run()
		if res != nil {
			c.client.quota.Refund(cost)
			c.result = res
			done = !(res.Code == CodeReferencePhotoUnavailable && c.client.failover.OnMissingPhoto)
			a.end(res, nil, onward(!done && more))
			return done
		}
		interrupted := c.isInterrupted(e)
		if interrupted {
			e = takenBack(e)
		}
		if a.asked() || !c.asked {
			c.failure, c.asked = e, a.asked()
		}
		if ctx.Err() != nil {
			a.end(nil, e, "")
			return true
		}
		if interrupted {
			a.end(nil, e, NextSameVendor)
			n, wait, cost = n-1, 0, 0
			continue
		}
		if !a.asked() {
			a.end(nil, e, onward(more))
			return false
		}
		var move Next
		if wait, cost, move = c.again(ctx, e, n); move == "" {
			elsewhere := c.client.failover.elsewhere(e)
			a.end(nil, e, onward(elsewhere && more))
			if elsewhere && e.isByInput() {
				c.floor = max(c.floor, v.checks)
			}
			return !elsewhere
		}
		a.end(nil, e, move)
		if !pause(ctx, wait) {
			c.failure = left(ctx, e.Vendor, " while waiting to try again")
			return true
		}
	}
}

// question makes the question for a vendor. The vendor reads some of the evidence.
func (c *call) question(v *vendor) *Question {
	evidence, _ := accepted(v.Provider, c.req)
	q := &c.first
	if q.evidence != nil { // a provider may have kept the earlier one
		q = new(Question)
	}
	*q = Question{c.subject, evidence, c.req.Reference}
	return q
}

func onward(goesOn bool) Next {
	if goesOn {
		return NextAnotherVendor
	}
	return ""
}

// unfit says why a vendor must not be asked this request at all.
func (c *call) unfit(v *vendor) (Reason, *Error) {
	if _, ok := accepted(v.Provider, c.req); !ok {
		return ReasonEvidence, unsent(CodeUnsupportedEvidence, v.Name(), "the vendor reads none of the evidence given", nil)
	}
	if v.checks < c.floor {
		return ReasonFewerChecks, unsent(c.failure.Code, v.Name(),
			"the vendor checks less than the one that refused the evidence", nil)
	}
	return "", nil
}

// passOver records a vendor that is not asked.
func (c *call) passOver(ctx context.Context, v *vendor, reason Reason, e *Error, more bool) {
	a := c.begin(ctx, v, 0)
	a.reason = reason
	if c.failure == nil {
		c.failure = e
	}
	a.end(nil, e, onward(more))
}

// again says whether and how to ask the same vendor once more: not if it could be
// paid twice, not more often than configured, not past the caller's deadline, and
// not when the client's retry quota is used up.
func (c *call) again(ctx context.Context, e *Error, n int) (wait time.Duration, cost int, move Next) {
	r := c.client.retry
	switch {
	case n >= r.Attempts, e.Code == CodeCircuitOpen: // a provider's own circuit breaker stays open longer than a backoff
		return 0, 0, ""
	case e.isContradiction(), e.NoRepeat:
		return 0, 0, ""
	case e.Repeatable():
		move = NextSameVendor
	case e.Ambiguous() && r.RepeatAmbiguous:
		move = NextSameVendorAmbiguous
	default:
		return 0, 0, ""
	}
	wait = e.RetryAfter
	if wait <= 0 {
		wait = retry.Backoff{Cap: r.Cap, Random: r.Random}.Wait(r.base(e.Code), n)
	}
	if deadline, ok := ctx.Deadline(); wait > r.Cap || ok && time.Until(deadline) <= wait {
		return 0, 0, ""
	}
	cost, ok := c.client.quota.Take(e.Code == CodeTimeout)
	if !ok {
		return 0, 0, ""
	}
	return wait, cost, move
}

// pause waits, and reports whether the call still goes on.
func pause(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// outcome is the decision or the last error, with every attempt in it. more says
// that some vendors were not asked, so that the advice may be to try another
// vendor.
func (c *call) outcome(more bool) (*Result, error) {
	if c.result != nil {
		return c.result.last(c.attempts, more), nil
	}
	return nil, c.failure.summed(c.attempts, more)
}

// wasLookedAt reports whether a vendor may have looked at the person, so that the
// call counts as a try. A vendor that refuses the person has looked.
func (c *call) wasLookedAt() bool {
	return slices.ContainsFunc(c.attempts, func(a Attempt) bool {
		d := a.Delivery.known()
		return d == DeliveryAnswered || d == DeliveryUnanswered || d == DeliveryRefused && a.Code.refusesPerson()
	})
}
