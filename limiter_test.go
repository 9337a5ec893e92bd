package idverify_test

import (
	"context"
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

func limiterOf(t *testing.T, perSecond float64, inFlight int) idverify.Limiter {
	t.Helper()
	l, err := idverify.NewLimiter(idverify.Rate{PerSecond: perSecond, InFlight: inFlight})
	require.NoError(t, err)
	return l
}

// line is a queue of callers in front of a limiter, inside a synctest bubble.
type line struct {
	t       *testing.T
	limiter idverify.Limiter
	began   time.Time

	mu      sync.Mutex
	in      []entry
	out     map[int]entry
	release map[int]func()
}

// entry says who came out of the queue, and when.
type entry struct {
	caller int
	at     time.Duration
	err    error
}

func newLine(t *testing.T, perSecond float64, inFlight int) *line {
	return &line{t: t, limiter: limiterOf(t, perSecond, inFlight), began: time.Now(),
		out: map[int]entry{}, release: map[int]func(){}}
}

// join puts a caller at the end of the queue.
func (l *line) join(ctx context.Context, caller int) {
	go func() {
		release, err := l.limiter.Acquire(ctx)
		l.mu.Lock()
		defer l.mu.Unlock()
		came := entry{caller, time.Since(l.began), err}
		if err != nil {
			assert.Nil(l.t, release)
			l.out[caller] = came
			return
		}
		l.in = append(l.in, came)
		l.release[caller] = release
	}()
	synctest.Wait()
}

// leaver joins; the function that it returns makes the caller leave.
func (l *line) leaver(caller int) (leave func()) {
	ctx, cancel := context.WithCancel(l.t.Context())
	l.join(ctx, caller)
	return func() { cancel(); synctest.Wait() }
}

// end ends the call of an admitted caller.
func (l *line) end(caller int) {
	l.mu.Lock()
	release := l.release[caller]
	l.mu.Unlock()
	release()
	synctest.Wait()
}

// pass lets time pass.
func (l *line) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// admitted are those who were admitted, in order.
func (l *line) admitted() []entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.in)
}

// refused are those who left or were rejected.
func (l *line) refused() map[int]entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.out)
}

func (l *line) wantAdmitted(want ...entry) {
	l.t.Helper()
	assert.Equal(l.t, want, l.admitted())
}

const ms = time.Millisecond

func TestLimiter_TenThousandCallersInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const callers, spacing = 10_000, time.Second / 50
		before := runtime.NumGoroutine()
		l := newLine(t, 50, 0)
		leave := map[int]func(){}
		for i := range callers {
			if i%3 == 1 {
				leave[i] = l.leaver(i)
			} else {
				l.join(t.Context(), i)
			}
		}
		assert.Less(t, runtime.NumGoroutine(), before+callers+100, "no goroutine of the limiter's own per caller")
		for i := range callers {
			if i%3 == 1 {
				leave[i]()
			}
		}
		assert.Zero(t, time.Since(l.began), "who leaves is released at once")
		require.Len(t, l.refused(), callers/3)
		for i, out := range l.refused() {
			require.Equal(t, entry{i, 0, context.Canceled}, out)
		}

		l.pass(callers * spacing)
		want := make([]entry, 0, callers)
		for i := range callers {
			if i%3 != 1 {
				want = append(want, entry{i, time.Duration(len(want)) * spacing, nil})
			}
		}
		require.Equal(t, want, l.admitted(), "in order of arrival, and nobody waited for one who had left")
	})
}

func TestLimiter_EvenSpacingWithoutBursts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, 10, 0)
		l.join(t.Context(), 0)
		l.pass(10 * time.Second)
		for i := 1; i <= 3; i++ {
			l.join(t.Context(), i)
		}
		l.pass(time.Second)
		l.wantAdmitted(entry{0, 0, nil}, entry{1, 10 * time.Second, nil}, entry{2, 10*time.Second + 100*ms, nil}, entry{3, 10*time.Second + 200*ms, nil})
	})
}

func TestLimiter_FractionalRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, 0.25, 0)
		l.join(t.Context(), 0)
		l.join(t.Context(), 1)
		l.pass(time.Minute)
		l.wantAdmitted(entry{0, 0, nil}, entry{1, 4 * time.Second, nil})
	})
}

func TestLimiter_InFlightLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, 0, 2)
		for i := range 5 {
			l.join(t.Context(), i)
		}
		leave := l.leaver(5)
		l.join(t.Context(), 6)
		l.wantAdmitted(entry{0, 0, nil}, entry{1, 0, nil})
		leave()
		l.pass(time.Second)
		l.end(1)
		l.end(1) // releasing twice frees one place
		l.wantAdmitted(entry{0, 0, nil}, entry{1, 0, nil}, entry{2, time.Second, nil})
		for _, i := range []int{0, 2, 3, 4} {
			l.end(i)
		}
		l.wantAdmitted(entry{0, 0, nil}, entry{1, 0, nil}, entry{2, time.Second, nil}, entry{3, time.Second, nil}, entry{4, time.Second, nil}, entry{6, time.Second, nil})
	})
}

func TestLimiter_SpacingAfterWaitForPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, 10, 1)
		for i := range 4 {
			l.join(t.Context(), i)
		}
		l.pass(30 * ms)
		l.end(0) // the place is free before the turn has come
		l.pass(time.Second - 30*ms)
		l.end(1) // the turn has come before the place is free
		l.end(2)
		l.pass(time.Second)
		l.wantAdmitted(entry{0, 0, nil}, entry{1, 100 * ms, nil}, entry{2, time.Second, nil}, entry{3, time.Second + 100*ms, nil})
	})
}

