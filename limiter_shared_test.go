package idverify_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// starts is a shared source for tests: GCRA with reservations, 1 ms away.
type starts struct {
	interval time.Duration
	mu       sync.Mutex
	tat      time.Time
	calls    int
	asks     []int
	fault    func(ctx context.Context) error
}

func (s *starts) Reserve(ctx context.Context, want int, patience time.Duration) (int, time.Duration, error) {
	time.Sleep(time.Millisecond)
	s.mu.Lock()
	s.calls++
	s.asks = append(s.asks, want)
	fault := s.fault
	s.mu.Unlock()
	if fault != nil {
		if err := fault(ctx); err != nil {
			return 0, 0, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if s.tat.Before(now) {
		s.tat = now
	}
	wait := s.tat.Sub(now)
	if wait > patience {
		return 0, wait, nil
	}
	n := min(want, 1+int((patience-wait)/s.interval))
	s.tat = s.tat.Add(time.Duration(n) * s.interval)
	return n, wait, nil
}

func (s *starts) fail(fault func(context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

func (s *starts) asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

func sharedLimiter(t *testing.T, s *starts, r idverify.SharedRate) idverify.Limiter {
	t.Helper()
	s.mu.Lock()
	s.interval = time.Duration(float64(time.Second) / r.PerSecond)
	s.mu.Unlock()
	l, err := idverify.NewSharedLimiter(s, r)
	require.NoError(t, err)
	return l
}

// admitted records when calls start.
type admitted struct {
	mu sync.Mutex
	at []time.Time
}

func (a *admitted) note() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.at = append(a.at, time.Now())
}

// most is the largest number of starts in any one second.
func (a *admitted) most() (most int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, from := range a.at {
		n := 0
		for _, at := range a.at[i:] {
			if at.Sub(from) < time.Second {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// Holds P-PAY-11.
func TestNewSharedLimiter_ProcessesKeepToOneRate(t *testing.T) {
	for _, test := range []struct {
		perSecond float64
		most      int
		perStart  float64 // round trips
	}{{20, 21, 1.1}, {500, 510, 0.05}} {
		synctest.Test(t, func(t *testing.T) {
			source := &starts{}
			var all admitted
			var wg sync.WaitGroup
			each := make([]int, 4)
			ctx, cancel := context.WithTimeout(t.Context(), 6*time.Second)
			defer cancel()
			for process := range each {
				l := sharedLimiter(t, source, idverify.SharedRate{PerSecond: test.perSecond, Processes: 4})
				var mu sync.Mutex
				for range 32 {
					wg.Go(func() {
						for {
							release, err := l.Acquire(ctx)
							if err != nil {
								return
							}
							all.note()
							mu.Lock()
							each[process]++
							mu.Unlock()
							time.Sleep(time.Millisecond)
							release()
						}
					})
				}
			}
			wg.Wait()
			total := len(all.at)
			assert.InDelta(t, 6*test.perSecond, total, 0.05*6*test.perSecond+1, "the rate is used")
			assert.LessOrEqual(t, all.most(), test.most)
			assert.LessOrEqual(t, float64(source.calls), test.perStart*float64(total)+5)
			for _, n := range each {
				assert.InDelta(t, float64(total)/4, n, 0.05*float64(total)/4+1, "every process has its share")
			}
			time.Sleep(time.Second)
		})
	}
}

func TestNewSharedLimiter_AdmitsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := sharedLimiter(t, &starts{}, idverify.SharedRate{PerSecond: 100, Processes: 2})
		var mu sync.Mutex
		var order []int
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				_, err := l.Acquire(t.Context())
				assert.NoError(t, err)
				mu.Lock()
				defer mu.Unlock()
				order = append(order, i)
			})
			synctest.Wait()
		}
		wg.Wait()
		require.Len(t, order, 50)
		assert.IsIncreasing(t, order)
	})
}

func TestNewSharedLimiter_LeaverPassesStartOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &starts{}
		l := sharedLimiter(t, source, idverify.SharedRate{PerSecond: 1, Processes: 2})
		_, err := l.Acquire(t.Context())
		require.NoError(t, err)
		began := time.Now()
		leaving, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := l.Acquire(leaving)
			assert.ErrorIs(t, err, context.Canceled)
		})
		synctest.Wait()
		wg.Go(func() {
			_, err := l.Acquire(t.Context())
			assert.NoError(t, err)
			assert.WithinDuration(t, began.Add(time.Second), time.Now(), 5*time.Millisecond)
		})
		time.Sleep(500 * time.Millisecond)
		leave()
		wg.Wait()
		assert.Equal(t, 2, source.asked(), "the start that was reserved for the leaver was used")
	})
}

