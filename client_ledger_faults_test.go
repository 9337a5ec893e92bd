package idverify_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// storeEvents collects store events.
func storeEvents() (idverify.Option, func() []string) {
	events := make(chan string, 1000)
	hooks := idverify.WithHooks(idverify.Hooks{Store: func(e idverify.StoreEvent) {
		events <- e.Store + " " + e.Operation + " " + string(e.Reason)
	}})
	return hooks, func() (all []string) {
		for {
			select {
			case e := <-events:
				all = append(all, e)
			default:
				return all
			}
		}
	}
}

// Holds P-PAY-9.
func TestLedger_NothingIsSentWithoutClaim(t *testing.T) {
	deaf := func(context.Context) error { time.Sleep(5 * time.Second); return nil }
	for name, test := range map[string]struct {
		fault  func(*faultyLedger)
		took   time.Duration
		reason string
	}{
		"down":  {func(l *faultyLedger) { l.claim = down }, 0, "error"},
		"hangs": {func(l *faultyLedger) { l.claim = hangs }, 2 * time.Second, "timeout"},
		"deaf":  {func(l *faultyLedger) { l.claim = deaf }, 2 * time.Second, "timeout"},
		"paused by itself": {func(l *faultyLedger) {
			l.claim = func(context.Context) error { return fmt.Errorf("breaker open: %w", idverify.ErrStorePaused) }
		}, 0, "paused"},
		"its answer lost": {func(l *faultyLedger) { l.after = func() error { return errors.New("connection reset") } }, 0, "error"},
		"says nothing": {func(l *faultyLedger) {
			l.rewrite = func(idverify.Claim) idverify.Claim { return idverify.Claim{} }
		}, 0, "error"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ledger := newFaultyLedger()
				test.fault(ledger)
				hooks, events := storeEvents()
				a := vendorNamed("a", pass(t))
				c := claiming(t, ledger, a, hooks)
				began := time.Now()
				_, err := c.Verify(t.Context(), keyed("order-1"))
				e := errorOf(t, err)
				assert.Equal(t, idverify.CodeStoreUnavailable, e.Code)
				assert.False(t, e.MayHaveCost())
				assert.Equal(t, idverify.OriginRefused, e.Origin)
				assert.NotContains(t, e.Error(), "10.0.0.1")
				assert.WithinDuration(t, began.Add(test.took), time.Now(), time.Millisecond)
				assert.Equal(t, []string{"claim claim " + test.reason}, events())
				assert.Equal(t, 0, a.asked)
				if name == "says nothing" {
					return
				}
				time.Sleep(10 * time.Second)
				ledger.mu.Lock()
				ledger.claim, ledger.after = nil, nil
				ledger.mu.Unlock()
				res, err := c.Verify(t.Context(), keyed("order-1"))
				require.NoError(t, err, "what was claimed all the same was freed")
				assert.True(t, res.Passed())
			})
		})
	}
}

// Holds P-PAY-9.
func TestLedger_FailedSettlementIsRetried(t *testing.T) {
	for name, test := range map[string]struct {
		fault func(context.Context) error
		took  time.Duration
		first string
	}{
		"down":   {down, 0, "error"},
		"hangs":  {hangs, 2 * time.Second, "timeout"},
		"panics": {func(context.Context) error { panic("broken") }, 0, "error"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ledger := newFaultyLedger()
				ledger.settle = test.fault
				hooks, events := storeEvents()
				a := vendorNamed("a", pass(t))
				c := claiming(t, ledger, a, hooks)
				began := time.Now()
				res, err := c.Verify(t.Context(), keyed("order-1"))
				require.NoError(t, err)
				assert.True(t, res.Passed())
				assert.WithinDuration(t, began.Add(test.took), time.Now(), time.Millisecond)
				assert.Equal(t, []string{"claim settle " + test.first}, events())

				time.Sleep(20 * time.Second)
				ledger.mu.Lock()
				ledger.settle = nil
				ledger.mu.Unlock()
				time.Sleep(5 * time.Second)
				assert.Empty(t, events())
				res, err = c.Verify(t.Context(), keyed("order-1"))
				require.NoError(t, err)
				assert.Equal(t, idverify.OriginLedger, res.Origin)
				assert.Equal(t, 1, a.asked)
			})
		})
	}
}

// Holds P-PAY-9.
func TestLedger_SettlementGivesUpAfter30Seconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger := newFaultyLedger()
		ledger.settle = down
		hooks, events := storeEvents()
		_, err := claiming(t, ledger, vendorNamed("a", pass(t)), hooks).Verify(t.Context(), keyed("order-1"))
		require.NoError(t, err)
		time.Sleep(29 * time.Second)
		tries := len(ledger.outcomes())
		assert.Greater(t, tries, 10)
		time.Sleep(2 * time.Second)
		assert.Equal(t, []string{"claim settle error", "claim settle timeout"}, events())
		tries = len(ledger.outcomes())
		time.Sleep(time.Hour)
		assert.Len(t, ledger.outcomes(), tries)
	})
}

func TestLedger_LostClaimIsSettledOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger := newFaultyLedger()
		ledger.settle = func(context.Context) error { return idverify.ErrClaimLost }
		hooks, events := storeEvents()
		_, err := claiming(t, ledger, vendorNamed("a", pass(t)), hooks).Verify(t.Context(), keyed("order-1"))
		require.NoError(t, err)
		time.Sleep(time.Minute)
		assert.Len(t, ledger.outcomes(), 1)
		assert.Equal(t, []string{"claim settle error"}, events())
	})
}

