package idverify

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// Limiter admits calls to one vendor. It is an interface, so that a limiter
// that many machines share can be put in; [NewLimiter] makes one for this
// process. It is safe for concurrent use, also by several Clients.
type Limiter interface {
	// Acquire waits, in order of arrival, until a call may start. It returns
	// ctx's error as soon as ctx is done, and at once an error that matches
	// [ErrOverOwnLimit] when the call could not start before ctx's deadline; either
	// way the call takes no place. release is called exactly once, when the
	// call has ended; it is nil with an error.
	//
	// The call does not wait for a limiter that ignores the end of ctx, and a place
	// that it grants later is released at once. While 64 such calls of Acquire have
	// not returned, the limiter counts as failed.
	Acquire(ctx context.Context) (release func(), err error)
}

// ErrOverOwnLimit says that a [Limiter] of this program, and not the vendor, turned
// a call away, because it could not have started before its deadline. Nothing
// was sent. What [NewLimiter]'s limiter returns is an [*Error] with
// CodeRateLimited that wraps it, whose RetryAfter is the wait it foresaw.
var ErrOverOwnLimit error = sentinel("limited")

// The slowest and the fastest that [NewLimiter] takes.
const (
	minPerSecond = 0.001
	maxPerSecond = 1e6
)

// Rate is how fast a vendor may be asked. A field that is 0 is no limit.
type Rate struct {
	// PerSecond is how many calls may start per second: from 0.001 (one call in
	// 1,000 seconds) to 1,000,000. It may be a fraction.
	PerSecond float64
	// InFlight is how many calls may be under way at a time.
	InFlight int
}

// NewLimiter makes a [Limiter]. It fails with CodeInvalidConfig and the field
// "PerSecond" or "InFlight".
//
// Calls start evenly, one every 1/PerSecond: a pause saves nothing up for a
// burst, because vendors count the calls of each second. Who leaves the line
// gives up the place, and all behind move up. A call is turned away at its
// arrival when PerSecond alone keeps it from starting before its context's
// deadline, supposing that nobody ahead leaves; how long calls in flight will
// take is not guessed at.
func NewLimiter(r Rate) (Limiter, error) {
	switch {
	case r.PerSecond != 0 && !(r.PerSecond >= minPerSecond && r.PerSecond <= maxPerSecond):
		return nil, misconfigured("PerSecond", "calls per second are 0 for no limit, or from 0.001 to 1000000")
	case r.InFlight < 0:
		return nil, misconfigured("InFlight", "calls in flight are 0 for no limit, or more")
	}
	l := &limiter{inFlight: r.InFlight}
	if r.PerSecond > 0 {
		l.pace = newOwnPace(l, r.PerSecond)
	}
	return l, nil
}

// limiter is a line of callers. Its pace says when the head may start.
type limiter struct {
	pace     pace // nil: no limit per second
	inFlight int  // 0: no limit

	mu      sync.Mutex
	line    list.List // of *waiter, in order of arrival
	running int       // admitted and not released

	alarm *time.Timer // rings when the turn of an ownPace comes
}

// pace deals starts out to the head of a line. Its methods are called under the
// limiter's lock.
type pace interface {
	// foresee is how long a newcomer waits at the least if nobody ahead leaves.
	foresee(now time.Time) time.Duration
	// turnHasCome uses up a start for the head, or sees to it that ring is called
	// when there is one.
	turnHasCome(now time.Time, head *waiter) bool
	// giveBackTurn is called when nobody is left in the line.
	giveBackTurn()
}

type waiter struct {
	ctx   context.Context
	place *list.Element // nil once admitted or turned away
	done  chan struct{} // closed then
	err   error         // why it was turned away; nil when it was admitted
	// told is called by the waiter once admitted, where somebody is to hear of it.
	told func()
}

func (l *limiter) Acquire(ctx context.Context) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w, err := l.join(ctx)
	if err != nil {
		return nil, err
	}
	select {
	case <-w.done:
	case <-ctx.Done():
		l.leave(w)
		return nil, ctx.Err()
	}
	if w.err != nil {
		return nil, w.err
	}
	if w.told != nil {
		w.told()
	}
	return sync.OnceFunc(l.release), nil
}

// join stands at the end of the line, unless that is too late.
func (l *limiter) join(ctx context.Context) (*waiter, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.pace != nil {
		wait := l.pace.foresee(now)
		if deadline, ok := ctx.Deadline(); ok && wait > 0 && wait >= deadline.Sub(now) {
			return nil, notInTime(wait)
		}
	}
	w := &waiter{ctx: ctx, done: make(chan struct{})}
	w.place = l.line.PushBack(w)
	if l.line.Len() == 1 {
		l.admit(now)
	}
	return w, nil
}

// notInTime is the error for a caller who could not start before the deadline.
func notInTime(wait time.Duration) error {
	return overOwnLimit("", "the limiter could not admit the call before its deadline", wait, ErrOverOwnLimit)
}

// admit lets in from the head of the line all who may start now.
func (l *limiter) admit(now time.Time) {
	for l.line.Len() > 0 && (l.inFlight == 0 || l.running < l.inFlight) {
		head := l.line.Front().Value.(*waiter)
		if l.pace != nil && !l.pace.turnHasCome(now, head) {
			return
		}
		l.admitHead()
	}
}

func (l *limiter) admitHead() {
	l.running++
	l.end(l.line.Front().Value.(*waiter), nil)
}

// end takes a waiter out of the line, admitted or turned away.
func (l *limiter) end(w *waiter, err error) {
	l.line.Remove(w.place)
	w.place, w.err = nil, err
	close(w.done)
}

func (l *limiter) ring() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.admit(time.Now())
}

func (l *limiter) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running--
	l.admit(time.Now())
}

// leave takes a caller out of the line. One who was admitted at that very
// moment hands the start on.
func (l *limiter) leave(w *waiter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case w.place != nil:
		l.line.Remove(w.place)
	case w.err == nil:
		l.running--
		if l.line.Len() > 0 {
			l.admitHead()
		}
	}
	if l.line.Len() == 0 && l.pace != nil {
		l.pace.giveBackTurn()
	}
}
