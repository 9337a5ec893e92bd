package idverify_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// Holds P-DATA-5.
func TestWithLogger_OneLinePerAttemptAndCall(t *testing.T) {
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

func TestWithLogger_CallIDAndLevels(t *testing.T) {
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

// A clock skew is reported once, so it must not be hidden at level Info.
func TestWithLogger_ClockSkewIsLoggedAtWarn(t *testing.T) {
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