func TestLimiter_NoLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, 0, 0)
		for i := range 100 {
			l.join(t.Context(), i)
		}
		assert.Len(t, l.admitted(), 100)
	})
}

func TestLimiter_RejectsCallsThatCannotStartInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, 10, 0)
		within := func(d time.Duration) context.Context {
			ctx, cancel := context.WithTimeout(t.Context(), d)
			t.Cleanup(cancel)
			return ctx
		}
		l.join(within(time.Nanosecond), 0)
		l.join(within(100*ms), 1)
		l.join(within(101*ms), 2)
		l.pass(50 * ms)
		l.join(within(150*ms), 3)
		l.join(within(151*ms), 4)
		l.join(within(250*ms), 5)
		l.join(within(time.Second), 6)
		l.pass(time.Second)
		l.wantAdmitted(entry{0, 0, nil}, entry{2, 100 * ms, nil}, entry{4, 200 * ms, nil}, entry{6, 300 * ms, nil})

		for caller, want := range map[int]struct{ at, wait time.Duration }{1: {0, 100 * ms}, 3: {50 * ms, 150 * ms}, 5: {50 * ms, 250 * ms}} {
			out := l.refused()[caller]
			assert.Equal(t, want.at, out.at, caller)
			assert.ErrorIs(t, out.err, idverify.ErrOverOwnLimit)
			assert.NotErrorIs(t, out.err, context.DeadlineExceeded, "the caller is still there")
			var e *idverify.Error
			require.ErrorAs(t, out.err, &e)
			assert.Equal(t, want.wait, e.RetryAfter, caller)
			assert.True(t, e.Repeatable())
			assert.Equal(t, idverify.CodeRateLimited, e.Code)
			assert.Equal(t, idverify.BilledNo, e.Billed)
			assert.False(t, e.Sent())
		}
	})
}

func TestLimiter_DoesNotEstimateCallDuration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, 0, 1)
		l.join(t.Context(), 0)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		l.join(ctx, 1)
		assert.Empty(t, l.refused())
		l.pass(time.Second)
		assert.Equal(t, entry{1, time.Millisecond, context.DeadlineExceeded}, l.refused()[1])
		l.end(0)
		l.join(t.Context(), 2)
		assert.Len(t, l.admitted(), 2, "who left holds no place")
	})
}

func TestLimiter_ForeseesWaitAtLowestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, 0.001, 1)
		l.join(t.Context(), 0)
		ctx, cancel := context.WithTimeout(t.Context(), math.MaxInt64)
		for i := range 100 {
			l.join(ctx, i)
		}
		cancel()
		synctest.Wait()
		assert.Len(t, l.refused(), 100)
	})
}

// Callers arrive, leave and end at random: no limit is exceeded at any moment, and
// at the end nothing is held.
func TestLimiter_ManyRandomCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const perSecond, inFlight, callers = 100, 7, 2000
		l := limiterOf(t, perSecond, inFlight)
		var mu sync.Mutex
		var starts []time.Time
		running, left := 0, 0
		var all sync.WaitGroup
		for range callers {
			arrive, stay, work := rand.N(10*time.Second), rand.N(4*time.Second), rand.N(100*ms)
			all.Go(func() {
				time.Sleep(arrive)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				defer time.AfterFunc(stay, cancel).Stop()
				release, err := l.Acquire(ctx)
				mu.Lock()
				if err != nil {
					left++
					mu.Unlock()
					return
				}
				running++
				assert.LessOrEqual(t, running, inFlight)
				starts = append(starts, time.Now())
				mu.Unlock()
				time.Sleep(work)
				mu.Lock()
				running--
				mu.Unlock()
				release()
			})
		}
		all.Wait()
		assert.Equal(t, callers, len(starts)+left)
		assert.NotZero(t, left)
		for i := 1; i < len(starts); i++ {
			// the rate package rounds down to whole nanoseconds and catches up
			// later
			assert.GreaterOrEqual(t, starts[i].Sub(starts[i-1]), time.Second/perSecond-time.Microsecond)
		}
		for range inFlight {
			time.Sleep(time.Second / perSecond)
			ctx, cancel := context.WithTimeout(t.Context(), ms)
			defer cancel()
			_, err := l.Acquire(ctx)
			assert.NoError(t, err, "every place is free again")
		}
	})
}

func TestNewLimiter_RefusesInvalidRate(t *testing.T) {
	for name, test := range map[string]struct {
		perSecond float64
		inFlight  int
		field     string
	}{
		"negative rate":      {-1, 0, "PerSecond"},
		"rate of NaN":        {math.NaN(), 0, "PerSecond"},
		"infinite rate":      {math.Inf(1), 0, "PerSecond"},
		"rate too small":     {0.0009, 1, "PerSecond"},
		"rate too large":     {1e6 + 1, 1, "PerSecond"},
		"negative in flight": {1, -1, "InFlight"},
	} {
		l, err := idverify.NewLimiter(idverify.Rate{PerSecond: test.perSecond, InFlight: test.inFlight})
		assert.Nil(t, l, name)
		var e *idverify.Error
		require.ErrorAs(t, err, &e, name)
		assert.Equal(t, idverify.CodeInvalidConfig, e.Code)
		assert.Equal(t, test.field, e.Field)
	}
	for _, perSecond := range []float64{0, 0.001, 2.5, 1e6} {
		limiterOf(t, perSecond, 0)
	}
}
