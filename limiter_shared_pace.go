package idverify

import (
	"context"
	"errors"
	"time"

	"github.com/idverify/idverify/internal/aside"
)

// sharedPace hands out what a source grants, or this process's share of the rate
// while the source fails.
type sharedPace struct {
	limiter  *limiter
	source   StartSource
	onStore  func(StoreEvent)
	interval time.Duration // between two starts of all processes
	lease    int           // how many starts are reserved at once, at most
	desk     aside.Desk

	share    *ownPace
	starts   []time.Time // granted and not used, in order
	asking   bool
	failed   bool      // the source failed when last asked
	askAgain time.Time // the source is not asked before this time

	alarm *time.Timer // fires at due, nil when not set
	due   time.Time
}

// errBadGrant is for a source that violates its contract.
var errBadGrant = errors.New("idverify: the source returned an invalid grant")

// errPanicked replaces the panic of a source, which no caller could recover.
var errPanicked = errors.New("idverify: the source panicked")

func (p *sharedPace) foresee(now time.Time) time.Duration {
	p.dropStale(now)
	ahead := p.limiter.line.Len()
	if ahead < len(p.starts) {
		return p.starts[ahead].Sub(now)
	}
	wait := time.Duration(0)
	if n := len(p.starts); n > 0 {
		wait = max(0, p.starts[n-1].Add(p.interval).Sub(now))
	}
	wait += p.times(ahead - len(p.starts))
	if p.failed { // until the source is asked again, only the share is available
		wait = max(wait, min(p.share.foresee(now), p.askAgain.Sub(now)))
	}
	return wait
}

// times is n intervals, or the longest Duration if that is shorter.
func (p *sharedPace) times(n int) time.Duration {
	const most = 1 << 62
	if n > 0 && p.interval > most/time.Duration(n) {
		return most
	}
	return time.Duration(n) * p.interval
}

func (p *sharedPace) turnHasCome(now time.Time, head *waiter) bool {
	p.dropStale(now)
	if len(p.starts) > 0 {
		p.share.giveBackTurn()
		if now.Before(p.starts[0]) {
			p.wakeAt(now, p.starts[0])
			return false
		}
		p.starts = p.starts[1:]
		return true
	}
	switch {
	case p.asking:
	case now.Before(p.askAgain):
		p.wakeAt(now, p.askAgain)
	default:
		p.ask(now, head)
	}
	if !p.failed || !p.share.turnHasCome(now, head) {
		return false
	}
	if p.onStore != nil {
		head.told = func() { p.tell(StoreEvent{Reason: StorePaused}) }
	}
	return true
}

// dropStale drops starts that are too old, because nobody was waiting for them:
// used late, they would add to the starts of a later second.
func (p *sharedPace) dropStale(now time.Time) {
	for len(p.starts) > 0 && now.Sub(p.starts[0]) > max(p.interval, leaseTime) {
		p.starts = p.starts[1:]
	}
}

func (p *sharedPace) wakeAt(now, due time.Time) {
	if p.alarm != nil && p.due.Equal(due) {
		return
	}
	if p.alarm != nil {
		p.alarm.Stop()
	}
	p.due = due
	p.alarm = time.AfterFunc(due.Sub(now), p.limiter.ring)
}

// ask reserves starts in a goroutine of its own.
func (p *sharedPace) ask(now time.Time, head *waiter) {
	p.asking = true
	want, patience := min(p.limiter.line.Len(), p.lease), patienceWithoutEnd
	if p.limiter.inFlight > 0 {
		want = min(want, p.limiter.inFlight-p.limiter.running)
	}
	if deadline, ok := head.ctx.Deadline(); ok {
		patience = deadline.Sub(now)
	}
	ctx := context.WithoutCancel(head.ctx)
	go func() {
		began := time.Now()
		n, wait, err := p.reserve(ctx, want, patience)
		p.answered(head, n, wait, err)
		if err != nil {
			p.tell(StoreEvent{Duration: time.Since(began), Reason: reasonOf(err)})
		}
	}()
}

// reserve asks the source, within a time limit that holds even when the source
// ignores its context.
func (p *sharedPace) reserve(ctx context.Context, want int, patience time.Duration) (n int, wait time.Duration, err error) {
	type grant struct {
		n    int
		wait time.Duration
	}
	g, err := aside.Ask(ctx, &p.desk, reserveTimeout, func(ctx context.Context) (g grant, err error) {
		err = errPanicked
		defer func() { _ = recover() }()
		g.n, g.wait, err = p.source.Reserve(ctx, want, patience)
		return g, err
	})
	// A start that lies beyond the patience would block the queue until then.
	if err == nil && (g.n < 0 || g.n > want || g.wait < 0 || g.n > 0 && g.wait > max(0, patience)) {
		err = errBadGrant
	}
	return g.n, g.wait, err
}

// answered takes the source's answer, and admits who may start.
func (p *sharedPace) answered(asker *waiter, n int, wait time.Duration, err error) {
	p.limiter.mu.Lock()
	defer p.limiter.mu.Unlock()
	now := time.Now()
	p.asking, p.failed = false, err != nil
	switch {
	case p.failed:
		p.askAgain = now.Add(sourcePause)
	case n == 0:
		p.share.giveBackTurn()
		p.turnAway(now, wait)
		if asker.place != nil { // it has no deadline, or one that has changed
			p.askAgain = now.Add(max(wait-patienceWithoutEnd, leaseTime))
		}
	default:
		for i := range n {
			p.starts = append(p.starts, now.Add(wait+p.times(i)))
		}
	}
	p.limiter.admit(now)
}

// turnAway rejects all waiters who cannot start before their deadline, now that the
// next start is known.
func (p *sharedPace) turnAway(now time.Time, wait time.Duration) {
	for at := p.limiter.line.Front(); at != nil; {
		w := at.Value.(*waiter)
		at = at.Next()
		if deadline, ok := w.ctx.Deadline(); ok && wait >= deadline.Sub(now) {
			p.limiter.end(w, notInTime(wait))
			continue
		}
		wait += p.interval
	}
}

// giveBackTurn keeps the granted starts: they cannot be given back, and a newcomer
// may use them.
func (p *sharedPace) giveBackTurn() {
	p.share.giveBackTurn()
	if p.alarm != nil {
		p.alarm.Stop()
		p.alarm = nil
	}
}

// tell reports an event about the source. It must not be called under the lock.
func (p *sharedPace) tell(e StoreEvent) {
	if p.onStore == nil {
		return
	}
	defer func() { _ = recover() }()
	e.Store, e.Operation = "rate", "reserve"
	p.onStore(e)
}
