package worker

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/redisidverify"
)

// pace records when a limiter lets its callers start.
func (p *process) pace(id int, c Pace) error {
	var degraded atomic.Int64
	source, err := redisidverify.NewStartSource(p.services[0].Redis, redisidverify.Rate{Name: c.Name, PerSecond: c.PerSecond})
	if err != nil {
		return err
	}
	timed := &timedSource{source: source}
	limiter, err := idverify.NewSharedLimiter(timed, idverify.SharedRate{
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
	p.tell(Event{ID: id, Starts: &Starts{At: starts, Late: late, Slowest: time.Duration(timed.slowest.Load()), Degraded: int(degraded.Load())}})
	return nil
}

// timedSource records how long Redis takes. A limiter asks one thing at a time.
type timedSource struct {
	source  idverify.StartSource
	slowest atomic.Int64
}

func (s *timedSource) Reserve(ctx context.Context, want int, patience time.Duration) (n int, wait time.Duration, err error) {
	began := time.Now()
	defer func() { s.slowest.Store(max(s.slowest.Load(), int64(time.Since(began)))) }()
	return s.source.Reserve(ctx, want, patience)
}

// lateness is the longest delay of a short sleep: how far a busy machine delays
// everything.
func lateness(ctx context.Context) (most time.Duration) {
	const step = 2 * time.Millisecond
	for ctx.Err() == nil {
		began := time.Now()
		pause(context.Background(), step)
		most = max(most, time.Since(began)-step)
	}
	return most
}
