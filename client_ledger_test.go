package idverify_test

import (
	"bytes"
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

var ledgerSecret = []byte("EXAMPLE-LEDGER-SECRET-32-BYTES-x")

// faultyLedger is a memory ledger that counts calls, and fails or hangs where the test
// says so.
type faultyLedger struct {
	idverify.Ledger
	mu            sync.Mutex
	claims        []idverify.ClaimRequest
	settlements   []idverify.Settlement
	claim, settle func(ctx context.Context) error // called first; nil does nothing
	after         func() error                    // what Claim returns after the claim was made
	rewrite       func(idverify.Claim) idverify.Claim
	hold          time.Duration // of every claim, instead of the requested one
}

func newFaultyLedger() *faultyLedger { return &faultyLedger{Ledger: idverify.NewMemoryLedger()} }

func (f *faultyLedger) Claim(ctx context.Context, c idverify.ClaimRequest) (idverify.Claim, error) {
	f.mu.Lock()
	f.claims = append(f.claims, c)
	fault, after, rewrite := f.claim, f.after, f.rewrite
	f.mu.Unlock()
	if fault != nil {
		if err := fault(ctx); err != nil {
			return idverify.Claim{}, err
		}
	}
	if f.hold > 0 {
		c.Hold = f.hold
	}
	claim, err := f.Ledger.Claim(ctx, c)
	if after != nil {
		err = errors.Join(err, after())
	}
	if rewrite != nil {
		claim = rewrite(claim)
	}
	return claim, err
}

func (f *faultyLedger) Settle(ctx context.Context, s idverify.Settlement) error {
	f.mu.Lock()
	f.settlements = append(f.settlements, s)
	fault := f.settle
	f.mu.Unlock()
	if fault != nil {
		if err := fault(ctx); err != nil {
			return err
		}
	}
	return f.Ledger.Settle(ctx, s)
}

func (f *faultyLedger) outcomes() (all []idverify.ClaimOutcome) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.settlements {
		all = append(all, s.Outcome)
	}
	return all
}

func hangs(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
func down(context.Context) error      { return errors.New("down at 10.0.0.1") }

func claiming(t *testing.T, l idverify.Ledger, p idverify.Provider, opts ...idverify.Option) *idverify.Client {
	t.Helper()
	return oneVendor(t, p, append(opts, idverify.WithLedger(l, ledgerSecret), idverify.WithRetry(idverify.Retry{Attempts: 1}))...)
}

func errorOf(t *testing.T, err error) *idverify.Error {
	t.Helper()
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	return e
}

// Holds P-PAY-8.
func TestWithLedger_ManyProcessesAskOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger := newFaultyLedger()
		a := vendorNamed("a", slowPass(t, time.Second))
		var mu sync.Mutex
		origins := map[idverify.Origin]int{}
		var wg sync.WaitGroup
		for range 6 {
			process := claiming(t, ledger, a)
			for range 3 {
				wg.Go(func() {
					res, err := process.Verify(t.Context(), keyed("order-1"))
					assert.NoError(t, err)
					assert.True(t, res.Passed())
					mu.Lock()
					defer mu.Unlock()
					origins[res.Origin]++
				})
			}
		}
		wg.Wait()
		assert.Equal(t, 1, a.asked)
		assert.Equal(t, 15, origins[idverify.OriginLedger])
		assert.Equal(t, 3, origins[idverify.OriginVendor]+origins[idverify.OriginShared])
		holders := map[string]bool{}
		for _, c := range ledger.claims {
			holders[c.Holder] = true
			assert.Len(t, c.Holder, 32)
			assert.Len(t, c.ID, 64)
			assert.Len(t, c.Print, 64)
			assert.Equal(t, 2*time.Minute+30*time.Second, c.Hold)
		}
		assert.Len(t, holders, len(ledger.claims), "each claim has a holder of its own")
		assert.Less(t, len(ledger.claims), 70, "one claim for each process, and a look every 200 ms")
		assert.NotEqual(t, 0, a.asked)
		require.Len(t, ledger.settlements, 1)
		assert.NotContains(t, string(ledger.settlements[0].Answer), aNumber)
	})
}

