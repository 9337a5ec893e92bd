package aside

import (
	"context"
	"time"
)

// grace is how long somebody who was told that the context ended may take to
// return before he counts as left behind. It spares a healthy limiter, which many
// callers leave at the same moment, from being taken for a deaf one.
const grace = 20 * time.Millisecond

// Wait asks a question whose answer may take as long as ctx lasts, such as one for
// a place in a line. Any number may wait. A value that comes after the caller has
// gone is given to late, whose panic is dropped. Otherwise it does as Ask does.
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
			case <-taken: // the caller has gone
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
