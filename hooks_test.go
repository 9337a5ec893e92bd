package idverify_test

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

type spanKey struct{}

// watching returns hooks that record what they are told.
func watching(name string, log *[]string) idverify.Option {
	return idverify.WithHooks(idverify.Hooks{
		Call: func(ctx context.Context, _ idverify.CallStart) (context.Context, func(idverify.CallEnd)) {
			*log = append(*log, name+" call begins")
			return nil, func(e idverify.CallEnd) { *log = append(*log, name+" call ends "+string(e.Code)) }
		},
		Attempt: func(ctx context.Context, start idverify.AttemptStart) (context.Context, func(idverify.Attempt)) {
			*log = append(*log, name+" begins "+start.Vendor)
			return context.WithValue(ctx, spanKey{}, name), func(a idverify.Attempt) {
				*log = append(*log, name+" ends "+a.String())
			}
		},
	})
}

// spanning is a provider that looks for the hooks' context.
type spanning struct {
	byScript
	span any
}

func (s *spanning) Ask(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
	s.span = ctx.Value(spanKey{})
	return s.byScript.Ask(ctx, q)
}

func TestHooks_BeginAndEndOfCallsAndAttempts(t *testing.T) {
	var log []string
	a := &spanning{byScript: byScript{name: "a", steps: []step{fail(idverify.CodeQuotaExceeded)}}}
	b := vendorNamed("b", pass(t))
	c, err := idverify.New([]idverify.Provider{a, b},
		watching("one", &log), watching("two", &log))
	require.NoError(t, err)
	_, err = c.Verify(t.Context(), askFor(photo()))
	require.NoError(t, err)
	assert.Equal(t, []string{
		"one call begins", "two call begins",
		"one begins a", "two begins a", "two ends a quota_exceeded (answered, billed unknown)", "one ends a quota_exceeded (answered, billed unknown)",
		"one begins b", "two begins b", "two ends b match (answered, billed yes)", "one ends b match (answered, billed yes)",
		"two call ends match", "one call ends match",
	}, log)
	assert.Equal(t, "two", a.span, "the attempt runs in the hooks' context")
}

// noting keeps everything that it is told.
type noting struct {
	mu     sync.Mutex
	starts []idverify.AttemptStart
	ends   []idverify.Attempt

	circuit []idverify.CircuitChange
	stores  []idverify.StoreEvent
}

func (n *noting) option() idverify.Option {
	return idverify.WithHooks(idverify.Hooks{
		Attempt: func(_ context.Context, start idverify.AttemptStart) (context.Context, func(idverify.Attempt)) {
			note(n, &n.starts, start)
			return nil, func(a idverify.Attempt) { note(n, &n.ends, a) }
		},
		Circuit: func(c idverify.CircuitChange) { note(n, &n.circuit, c) },
		Store:   func(e idverify.StoreEvent) { note(n, &n.stores, e) },
	})
}

// note writes down one thing at a time: hooks are called concurrently.
func note[T any](n *noting, all *[]T, one T) {
	n.mu.Lock()
	defer n.mu.Unlock()
	*all = append(*all, one)
}

func TestHooks_NumberAndTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turnedAway := fail(idverify.CodeRateLimited, safe, retryAfter(2*time.Second))
		turnedAway.after = time.Second
		var call idverify.CallEnd
		ends := idverify.WithHooks(idverify.Hooks{Call: func(context.Context, idverify.CallStart) (context.Context, func(idverify.CallEnd)) {
			return nil, func(e idverify.CallEnd) { call = e }
		}})
		var told noting
		c := oneVendor(t, vendorNamed("a", turnedAway, slowPass(t, 3*time.Second)), told.option(), ends)
		res, err := c.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err)
		require.Len(t, told.starts, 2)
		id := told.starts[0].CallID
		assert.Len(t, id, 16)
		began := res.Attempts[0].At
		assert.Equal(t, []idverify.AttemptStart{
			{CallID: id, Vendor: "a", Number: 1, At: began},
			{CallID: id, Vendor: "a", Number: 2, At: began.Add(3 * time.Second), Wait: 2 * time.Second},
		}, told.starts)
		assert.Equal(t, res.Attempts, told.ends, "the same values, and what was done next")
		assert.Equal(t, 6*time.Second, call.Duration, "with the wait")
		assert.Equal(t, []time.Duration{time.Second, 3 * time.Second}, []time.Duration{told.ends[0].Duration, told.ends[1].Duration})
	})
}