// Holds P-PAY-8.
func TestWithLedger_OutcomeForOtherProcesses(t *testing.T) {
	priced := fail(idverify.CodePoorPhoto, func(e *idverify.Error) { e.Billed = idverify.BilledYes })
	busy := fail(idverify.CodeVendorUnavailable, func(e *idverify.Error) { e.RetryAfter = time.Second })
	lost := fail(idverify.CodeTimeout, ambiguous)
	for name, test := range map[string]struct {
		first   step
		outcome idverify.ClaimOutcome
		code    idverify.Code // of the second call, from another process
		advice  idverify.Advice
		asked   int
	}{
		"decided":             {decide(idverify.CodeFaceMismatch), idverify.OutcomeDecided, idverify.CodeFaceMismatch, idverify.AdviceReject, 1},
		"free":                {fail(idverify.CodeRateLimited, safe), idverify.OutcomeFree, idverify.CodeMatch, idverify.AdviceAccept, 2},
		"failed at a price":   {priced, idverify.OutcomeFailed, idverify.CodePoorPhoto, idverify.AdviceRetakePhoto, 1},
		"perhaps at a price":  {busy, idverify.OutcomeFailed, idverify.CodeVendorUnavailable, idverify.AdviceReview, 1},
		"sent and unanswered": {lost, idverify.OutcomeAmbiguous, idverify.CodeUnknown, idverify.AdviceReview, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ledger := newFaultyLedger()
				a := vendorNamed("a", test.first, pass(t))
				first, firstErr := claiming(t, ledger, a).Verify(t.Context(), keyed("order-1"))
				assert.Equal(t, []idverify.ClaimOutcome{test.outcome}, ledger.outcomes(), "settled before the answer is handed out")
				res, err := claiming(t, ledger, a).Verify(t.Context(), keyed("order-1"))
				code, advice := idverify.Outcome(res, err)
				assert.Equal(t, test.code, code)
				assert.Equal(t, test.advice, advice)
				assert.Equal(t, test.asked, a.asked)
				if test.asked == 1 {
					origin := idverify.Origin("")
					if res != nil {
						origin = res.Origin
						assert.Equal(t, first.At, res.At)
					} else {
						origin = errorOf(t, err).Origin
						assert.Equal(t, errors.Is(firstErr, idverify.ErrAmbiguous), errors.Is(err, idverify.ErrAmbiguous))
						assert.True(t, errorOf(t, err).MayHaveCost())
						assert.Zero(t, errorOf(t, err).RetryAfter, "waiting changes nothing")
					}
					assert.Equal(t, idverify.OriginLedger, origin)
					assert.Equal(t, told(attemptsOf(first, firstErr)), told(attemptsOf(res, err)))
				}
			})
		})
	}
}

// Holds P-PAY-8.
func TestWithLedger_Repeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger := newFaultyLedger()
		a := vendorNamed("a", fail(idverify.CodeTimeout, ambiguous), fail(idverify.CodePoorPhoto), pass(t))
		c := claiming(t, ledger, a)
		again := keyed("order-1")
		again.Repeat = true
		for i, want := range []idverify.Code{idverify.CodeTimeout, idverify.CodePoorPhoto, idverify.CodeMatch, idverify.CodeMatch} {
			res, err := c.Verify(t.Context(), again)
			code, _ := idverify.Outcome(res, err)
			assert.Equal(t, want, code)
			assert.Equal(t, min(i+1, 3), a.asked, "a decision is never repeated")
		}
	})
}

