package idverify

import (
	"context"
	"time"
)

// attempting is an attempt in progress. Its end method records it once: hooks, log
// and Attempts get the same value.
type attempting struct {
	call   *call
	vendor *vendor
	ctx    context.Context // the context that the hooks returned
	told   func(Attempt)   // nil without hooks

	at     time.Time
	wait   time.Duration // backoff before it
	queued time.Duration // time in the limiter's queue
	began  time.Time     // start of the exchange; zero when the provider was passed over
	reason Reason        // why the provider was passed over
}

// begin tells the hooks that an attempt begins.
func (c *call) begin(ctx context.Context, v *vendor, wait time.Duration) *attempting {
	a := &attempting{call: c, vendor: v, ctx: ctx, at: time.Now(), wait: wait}
	if c.client.isWatched() {
		a.ctx, a.told = c.client.attemptBegins(ctx, AttemptStart{
			CallID: c.id, Vendor: v.Name(), Number: len(c.attempts) + 1, At: a.at.UTC().Round(0), Wait: wait,
		})
	}
	return a
}

// asked reports whether the provider was asked rather than passed over.
func (a *attempting) asked() bool { return a.reason == "" && !a.began.IsZero() }

// run waits for admission and asks the provider. If the provider panics, the hooks
// see the end of the attempt before the panic reaches the caller.
func (a *attempting) run() (*Result, *Error) {
	completed := false
	defer func() {
		if !completed {
			a.end(nil, unanswered(CodeUnknown, a.vendor.Name(), "the provider panicked", nil), "")
		}
	}()
	release, reason, e := a.vendor.admit(a.ctx)
	a.queued = time.Since(a.at)
	if e != nil {
		a.reason, completed = reason, true
		return nil, e
	}
	defer release()
	a.began = time.Now()
	res, e, asked := a.vendor.ask(a.ctx, a.call.question(a.vendor), a.began)
	if !asked {
		a.reason = ReasonCircuitOpen
	}
	completed = true
	return res, e
}

// end records the attempt and tells the hooks.
func (a *attempting) end(res *Result, e *Error, next Next) {
	record := attempted(a.vendor.Name(), res, e)
	record.At, record.Wait, record.Queued = a.at.UTC().Round(0), a.wait, a.queued
	if !a.began.IsZero() {
		record.Duration = time.Since(a.began)
	}
	record.PassedOver, record.Reason, record.Next = !a.asked(), a.reason, next
	a.call.attempts = append(a.call.attempts, record)
	if a.told != nil {
		a.told(record)
	}
}
