package idverify

import (
	"context"
	"time"
)

// StartSource hands out the starts that all processes share, for
// [NewSharedLimiter]. It is called by one goroutine at a time for each limiter.
type StartSource interface {
	// Reserve reserves up to want consecutive starts, one every 1/PerSecond, the
	// first of them after wait. It returns their number n, from 1 to want, and
	// reserves only starts that are due within patience. If there is none, n is 0,
	// and wait says how long the first would have to wait.
	//
	// A reserved start cannot be given back. The context ends after 300 ms. After an
	// error the limiter uses this process's share of the rate for a second.
	Reserve(ctx context.Context, want int, patience time.Duration) (n int, wait time.Duration, err error)
}

// SharedRate is how fast many processes together may ask a vendor.
type SharedRate struct {
	// PerSecond is how many calls may start per second in all processes together:
	// from 0.001 to 1,000,000. It must be the rate that the source hands out.
	PerSecond float64
	// Processes is how many processes there are at most, 1 or more. While the source
	// fails, each works at PerSecond/Processes on its own.
	Processes int
	// InFlight is how many calls of this process may be in progress at the same
	// time; 0 means no limit.
	InFlight int
	// OnStore is called when the source failed or was late, and for each start
	// granted without the source: Store is "rate", Operation "reserve". It may be
	// nil. It is called by several goroutines. A panic in it is dropped.
	OnStore func(StoreEvent)
}

const (
	// reserveTimeout is how long a source may take.
	reserveTimeout = 300 * time.Millisecond
	// sourcePause is how long a failed source is not asked.
	sourcePause = time.Second
	// patienceWithoutEnd is the patience of a caller without a deadline.
	patienceWithoutEnd = time.Minute
	// leaseTime is the time span for which starts are reserved at once, and how
	// late one may be used.
	leaseTime = 50 * time.Millisecond
)

// NewSharedLimiter makes a [Limiter] whose starts come from a source that many
// processes share. It fails with CodeInvalidConfig and the field "source",
// "PerSecond", "Processes" or "InFlight".
//
// Callers wait in one queue, as with [NewLimiter]. Starts are reserved for up to 50
// ms at once, no more than there are callers, and handed out one every 1/PerSecond. A
// caller is rejected as soon as it is known that the deadline cannot be met.
//
// While the source fails or is slow, calls start at PerSecond/Processes, and the
// source is asked again every second.
func NewSharedLimiter(source StartSource, r SharedRate) (Limiter, error) {
	switch {
	case isNil(source):
		return nil, misconfigured("source", "the source must not be nil")
	case !(r.PerSecond >= minPerSecond && r.PerSecond <= maxPerSecond):
		return nil, misconfigured("PerSecond", "must be from 0.001 to 1000000 calls per second")
	case r.Processes < 1:
		return nil, misconfigured("Processes", "must be 1 or more")
	case r.InFlight < 0:
		return nil, misconfigured("InFlight", "must be 0 (no limit) or more calls in flight")
	}
	l := &limiter{inFlight: r.InFlight}
	l.pace = &sharedPace{
		limiter:  l,
		source:   source,
		onStore:  r.OnStore,
		interval: time.Duration(float64(time.Second) / r.PerSecond),
		lease:    max(1, int(r.PerSecond*leaseTime.Seconds())),
		share:    newOwnPace(l, r.PerSecond/float64(r.Processes)),
	}
	return l, nil
}