// Two concurrent calls with Repeat make one more call, not two.
// Holds P-PAY-8.
func TestWithLedger_ConcurrentRepeatsMakeOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger := newFaultyLedger()
		slow := fail(idverify.CodePoorPhoto)
		slow.after = time.Second
		a := vendorNamed("a", slow)
		_, _ = claiming(t, ledger, a).Verify(t.Context(), keyed("order-1"))
		var wg sync.WaitGroup
		for range 2 {
			c := claiming(t, ledger, a)
			wg.Go(func() {
				again := keyed("order-1")
				again.Repeat = true
				_, err := c.Verify(t.Context(), again)
				assert.Equal(t, idverify.CodePoorPhoto, idverify.CodeOf(err))
			})
		}
		wg.Wait()
		assert.Equal(t, 2, a.asked)
	})
}

// Holds P-PAY-8.
func TestWithLedger_ClaimIsNeverTakenOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger := newFaultyLedger()
		ledger.hold = time.Second // the sender takes longer than its Hold, like a process that was suspended
		a := vendorNamed("a", slowPass(t, 10*time.Second), pass(t))
		var wg sync.WaitGroup
		wg.Go(func() {
			res, err := claiming(t, ledger, a).Verify(t.Context(), keyed("order-1"))
			assert.NoError(t, err)
			assert.True(t, res.Passed())
		})
		synctest.Wait()
		other := claiming(t, ledger, a)
		_, err := other.Verify(t.Context(), keyed("order-1"))
		assert.Equal(t, idverify.CodeUnknown, idverify.CodeOf(err))
		assert.ErrorIs(t, err, idverify.ErrAmbiguous)
		wg.Wait()
		res, err := other.Verify(t.Context(), keyed("order-1"))
		require.NoError(t, err, "the late answer has landed")
		assert.True(t, res.Passed())
		assert.Equal(t, 1, a.asked)
	})
}

func TestWithLedger_CallerLeavesWhileAnotherProcessAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger := newFaultyLedger()
		a := vendorNamed("a", slowPass(t, 10*time.Second))
		go claiming(t, ledger, a).Verify(t.Context(), keyed("order-1"))
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := claiming(t, ledger, a).Verify(ctx, keyed("order-1"))
		e := errorOf(t, err)
		assert.Equal(t, idverify.CodeTimeout, e.Code)
		assert.True(t, e.Ambiguous())
		assert.Equal(t, idverify.OriginLedger, e.Origin)
		assert.Equal(t, 1, a.asked)
		time.Sleep(time.Minute)
	})
}

// Holds P-PAY-8.
func TestWithLedger_DeadClaimerLeavesQuestionAmbiguous(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger := newFaultyLedger()
		a := vendorNamed("a", pass(t))
		ledger.settle = down // the process dies after it has sent
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := claiming(t, ledger, a).Verify(ctx, keyed("order-1"))
		require.NoError(t, err)
		assert.Equal(t, 40*time.Second, ledger.claims[0].Hold, "the caller's deadline and one attempt")
		time.Sleep(39 * time.Second)
		began := time.Now()
		other := claiming(t, ledger, a)
		_, err = other.Verify(t.Context(), keyed("order-1"))
		e := errorOf(t, err)
		assert.WithinDuration(t, began.Add(time.Second), time.Now(), time.Millisecond, "told as soon as nobody can have it any more")
		assert.Equal(t, idverify.CodeUnknown, e.Code)
		assert.ErrorIs(t, err, idverify.ErrAmbiguous)
		assert.Equal(t, idverify.AdviceReview, e.Advice())
		assert.Equal(t, idverify.OriginLedger, e.Origin)
		assert.Equal(t, 1, a.asked)
	})
}

// Holds P-PAY-10.
func TestWithLedger_OtherQuestionUnderOneKey(t *testing.T) {
	ledger := newFaultyLedger()
	a := vendorNamed("a", pass(t))
	_, err := claiming(t, ledger, a).Verify(t.Context(), keyed("order-1"))
	require.NoError(t, err)
	for name, other := range anotherQuestion("order-1") {
		other.Repeat = true
		_, err := claiming(t, ledger, a).Verify(t.Context(), other)
		assertOtherQuestion(t, err, name)
	}
	assert.Equal(t, 1, a.asked)
}

