package idverifytest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/idverify/idverify"
)

// even requires that n calls, which wait from now on, start one after another at this
// rate. The first may start at once.
func (h LimiterHarness) even(tb testing.TB, l idverify.Limiter, n int, perSecond float64, when string) {
	tb.Helper()
	began := time.Now()
	crowd(n, func(int) { h.acquire(tb, l)() })
	least := time.Duration(float64(n-2) / perSecond * float64(time.Second)) // one more may start in any second
	if took := time.Since(began); took < least {
		tb.Errorf("%d calls began within %s %s, and the rate is %g", n, took, when, perSecond)
	}
}

func (h LimiterHarness) ruleIdle(tb testing.TB) {
	l := h.New(tb, digits(8), idverify.Rate{PerSecond: 10})
	h.acquire(tb, l)()
	time.Sleep(time.Second)
	h.even(tb, l, 8, 10, "after a second without calls")
}

func (h LimiterHarness) ruleBlocked(tb testing.TB) {
	l := h.New(tb, digits(8), idverify.Rate{PerSecond: 10, InFlight: 1})
	release := h.acquire(tb, l)
	time.AfterFunc(time.Second, release)
	began := time.Now()
	crowd(8, func(int) { h.acquire(tb, l)() })
	if took := time.Since(began); took < 1600*time.Millisecond {
		tb.Errorf("8 calls began within %s after a second in which no place was free, and the rate is 10", took-time.Second)
	}
}

func (h LimiterHarness) ruleInFlightCrowd(tb testing.TB) {
	const places = 3
	l := h.New(tb, digits(8), idverify.Rate{PerSecond: 200, InFlight: places})
	var mu sync.Mutex
	running, most := 0, 0
	crowd(30, func(i int) {
		ctx, cancel := context.WithTimeout(tb.Context(), 10*time.Second)
		defer cancel()
		if i%5 == 4 { // some leave while they wait
			ctx, cancel = context.WithTimeout(ctx, 20*time.Millisecond)
			defer cancel()
		}
		release, err := l.Acquire(ctx)
		if err != nil {
			if i%5 != 4 {
				tb.Errorf("Acquire: %T", err)
			}
			return
		}
		mu.Lock()
		running++
		most = max(most, running)
		mu.Unlock()
		time.Sleep(30 * time.Millisecond)
		mu.Lock()
		running--
		mu.Unlock()
		release()
	})
	if most > places {
		tb.Errorf("%d calls were in flight, and %d may be", most, places)
	}
	var held []func()
	for range places { // and no place is lost
		held = append(held, h.acquire(tb, l))
	}
	for _, release := range held {
		release()
	}
}

// ruleInTime has deadlines that leave twice the time that is needed.
func (h LimiterHarness) ruleInTime(tb testing.TB) {
	l := h.New(tb, digits(8), idverify.Rate{PerSecond: 2})
	for i := range 3 {
		ctx, cancel := context.WithTimeout(tb.Context(), 1200*time.Millisecond)
		release, err := l.Acquire(ctx)
		cancel()
		if err != nil {
			tb.Errorf("call %d could start within 600 ms of the 1200 it had, and was told %T", i+1, err)
			continue
		}
		release()
	}
}
