package idverify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

type spanKey struct{}

// watching are hooks that write down what they are told.
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

func TestHooksSeeEveryCallAndAttemptBeginAndEnd(t *testing.T) {
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

// noting keeps all that it is told.
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

func TestHooksAreToldNumberAndTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turnedAway := fail(idverify.CodeRateLimited, safe, retryAfter(2*time.Second))
		turnedAway.after = time.Second
		var told noting
		c := oneVendor(t, vendorNamed("a", turnedAway, slowPass(t, 3*time.Second)), told.option())
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
		assert.Equal(t, []time.Duration{time.Second, 3 * time.Second}, []time.Duration{told.ends[0].Duration, told.ends[1].Duration})
	})
}

func TestHooksAreToldOfAProviderThatIsPassedOver(t *testing.T) {
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

// The circuit opens while a call waits in the limiter's line.
func TestHooksAreToldWhenAnAttemptWasPassedOverAtTheLastMoment(t *testing.T) {
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
			assert.ErrorIs(t, err, idverify.ErrVendorUnavailable)
		})
		synctest.Wait()
		_, err = c.Verify(t.Context(), askFor(photo()))
		wg.Wait()
		assert.ErrorIs(t, err, idverify.ErrCircuitOpen)
		assert.True(t, attemptsOf(nil, err)[0].PassedOver)
		assert.Equal(t, 1, a.asked)
		require.Len(t, told.ends, 2)
		assert.False(t, told.ends[0].PassedOver)
		assert.True(t, told.ends[1].PassedOver)
	})
}

// silentHooks return nothing.
var silentHooks = idverify.WithHooks(idverify.Hooks{
	Call: func(context.Context, idverify.CallStart) (context.Context, func(idverify.CallEnd)) { return nil, nil },
	Attempt: func(context.Context, idverify.AttemptStart) (context.Context, func(idverify.Attempt)) {
		return nil, nil
	},
})

func TestHooksMayReturnNothing(t *testing.T) {
	c := oneVendor(t, vendorNamed("a", pass(t)), silentHooks)
	_, err := c.Verify(t.Context(), askFor(photo()))
	assert.NoError(t, err)
}

func TestLoggerWritesOneLineForEachAttemptAndEachCall(t *testing.T) {
	var out bytes.Buffer
	failing := fail(idverify.CodeVendorUnavailable, func(e *idverify.Error) {
		e.VendorMessage = idverify.NewSensitive("MARK " + aName)
		e.VendorCode = "2"
	})
	c, err := idverify.New([]idverify.Provider{vendorNamed("a", failing), vendorNamed("b", pass(t))},
		idverify.WithLogger(slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	require.NoError(t, err)
	res, err := c.Verify(t.Context(), askFor(photo()))
	require.NoError(t, err)
	assert.True(t, res.Passed())
	_, err = c.Verify(t.Context(), askFor())
	require.Error(t, err)

	var lines []map[string]any
	for line := range strings.Lines(out.String()) {
		var fields map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &fields))
		lines = append(lines, fields)
	}
	require.Len(t, lines, 4)
	for i, want := range []struct{ msg, level string }{
		{"idverify attempt", "WARN"}, {"idverify attempt", "INFO"}, {"idverify call", "INFO"}, {"idverify call", "INFO"},
	} {
		assert.Equal(t, want.msg, lines[i]["msg"])
		assert.Equal(t, want.level, lines[i]["level"])
	}
	assert.Equal(t, "vendor_unavailable", lines[0]["attempt"].(map[string]any)["code"])
	assert.Equal(t, true, lines[2]["result"].(map[string]any)["passed"])
	for _, mark := range []string{"MARK", aName, aNumber} {
		assert.NotContains(t, out.String(), mark)
	}
}

func TestAttemptKeepsWhatTheVendorSaid(t *testing.T) {
	decided := pass(t)
	decided.res.VendorCode, decided.res.VendorReason, decided.res.RequestID, decided.res.HTTPStatus = "1", "found", "r2", 200
	failed := &idverify.Error{Code: idverify.CodeQuotaExceeded, VendorCode: "17", VendorReason: "daily", RequestID: "r1", HTTPStatus: 402,
		Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo}
	c, err := idverify.New([]idverify.Provider{vendorNamed("a", step{err: failed}), vendorNamed("b", decided)}, half(idverify.Retry{Attempts: 1}))
	require.NoError(t, err)
	res, err := c.Verify(t.Context(), askFor(photo()))
	require.NoError(t, err)
	require.ErrorIs(t, res.Attempts[0].Err, idverify.ErrQuotaExceeded)
	legs := slices.Clone(res.Attempts)
	for i := range legs {
		legs[i].Err, legs[i].Duration, legs[i].Queued, legs[i].At = nil, 0, 0, time.Time{}
	}
	assert.Equal(t, []idverify.Attempt{
		{Vendor: "a", Code: idverify.CodeQuotaExceeded, VendorCode: "17", VendorReason: "daily", RequestID: "r1", HTTPStatus: 402,
			Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused, Next: idverify.NextAnotherVendor},
		{Vendor: "b", Code: idverify.CodeMatch, VendorCode: "1", VendorReason: "found", RequestID: "r2", HTTPStatus: 200,
			Billed: idverify.BilledYes, Delivery: idverify.DeliveryAnswered},
	}, legs)
}

