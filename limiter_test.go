package idverify_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
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

// line is a line of callers in front of a limiter, inside a synctest bubble.
type line struct {
	t       *testing.T
	limiter idverify.Limiter
	began   time.Time

	mu      sync.Mutex
	in      []entry
	out     map[int]entry
	release map[int]func()
}

// entry is who came out of the line, and when.
type entry struct {
	caller int
	at     time.Duration
	err    error
}

func newLine(t *testing.T, perSecond float64, inFlight int) *line {
	return &line{t: t, limiter: limiterOf(t, perSecond, inFlight), began: time.Now(),
		out: map[int]entry{}, release: map[int]func(){}}
}

// join puts a caller at the end of the line.
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

// leaver joins, and leaves when the function returned is called.
func (l *line) leaver(caller int) (leave func()) {
	ctx, cancel := context.WithCancel(l.t.Context())
	l.join(ctx, caller)
	return func() { cancel(); synctest.Wait() }
}

// end ends the call of a caller who was admitted.
func (l *line) end(caller int) {
	l.mu.Lock()
	release := l.release[caller]
	l.mu.Unlock()
	release()
	synctest.Wait()
}

// pass lets time go by.
func (l *line) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// admitted are those who were let in, in that order.
func (l *line) admitted() []entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.in)
}

// refused are those who left or were turned away.
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

func TestLimiterAdmitsTenThousandInOrderAndLetsThemLeave(t *testing.T) {
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

func TestLimiterSpacesCallsAndSavesNothingUp(t *testing.T) {
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

func TestLimiterKeepsToFractionsOfACallPerSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, 0.25, 0)
		l.join(t.Context(), 0)
		l.join(t.Context(), 1)
		l.pass(time.Minute)
		l.wantAdmitted(entry{0, 0, nil}, entry{1, 4 * time.Second, nil})
	})
}

func TestLimiterHoldsCallsInFlight(t *testing.T) {
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

func TestLimiterSpacesCallsThatWaitedForAPlace(t *testing.T) {
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

func TestLimiterWithoutLimitsAdmitsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, 0, 0)
		for i := range 100 {
			l.join(t.Context(), i)
		}
		assert.Len(t, l.admitted(), 100)
	})
}

func TestLeavingTheHeadOfTheLinePassesItsTurnOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, 10, 0)
		l.join(t.Context(), 0)
		leave := l.leaver(1)
		l.join(t.Context(), 2)
		l.pass(90 * ms)
		leave()
		l.pass(time.Second)
		l.wantAdmitted(entry{0, 0, nil}, entry{2, 100 * ms, nil})
	})
}

func TestTheLastToLeaveGivesTheTurnBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, 10, 0)
		l.join(t.Context(), 0)
		leaves := []func(){l.leaver(1), l.leaver(2)}
		l.pass(50 * ms)
		for _, leave := range leaves {
			leave()
		}
		l.pass(25 * ms)
		l.join(t.Context(), 3)
		l.pass(time.Second)
		l.join(t.Context(), 4)
		l.join(t.Context(), 5)
		l.pass(time.Second)
		l.wantAdmitted(entry{0, 0, nil}, entry{3, 100 * ms, nil}, entry{4, 1075 * ms, nil}, entry{5, 1175 * ms, nil})
	})
}

func TestATurnThatNobodyTookInTimeIsGivenBackToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, 10, 0)
		l.join(t.Context(), 0)
		leave := l.leaver(1)
		idverify.LoseAlarm(l.limiter)
		l.pass(150 * ms)
		leave()
		l.join(t.Context(), 2)
		l.join(t.Context(), 3)
		l.pass(time.Second)
		l.wantAdmitted(entry{0, 0, nil}, entry{2, 150 * ms, nil}, entry{3, 250 * ms, nil})
	})
}

// held is a context whose caller is held up on the way to waiting for it.
type held struct {
	context.Context
	until chan struct{}
}

func (c held) Done() <-chan struct{} { <-c.until; return c.Context.Done() }

