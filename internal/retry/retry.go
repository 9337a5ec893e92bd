// Package retry computes how long to wait before a retry, and limits the retries of
// all calls together. It knows no vendor and no error.
package retry

import (
	"sync"
	"time"
)

// Backoff increases the wait between tries.
type Backoff struct {
	Cap time.Duration
	// Random gives a number in [0, 1).
	Random func() float64
}

// Wait is exponential backoff with full jitter: base doubled with each try after the
// first, at most the cap, times a random factor. So callers that failed together do
// not retry together.
func (b Backoff) Wait(base time.Duration, try int) time.Duration {
	ceiling := b.Cap
	if doublings := try - 1; base <= b.Cap>>doublings { // base<<doublings could overflow
		ceiling = base << doublings
	}
	return time.Duration(b.Random() * float64(ceiling))
}

// The price of a retry, and what a success returns, in a token bucket like that of
// the AWS SDKs: in an outage about a hundred retries are made in all, and then one
// for every few successes.
const (
	capacity    = 500
	retryCost   = 5
	timeoutCost = 10
	firstRefund = 1
)

// Quota limits the retries of one client. The zero Quota is full.
type Quota struct {
	mu    sync.Mutex
	spent int
}

// Take pays for a retry, more after a time-out, or reports that the quota is used up.
// Pass cost to Refund if the retry succeeds.
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

// Refund returns the cost of a retry that succeeded, or a little for a call that
// succeeded at the first try (cost 0).
func (q *Quota) Refund(cost int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.spent = max(0, q.spent-max(cost, firstRefund))
}

// Left is the rest of the quota.
func (q *Quota) Left() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return capacity - q.spent
}