func TestEveryVerbPrintsTheLineOfAnAttempt(t *testing.T) {
	for want, a := range map[string]idverify.Attempt{
		"a circuit_open (passed over, billed no)":  {Vendor: "a", Code: idverify.CodeCircuitOpen, Billed: idverify.BilledNo, PassedOver: true},
		"a network (not sent, billed no)":          {Vendor: "a", Code: idverify.CodeNetwork, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo},
		"a network (unanswered, billed no)":        {Vendor: "a", Code: idverify.CodeNetwork, Billed: idverify.BilledNo},
		"a timeout (unanswered, billed unknown)":   {Vendor: "a", Code: idverify.CodeTimeout, Delivery: idverify.DeliveryUnanswered},
		"[hidden] [hidden] (answered, billed yes)": {Vendor: "two words", Code: aName, Delivery: idverify.DeliveryAnswered, Billed: idverify.BilledYes},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
			assert.Equal(t, want, fmt.Sprintf(verb, a), verb)
		}
	}
}

func TestAttemptHidesWhatIsNoWord(t *testing.T) {
	a := idverify.Attempt{Vendor: aName, Code: aName, VendorCode: aName, RequestID: aName, Delivery: idverify.DeliveryAnswered, HTTPStatus: 200, Wait: time.Second}
	assert.Equal(t, "[vendor=[hidden] code=[hidden] vendor_code=[hidden] request_id=[hidden] http_status=200 wait=1s queued=0s duration=0s billed=unknown "+
		"delivery=answered passed_over=false]", a.LogValue().String())
	text, err := json.Marshal(idverify.Attempt{Vendor: "a", VendorCode: aName, RequestID: aName})
	require.NoError(t, err)
	assert.JSONEq(t, `{"vendor":"a","code":"","vendor_code":"[hidden]","request_id":"[hidden]","duration_ms":0,"billed":"unknown",
		"delivery":"unanswered","sent":true,"ambiguous":true,"repeatable":false}`, string(text))
}

func TestAttemptJSONKeepsTheTimesAndRefusesWhatIsNone(t *testing.T) {
	a := idverify.Attempt{Vendor: "a", Code: idverify.CodeTimeout, Wait: 1500 * time.Millisecond, Duration: 30 * time.Second, Delivery: idverify.DeliveryUnanswered}
	text, err := json.Marshal(a)
	require.NoError(t, err)
	var back idverify.Attempt
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, a, back)
	for _, text := range []string{`{"duration_ms":"soon"}`, `{"billed":"maybe"}`, `[]`} {
		assert.Error(t, json.Unmarshal([]byte(text), &back), text)
	}
}

func TestAttemptJSONSurvives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // where a call takes no time
		c, err := idverify.New([]idverify.Provider{vendorNamed("a", fail(idverify.CodeQuotaExceeded)), vendorNamed("b", pass(t))})
		require.NoError(t, err)
		res, err := c.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err)
		text, err := json.Marshal(res)
		require.NoError(t, err)
		var back idverify.Result
		require.NoError(t, json.Unmarshal(text, &back))
		assert.Equal(t, told(res.Attempts), told(back.Attempts))
		assert.Contains(t, string(text), `{"vendor":"a","code":"quota_exceeded","at":"2000-01-01T00:00:00Z","billed":"unknown","delivery":"answered","next":"another_vendor","sent":true,"ambiguous":false,"repeatable":false,"duration_ms":0}`)
	})
}

func TestAHookThatPanicsCostsNoDecision(t *testing.T) {
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
	assert.ErrorIs(t, err, idverify.ErrVendorUnavailable)
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

func TestAnAttemptWhoseProviderPanicsHasEnded(t *testing.T) {
	var told noting
	c := oneVendor(t, &panickingProvider{byScript{name: "a"}}, told.option())
	assert.Panics(t, func() { _, _ = c.Verify(t.Context(), askFor(photo())) })
	require.Len(t, told.ends, 1)
	assert.Equal(t, idverify.CodeUnknown, told.ends[0].Code)
	assert.True(t, told.ends[0].Ambiguous())
}

func TestACallThatPanicsHasEnded(t *testing.T) {
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
func TestACircuitsHookMayAskForTheState(t *testing.T) {
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

func TestTheLinesOfACallShareAnIDAndTheOperatorIsCalled(t *testing.T) {
	var out bytes.Buffer
	c, err := idverify.New([]idverify.Provider{vendorNamed("a", fail(idverify.CodeQuotaExceeded)), vendorNamed("b", fail(idverify.CodePoorPhoto))},
		idverify.WithLogger(slog.New(slog.NewJSONHandler(&out, nil))))
	require.NoError(t, err)
	_, err = c.Verify(t.Context(), askFor(photo()))
	require.Error(t, err)
	var levels, ids []string
	for line := range strings.Lines(out.String()) {
		var fields map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &fields))
		levels, ids = append(levels, fields["level"].(string)), append(ids, fields["call"].(string))
	}
	assert.Equal(t, []string{"ERROR", "INFO", "INFO"}, levels, "a used-up quota, and a customer's blurred photo")
	assert.Equal(t, []string{ids[0], ids[0], ids[0]}, ids)
}

// What an operator has to mend and hears of once is no line of level Info.
func TestAClockThatRunsWrongIsAWarningInTheLog(t *testing.T) {
	for level, warnings := range map[string][]idverify.Warning{
		"INFO": {idverify.WarnRiskyDevice}, "WARN": {idverify.WarnRiskyDevice, idverify.WarnClockSkew},
	} {
		var out bytes.Buffer
		warned := pass(t)
		warned.res.Warnings = warnings
		c := oneVendor(t, vendorNamed("a", warned), idverify.WithLogger(slog.New(slog.NewTextHandler(&out, nil))))
		_, err := c.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err)
		lines := slices.Collect(strings.Lines(out.String()))
		assert.Contains(t, lines[len(lines)-1], "level="+level)
		assert.Contains(t, lines[len(lines)-1], string(warnings[len(warnings)-1]))
	}
}

func TestTheQueueIsNotPartOfTheDuration(t *testing.T) {
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
