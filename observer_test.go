package idverify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

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
	_, err = c.Verify(t.Context(), askFor(photo()))
	require.NoError(t, err)
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

func TestAttemptJSONSurvives(t *testing.T) {
	synctest.Test(t, attemptJSONSurvives) // so that the attempts take no time
}

func attemptJSONSurvives(t *testing.T) {
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
}