func TestHooks_ProviderPassedOver(t *testing.T) {
	var told noting
	a := vendorNamed("a", fail(idverify.CodeVendorUnavailable))
	c := oneVendor(t, a, told.option(), idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: 1, OpenFor: time.Hour}}))
	for range 3 {
		_, err := c.Verify(t.Context(), askFor(photo()))
		assert.Error(t, err)
	}
	assert.Equal(t, 1, a.asked)
	require.Len(t, told.ends, 3)
	assert.Len(t, told.starts, 3)
	for i, want := range []idverify.Reason{"", idverify.ReasonCircuitOpen, idverify.ReasonCircuitOpen} {
		assert.Equal(t, want, told.ends[i].Reason)
		assert.Equal(t, want != "", told.ends[i].PassedOver)
	}
	assert.Equal(t, []idverify.CircuitChange{{Vendor: "a", From: idverify.CircuitClosed, To: idverify.CircuitOpen}}, told.circuit)
	assert.Equal(t, map[string]idverify.CircuitState{"a": idverify.CircuitOpen}, c.Circuits())
}

// The circuit opens while a call waits in the limiter's queue.
func TestHooks_ProviderPassedOverWhileQueued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limiter, err := idverify.NewLimiter(idverify.Rate{InFlight: 1})
		require.NoError(t, err)
		failing := fail(idverify.CodeVendorUnavailable)
		failing.after = time.Second
		var told noting
		a := vendorNamed("a", failing)
		c := oneVendor(t, a, told.option(),
			idverify.WithVendor("a", idverify.VendorPolicy{Limiter: limiter, Breaker: idverify.Breaker{Failures: 1}}))
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := c.Verify(t.Context(), askFor(photo()))
			assert.Equal(t, idverify.CodeVendorUnavailable, idverify.CodeOf(err))
		})
		synctest.Wait()
		_, err = c.Verify(t.Context(), askFor(photo()))
		wg.Wait()
		assert.ErrorIs(t, err, idverify.ErrCircuitOpen)
		assert.True(t, attemptsOf(nil, err)[0].PassedOver)
		assert.Equal(t, 1, a.asked)
		require.Len(t, told.ends, 2)
		assert.ElementsMatch(t, []bool{false, true}, []bool{told.ends[0].PassedOver, told.ends[1].PassedOver},
			"both end in the same instant, in either order")
	})
}

func TestHooks_WaitForAnotherProcess(t *testing.T) {
	lost := fail(idverify.CodeVendorUnavailable, safe)
	lost.after = time.Second
	for name, test := range map[string]struct {
		first step
		limit time.Duration
		fault func(context.Context) error // of the ledger, once the wait has begun
		state idverify.ClaimState
		code  idverify.Code
	}{
		"its answer comes":     {slowPass(t, time.Second), time.Minute, nil, idverify.ClaimKept, ""},
		"it leaves nothing":    {lost, time.Minute, nil, idverify.ClaimMine, ""},
		"the caller leaves":    {slowPass(t, time.Minute), time.Second, nil, idverify.ClaimHeld, idverify.CodeTimeout},
		"the ledger goes down": {slowPass(t, time.Minute), time.Minute, down, "", idverify.CodeStoreUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ledger := newFaultyLedger()
				a := vendorNamed("a", test.first, pass(t))
				go claiming(t, ledger, a).Verify(t.Context(), keyed("order-1"))
				synctest.Wait()
				var ends []idverify.ClaimEnd
				var call, span any
				hooks := idverify.WithHooks(idverify.Hooks{
					Call: func(_ context.Context, start idverify.CallStart) (context.Context, func(idverify.CallEnd)) {
						call = start.ID
						return nil, nil
					},
					Claim: func(ctx context.Context, start idverify.ClaimStart) (context.Context, func(idverify.ClaimEnd)) {
						assert.Equal(t, call, start.CallID)
						ledger.mu.Lock()
						ledger.claim = func(ctx context.Context) error {
							span = ctx.Value(spanKey{})
							if test.fault != nil {
								return test.fault(ctx)
							}
							return nil
						}
						ledger.mu.Unlock()
						return context.WithValue(ctx, spanKey{}, "claim"), func(e idverify.ClaimEnd) { ends = append(ends, e) }
					},
				})
				ctx, cancel := context.WithTimeout(t.Context(), test.limit)
				defer cancel()
				began := time.Now()
				_, err := claiming(t, ledger, a, hooks).Verify(ctx, keyed("order-1"))
				synctest.Wait()
				require.Len(t, ends, 1, "one wait, whatever the number of looks")
				assert.Equal(t, call, ends[0].CallID)
				assert.Equal(t, test.state, ends[0].State)
				assert.Equal(t, test.code, idverify.CodeOf(err))
				assert.Equal(t, time.Since(began), ends[0].Duration)
				assert.Equal(t, "claim", span, "the ledger is asked in the hook's context")
				time.Sleep(2 * time.Minute)
			})
		})
	}
}