// A ledger that panics after it has claimed leaves the question to the next caller,
// because nothing was sent.
// Holds P-PAY-9.
func TestLedger_PanickedClaimIsReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger := newFaultyLedger()
		ledger.after = func() error { panic("after the claim") }
		a := vendorNamed("a", pass(t))
		c := claiming(t, ledger, a)
		assert.PanicsWithValue(t, "after the claim", func() { _, _ = c.Verify(t.Context(), keyed("order-1")) })
		assert.Zero(t, a.asked)
		synctest.Wait()
		ledger.after = nil
		res, err := c.Verify(t.Context(), keyed("order-1"))
		require.NoError(t, err)
		assert.True(t, res.Passed())
	})
}

// A caller who leaves does not wait two seconds for the settlement, and the
// question is settled.
func TestLedger_LeavingCallerDoesNotWaitForSettlement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger := newFaultyLedger()
		ledger.settle = func(ctx context.Context) error {
			select {
			case <-time.After(time.Second):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		a := vendorNamed("a", slowPass(t, time.Minute))
		c := claiming(t, ledger, a)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err := c.Verify(ctx, keyed("order-1"))
		assert.Equal(t, idverify.CodeTimeout, idverify.CodeOf(err))
		assert.WithinDuration(t, began.Add(1300*time.Millisecond), time.Now(), time.Millisecond)
		time.Sleep(10 * time.Second)
		_, err = c.Verify(t.Context(), keyed("order-1"))
		assert.Equal(t, idverify.CodeUnknown, idverify.CodeOf(err), "ambiguous for later callers, not timed out")
		assert.ErrorIs(t, err, idverify.ErrAmbiguous)
		assert.Equal(t, 1, a.asked)
	})
}

// broken is a provider that never returns normally.
type broken struct {
	byScript
	how func()
}

func (b *broken) Ask(context.Context, *idverify.Question) (*idverify.Result, error) {
	b.how()
	return nil, nil
}

// Holds P-PAY-8.
func TestLedger_CallWithoutAnswerIsAmbiguous(t *testing.T) {
	for name, how := range map[string]func(){"panics": func() { panic("broken") }, "ends its goroutine": runtime.Goexit} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ledger := newFaultyLedger()
				c := claiming(t, ledger, &broken{byScript{name: "a"}, how})
				func() {
					defer func() { _ = recover() }()
					_, _ = c.Verify(t.Context(), keyed("order-1"))
				}()
				assert.Equal(t, []idverify.ClaimOutcome{idverify.OutcomeAmbiguous}, ledger.outcomes())
				_, err := claiming(t, ledger, vendorNamed("a", pass(t))).Verify(t.Context(), keyed("order-1"))
				assert.Equal(t, idverify.CodeUnknown, idverify.CodeOf(err))
				assert.ErrorIs(t, err, idverify.ErrAmbiguous)
			})
		})
	}
}

// A decision made under a milder rule is not returned under today's rules.
// Holds P-PAY-10.
func TestLedger_KeptDecisionIsCheckedByTodaysRules(t *testing.T) {
	ledger := newFaultyLedger()
	a := vendorNamed("a", pass(t))
	_, err := claiming(t, ledger, a).Verify(t.Context(), keyed("order-1"))
	require.NoError(t, err)
	_, err = claiming(t, ledger, vendorNamed("b", pass(t))).Verify(t.Context(), keyed("order-1"))
	e := errorOf(t, err)
	assert.Equal(t, idverify.CodeInvalidRequest, e.Code)
	assert.Equal(t, "IdempotencyKey", e.Field)
	assert.Equal(t, idverify.OriginRefused, e.Origin)
}

func TestLedger_KeptAnswerDoesNotCountAsTry(t *testing.T) {
	ledger := newFaultyLedger()
	a := vendorNamed("a", pass(t))
	c := claiming(t, ledger, a, idverify.WithPersonLimit(idverify.PersonLimit{Secret: ledgerSecret, Tries: 1, Window: time.Hour}))
	for range 3 {
		_, err := c.Verify(t.Context(), keyed("order-1"))
		require.NoError(t, err)
	}
	_, err := c.Verify(t.Context(), keyed("order-2"))
	assert.Equal(t, idverify.CodeTooManyAttempts, idverify.CodeOf(err))
	assert.Equal(t, []idverify.ClaimOutcome{idverify.OutcomeDecided, idverify.OutcomeFree}, ledger.outcomes(), "a refusal of ours leaves nothing behind")
}

// lateLedger records every claim, after a while, even if nobody waits for it any more.
type lateLedger struct {
	idverify.Ledger
	late atomic.Int64 // in nanoseconds
}

func (l *lateLedger) Claim(ctx context.Context, r idverify.ClaimRequest) (idverify.Claim, error) {
	time.Sleep(time.Duration(l.late.Load()))
	return l.Ledger.Claim(context.WithoutCancel(ctx), r)
}

// A claim that is recorded after it was given up is freed again; otherwise the question
// could not be asked before the claim's Hold has passed, and would then be ambiguous.
func TestLedger_LateClaimIsFreed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger := &lateLedger{Ledger: idverify.NewMemoryLedger()}
		ledger.late.Store(int64(3 * time.Second))
		a := vendorNamed("a", pass(t))
		c := claiming(t, ledger, a)
		_, err := c.Verify(t.Context(), keyed("order-1"))
		assert.ErrorIs(t, err, idverify.ErrStoreUnavailable)
		time.Sleep(5 * time.Second)
		ledger.late.Store(0)
		began := time.Now()
		res, err := c.Verify(t.Context(), keyed("order-1"))
		require.NoError(t, err)
		assert.True(t, res.Passed())
		assert.Zero(t, time.Since(began))
		assert.Equal(t, 1, a.asked)
	})
}
