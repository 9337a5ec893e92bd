// Package flight runs one piece of work that several callers wait for. A caller can
// stop waiting without affecting the others; when the last one leaves, the work's
// context is cancelled. golang.org/x/sync/singleflight has no way to cancel the work.
package flight

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrNoAnswer says that the work ended without calling Land: it forgot to, or its
// goroutine was ended (see runtime.Goexit).
var ErrNoAnswer = errors.New("idverify: the shared work ended without an answer")

// Flight is work in progress, or its answer. The code that starts a Flight keeps it
// where others find it, under a lock of its own. A Flight never calls back while it
// holds its own lock, so its methods may be called under the owner's lock.
type Flight[T any] struct {
	cancel context.CancelFunc
	landed chan struct{} // closed when value, err and panicked are final

	value    T
	err      error
	panicked any

	mu        sync.Mutex
	isLanded  bool
	waiting   int
	latest    time.Time // latest deadline of the callers, unless one has none
	unlimited bool
}

// Work does what the callers wait for. It calls Land as soon as there is an answer,
// and may continue afterwards, when nobody waits any more. Its context has the values
// of the caller who started it, and no deadline; see Until and Dated. The context is
// cancelled when all callers have left before the landing, or when the work returns.
//
// If the work panics, or its goroutine ends, before the landing, that is the landing;
// the deferred calls of the work run before the callers are told. A later panic is
// dropped.
type Work[T any] func(ctx context.Context, f *Flight[T])

// Start begins work in a goroutine of its own, with the caller of ctx as the first
// who waits. For work that must finish whatever happens, pass a context that never
// ends and never call Leave for it.
func Start[T any](ctx context.Context, work Work[T]) *Flight[T] {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &Flight[T]{cancel: cancel, landed: make(chan struct{})}
	f.join(ctx)
	go f.fly(own, work)
	return f
}

func (f *Flight[T]) fly(ctx context.Context, work Work[T]) {
	defer f.cancel()
	defer func() {
		r := recover()
		var none T
		f.land(none, ErrNoAnswer, r)
	}()
	work(ctx, f)
}

// Land gives the answer to all callers that wait now or join later. Only the first
// call of Land counts.
func (f *Flight[T]) Land(value T, err error) { f.land(value, err, nil) }

func (f *Flight[T]) land(value T, err error, panicked any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.isLanded {
		return
	}
	f.isLanded = true
	f.value, f.err, f.panicked = value, err, panicked
	close(f.landed)
}

// Join adds a caller. It returns false, and adds nobody, if all callers left before
// the landing: the work is being cancelled, and the new caller has to start again.
func (f *Flight[T]) Join(ctx context.Context) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.waiting == 0 && !f.isLanded {
		return false
	}
	f.join(ctx)
	return true
}

func (f *Flight[T]) join(ctx context.Context) {
	f.waiting++
	deadline, ok := ctx.Deadline()
	switch {
	case !ok:
		f.unlimited = true
	case deadline.After(f.latest):
		f.latest = deadline
	}
}

// Leave removes a caller that joined and stopped waiting. It reports whether the
// flight has landed, or was cancelled because this caller was the last.
func (f *Flight[T]) Leave() (last bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.isLanded {
		return true
	}
	if f.waiting--; f.waiting > 0 {
		return false
	}
	f.cancel()
	return true
}

// Landed is closed when there is an answer.
func (f *Flight[T]) Landed() <-chan struct{} { return f.landed }

// Answer waits for the landing and returns the same value to each caller. A panic of
// the work is raised again in the callers, who can recover from it, and not in a
// goroutine of ours.
func (f *Flight[T]) Answer() (T, error) {
	<-f.landed
	if f.panicked != nil {
		panic(f.panicked)
	}
	return f.value, f.err
}

// Until is the latest deadline of all callers that joined; false means that one of
// them has no deadline. A caller that joins can move it, one that leaves does not.
func (f *Flight[T]) Until() (time.Time, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.latest, !f.unlimited
}

// Dated is the work's context with Until as its deadline, so that the work starts
// nothing that no caller could wait for. It does not end by itself at that time.
// context.WithTimeout sets no timer when the parent's deadline seems to be earlier,
// so make shorter limits with Undated.
func (f *Flight[T]) Dated(ctx context.Context) context.Context {
	return dated{ctx, f.Until}
}

type dated struct {
	context.Context
	until func() (time.Time, bool)
}

func (d dated) Deadline() (time.Time, bool) { return d.until() }

// Undated hides a deadline that can move from context.WithTimeout. The end of ctx
// still ends the returned context, and Deadline still finds the hidden deadline.
func Undated(ctx context.Context) context.Context { return undated{ctx} }

// Deadline is the earlier of ctx's own deadline and one that Undated hides. Use it to
// see how much time is left, not to set a timer.
func Deadline(ctx context.Context) (time.Time, bool) {
	own, ok := ctx.Deadline()
	if under, is := ctx.Value(hidden{}).(context.Context); is {
		if d, has := Deadline(under); has && (!ok || d.Before(own)) {
			return d, true
		}
	}
	return own, ok
}

// hidden is the key of the context that Undated wraps.
type hidden struct{}

type undated struct{ context.Context }

func (undated) Deadline() (time.Time, bool) { return time.Time{}, false }

func (u undated) Value(key any) any {
	if key == (hidden{}) {
		return u.Context
	}
	return u.Context.Value(key)
}
