package idverify

import (
	"context"
	"time"

	"github.com/idverify/idverify/internal/retry"
)

// call is one verification on its way through the vendors.
type call struct {
	client   *Client
	req      *Request
	attempts []Attempt

	result  *Result // a decision: the last word, unless another vendor is to be asked
	failure *Error  // of the last vendor that was asked, or else passed over
	asked   bool    // failure is of one that was asked
}

// run asks vendors in order until one has the last word.
func (c *call) run(ctx context.Context, vendors []*vendor) (*Result, error) {
	for _, v := range vendors {
		if done := c.try(ctx, v); done {
			break
		}
	}
	return c.outcome()
}

// try asks one vendor, again while that is safe and worth while, and reports
// whether the call is done.
func (c *call) try(ctx context.Context, v *vendor) (done bool) {
	var wait time.Duration
	var cost int
	for n := 1; ; n++ {
		res, e, asked := c.attempt(ctx, v, wait)
		if res != nil {
			c.client.quota.Refund(cost)
			c.result = res
			return !(res.Code == CodeReferencePhotoUnavailable && c.client.failover.OnMissingPhoto)
		}
		if asked || !c.asked {
			c.failure, c.asked = e, asked
		}
		if ctx.Err() != nil {
			return true
		}
		if !asked {
			return false
		}
		var move Next
		if wait, cost, move = c.again(ctx, e, n); move == "" {
			return !c.client.failover.elsewhere(e)
		}
		c.attempts[len(c.attempts)-1].Next = move
		if !pause(ctx, wait) {
			c.failure = c.leftAfter(ctx, e)
			return true
		}
	}
}

// attempt is one leg. asked is false when the provider was passed over.
func (c *call) attempt(ctx context.Context, v *vendor, wait time.Duration) (res *Result, e *Error, asked bool) {
	began := time.Now()
	release, e := v.admit(ctx, len(c.client.observers) > 0)
	if e == nil {
		res, e, asked = c.exchange(ctx, v, wait, release)
	}
	leg := attempted(v.Name(), res, e)
	leg.Wait, leg.Duration, leg.PassedOver = wait, time.Since(began), !asked
	if n := len(c.attempts); n > 0 && c.attempts[n-1].Next == "" {
		c.attempts[n-1].Next = NextAnotherVendor
	}
	c.attempts = append(c.attempts, leg)
	return res, e, asked
}

// exchange asks the provider under the eyes of the observers.
func (c *call) exchange(ctx context.Context, v *vendor, wait time.Duration, release func()) (res *Result, e *Error, asked bool) {
	defer release()
	began := time.Now()
	if len(c.client.observers) == 0 {
		return v.ask(ctx, c.req, began)
	}
	ctx, end := c.client.observe(ctx, AttemptStart{Vendor: v.Name(), Number: len(c.attempts) + 1, Wait: wait})
	res, e, asked = v.ask(ctx, c.req, began)
	leg := attempted(v.Name(), res, e)
	leg.Wait, leg.Duration, leg.PassedOver = wait, time.Since(began), !asked
	end(leg)
	return res, e, asked
}

// again says whether, and how, the same vendor is asked once more: not when it
// could be paid twice, not more often than set, not past the caller's
// deadline, and not once the client's quota of retries is used up.
func (c *call) again(ctx context.Context, e *Error, n int) (wait time.Duration, cost int, move Next) {
	r := c.client.retry
	switch {
	case n >= r.Attempts:
		return 0, 0, ""
	case e.Repeatable():
		move = NextSameVendor
	case e.Ambiguous() && r.Ambiguous:
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

// pause waits, and reports whether the caller is still there.
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

// leftAfter is the error for a caller who left while the vendor was waited for
// after an error.
func (c *call) leftAfter(ctx context.Context, e *Error) *Error {
	return left(ctx, e.Vendor, " while waiting to try again")
}

// outcome is the decision or the last error, with every leg in it.
func (c *call) outcome() (*Result, error) {
	if c.result != nil {
		res := *c.result
		res.Attempts = c.attempts
		return &res, nil
	}
	return nil, c.failure.summed(c.attempts)
}
