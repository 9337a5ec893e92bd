package idverify

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// Limiter admits calls to one vendor. It is an interface, so that you can use a
// limiter shared by many machines; [NewLimiter] makes one for this process. It must
// be safe for concurrent use, also by several Clients.
type Limiter interface {
	// Acquire waits, in order of arrival, until a call may start. It returns ctx's
	// error as soon as ctx has ended, and at once an error that matches
	// [ErrOverOwnLimit] when the call could not start before ctx's deadline; in
	// both cases the call takes no place. release is called exactly once, when the
	// call has ended; it is nil with an error.
	//
	// If a limiter ignores the end of ctx, the call goes on without it, and a place
	// granted later is released at once. While 64 such Acquire calls have not
	// returned, the limiter counts as failed.
	Acquire(ctx context.Context) (release func(), err error)
}

// ErrOverOwnLimit says that a [Limiter] of this program, not the vendor, rejected a
// call that could not have started before its deadline. Nothing was sent. The
// limiter of [NewLimiter] returns it wrapped in an [*Error] with CodeRateLimited,
// whose RetryAfter is the expected wait.
var ErrOverOwnLimit error = sentinel("limited")

// The lowest and highest rate that [NewLimiter] accepts.
const (
	minPerSecond = 0.001
	maxPerSecond = 1e6
)

// Rate is how fast a vendor may be asked. A field that is 0 means no limit.
type Rate struct {
	// PerSecond is how many calls may start per second: from 0.001 (one call in
	// 1,000 seconds) to 1,000,000. It may be a fraction.
	PerSecond float64
	// InFlight is how many calls may be in progress at the same time.
	InFlight int
}

// NewLimiter makes a [Limiter]. It fails with CodeInvalidConfig and the field
// "PerSecond" or "InFlight".
//
// Calls start evenly, one every 1/PerSecond: idle time does not allow a burst
// later, because vendors count the calls of each second. A caller who leaves the
// queue gives up the place, and all behind move up. A call is rejected on arrival
// when PerSecond alone keeps it from starting before its context's deadline,
// assuming that nobody ahead leaves; the duration of calls in flight is not
// estimated.
func NewLimiter(r Rate) (Limiter, error) {
	switch {
	case r.PerSecond != 0 && !(r.PerSecond >= minPerSecond && r.PerSecond <= maxPerSecond):
		return nil, misconfigured("PerSecond", "must be 0 (no limit) or from 0.001 to 1000000 calls per second")
	case r.InFlight < 0:
		return nil, misconfigured("InFlight", "must be 0 (no limit) or more calls in flight")
	}
	l := &limiter{inFlight: r.InFlight}
	if r.PerSecond > 0 {
		l.pace = newOwnPace(l, r.PerSecond)
	}
	return l, nil
}

// limiter is a queue of callers. Its pace says when the head may start.
type limiter struct {
	pace     pace // nil: no limit per second
	inFlight int  // 0: no limit

	mu      sync.Mutex
	line    list.List // of *waiter, in order of arrival
	running int       // admitted and not yet released

	alarm *time.Timer // fires when ownPace's next start is due
}

// pace grants starts to the caller at the head of the queue. Its methods are called
// under the limiter's lock.
type pace interface {
	// foresee is the shortest wait for a newcomer if nobody ahead leaves.
	foresee(now time.Time) time.Duration
	// turnHasCome uses up a start for the head, or arranges for ring to be called
	// when one is due.
	turnHasCome(now time.Time, head *waiter) bool
	// giveBackTurn is called when the queue has become empty.
	giveBackTurn()
}

type waiter struct {
	ctx   context.Context
	place *list.Element // nil once admitted or rejected
	done  chan struct{} // closed at that moment
	err   error         // why it was rejected; nil when admitted
	// told is called by the waiter once it is admitted, where an event has to be
	// reported.
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

// join adds a waiter at the end of the queue, unless it could not start in time.
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

// notInTime makes the error for a caller who could not start before the deadline.
func notInTime(wait time.Duration) error {
	return overOwnLimit("", "the limiter could not admit the call before its deadline", wait, ErrOverOwnLimit)
}

// admit admits waiters from the head of the queue, as many as may start now.
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

// end takes a waiter out of the queue, admitted or rejected.
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

// leave takes a caller out of the queue. If it was admitted at that very moment, it
// passes the start on.
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
