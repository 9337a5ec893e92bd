package idverify

import (
	"context"
	"time"
)

// StartSource hands out the starts that all processes share, for
// [NewSharedLimiter]. It is called by one goroutine at a time for each limiter.
type StartSource interface {
	// Reserve reserves up to want starts in a row, one every 1/PerSecond, of which
	// the first may happen when wait has passed. It gives n of them, from 1 to want:
	// those whose turn comes within patience. When there is none, n is 0, and wait
	// says how long the first would have to wait.
	//
	// A start that was reserved cannot be given back. The context ends after 300 ms.
	// An error makes the limiter work on this process's share for a second.
	Reserve(ctx context.Context, want int, patience time.Duration) (n int, wait time.Duration, err error)
}

// SharedRate is how fast a vendor may be asked by many processes together.
type SharedRate struct {
	// PerSecond is how many calls may start per second in all processes together:
	// from 0.001 to 1,000,000. It must be the one that the source deals out.
	PerSecond float64
	// Processes is how many processes there are at most, 1 or more. While the source
	// fails, each works on its own at PerSecond/Processes.
	Processes int
	// InFlight is how many calls of this process may be under way at a time. 0 is no
	// limit.
	InFlight int
	// OnStore is told when the source failed or was late, and of each start that
	// was dealt out without it: Store is "rate", Operation "reserve". It may be nil.
	// It is called by several goroutines. A panic of it is dropped.
	OnStore func(StoreEvent)
}

const (
	// reserveTimeout is how long a source may take.
	reserveTimeout = 300 * time.Millisecond
	// sourcePause is how long a source that failed is not asked.
	sourcePause = time.Second
	// patienceWithoutEnd is that of a caller without a deadline.
	patienceWithoutEnd = time.Minute
	// leaseTime is for how long starts are reserved at once, and how late one may
	// be used.
	leaseTime = 50 * time.Millisecond
)

// NewSharedLimiter makes a [Limiter] whose starts come from a source that many
// processes share. It fails with CodeInvalidConfig and the field "source",
// "PerSecond", "Processes" or "InFlight".
//
// Callers stand in one line, as in that of [NewLimiter]. For its head up to 50 ms of
// starts are reserved at once, no more than there are callers, and dealt out one
// every 1/PerSecond. A caller is turned away as soon as it is known that the deadline
// cannot be met.
//
// While the source fails or is slow, calls start at PerSecond/Processes, and the
// source is asked again every second.
func NewSharedLimiter(source StartSource, r SharedRate) (Limiter, error) {
	switch {
	case isNil(source):
		return nil, misconfigured("source", "the source must not be nil")
	case !(r.PerSecond >= minPerSecond && r.PerSecond <= maxPerSecond):
		return nil, misconfigured("PerSecond", "calls per second are from 0.001 to 1000000")
	case r.Processes < 1:
		return nil, misconfigured("Processes", "there is 1 process or more")
	case r.InFlight < 0:
		return nil, misconfigured("InFlight", "calls in flight are 0 for no limit, or more")
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
