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

// A dead first vendor costs almost nothing once its circuit is open: this asserts
// allocations, not times.
func TestCircuit_PassingOverAllocatesLittle(t *testing.T) {
	dead := vendorNamed("dead", fail(idverify.CodeNetwork, ambiguous))
	alive := vendorNamed("alive", pass(t))
	both, err := idverify.New([]idverify.Provider{dead, alive})
	require.NoError(t, err)
	one, err := idverify.New([]idverify.Provider{alive})
	require.NoError(t, err)
	req := askFor(photo())
	for range 5 {
		_, err := both.Verify(t.Context(), req)
		require.NoError(t, err)
	}
	asked := dead.asked
	verify := func(c *idverify.Client) float64 {
		return testing.AllocsPerRun(100, func() { _, _ = c.Verify(t.Context(), req) })
	}
	extra := verify(both) - verify(one)
	assert.Equal(t, asked, dead.asked)
	assert.LessOrEqual(t, extra, 5.0)
}

func BenchmarkClientOverhead(b *testing.B) {
	res := &idverify.Result{Code: idverify.CodeFaceMismatch}
	p := vendorNamed("a", step{res: res})
	c, err := idverify.New([]idverify.Provider{p})
	if err != nil {
		b.Fatal(err)
	}
	dead := vendorNamed("dead", fail(idverify.CodeNetwork, ambiguous))
	both, err := idverify.New([]idverify.Provider{dead, p})
	if err != nil {
		b.Fatal(err)
	}
	req := askFor(photo())
	for range 5 {
		_, _ = both.Verify(b.Context(), req)
	}
	for name, v := range map[string]idverify.Verifier{"client": c, "client past a dead vendor": both} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = v.Verify(b.Context(), req)
			}
		})
	}
}

// fragile is an error type that panics on a nil pointer.
type fragile struct{ cause error }

func (f *fragile) Error() string      { return f.cause.Error() }
func (f *fragile) Unwrap() error      { return f.cause }
func (f *fragile) Is(err error) bool  { return f.cause == err }
func (f *fragile) As(target any) bool { return errors.As(f.cause, target) }

// nilError returns a nil pointer as an error, as a constructor may return it beside
// a value. It is a provider, a limiter and both stores.
type nilError struct{ err error }

func (nilError) Name() string                   { return "nil" }
func (nilError) Accepts(idverify.Evidence) bool { return true }
func (n nilError) Ask(context.Context, *idverify.Question) (*idverify.Result, error) {
	return nil, n.err
}
func (n nilError) Acquire(context.Context) (func(), error) { return nil, n.err }
func (n nilError) Take(context.Context, idverify.Try) (idverify.Taken, error) {
	return idverify.Taken{OK: true}, n.err
}
func (n nilError) Return(context.Context, idverify.Try) error { return n.err }
func (n nilError) Load(context.Context, string) (idverify.Stored, bool, error) {
	return idverify.Stored{}, false, n.err
}
func (n nilError) Save(context.Context, string, idverify.Stored) error { return n.err }

func TestClient_TypedNilErrorDoesNotPanic(t *testing.T) {
	for _, nothing := range []error{(*idverify.Error)(nil), (*fragile)(nil)} {
		n := nilError{nothing}
		a := vendorNamed("a", pass(t))
		for name, test := range map[string]struct {
			provider idverify.Provider
			opts     []idverify.Option
			want     idverify.Code
		}{
			"provider":     {n, nil, idverify.CodeUnknown},
			"limiter":      {a, []idverify.Option{idverify.WithVendor("a", idverify.VendorPolicy{Limiter: n})}, idverify.CodeStoreUnavailable},
			"person store": {a, []idverify.Option{limitOf(2, n)}, idverify.CodeStoreUnavailable},
			"result store": {a, []idverify.Option{idverify.WithResultStore(n, personKey)}, ""},
		} {
			for _, key := range []string{"", "order-1"} {
				var told noting
				c := oneVendor(t, test.provider, append(test.opts, half(idverify.Retry{Attempts: 1}), told.option())...)
				req := askFor(photo())
				req.IdempotencyKey = key
				_, err := c.Verify(t.Context(), req)
				assert.Equal(t, test.want, idverify.CodeOf(err), name)
				if err != nil {
					assert.NotEqual(t, idverify.CodeNetwork, idverify.CodeOf(err))
					assert.NotEmpty(t, err.Error())
				}
			}
		}
	}
}