// Who leaves at the moment of being admitted was either admitted, or hands the
// start on.
func TestLeavingAtTheMomentOfAdmission(t *testing.T) {
	outcomes := map[bool]int{}
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			l := newLine(t, 10, 1)
			ctx, cancel := context.WithCancel(t.Context())
			until := make(chan struct{})
			l.join(held{ctx, until}, 0)
			l.join(t.Context(), 1)
			l.join(t.Context(), 2)
			cancel()
			close(until) // 0 finds itself both admitted and cancelled
			synctest.Wait()

			_, left := l.refused()[0]
			outcomes[left]++
			first := entry{1, 0, nil}
			if !left {
				first = entry{0, 0, nil}
			}
			l.wantAdmitted(first)
			l.end(first.caller)
			l.pass(time.Second)
			l.wantAdmitted(first, entry{first.caller + 1, 100 * ms, nil})
		})
	}
	assert.Len(t, outcomes, 2, "both happen")
}

func TestLeavingAtTheMomentOfAdmissionHoldsNoPlace(t *testing.T) {
	for i := range 40 {
		synctest.Test(t, func(t *testing.T) {
			l := newLine(t, 0, 1)
			ctx, cancel := context.WithCancel(t.Context())
			until := make(chan struct{})
			l.join(held{ctx, until}, 0)
			someoneWaits := i%2 == 0
			if someoneWaits {
				l.join(t.Context(), 1)
			}
			cancel()
			close(until)
			synctest.Wait()
			if _, left := l.refused()[0]; !left {
				l.end(0)
			}
			if !someoneWaits {
				l.join(t.Context(), 1)
			}
			assert.Contains(t, l.admitted(), entry{1, 0, nil})
		})
	}
}

func TestLimiterRefusesAtOnceWhatCannotStartInTime(t *testing.T) {
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

func TestLimiterDoesNotGuessHowLongCallsTake(t *testing.T) {
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

func TestLimiterForeseesTheSlowestLine(t *testing.T) {
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

func TestLimiterRefusesWhoHasLeftAlready(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 { // a coin would fall on the other side once
		release, err := limiterOf(t, 0, 0).Acquire(ctx)
		require.Equal(t, context.Canceled, err)
		assert.Nil(t, release)
	}
}

// Callers come, leave and end as they like: no limit is passed at any moment,
// and in the end nothing is held.
func TestLimiterUnderACrowd(t *testing.T) {
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
			// rate drops what is less than a nanosecond, and catches up.
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

func TestNewLimiterRefusesWhatIsNoLimit(t *testing.T) {
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

// toldLimiter answers as it is told.
type toldLimiter struct {
	release func()
	err     error
	asked   int
}

func (l *toldLimiter) Acquire(context.Context) (func(), error) {
	l.asked++
	return l.release, l.err
}

func TestClientKeepsToTheLimiterOfAVendor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a", pass(t))
		c := oneVendor(t, a, idverify.WithVendor("a", idverify.VendorPolicy{Limiter: limiterOf(t, 1, 0), Breaker: idverify.Breaker{Off: true}}))
		began := time.Now()
		for range 4 {
			_, err := c.Verify(t.Context(), askFor(photo()))
			require.NoError(t, err)
		}
		assert.Equal(t, 3*time.Second, time.Since(began))

		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		_, err := c.Verify(ctx, askFor(photo()))
		assert.ErrorIs(t, err, idverify.ErrOverOwnLimit)
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "a", e.Vendor)
		assert.Equal(t, idverify.CodeRateLimited, e.Code)
		assert.Equal(t, idverify.BilledNo, e.Billed)
		assert.False(t, e.Sent())
		assert.Equal(t, time.Second, e.RetryAfter)
		assert.True(t, e.Attempts[0].PassedOver)
		assert.Equal(t, 4, a.asked)
	})
}

func TestCallerWhoLeavesTheLineOfTheLimiterHasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a", pass(t))
		c := oneVendor(t, a, idverify.WithVendor("a", idverify.VendorPolicy{Limiter: limiterOf(t, 1, 0)}))
		_, err := c.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second/2, cancel)
		_, err = c.Verify(ctx, askFor(photo()))
		assert.Equal(t, idverify.CodeCanceled, idverify.CodeOf(err))
		assert.ErrorIs(t, err, context.Canceled)
		assert.NotErrorIs(t, err, idverify.ErrRateLimited)
		assert.Equal(t, 1, a.asked)
	})
}

// deafLimiter admits when it is let, whether the caller has left or not.
type deafLimiter struct {
	let      chan struct{}
	released atomic.Int64
}

