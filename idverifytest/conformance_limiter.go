package idverifytest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/idverify/idverify"
)

// LimiterHarness tells [TestLimiter] how to make the limiter under test. Wait is not
// used, because a limiter itself waits.
type LimiterHarness struct {
	StoreSetting
	// New makes a limiter of this rate for one process. Within one rule, limiters of
	// the same name share the rate per second; InFlight is separate for each.
	New func(tb testing.TB, name string, r idverify.Rate) idverify.Limiter
}

// TestLimiter is the conformance suite for every [idverify.Limiter].
func TestLimiter(t *testing.T, h LimiterHarness) {
	t.Helper()
	if h.New == nil {
		t.Fatal("idverifytest: the harness needs New")
	}
	h.run(t, h.rules())
}

func (h LimiterHarness) rules() []storeRule {
	return []storeRule{
		{"keeps to the rate in every second, over two processes", h.ruleRate},
		{"admits in the order of arrival", h.ruleOrder},
		{"uses the place of a caller who leaves", h.ruleLeaver},
		{"refuses as soon as the deadline cannot be met", h.ruleDeadline},
		{"returns when the context has ended", h.ruleEnded},
		{"limits calls in flight, and releases each once", h.ruleInFlight},
		{"leaves nothing behind", h.ruleNothingLeft},
		{"saves up no starts while nobody calls", h.ruleIdle},
		{"saves up no starts while all places are taken", h.ruleBlocked},
		{"never has more calls in flight than it may", h.ruleInFlightCrowd},
		{"admits a call that can start before its deadline", h.ruleInTime},
	}
}

// acquire requires to be admitted within ten seconds.
func (h LimiterHarness) acquire(tb testing.TB, l idverify.Limiter) (release func()) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 10*time.Second)
	defer cancel()
	release, err := l.Acquire(ctx)
	if err != nil || release == nil {
		tb.Errorf("Acquire: %T", err)
		return func() {}
	}
	return release
}

func (h LimiterHarness) ruleRate(tb testing.TB) {
	const perSecond, seconds = 20, 3
	name := digits(8)
	var mu sync.Mutex
	var starts []time.Time
	var all sync.WaitGroup
	ctx, cancel := context.WithTimeout(tb.Context(), seconds*time.Second)
	defer cancel()
	for range 2 {
		l := h.New(tb, name, idverify.Rate{PerSecond: perSecond})
		for range 8 {
			all.Go(func() {
				for ctx.Err() == nil {
					release, err := l.Acquire(ctx)
					if err != nil {
						return
					}
					mu.Lock()
					if starts = append(starts, time.Now()); len(starts) > 2*perSecond*seconds {
						cancel() // there seems to be no limit
					}
					mu.Unlock()
					release()
				}
			})
		}
	}
	all.Wait()
	if n := len(starts); n < perSecond*seconds*8/10 {
		tb.Errorf("%d calls began in %d s at %d a second", n, seconds, perSecond)
	}
	for i := range starts {
		n := 0
		for _, at := range starts[i:] {
			if at.Sub(starts[i]) < time.Second {
				n++
			}
		}
		if n > perSecond+1 {
			tb.Fatalf("%d calls began within a second, and the rate is %d", n, perSecond)
		}
	}
}

func (h LimiterHarness) ruleOrder(tb testing.TB) {
	l := h.New(tb, digits(8), idverify.Rate{PerSecond: 20})
	var mu sync.Mutex
	var order []int
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			h.acquire(tb, l)()
			mu.Lock()
			defer mu.Unlock()
			order = append(order, i)
		})
		time.Sleep(5 * time.Millisecond) // so that they arrive one after another
	}
	all.Wait()
	for at, i := range order {
		if at != i {
			tb.Fatalf("callers were admitted in the order %v", order)
		}
	}
}

func (h LimiterHarness) ruleLeaver(tb testing.TB) {
	l := h.New(tb, digits(8), idverify.Rate{PerSecond: 2})
	h.acquire(tb, l)()
	began := time.Now()
	ctx, leave := context.WithCancel(tb.Context())
	left := make(chan error, 1)
	go func() {
		_, err := l.Acquire(ctx)
		left <- err
	}()
	time.Sleep(50 * time.Millisecond)
	next := make(chan struct{})
	go func() {
		defer close(next)
		h.acquire(tb, l)()
	}()
	time.Sleep(50 * time.Millisecond)
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		tb.Errorf("a caller who left was told %T, want the end of the context", err)
	}
	<-next
	if took := time.Since(began); took > 800*time.Millisecond {
		tb.Errorf("the next caller waited for %s, and the place was free after 500ms", took)
	}
}

func (h LimiterHarness) ruleDeadline(tb testing.TB) {
	l := h.New(tb, digits(8), idverify.Rate{PerSecond: 0.2})
	h.acquire(tb, l)()
	ctx, cancel := context.WithTimeout(tb.Context(), 3*time.Second)
	defer cancel()
	began := time.Now()
	_, err := l.Acquire(ctx)
	if !errors.Is(err, idverify.ErrOverOwnLimit) {
		tb.Errorf("a call that cannot start in time was told %T, want ErrOverOwnLimit", err)
	}
	if took := time.Since(began); took > time.Second {
		tb.Errorf("that was known at once, and said after %s", took)
	}
}

func (h LimiterHarness) ruleEnded(tb testing.TB) {
	l := h.New(tb, digits(8), idverify.Rate{PerSecond: 20})
	ctx, cancel := context.WithCancel(tb.Context())
	cancel()
	if release, err := l.Acquire(ctx); !errors.Is(err, context.Canceled) || release != nil {
		tb.Errorf("a caller whose context had ended was told %T", err)
	}
	h.acquire(tb, l)() // it must have taken no place
}

func (h LimiterHarness) ruleInFlight(tb testing.TB) {
	l := h.New(tb, digits(8), idverify.Rate{PerSecond: 100, InFlight: 2})
	first, second := h.acquire(tb, l), h.acquire(tb, l)
	full := func(when string) {
		tb.Helper()
		ctx, cancel := context.WithTimeout(tb.Context(), 300*time.Millisecond)
		defer cancel()
		if _, err := l.Acquire(ctx); err == nil {
			tb.Error("a third call was admitted " + when)
		}
	}
	full("although two were under way")
	first()
	third := h.acquire(tb, l)
	first() // a second release must free nothing
	full("because one was released twice")
	second()
	third()
	h.acquire(tb, l)()
}

func (h LimiterHarness) ruleNothingLeft(tb testing.TB) {
	l := h.New(tb, digits(8), idverify.Rate{PerSecond: 10})
	h.acquire(tb, l)()
	ctx, leave := context.WithTimeout(tb.Context(), 250*time.Millisecond)
	defer leave()
	crowd(30, func(int) {
		if release, err := l.Acquire(ctx); err == nil {
			release()
		}
	})
	began := time.Now()
	for range 3 { // at 10 a second, whatever the thirty did
		h.acquire(tb, l)()
	}
	if took := time.Since(began); took > 600*time.Millisecond {
		tb.Errorf("three calls took %s after others had left", took)
	}
}