// Holds P-PAY-9.
func TestWithLedger_RequestWithoutAKeyIsRefused(t *testing.T) {
	a := vendorNamed("a", pass(t))
	c := claiming(t, newFaultyLedger(), a)
	assert.True(t, c.KeepsAnswers())
	_, err := c.Verify(t.Context(), askFor(photo()))
	e := errorOf(t, err)
	assert.Equal(t, idverify.CodeInvalidRequest, e.Code)
	assert.Equal(t, "IdempotencyKey", e.Field)
	assert.Equal(t, 0, a.asked)
}

func TestWithLedger_NewRefusesInvalidOptions(t *testing.T) {
	for name, opts := range map[string][]idverify.Option{
		"beside a result store": {idverify.WithLedger(idverify.NewMemoryLedger(), ledgerSecret), idverify.WithResultStore(&memoryResults{}, storeSecret)},
		"nil":                   {idverify.WithLedger(nil, ledgerSecret)},
		"short secret":          {idverify.WithLedger(idverify.NewMemoryLedger(), ledgerSecret[:31])},
	} {
		_, err := idverify.New([]idverify.Provider{vendorNamed("a")}, opts...)
		e := errorOf(t, err)
		assert.Equal(t, idverify.CodeInvalidConfig, e.Code, name)
		assert.Equal(t, "WithLedger", e.Field, name)
	}
}

// Holds P-PAY-10.
func TestWithLedger_ForgedOrMovedAnswerIsRefused(t *testing.T) {
	ledger := newFaultyLedger()
	var events []idverify.StoreEvent
	hooks := idverify.WithHooks(idverify.Hooks{Store: func(e idverify.StoreEvent) { events = append(events, e) }})
	a := vendorNamed("a", pass(t), decide(idverify.CodeFaceMismatch))
	c := claiming(t, ledger, a, hooks)
	for _, key := range []string{"passed", "mismatch"} {
		_, err := c.Verify(t.Context(), keyed(key))
		require.NoError(t, err)
	}
	passed, failed := ledger.settlements[0].Answer, ledger.settlements[1].Answer
	for name, answer := range map[string][]byte{
		"of another question": passed,
		"changed":             bytes.Replace(failed, []byte("face_mismatch"), []byte("match"), 1),
		"cut":                 failed[:len(failed)-1],
		"empty":               nil,
		"null":                []byte("null"),
	} {
		events = nil
		ledger.rewrite = func(c idverify.Claim) idverify.Claim { c.Answer = answer; return c }
		res, err := c.Verify(t.Context(), keyed("mismatch"))
		require.Nil(t, res, name)
		assert.Equal(t, idverify.CodeUnknown, idverify.CodeOf(err), name)
		assert.ErrorIs(t, err, idverify.ErrAmbiguous, name)
		assert.Equal(t, []idverify.StoreEvent{{Store: "claim", Operation: "open", Reason: idverify.StoreFailed}}, events, name)
	}
	// A ledger that ignores the print returns another person's pass for this key.
	ledger.rewrite = func(idverify.Claim) idverify.Claim {
		return idverify.Claim{State: idverify.ClaimKept, Answer: passed}
	}
	other := keyed("passed")
	other.Evidence = []idverify.Evidence{idverify.Photo(idverify.Bytes([]byte("another face")))}
	res, err := c.Verify(t.Context(), other)
	assert.Nil(t, res)
	assert.ErrorIs(t, err, idverify.ErrAmbiguous)

	ledger.rewrite = nil
	res, err = c.Verify(t.Context(), keyed("mismatch"))
	require.NoError(t, err)
	assert.Equal(t, idverify.CodeFaceMismatch, res.Code)
	assert.Equal(t, 2, a.asked)
}
