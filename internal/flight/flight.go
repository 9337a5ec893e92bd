// Package flight is one piece of work that several callers wait for. A caller who
// leaves leaves alone, and when the last has left the work's context is cancelled.
// golang.org/x/sync/singleflight has no way to end the work.
package flight

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrNoAnswer says that the work ended without landing: it forgot to, or its
// goroutine was ended (see runtime.Goexit).
var ErrNoAnswer = errors.New("idverify: the shared work ended without an answer")

// Flight is work under way, or its answer. Whoever starts one keeps it where
// others find it, under a lock of its own; a Flight never calls back while it
// holds its lock, so its methods may be called under the owner's.
type Flight[T any] struct {
	cancel context.CancelFunc
	landed chan struct{} // closed when value, err and panicked are final

	value    T
	err      error
	panicked any

	mu        sync.Mutex
	isLanded  bool
	waiting   int
	latest    time.Time // of the callers' deadlines, unless one has none
	unlimited bool
}

// Work does what the callers wait for. It calls Land as soon as there is an
// answer, and may go on afterwards, when nobody waits any more. Its context has
// the values of the caller who started it and no deadline; see Until and Dated.
// It ends when all callers have left before the landing, or when the work
// returns. A panic, or the end of the goroutine, before the landing lands by
// itself; the work's own deferred calls run before the callers hear of it. A panic
// afterwards is dropped.
type Work[T any] func(ctx context.Context, f *Flight[T])

// Start begins work in a goroutine of its own, with the caller of ctx as the first
// who waits. A flight that is to end whatever happens is started with a context
// without an end, and nobody calls Leave for it.
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

// Land gives the answer to everybody who waits, and to everybody who joins later.
// Only the first landing counts.
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

// Join adds a caller. It reports false, and adds nobody, when everybody has left
// before the landing: the work is being cancelled, and a newcomer starts anew.
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

// Leave takes away a caller who joined and does not wait any more. It reports
// whether the flight has landed, or was cancelled because this was the last.
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

// Answer waits for the landing and gives the answer: the same value to each
// caller. A panic of the work comes up here, in the callers who can recover, and
// not in a goroutine of ours.
func (f *Flight[T]) Answer() (T, error) {
	<-f.landed
	if f.panicked != nil {
		panic(f.panicked)
	}
	return f.value, f.err
}

// Until is the latest deadline of all who joined, and false when one of them has
// none. It moves with each that joins, and stays when one leaves.
func (f *Flight[T]) Until() (time.Time, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.latest, !f.unlimited
}

// Dated is the work's context with Until as its deadline, so that nothing is begun
// that no caller could wait for. It does not end at that time by itself, and
// context.WithTimeout sets no timer under a deadline that seems to be earlier:
// make such limits with Undated.
func (f *Flight[T]) Dated(ctx context.Context) context.Context {
	return dated{ctx, f.Until}
}

type dated struct {
	context.Context
	until func() (time.Time, bool)
}

func (d dated) Deadline() (time.Time, bool) { return d.until() }

// Undated hides a deadline that moves from context.WithTimeout. The end of ctx
// still ends it, and Deadline still finds it.
func Undated(ctx context.Context) context.Context { return undated{ctx} }

// Deadline is ctx's own deadline, or one that Undated hides if that is earlier. It
// tells how much time is left; no timer is to be set by it.
func Deadline(ctx context.Context) (time.Time, bool) {
	own, ok := ctx.Deadline()
	if under, is := ctx.Value(hidden{}).(context.Context); is {
		if d, has := Deadline(under); has && (!ok || d.Before(own)) {
			return d, true
		}
	}
	return own, ok
}

// hidden is the key of the context below an undated one.
type hidden struct{}

type undated struct{ context.Context }

func (undated) Deadline() (time.Time, bool) { return time.Time{}, false }

func (u undated) Value(key any) any {
	if key == (hidden{}) {
		return u.Context
	}
	return u.Context.Value(key)
}
