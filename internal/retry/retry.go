// Package retry says how long to wait before trying again, and how often all
// calls together may. It knows no vendor and no error.
package retry

import (
	"sync"
	"time"
)

// Backoff grows the wait between tries.
type Backoff struct {
	Cap time.Duration
	// Random gives a number in [0, 1).
	Random func() float64
}

// Wait is a random share ("full jitter") of base doubled with each try after
// the first, at most the cap: callers who failed together do not come back
// together.
func (b Backoff) Wait(base time.Duration, try int) time.Duration {
	ceiling := b.Cap
	if doublings := try - 1; base <= b.Cap>>doublings { // the other way round would overflow
		ceiling = base << doublings
	}
	return time.Duration(b.Random() * float64(ceiling))
}

// What a retry costs, and what a success brings back, in the token bucket
// that AWS SDKs use: in an outage, about a hundred retries are made in all,
// and then one for every few successes.
const (
	capacity    = 500
	retryCost   = 5
	timeoutCost = 10
	firstRefund = 1
)

// Quota bounds the retries of one client. The zero Quota is full.
type Quota struct {
	mu    sync.Mutex
	spent int
}

// Take pays for a retry, more after a time-out, or reports that it cannot. cost
// is for Refund, if the retry succeeds.
func (q *Quota) Take(afterTimeout bool) (cost int, ok bool) {
	cost = retryCost
	if afterTimeout {
		cost = timeoutCost
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.spent+cost > capacity {
		return 0, false
	}
	q.spent += cost
	return cost, true
}

// Refund gives back what a retry that succeeded had cost, or a little for a
// call that succeeded at once (cost 0).
func (q *Quota) Refund(cost int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.spent = max(0, q.spent-max(cost, firstRefund))
}

// Left is what can still be spent.
func (q *Quota) Left() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return capacity - q.spent
}
