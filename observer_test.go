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

type watching struct {
	name string
	log  *[]string
}

type spanKey struct{}

func (w watching) Attempt(ctx context.Context, start idverify.AttemptStart) (context.Context, func(idverify.Attempt)) {
	*w.log = append(*w.log, w.name+" begins "+start.Vendor)
	return context.WithValue(ctx, spanKey{}, w.name), func(a idverify.Attempt) {
		*w.log = append(*w.log, w.name+" ends "+a.String())
	}
}

// spanning is a provider that looks for the observer's context.
type spanning struct {
	byScript
	span any
}

func (s *spanning) Verify(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
	s.span = ctx.Value(spanKey{})
	return s.byScript.Verify(ctx, req)
}

func TestObserversSeeEveryAttemptBeginAndEnd(t *testing.T) {
	var log []string
	a := &spanning{byScript: byScript{name: "a", steps: []step{fail(idverify.CodeQuotaExceeded)}}}
	b := vendorNamed("b", pass(t))
	c, err := idverify.New([]idverify.Provider{a, b},
		idverify.WithObserver(watching{"one", &log}), idverify.WithObserver(watching{"two", &log}))
	require.NoError(t, err)
	_, err = c.Verify(t.Context(), askFor(photo()))
	require.NoError(t, err)
	assert.Equal(t, []string{
		"one begins a", "two begins a", "two ends a quota_exceeded (sent, billed unknown)", "one ends a quota_exceeded (sent, billed unknown)",
		"one begins b", "two begins b", "two ends b match (sent, billed yes)", "one ends b match (sent, billed yes)",
	}, log)
	assert.Equal(t, "two", a.span, "the attempt runs in the observers' context")
}

// noting keeps all that it is told.
type noting struct {
	starts []idverify.AttemptStart
	ends   []idverify.Attempt
}

func (n *noting) Attempt(_ context.Context, start idverify.AttemptStart) (context.Context, func(idverify.Attempt)) {
	n.starts = append(n.starts, start)
	return nil, func(a idverify.Attempt) { n.ends = append(n.ends, a) }
}

func TestObserversAreToldNumberAndTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turnedAway := fail(idverify.CodeRateLimited, safe, retryAfter(2*time.Second))
		turnedAway.after = time.Second
		var told noting
		c := oneVendor(t, vendorNamed("a", turnedAway, slowPass(t, 3*time.Second)), idverify.WithObserver(&told))
		res, err := c.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err)
		assert.Equal(t, []idverify.AttemptStart{{Vendor: "a", Number: 1}, {Vendor: "a", Number: 2, Wait: 2 * time.Second}}, told.starts)
		require.Len(t, told.ends, 2)
		for i, leg := range told.ends {
			assert.Empty(t, leg.Next, "it is told before that is decided")
			leg.Next = res.Attempts[i].Next
			assert.Equal(t, res.Attempts[i], leg)
		}
		assert.Equal(t, []time.Duration{time.Second, 3 * time.Second}, []time.Duration{told.ends[0].Duration, told.ends[1].Duration})
	})
}

func TestObserversAreNotToldOfAnAttemptThatIsNotMade(t *testing.T) {
	var told noting
	a := vendorNamed("a", fail(idverify.CodeVendorUnavailable))
	c := oneVendor(t, a, idverify.WithObserver(&told), idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: 1, Open: time.Hour}}))
	for range 3 {
		_, err := c.Verify(t.Context(), askFor(photo()))
		assert.Error(t, err)
	}
	assert.Equal(t, 1, a.asked)
	assert.Len(t, told.starts, 1)
	assert.Len(t, told.ends, 1)
}

// The circuit opens while a call waits in the limiter's line.
func TestObserversAreToldWhenAnAttemptWasPassedOverAtTheLastMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limiter, err := idverify.NewLimiter(0, 1)
		require.NoError(t, err)
		failing := fail(idverify.CodeVendorUnavailable)
		failing.after = time.Second
		var told noting
		a := vendorNamed("a", failing)
		c := oneVendor(t, a, idverify.WithObserver(&told),
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

type silentObserver struct{}

func (silentObserver) Attempt(context.Context, idverify.AttemptStart) (context.Context, func(idverify.Attempt)) {
	return nil, nil
}

func TestObserverMayReturnNothing(t *testing.T) {
	c := oneVendor(t, vendorNamed("a", pass(t)), idverify.WithObserver(silentObserver{}))
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
		{"idverify attempt", "WARN"}, {"idverify attempt", "INFO"}, {"idverify call", "INFO"}, {"idverify call", "WARN"},
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
		legs[i].Err, legs[i].Duration = nil, 0
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
		"a circuit_open (passed over, billed no)": {Vendor: "a", Code: idverify.CodeCircuitOpen, Billed: idverify.BilledNo, PassedOver: true},
		"a network (not sent, billed no)":         {Vendor: "a", Code: idverify.CodeNetwork, Billed: idverify.BilledNo},
		"a timeout (sent, billed unknown)":        {Vendor: "a", Code: idverify.CodeTimeout, Delivery: idverify.DeliveryUnanswered},
		"[hidden] [hidden] (sent, billed yes)":    {Vendor: "two words", Code: aName, Delivery: idverify.DeliveryAnswered, Billed: idverify.BilledYes},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
			assert.Equal(t, want, fmt.Sprintf(verb, a), verb)
		}
	}
}

func TestAttemptHidesWhatIsNoWord(t *testing.T) {
	a := idverify.Attempt{Vendor: aName, Code: aName, VendorCode: aName, RequestID: aName, Delivery: idverify.DeliveryAnswered, HTTPStatus: 200, Wait: time.Second}
	assert.Equal(t, "[vendor=[hidden] code=[hidden] vendor_code=[hidden] request_id=[hidden] http_status=200 wait=1s billed=unknown sent=true "+
		"ambiguous=false passed_over=false]", strings.Replace(a.LogValue().String(), "duration=0s ", "", 1))
	text, err := json.Marshal(idverify.Attempt{Vendor: "a", VendorCode: aName, RequestID: aName})
	require.NoError(t, err)
	assert.JSONEq(t, `{"vendor":"a","code":"","vendor_code":"[hidden]","request_id":"[hidden]","duration_ms":0,"billed":"unknown",
		"sent":false,"ambiguous":false,"repeatable":false}`, string(text))
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
		assert.Contains(t, string(text), `{"vendor":"a","code":"quota_exceeded","billed":"unknown","sent":true,"ambiguous":false,"repeatable":false,"next":"another_vendor","duration_ms":0}`)
	})
}
