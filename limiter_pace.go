package idverify

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// ownPace is the pace of this process alone. Only the head of the queue has a
// reservation, and the next head inherits it: if every waiter had one, those who
// leave from the middle would leave gaps.
type ownPace struct {
	limiter *limiter
	bucket  *rate.Limiter

	turn *rate.Reservation // the head's, nil when it has none
	due  time.Time         // when turn is due
}

func newOwnPace(l *limiter, perSecond float64) *ownPace {
	return &ownPace{limiter: l, bucket: rate.NewLimiter(rate.Limit(perSecond), 1)}
}

func (p *ownPace) foresee(now time.Time) time.Duration {
	needed := float64(p.limiter.line.Len() + 1)
	if p.turn != nil {
		needed-- // the head's start is already taken from the bucket
	}
	seconds := (needed - p.bucket.TokensAt(now)) / float64(p.bucket.Limit())
	return time.Duration(min(math.Round(seconds*float64(time.Second)), math.MaxInt64/2))
}

func (p *ownPace) turnHasCome(now time.Time, _ *waiter) bool {
	if p.turn == nil {
		p.turn = p.bucket.ReserveN(now, 1)
		wait := p.turn.DelayFrom(now)
		p.due = now.Add(wait)
		if wait > 0 {
			p.limiter.alarm = time.AfterFunc(wait, p.limiter.ring)
		}
	}
	if now.Before(p.due) {
		return false
	}
	p.turn = nil
	return true
}

// giveBackTurn undoes the head's reservation.
func (p *ownPace) giveBackTurn() {
	if p.turn == nil {
		return
	}
	p.limiter.alarm.Stop()
	at := time.Now()
	if p.due.Before(at) {
		at = p.due // the rate package gives nothing back once a reservation is due
	}
	p.turn.CancelAt(at)
	p.turn = nil
}
