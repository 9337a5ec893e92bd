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
