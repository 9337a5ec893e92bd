package idverifytest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// schedule is a source of starts that all limiters of one name share.
type schedule struct {
	interval time.Duration
	mu       sync.Mutex
	next     time.Time
}

func (s *schedule) Reserve(_ context.Context, want int, patience time.Duration) (int, time.Duration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if s.next.Before(now) {
		s.next = now
	}
	wait := s.next.Sub(now)
	if wait > patience {
		return 0, wait, nil
	}
	n := min(want, 1+int((patience-wait)/s.interval))
	s.next = s.next.Add(time.Duration(n) * s.interval)
	return n, wait, nil
}

func sharedHarness() LimiterHarness {
	var mu sync.Mutex
	byName := map[string]*schedule{}
	return LimiterHarness{StoreSetting: bubble, New: func(tb testing.TB, name string, r idverify.Rate) idverify.Limiter {
		mu.Lock()
		defer mu.Unlock()
		if byName[name] == nil {
			byName[name] = &schedule{interval: time.Duration(float64(time.Second) / r.PerSecond)}
		}
		l, err := idverify.NewSharedLimiter(byName[name], idverify.SharedRate{PerSecond: r.PerSecond, Processes: 2, InFlight: r.InFlight})
		require.NoError(tb, err)
		return l
	}}
}

// ownHarness makes limiters within one process: the same one for the same name.
func ownHarness(bend func(idverify.Limiter) idverify.Limiter) LimiterHarness {
	var mu sync.Mutex
	byName := map[string]idverify.Limiter{}
	return LimiterHarness{StoreSetting: bubble, New: func(tb testing.TB, name string, r idverify.Rate) idverify.Limiter {
		mu.Lock()
		defer mu.Unlock()
		if byName[name] == nil {
			l, err := idverify.NewLimiter(r)
			require.NoError(tb, err)
			byName[name] = bend(l)
		}
		return byName[name]
	}}
}

func TestTestLimiter_AcceptsCorrectLimiters(t *testing.T) {
	t.Run("of one process", func(t *testing.T) {
		TestLimiter(t, ownHarness(func(l idverify.Limiter) idverify.Limiter { return l }))
	})
	t.Run("shared", func(t *testing.T) { TestLimiter(t, sharedHarness()) })
}

type acquire func(ctx context.Context) (func(), error)

func (a acquire) Acquire(ctx context.Context) (func(), error) { return a(ctx) }

// Holds P-PAY-13.
func TestTestLimiter_DetectsWrongLimiters(t *testing.T) {
	var all []wrong
	add := func(what, rule string, h LimiterHarness) { all = append(all, wrong{what, h.rules(), rule}) }
	bent := func(bend func(l idverify.Limiter, ctx context.Context) (func(), error)) LimiterHarness {
		return ownHarness(func(l idverify.Limiter) idverify.Limiter {
			return acquire(func(ctx context.Context) (func(), error) { return bend(l, ctx) })
		})
	}
	// wasteful keeps the places of callers who leave.
	wasteful := bent(func(l idverify.Limiter, ctx context.Context) (func(), error) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		got := make(chan func(), 1)
		go func() {
			release, _ := l.Acquire(context.WithoutCancel(ctx))
			got <- release
		}()
		select {
		case release := <-got:
			return release, nil
		case <-ctx.Done():
			go func() { (<-got)() }()
			return nil, ctx.Err()
		}
	})
	add("counts for itself", "keeps to the rate in every second, over two processes", LimiterHarness{StoreSetting: bubble,
		New: func(tb testing.TB, _ string, r idverify.Rate) idverify.Limiter {
			l, err := idverify.NewLimiter(r)
			require.NoError(tb, err)
			return l
		}})
	add("admits the last first", "admits in the order of arrival", ownHarness(func(l idverify.Limiter) idverify.Limiter {
		var arrivals atomic.Int64
		return acquire(func(ctx context.Context) (func(), error) {
			time.Sleep(max(0, 110*time.Millisecond-10*time.Millisecond*time.Duration(arrivals.Add(1))))
			return l.Acquire(ctx)
		})
	}))
	add("wastes places", "uses the place of a caller who leaves", wasteful)
	add("wastes places of many", "leaves nothing behind", wasteful)
	add("waits for the deadline", "refuses as soon as the deadline cannot be met", bent(func(l idverify.Limiter, ctx context.Context) (func(), error) {
		own, cancel := context.WithCancel(context.WithoutCancel(ctx))
		defer cancel()
		defer context.AfterFunc(ctx, cancel)()
		release, err := l.Acquire(own)
		if err != nil {
			err = ctx.Err()
		}
		return release, err
	}))
	add("does not look at the context", "returns when the context has ended", bent(func(l idverify.Limiter, ctx context.Context) (func(), error) {
		if ctx.Err() != nil {
			ctx = context.WithoutCancel(ctx)
		}
		return l.Acquire(ctx)
	}))
	add("releases twice", "limits calls in flight, and releases each once", LimiterHarness{StoreSetting: bubble,
		New: func(_ testing.TB, _ string, r idverify.Rate) idverify.Limiter {
			seats := make(chan struct{}, max(1, r.InFlight))
			return acquire(func(ctx context.Context) (func(), error) {
				select {
				case seats <- struct{}{}:
					return func() {
						select {
						case <-seats:
						default:
						}
					}, nil
				case <-ctx.Done():
					return nil, ctx.Err()
				}
			})
		}})
	all = append(all, subtlyWrongLimiters()...)
	assertSeen(t, sharedHarness().rules(), all)
	assert.Empty(t, broken(t, sharedHarness().rules()))
}