func TestNewSharedLimiter_RejectsCallsThatCannotStartInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &starts{}
		l := sharedLimiter(t, source, idverify.SharedRate{PerSecond: 1, Processes: 2})
		busy := sharedLimiter(t, source, idverify.SharedRate{PerSecond: 1, Processes: 2})
		for range 3 { // of another process, whose queue this one does not see
			go busy.Acquire(t.Context())
		}
		time.Sleep(10 * time.Millisecond)
		_, err := l.Acquire(t.Context())
		require.NoError(t, err)
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		_, err = l.Acquire(ctx)
		require.ErrorIs(t, err, idverify.ErrOverOwnLimit)
		assert.WithinDuration(t, began, time.Now(), 5*time.Millisecond, "as soon as the source has said so")
		e := errorOf(t, err)
		assert.Equal(t, idverify.CodeRateLimited, e.Code)
		assert.Greater(t, e.RetryAfter, 500*time.Millisecond)
		assert.False(t, e.Sent())
		time.Sleep(10 * time.Second)
	})
}

// At one start in 100 s, the next start is later than any patience passed to the
// source.
func TestNewSharedLimiter_WaitsWithoutDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := sharedLimiter(t, &starts{}, idverify.SharedRate{PerSecond: 0.01, Processes: 1})
		began := time.Now()
		for range 3 {
			_, err := l.Acquire(t.Context())
			require.NoError(t, err)
		}
		assert.WithinDuration(t, began.Add(200*time.Second), time.Now(), time.Second)
	})
}

// Holds P-PAY-11.
func TestNewSharedLimiter_UsesShareWhileSourceFails(t *testing.T) {
	for name, test := range map[string]struct {
		fault  func(context.Context) error
		first  time.Duration // how long the first call waits at most
		reason idverify.StoreReason
	}{
		"down":   {func(context.Context) error { return errors.New("down") }, 5 * time.Millisecond, idverify.StoreFailed},
		"hangs":  {hangs, 305 * time.Millisecond, idverify.StoreTimeout},
		"deaf":   {func(context.Context) error { time.Sleep(20 * time.Second); return nil }, 305 * time.Millisecond, idverify.StoreTimeout},
		"panics": {func(context.Context) error { panic("broken") }, 5 * time.Millisecond, idverify.StoreFailed},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source := &starts{fault: test.fault}
				var mu sync.Mutex
				events := map[idverify.StoreReason]int{}
				l := sharedLimiter(t, source, idverify.SharedRate{PerSecond: 40, Processes: 4, OnStore: func(e idverify.StoreEvent) {
					mu.Lock()
					defer mu.Unlock()
					assert.Equal(t, "rate reserve", e.Store+" "+e.Operation)
					events[e.Reason]++
					panic("a hook that is broken")
				}})
				began := time.Now()
				_, err := l.Acquire(t.Context())
				require.NoError(t, err)
				assert.LessOrEqual(t, time.Since(began), test.first)
				began = time.Now()
				for range 50 { // at 10 a second
					_, err := l.Acquire(t.Context())
					require.NoError(t, err)
				}
				assert.WithinDuration(t, began.Add(5*time.Second), time.Now(), 100*time.Millisecond, "the share of this process, also while the source is asked again")
				mu.Lock()
				assert.Equal(t, 51, events[idverify.StorePaused])
				assert.InDelta(t, 5, events[test.reason], 2, "one question a second")
				mu.Unlock()
				source.fail(nil)
				time.Sleep(30 * time.Second)
				for range 2 { // the first finds out
					_, err = l.Acquire(t.Context())
					require.NoError(t, err)
				}
				began = time.Now()
				for range 40 {
					_, err := l.Acquire(t.Context())
					require.NoError(t, err)
				}
				assert.WithinDuration(t, began.Add(time.Second), time.Now(), 150*time.Millisecond, "the whole rate again")
				time.Sleep(30 * time.Second)
			})
		})
	}
}

