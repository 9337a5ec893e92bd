package aside

import (
	"context"
	"time"
)

// grace is how long a question may take to return after its context ended before it
// counts as left behind. Without it, a healthy limiter that many callers leave at the
// same moment would look like one that ignores its context.
const grace = 20 * time.Millisecond

// Wait asks a question whose answer may take as long as ctx lasts, such as a wait in
// a queue. Any number may wait. A value that arrives after the caller left is passed
// to late, whose panic is dropped. Otherwise Wait works like Ask.
func Wait[T any](ctx context.Context, d *Desk, question func(context.Context) (T, error), late func(T)) (T, error) {
	var none T
	if d.leftBehind.Load() >= Most {
		return none, ErrBusy
	}
	answered, taken := make(chan answer[T]), make(chan struct{})
	go func() {
		got := answer[T]{err: errGone}
		defer func() {
			if r := recover(); r != nil {
				got.panicked = r
			}
			select {
			case answered <- got:
				return
			case <-taken: // the caller has left
			}
			defer d.leftBehind.Add(-1)
			if got.err == nil && got.panicked == nil {
				defer func() { _ = recover() }()
				late(got.value)
			}
		}()
		value, err := question(ctx)
		got = answer[T]{value: value, err: err}
	}()
	select {
	case got := <-answered:
		return got.open()
	case <-ctx.Done():
	}
	patience := time.NewTimer(grace)
	defer patience.Stop()
	select {
	case got := <-answered:
		return got.open()
	case <-patience.C:
	}
	d.leftBehind.Add(1)
	close(taken)
	return none, ctx.Err()
}
