package idverify

import (
	"container/list"
	"context"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
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
		l.pace = rate.NewLimiter(rate.Limit(r.PerSecond), 1)
	}
	return l, nil
}

// limiter is a line in front of a rate.Limiter. Only the line's head has a
// reservation there, and whoever becomes the head inherits it: were every
// waiter to hold one, those who leave from the middle would leave gaps.
type limiter struct {
	pace     *rate.Limiter // nil: no limit per second
	inFlight int           // 0: no limit

	mu      sync.Mutex
	line    list.List // of *waiter, in order of arrival
	running int       // admitted and not released

	turn  *rate.Reservation // the head's, nil when it has none
	due   time.Time         // when turn comes
	alarm *time.Timer       // rings at due
}

type waiter struct {
	place    *list.Element // nil once admitted
	admitted chan struct{}
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
	case <-w.admitted:
		return sync.OnceFunc(l.release), nil
	case <-ctx.Done():
		l.leave(w)
		return nil, ctx.Err()
	}
}

// join stands at the end of the line, unless that is too late.
func (l *limiter) join(ctx context.Context) (*waiter, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if wait := l.foresee(now); wait > 0 {
		if deadline, ok := ctx.Deadline(); ok && wait >= deadline.Sub(now) {
			return nil, overOwnLimit("", "the limiter could not admit the call before its deadline", wait, ErrOverOwnLimit)
		}
	}
	w := &waiter{admitted: make(chan struct{})}
	w.place = l.line.PushBack(w)
	if l.line.Len() == 1 {
		l.admit(now)
	}
	return w, nil
}

// foresee is how long a newcomer waits at the least if nobody ahead leaves.
func (l *limiter) foresee(now time.Time) time.Duration {
	if l.pace == nil {
		return 0
	}
	needed := float64(l.line.Len() + 1)
	if l.turn != nil {
		needed-- // the head's is out of the bucket already
	}
	seconds := (needed - l.pace.TokensAt(now)) / float64(l.pace.Limit())
	return time.Duration(min(math.Round(seconds*float64(time.Second)), math.MaxInt64/2))
}

// admit lets in from the head of the line all who may start now.
func (l *limiter) admit(now time.Time) {
	for l.line.Len() > 0 && (l.inFlight == 0 || l.running < l.inFlight) && l.turnHasCome(now) {
		l.admitHead()
	}
}

func (l *limiter) admitHead() {
	w := l.line.Remove(l.line.Front()).(*waiter)
	w.place = nil
	l.running++
	close(w.admitted)
}

// turnHasCome uses up the head's turn, or sees to it that admit is called when
// it comes.
func (l *limiter) turnHasCome(now time.Time) bool {
	if l.pace == nil {
		return true
	}
	if l.turn == nil {
		l.turn = l.pace.ReserveN(now, 1)
		wait := l.turn.DelayFrom(now)
		l.due = now.Add(wait)
		if wait > 0 {
			l.alarm = time.AfterFunc(wait, l.ring)
		}
	}
	if now.Before(l.due) {
		return false
	}
	l.turn = nil
	return true
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
	if w.place != nil {
		l.line.Remove(w.place)
	} else {
		l.running--
		if l.line.Len() > 0 {
			l.admitHead()
		}
	}
	if l.line.Len() == 0 {
		l.giveBackTurn()
	}
}

// giveBackTurn undoes the head's reservation when there is no head any more.
func (l *limiter) giveBackTurn() {
	if l.turn == nil {
		return
	}
	l.alarm.Stop()
	at := time.Now()
	if l.due.Before(at) {
		at = l.due // rate gives nothing back once a reservation is past
	}
	l.turn.CancelAt(at)
	l.turn = nil
}