// A start that was saved up would add to the starts of a later second.
// Holds P-PAY-11.
func TestNewSharedLimiter_UnusedStartsExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &starts{}
		l := sharedLimiter(t, source, idverify.SharedRate{PerSecond: 200, Processes: 1})
		ctx, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() { _, _ = l.Acquire(ctx) })
		}
		time.Sleep(2 * time.Millisecond)
		leave() // with nine starts granted
		wg.Wait()
		time.Sleep(10 * time.Second)
		var all admitted
		for range 20 {
			wg.Go(func() {
				_, err := l.Acquire(t.Context())
				assert.NoError(t, err)
				all.note()
			})
		}
		wg.Wait()
		for i := 1; i < len(all.at); i++ {
			assert.GreaterOrEqual(t, all.at[i].Sub(all.at[i-1]), 4*time.Millisecond)
		}
	})
}

func TestNewSharedLimiter_InFlightLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &starts{}
		l := sharedLimiter(t, source, idverify.SharedRate{PerSecond: 1000, Processes: 1, InFlight: 2})
		var running, most int
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				release, err := l.Acquire(t.Context())
				assert.NoError(t, err)
				mu.Lock()
				running++
				most = max(most, running)
				mu.Unlock()
				time.Sleep(time.Second)
				mu.Lock()
				running--
				mu.Unlock()
				release()
				release()
			})
		}
		wg.Wait()
		assert.Equal(t, 2, most)
		for _, want := range source.asks {
			assert.LessOrEqual(t, want, 2, "no start is reserved that could not be used")
		}
	})
}

func TestNewSharedLimiter_InvalidGrantIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, bad := range []badSource{{n: 2}, {n: -1}, {n: 1, wait: -time.Second}, {n: 1, wait: time.Hour}} {
			reasons := make(chan idverify.StoreReason, 2)
			l, err := idverify.NewSharedLimiter(bad, idverify.SharedRate{PerSecond: 10, Processes: 1, OnStore: func(e idverify.StoreEvent) { reasons <- e.Reason }})
			require.NoError(t, err)
			_, err = l.Acquire(t.Context())
			require.NoError(t, err)
			assert.ElementsMatch(t, []idverify.StoreReason{idverify.StoreFailed, idverify.StorePaused}, []idverify.StoreReason{<-reasons, <-reasons})
		}
	})
}

type badSource struct {
	n    int
	wait time.Duration
}

func (b badSource) Reserve(context.Context, int, time.Duration) (int, time.Duration, error) {
	return b.n, b.wait, nil
}

func TestNewSharedLimiter_RefusesInvalidRate(t *testing.T) {
	good := idverify.SharedRate{PerSecond: 1, Processes: 1}
	var none *starts
	for field, change := range map[string]func(*idverify.SharedRate){
		"PerSecond": func(r *idverify.SharedRate) { r.PerSecond = 0 },
		"Processes": func(r *idverify.SharedRate) { r.Processes = 0 },
		"InFlight":  func(r *idverify.SharedRate) { r.InFlight = -1 },
	} {
		r := good
		change(&r)
		_, err := idverify.NewSharedLimiter(&starts{}, r)
		assert.Equal(t, field, errorOf(t, err).Field)
	}
	_, err := idverify.NewSharedLimiter(none, good)
	assert.Equal(t, "source", errorOf(t, err).Field)
}