func TestCircuit_OpensForVendorFaultsOnly(t *testing.T) {
	for name, test := range map[string]struct {
		step  step
		opens bool
	}{
		"network":         {fail(idverify.CodeNetwork, ambiguous), true},
		"timeout":         {fail(idverify.CodeTimeout, ambiguous), true},
		"bad answer":      {fail(idverify.CodeBadResponse, ambiguous), true},
		"vendor's fault":  {fail(idverify.CodeVendorUnavailable), true},
		"source's fault":  {fail(idverify.CodeSourceUnavailable), true},
		"blurred photo":   {fail(idverify.CodePoorPhoto), false},
		"no face":         {fail(idverify.CodeNoFace), false},
		"quota":           {fail(idverify.CodeQuotaExceeded), false},
		"wrong key":       {fail(idverify.CodeUnauthorized), false},
		"unreadable file": {fail(idverify.CodeUnreadableEvidence, unsent), false},
		"face mismatch":   {decide(idverify.CodeFaceMismatch), false},
		"unknown":         {fail(idverify.CodeUnknown), false},
		"page of a 404":   {fail(idverify.CodeBadResponse, ambiguous, status(404)), false},
		"page of a 408":   {fail(idverify.CodeBadResponse, ambiguous, status(408)), true},
		"page of a 502":   {fail(idverify.CodeBadResponse, ambiguous, status(502)), true},
		"page of a 200":   {fail(idverify.CodeBadResponse, ambiguous, status(200)), true},
		"too many calls":  {fail(idverify.CodeRateLimited), false},
	} {
		t.Run(name, func(t *testing.T) {
			a := vendorNamed("a", test.step)
			c, err := idverify.New([]idverify.Provider{a}, idverify.WithRetry(idverify.Retry{Attempts: 1}))
			require.NoError(t, err)
			for range 5 {
				_, err = c.Verify(t.Context(), askFor(photo()))
				assert.NotErrorIs(t, err, idverify.ErrCircuitOpen)
			}
			_, err = c.Verify(t.Context(), askFor(photo()))
			assert.Equal(t, test.opens, errors.Is(err, idverify.ErrCircuitOpen))
		})
	}
}

func TestCircuit_OpenThenHalfOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := vendorNamed("a", fail(idverify.CodeVendorUnavailable)), vendorNamed("b", pass(t))
		c, err := idverify.New([]idverify.Provider{a, b}, idverify.WithVendor("a", idverify.VendorPolicy{
			Breaker: idverify.Breaker{Failures: 2, OpenFor: time.Minute}}))
		require.NoError(t, err)
		verify := func() []string {
			res, err := c.Verify(t.Context(), askFor(photo()))
			require.NoError(t, err)
			return told(res.Attempts)
		}
		for range 2 {
			assert.Equal(t, []string{"a vendor_unavailable → another_vendor", "b match"}, verify())
		}
		assert.Equal(t, []string{"a circuit_open passed over → another_vendor", "b match"}, verify())
		assert.Equal(t, 2, a.asked)

		time.Sleep(time.Minute + time.Second)
		assert.Equal(t, []string{"a vendor_unavailable → another_vendor", "b match"}, verify(), "one call tries it")
		assert.Equal(t, []string{"a circuit_open passed over → another_vendor", "b match"}, verify())

		time.Sleep(time.Minute + time.Second)
		a.steps, a.asked = []step{pass(t)}, 0
		assert.Equal(t, []string{"a match"}, verify())
		assert.Equal(t, []string{"a match"}, verify())
	})
}

func TestCircuit_CancelledCallDoesNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := pass(t)
		slow.after = time.Hour
		a := vendorNamed("a", slow)
		c, err := idverify.New([]idverify.Provider{a})
		require.NoError(t, err)
		for range 10 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			_, err = c.Verify(ctx, askFor(photo()))
			cancel()
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.NotErrorIs(t, err, idverify.ErrCircuitOpen)
		}
	})
}

// oneCall is a call and how it ends: with an answer, or because the caller leaves.
type oneCall func(t *testing.T, c *idverify.Client, a *byScript)

func endsWith(s step) oneCall {
	return func(t *testing.T, c *idverify.Client, a *byScript) {
		a.steps, a.asked = []step{s}, 0
		_, _ = c.Verify(t.Context(), askFor(photo()))
	}
}

