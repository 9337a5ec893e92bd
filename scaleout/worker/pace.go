package worker

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/redisidverify"
)

// pace notes when a limiter lets its callers start.
func (p *process) pace(id int, c Pace) error {
	var degraded atomic.Int64
	limiter, err := redisidverify.NewLimiter(p.services[0].Redis, c.Name, idverify.SharedRate{
		PerSecond: c.PerSecond, Processes: c.Processes,
		OnStore: func(e idverify.StoreEvent) {
			degraded.Add(1)
			p.tell(Event{Store: e.Store + " " + string(e.Reason)})
		},
	})
	if err != nil {
		return err
	}
	pause(p.stopping, time.Until(c.At))
	ctx, cancel := context.WithTimeout(context.Background(), c.For)
	defer cancel()
	var starts []time.Time
	var mu sync.Mutex
	var all sync.WaitGroup
	for range c.Workers {
		all.Go(func() {
			for {
				release, err := limiter.Acquire(ctx)
				if err != nil {
					return
				}
				now := time.Now()
				mu.Lock()
				starts = append(starts, now)
				mu.Unlock()
				release()
			}
		})
	}
	late := lateness(ctx)
	all.Wait()
	// Microseconds are enough, and short.
	for i := range starts {
		starts[i] = starts[i].UTC().Truncate(time.Microsecond)
	}
	p.tell(Event{ID: id, Starts: &Starts{At: starts, Late: late, Degraded: int(degraded.Load())}})
	return nil
}

// lateness is the latest that a short wait ended at: how far a machine that is busy
// with something else delays whatever we do.
func lateness(ctx context.Context) (most time.Duration) {
	const step = 2 * time.Millisecond
	for ctx.Err() == nil {
		began := time.Now()
		pause(context.Background(), step)
		most = max(most, time.Since(began)-step)
	}
	return most
}