// silentHooks return nothing.
var silentHooks = idverify.WithHooks(idverify.Hooks{
	Call: func(context.Context, idverify.CallStart) (context.Context, func(idverify.CallEnd)) { return nil, nil },
	Attempt: func(context.Context, idverify.AttemptStart) (context.Context, func(idverify.Attempt)) {
		return nil, nil
	},
})

func TestHooks_MayReturnNil(t *testing.T) {
	c := oneVendor(t, vendorNamed("a", pass(t)), silentHooks)
	_, err := c.Verify(t.Context(), askFor(photo()))
	assert.NoError(t, err)
}

func TestHooks_PanicIsDropped(t *testing.T) {
	var out bytes.Buffer
	boom := func() { panic("MARK") }
	c := oneVendor(t, vendorNamed("a", pass(t), fail(idverify.CodeVendorUnavailable)),
		idverify.WithLogger(slog.New(slog.NewTextHandler(&out, nil))),
		idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: 1}}),
		idverify.WithHooks(idverify.Hooks{
			Call: func(context.Context, idverify.CallStart) (context.Context, func(idverify.CallEnd)) {
				boom()
				return nil, nil
			},
			Attempt: func(context.Context, idverify.AttemptStart) (context.Context, func(idverify.Attempt)) {
				return nil, func(idverify.Attempt) { boom() }
			},
			Circuit: func(idverify.CircuitChange) { boom() },
		}))
	res, err := c.Verify(t.Context(), askFor(photo()))
	require.NoError(t, err)
	assert.True(t, res.Passed())
	_, err = c.Verify(t.Context(), askFor(photo()))
	assert.Equal(t, idverify.CodeVendorUnavailable, idverify.CodeOf(err))
	for _, which := range []string{"hook=Call", "hook=Attempt", "hook=Circuit"} {
		assert.Contains(t, out.String(), which)
	}
	assert.NotContains(t, out.String(), "MARK")
}

// panickingProvider panics when it is asked.
type panickingProvider struct{ byScript }

func (*panickingProvider) Ask(context.Context, *idverify.Question) (*idverify.Result, error) {
	panic("EXAMPLE panic")
}

func TestHooks_AttemptEndsWhenProviderPanics(t *testing.T) {
	var told noting
	c := oneVendor(t, &panickingProvider{byScript{name: "a"}}, told.option())
	assert.Panics(t, func() { _, _ = c.Verify(t.Context(), askFor(photo())) })
	require.Len(t, told.ends, 1)
	assert.Equal(t, idverify.CodeUnknown, told.ends[0].Code)
	assert.True(t, told.ends[0].Ambiguous())
}

func TestHooks_CallEndsWhenProviderPanics(t *testing.T) {
	for _, key := range []string{"", "k"} {
		var told []idverify.CallEnd
		hook := idverify.WithHooks(idverify.Hooks{Call: func(context.Context, idverify.CallStart) (context.Context, func(idverify.CallEnd)) {
			return nil, func(e idverify.CallEnd) { told = append(told, e) }
		}})
		c := oneVendor(t, &panickingProvider{byScript{name: "a"}}, hook)
		req := askFor(photo())
		req.IdempotencyKey = key
		assert.PanicsWithValue(t, "EXAMPLE panic", func() { _, _ = c.Verify(t.Context(), req) })
		require.Len(t, told, 1)
		assert.Equal(t, idverify.CodeUnknown, told[0].Code)
		assert.Equal(t, idverify.AdviceReview, told[0].Advice)
		assert.ErrorIs(t, told[0].Err, idverify.ErrAmbiguous)
	}
}

// A hook may ask for the state: it is called outside the breaker's lock.
func TestHooks_CircuitHookMayCallCircuits(t *testing.T) {
	var c *idverify.Client
	var seen []idverify.CircuitState
	var err error
	c, err = idverify.New([]idverify.Provider{vendorNamed("a", fail(idverify.CodeVendorUnavailable))},
		idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: 1}}),
		idverify.WithHooks(idverify.Hooks{Circuit: func(idverify.CircuitChange) { seen = append(seen, c.Circuits()["a"]) }}))
	require.NoError(t, err)
	_, err = c.Verify(t.Context(), askFor(photo()))
	require.Error(t, err)
	assert.Equal(t, []idverify.CircuitState{idverify.CircuitOpen}, seen)
}

func TestHooks_DurationExcludesQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limiter, err := idverify.NewLimiter(idverify.Rate{PerSecond: 1})
		require.NoError(t, err)
		c := oneVendor(t, vendorNamed("a", slowPass(t, 300*time.Millisecond)), idverify.WithVendor("a", idverify.VendorPolicy{Limiter: limiter}))
		_, err = c.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err)
		res, err := c.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err)
		assert.Equal(t, 700*time.Millisecond, res.Attempts[0].Queued)
		assert.Equal(t, 300*time.Millisecond, res.Attempts[0].Duration)
	})
}