func leftBy(give func(context.Context, time.Duration) (context.Context, context.CancelFunc), after time.Duration) oneCall {
	return func(t *testing.T, c *idverify.Client, a *byScript) {
		a.steps, a.asked = []step{slowPass(t, time.Hour)}, 0
		ctx, cancel := give(t.Context(), after)
		defer cancel()
		_, _ = c.Verify(ctx, askFor(photo()))
	}
}

func cancelled(ctx context.Context, after time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	time.AfterFunc(after, cancel)
	return ctx, cancel
}

// opensAfter reports whether the circuit, which opens after five faults in a
// row, is open after these calls.
func opensAfter(t *testing.T, calls ...oneCall) (open bool) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a")
		c := oneVendor(t, a)
		for _, call := range calls {
			call(t, c, a)
		}
		a.steps, a.asked = []step{pass(t)}, 0
		_, err := c.Verify(t.Context(), askFor(photo()))
		open = errors.Is(err, idverify.ErrCircuitOpen)
	})
	return open
}

func TestCircuit_WhatResetsConsecutiveFaults(t *testing.T) {
	fault := endsWith(fail(idverify.CodeVendorUnavailable))
	for name, test := range map[string]struct {
		call         oneCall
		opens        bool // the circuit, after four faults and this
		breaksTheRow bool // one more fault then does not open it
	}{
		"an answer":                       {endsWith(fail(idverify.CodePoorPhoto)), false, true},
		"a decision":                      {endsWith(decide(idverify.CodeFaceMismatch)), false, true},
		"nothing was sent":                {endsWith(fail(idverify.CodeUnreadableEvidence, unsent)), false, false},
		"a refusal with a code":           {endsWith(fail(idverify.CodeQuotaExceeded, safe, func(e *idverify.Error) { e.VendorCode = "17" })), false, true},
		"a refusal without one":           {endsWith(fail(idverify.CodeQuotaExceeded, safe)), false, false},
		"a caller who left at once":       {leftBy(cancelled, time.Second), false, false},
		"a caller who left late":          {leftBy(cancelled, 20*time.Second), false, false},
		"a deadline that was short":       {leftBy(context.WithTimeout, 9*time.Second), false, false},
		"a deadline that was long enough": {leftBy(context.WithTimeout, 10*time.Second), true, false},
	} {
		assert.Equal(t, test.opens, opensAfter(t, fault, fault, fault, fault, test.call), name)
		assert.Equal(t, !test.breaksTheRow, opensAfter(t, fault, fault, fault, fault, test.call, fault), name)
	}
}

func TestCircuit_StaysOpenForOpenFor(t *testing.T) {
	for _, test := range []struct{ set, open time.Duration }{{0, 10 * time.Second}, {3 * time.Second, 3 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			a := vendorNamed("a", fail(idverify.CodeVendorUnavailable), pass(t))
			c := oneVendor(t, a, idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: 1, OpenFor: test.set}}))
			_, err := c.Verify(t.Context(), askFor(photo()))
			require.Equal(t, idverify.CodeVendorUnavailable, idverify.CodeOf(err))
			time.Sleep(test.open - time.Millisecond)
			_, err = c.Verify(t.Context(), askFor(photo()))
			var e *idverify.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, idverify.CodeCircuitOpen, e.Code)
			assert.Equal(t, "a", e.Vendor)
			assert.Equal(t, idverify.BilledNo, e.Billed)
			time.Sleep(2 * time.Millisecond)
			_, err = c.Verify(t.Context(), askFor(photo()))
			assert.NoError(t, err)
		})
	}
}

func TestCircuit_SilenceUntilDeadlineCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := vendorNamed("a", slowPass(t, time.Hour)), vendorNamed("b", pass(t))
		c, err := idverify.New([]idverify.Provider{a, b})
		require.NoError(t, err)
		lost := 0
		for range 20 {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			if _, err := c.Verify(ctx, askFor(photo())); err != nil {
				lost++
			}
			cancel()
		}
		assert.Less(t, lost, 10)
		assert.Positive(t, b.asked)
	})
}