func (l *deafLimiter) Acquire(context.Context) (func(), error) {
	<-l.let
	return func() { l.released.Add(1) }, nil
}

func TestADeafLimiterHoldsNobodyWhoLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const left = 64 // more of them are not left behind
		l := &deafLimiter{let: make(chan struct{})}
		a := vendorNamed("a", pass(t))
		c := oneVendor(t, a, idverify.WithVendor("a", idverify.VendorPolicy{Limiter: l}))
		for range left {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			began := time.Now()
			_, err := c.Verify(ctx, askFor(photo()))
			assert.Equal(t, idverify.CodeTimeout, idverify.CodeOf(err))
			assert.Equal(t, idverify.ReasonCallerLeft, attemptsOf(nil, err)[0].Reason)
			assert.Less(t, time.Since(began), 1100*time.Millisecond)
			cancel()
		}
		began := time.Now()
		_, err := c.Verify(t.Context(), askFor(photo()))
		assert.Equal(t, idverify.CodeStoreUnavailable, idverify.CodeOf(err))
		assert.Equal(t, idverify.ReasonLimiterFailed, attemptsOf(nil, err)[0].Reason)
		assert.Zero(t, time.Since(began))
		assert.Zero(t, a.asked)
		assert.Equal(t, idverify.CircuitClosed, c.Circuits()["a"])

		close(l.let)
		synctest.Wait()
		assert.EqualValues(t, left, l.released.Load(), "what is given late is given back")
		_, err = c.Verify(t.Context(), askFor(photo()))
		assert.NoError(t, err)
		assert.EqualValues(t, left+1, l.released.Load())
	})
}

func TestClientTakesALimiterOfAUsersOwnAtItsWord(t *testing.T) {
	cause := errors.New("the limiter's store is down")
	for name, test := range map[string]struct {
		limiter toldLimiter
		asked   int
		code    idverify.Code
		reason  idverify.Reason
	}{
		"admits, and has nothing to release": {toldLimiter{}, 1, "", ""},
		"turns away":                         {toldLimiter{err: fmt.Errorf("%w: %w", idverify.ErrOverOwnLimit, cause)}, 0, idverify.CodeRateLimited, idverify.ReasonOwnLimit},
		"fails":                              {toldLimiter{err: cause}, 0, idverify.CodeStoreUnavailable, idverify.ReasonLimiterFailed},
	} {
		a := vendorNamed("a", pass(t))
		c := oneVendor(t, a, idverify.WithVendor("a", idverify.VendorPolicy{Limiter: &test.limiter}))
		_, err := c.Verify(t.Context(), askFor(photo()))
		assert.Equal(t, test.code, idverify.CodeOf(err), name)
		assert.Equal(t, test.limiter.err != nil, errors.Is(err, cause), name)
		if err != nil {
			assert.Equal(t, test.reason, attemptsOf(nil, err)[0].Reason, name)
		}

		assert.Equal(t, test.asked, a.asked, name)

		b := vendorNamed("b", pass(t))
		both, err := idverify.New([]idverify.Provider{a, b}, idverify.WithVendor("a", idverify.VendorPolicy{Limiter: &test.limiter}))
		require.NoError(t, err)
		res, err := both.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err, name)
		assert.True(t, res.Passed(), "the next vendor is asked")
	}
}

func TestNobodyStandsInLineForAVendorThatRests(t *testing.T) {
	released := 0
	limiter := &toldLimiter{release: func() { released++ }}
	c := oneVendor(t, vendorNamed("a", fail(idverify.CodeVendorUnavailable)),
		idverify.WithVendor("a", idverify.VendorPolicy{Limiter: limiter, Breaker: idverify.Breaker{Failures: 1, OpenFor: time.Hour}}))
	for range 3 {
		_, err := c.Verify(t.Context(), askFor(photo()))
		assert.Error(t, err)
	}
	assert.Equal(t, 1, limiter.asked)
	assert.Equal(t, 1, released)
}

func ExampleNewLimiter() {
	// Two calls a second, as a trial account has, and four under way at most.
	limiter, err := idverify.NewLimiter(idverify.Rate{PerSecond: 2, InFlight: 4})
	if err != nil {
		panic(err)
	}
	release, err := limiter.Acquire(context.Background())
	if err != nil {
		panic(err)
	}
	defer release()
	// Output:
}
