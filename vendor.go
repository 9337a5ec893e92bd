package idverify

import (
	"context"
	"errors"
	"time"

	"github.com/sony/gobreaker/v2"
)

// vendor is a provider with what the Client keeps about it.
type vendor struct {
	Provider
	policy  VendorPolicy
	circuit *gobreaker.TwoStepCircuitBreaker[struct{}] // nil when it is off
}

func newVendor(p Provider, policy VendorPolicy) *vendor {
	v := &vendor{Provider: p, policy: policy.withDefaults()}
	if policy.Breaker.Off {
		return v
	}
	v.circuit = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name:    p.Name(),
		Timeout: v.policy.Breaker.Open,
		ReadyToTrip: func(counts gobreaker.Counts) bool {
			return counts.ConsecutiveFailures >= uint32(v.policy.Breaker.Failures)
		},
		IsExcluded: func(err error) bool { return err == errSaysNothing },
	})
	return v
}

// errSaysNothing tells the circuit that an attempt says nothing of the vendor.
var errSaysNothing = errors.New("idverify: nobody's fault")

// admit waits for the limiter, unless the circuit is open. The error is the
// leg's: the provider is passed over, or the caller has left. Where nobody waits
// and nobody watches, ask will find out soon enough.
func (v *vendor) admit(ctx context.Context, watched bool) (release func(), e *Error) {
	waits := v.policy.Limiter != nil
	if (waits || watched) && v.isResting() {
		return nil, circuitOpen(v.Name())
	}
	if !waits {
		return func() {}, nil
	}
	release, err := v.policy.Limiter.Acquire(ctx)
	switch {
	case err == nil && release == nil:
		return func() {}, nil
	case err == nil:
		return release, nil
	case ctx.Err() != nil:
		return nil, left(ctx, v.Name(), "")
	}
	var wait time.Duration
	var foreseen *Error
	if errors.As(err, &foreseen) && foreseen != nil {
		wait = foreseen.RetryAfter
	}
	return nil, overOwnLimit(v.Name(), "this client's own limiter could not admit the call in time", wait, err)
}

// isResting reports whether the circuit would turn a call away: it is open, or
// half-open with its one call under way. Asking before the limiter saves the wait.
func (v *vendor) isResting() bool {
	if v.circuit == nil {
		return false
	}
	switch v.circuit.State() {
	case gobreaker.StateOpen:
		return true
	case gobreaker.StateHalfOpen:
		counts := v.circuit.Counts()
		return counts.Requests > counts.TotalExclusions
	}
	return false
}

// ask makes one attempt, which began just now, within its time limit and tells
// the circuit how it went. It is told even when the provider panics.
func (v *vendor) ask(ctx context.Context, req *Request, began time.Time) (res *Result, e *Error, asked bool) {
	if v.circuit != nil {
		done, err := v.circuit.Allow()
		if err != nil {
			return nil, circuitOpen(v.Name()), false
		}
		verdict := errSaysNothing
		defer func() { done(verdict) }()
		res, e = v.verify(ctx, req)
		verdict = v.verdict(ctx, e, began)
		return res, e, true
	}
	res, e = v.verify(ctx, req)
	return res, e, true
}

func (v *vendor) verify(ctx context.Context, req *Request) (*Result, *Error) {
	limited, cancel := context.WithTimeout(undated{ctx}, v.policy.Timeout)
	defer cancel()
	res, err := v.Provider.Verify(limited, req)
	return settle(v.Name(), res, err)
}

// undated hides a deadline from context.WithTimeout, which sets no timer when
// its parent seems to end earlier: the deadline of a shared call moves. The
// parent's end still ends it.
type undated struct{ context.Context }

func (undated) Deadline() (time.Time, bool) { return time.Time{}, false }

// verdict is what an attempt says of the vendor: nil speaks for it, an error
// against it.
func (v *vendor) verdict(ctx context.Context, e *Error, began time.Time) error {
	switch {
	case e == nil:
		return nil
	case errors.Is(ctx.Err(), context.DeadlineExceeded) && time.Since(began) >= v.policy.Timeout/3:
		return e // the caller's time was up, and the vendor had had a good part of its own
	case ctx.Err() != nil:
		return errSaysNothing
	case conducts[e.Code].fault:
		return e
	case e.Sent():
		return nil // it answered, whatever it said
	}
	return errSaysNothing
}

// settle holds a provider to its contract: a decision or an *Error, and never
// a match that was not earned.
func settle(vendor string, res *Result, err error) (*Result, *Error) {
	if err != nil {
		var e *Error
		if errors.As(err, &e) && e != nil && e.Code != "" && !e.Code.IsDecision() {
			return nil, e.within(vendor)
		}
		return nil, unanswered(CodeUnknown, vendor, "the provider returned an error without a code of idverify's", err)
	}
	switch {
	case res == nil:
		return nil, broken(vendor, "the provider returned neither a result nor an error")
	case !res.Code.IsDecision():
		return nil, broken(vendor, "the provider returned a result that is no decision")
	case res.Code == CodeMatch && !res.Passed():
		return nil, broken(vendor, "the provider returned a match without the checks that earn it")
	case res.Vendor == "":
		own := *res
		own.Vendor = vendor
		return &own, nil
	}
	return res, nil
}
