package batch

import (
	"context"
	"time"
)

// forCalls is the context of the calls: the caller's, except that it ends after the
// grace.
func (s *settings) forCalls(ctx context.Context) (context.Context, context.CancelFunc) {
	calls := context.WithoutCancel(ctx)
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(calls, deadline.Add(s.grace))
	}
	return context.WithCancel(calls)
}

// watch cancels the calls when the grace is over, or at once when the caller
// aborts. It returns when the calls' context has ended.
func (r *run) watch() {
	select {
	case <-r.ctx.Done():
	case <-r.abort:
		r.stop()
		r.cancel()
		return
	case <-r.calls.Done():
		return
	}
	grace := time.NewTimer(r.grace)
	defer grace.Stop()
	select {
	case <-grace.C:
	case <-r.abort:
	case <-r.calls.Done():
	}
	r.cancel()
}