func TestCircuit_HalfOpenIsCheckedBeforeLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limiter, err := idverify.NewLimiter(idverify.Rate{PerSecond: 1})
		require.NoError(t, err)
		a := vendorNamed("a", fail(idverify.CodeVendorUnavailable))
		c := oneVendor(t, a, idverify.WithVendor("a", idverify.VendorPolicy{Limiter: limiter, Breaker: idverify.Breaker{Failures: 1, OpenFor: time.Minute}}))
		_, _ = c.Verify(t.Context(), askFor(photo()))
		time.Sleep(2 * time.Minute)
		a.steps = []step{slowPass(t, 10*time.Second)}
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = c.Verify(t.Context(), askFor(photo())) })
		synctest.Wait()
		began := time.Now()
		_, err = c.Verify(t.Context(), askFor(photo()))
		assert.ErrorIs(t, err, idverify.ErrCircuitOpen)
		assert.Zero(t, time.Since(began))
		wg.Wait()
		res, err := c.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err)
		assert.True(t, res.Passed())
	})
}

func TestCircuit_CancelledTestCallIsLeftToNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limiter, err := idverify.NewLimiter(idverify.Rate{InFlight: 1})
		require.NoError(t, err)
		a := vendorNamed("a", fail(idverify.CodeVendorUnavailable), slowPass(t, time.Hour), pass(t))
		c := oneVendor(t, a, idverify.WithVendor("a", idverify.VendorPolicy{Limiter: limiter, Breaker: idverify.Breaker{Failures: 1}}))
		_, err = c.Verify(t.Context(), askFor(photo()))
		require.Equal(t, idverify.CodeVendorUnavailable, idverify.CodeOf(err))
		time.Sleep(time.Minute)
		ctx, cancel := cancelled(t.Context(), time.Second)
		defer cancel()
		_, err = c.Verify(ctx, askFor(photo()))
		require.ErrorIs(t, err, idverify.ErrCanceled)
		res, err := c.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err)
		assert.True(t, res.Passed())
	})
}

func TestClient_PassMustBeDecidedAsRulesSay(t *testing.T) {
	decided := func(rule idverify.Rule, err error) *idverify.Result {
		require.NoError(t, err)
		check, err := rule.Check(90)
		require.NoError(t, err)
		return &idverify.Result{Code: idverify.CodeMatch, Checks: []idverify.Check{check}}
	}
	yes, err := theirs(100).Verdict(true, ptr(90.0))
	require.NoError(t, err)
	no, err := theirs(100).Verdict(false, ptr(90.0))
	require.NoError(t, err)
	ways := map[string]struct {
		rule idverify.Rule
		pass *idverify.Result
	}{
		"threshold": {rule(idverify.Above, 80), decided(rule(idverify.Above, 80), nil)},
		"answer":    {laddered(1e-4), decided(laddered(1e-4).WithRungs(rungs(62, 69, 74, 79)))},
		"vendor":    {theirs(100), &idverify.Result{Code: idverify.CodeMatch, Checks: []idverify.Check{yes}}},
	}
	for says, way := range ways {
		for did, other := range ways {
			p := ruled{vendorNamed("a", step{res: other.pass}), []idverify.Rule{way.rule}, ""}
			res, err := oneVendor(t, p).Verify(t.Context(), askFor(photo()))
			if says != did {
				assert.Equal(t, idverify.CodeBadResponse, idverify.CodeOf(err), "%s for %s", did, says)
				continue
			}
			require.NoError(t, err, says)
			assert.True(t, res.Passed(), says)
		}
		mismatch := &idverify.Result{Code: idverify.CodeFaceMismatch, Checks: []idverify.Check{no}}
		_, err := oneVendor(t, ruled{vendorNamed("a", step{res: mismatch}), []idverify.Rule{way.rule}, ""}).Verify(t.Context(), askFor(photo()))
		assert.NoError(t, err, "a vendor's no is one under every rule")
	}
}

func TestWithRequiredChecks_AcceptsEveryDecidedBy(t *testing.T) {
	alive := theirs(0)
	alive.Kind = idverify.CheckLiveness
	yes, err := alive.Verdict(true, nil)
	require.NoError(t, err)
	similar, err := theirs(100).Verdict(true, nil)
	require.NoError(t, err)
	both := &idverify.Result{Code: idverify.CodeMatch, Checks: []idverify.Check{similar, yes}}
	p := ruled{vendorNamed("a", step{res: both}), []idverify.Rule{theirs(100), alive}, ""}
	res, err := oneVendor(t, p, idverify.WithRequiredChecks(idverify.CheckLiveness)).Verify(t.Context(), askFor(photo()))
	require.NoError(t, err)
	assert.True(t, res.Passed())
	_, err = idverify.New([]idverify.Provider{ruled{vendorNamed("a"), []idverify.Rule{theirs(100)}, ""}}, idverify.WithRequiredChecks(idverify.CheckLiveness))
	assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
}
