package idverify_test

import (
	"encoding/json"
	"math"
	"os"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

var word = regexp.MustCompile(`^[a-zA-Z0-9._:/-]{0,128}$`)

// shown is what JSON shows of a vendor's code or id.
func shown(s string) string {
	if !word.MatchString(s) {
		return "[hidden]"
	}
	return s
}

// stored are attempts as JSON keeps them.
func stored(attempts []idverify.Attempt) []idverify.Attempt {
	if len(attempts) == 0 {
		return nil
	}
	kept := slices.Clone(attempts)
	for i := range kept {
		kept[i].VendorCode, kept[i].RequestID = shown(kept[i].VendorCode), shown(kept[i].RequestID)
	}
	return kept
}

// A Result read from JSON can be written and read again as an equal one; what the
// JSON claims about "passed" is ignored.
// Holds P-PASS-1.
func FuzzResultJSON(f *testing.F) {
	golden, err := os.ReadFile("testdata/result.json")
	require.NoError(f, err)
	f.Add(golden)
	for _, code := range idverify.Codes() {
		f.Add([]byte(`{"code":"` + string(code) + `","vendor":"v","billed":"yes"}`))
	}
	for _, text := range []string{
		`{"code":"match","passed":true,"advice":"accept"}`,
		`{"code":"match","checks":[{"kind":"similarity","value":0.1,"passed":true},{"kind":"synthetic","passed":false}],"passed":true}`,
		`{"code":"match","checks":[{"kind":"liveness","passed":true}]}`,
		`{"code":"match","checks":[{"kind":"similarity","value":12,"scale":{"min":0,"max":100},"comparator":">","threshold":80,"passed":true}]}`,
		`{"code":"match","checks":[{"kind":"similarity","value":92,"scale":{"min":0,"max":100},"comparator":">","threshold":80,"passed":true}]}`,
		`{"code":"match","checks":[{"kind":"similarity","value":800,"scale":{"min":0,"max":100},"comparator":">","threshold":80,"passed":true}]}`,
		`{"code":"match","checks":[{"kind":"similarity","decided_by":"vendor","passed":true}]}`,
		`{"code":"match","checks":[{"kind":"similarity","decided_by":"vendor","value":12,"scale":{"min":0,"max":100},"passed":true}]}`,
		`{"code":"match","checks":[{"kind":"similarity","decided_by":"vendor","value":12,"scale":{"min":0,"max":100},"comparator":">","threshold":80,"passed":true}]}`,
		`{"code":"match","checks":[{"kind":"similarity","decided_by":"answer","value":71,"scale":{"min":0,"max":100},"comparator":">","threshold":69,"passed":true,"far":0.0001}]}`,
		`{"code":"match","checks":[{"kind":"similarity","decided_by":"x","value":92,"scale":{"min":0,"max":100},"comparator":">","threshold":80,"passed":true}]}`,
		`{"code":"match","checks":[null,{"kind":"similarity","decided_by":"vendor","threshold":-0,"margin":1e-300,"normalized":0.5,"passed":true}]}`,
		`{"code":"match","checks":[{"kind":"similarity","passed":true,"far":0}],"warnings":["risky_device"],"billed":"no"}`,
		`{"request_id":"张三","vendor_code":"two words","vendor_reason":"r","http_status":-1,"checks":[],"warnings":[],"attempts":[]}`,
		`{"attempts":[{"vendor":"v","code":"timeout","request_id":"\u0000","wait_ms":-1,"duration_ms":3600000,"billed":"unknown","next":"same_vendor"}]}`,
		`{"attempts":[{"wait_ms":9223372036854775807,"duration_ms":-9223372036854775808}]}`,
		`{"billed":"perhaps"}`, `{}`, `null`, `[]`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var first, second idverify.Result
		if json.Unmarshal(text, &first) != nil {
			return
		}
		written, err := json.Marshal(first)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(written, &second))

		want := first
		want.VendorCode, want.RequestID, want.Attempts = shown(first.VendorCode), shown(first.RequestID), stored(first.Attempts)
		if len(want.Checks) == 0 {
			want.Checks = nil
		}
		if len(want.Warnings) == 0 {
			want.Warnings = nil
		}
		assert.Equal(t, want, second)
		again, err := json.Marshal(second)
		require.NoError(t, err)
		assert.Equal(t, string(written), string(again))

		var claims struct {
			Passed bool            `json:"passed"`
			Advice idverify.Advice `json:"advice"`
		}
		require.NoError(t, json.Unmarshal(written, &claims))
		assert.Equal(t, hasPassed(first), claims.Passed)
		assert.Equal(t, hasPassed(first), first.Passed())
		assert.Equal(t, hasPassed(first), claims.Advice == idverify.AdviceAccept)
	})
}

// hasPassed computes Result.Passed in another way.
func hasPassed(r idverify.Result) bool {
	failed := slices.ContainsFunc(r.Checks, func(c idverify.Check) bool { return !c.Passed || !passes(c) })
	compared := slices.ContainsFunc(r.Checks, func(c idverify.Check) bool { return c.Kind == "similarity" })
	return r.Code == "match" && compared && !failed
}

// passes evaluates a check in another way, for each DecidedBy.
func passes(c idverify.Check) bool {
	isRange := c.Scale.Min < c.Scale.Max && !math.IsInf(c.Scale.Max-c.Scale.Min, 0)
	switch c.DecidedBy {
	case "vendor":
		bare := c.Comparator == "" && c.Threshold == 0 && c.Margin == 0 && c.FAR == nil
		if c.Value == nil {
			bare = bare && c.Scale == idverify.Scale{} && c.Normalized == 0 && c.Direction == ""
		} else {
			bare = bare && isRange && *c.Value >= c.Scale.Min && *c.Value <= c.Scale.Max
		}
		return c.Kind != "" && bare && c.Passed
	case "threshold", "answer":
	default:
		return false
	}
	if c.Kind == "" || c.Value == nil || !isRange {
		return false
	}
	v, at, low, high := *c.Value, c.Threshold, c.Scale.Min, c.Scale.Max
	if v < low || v > high || at < low || at > high {
		return false
	}
	switch c.Comparator {
	case ">=":
		return v >= at && at > low
	case ">":
		return v > at
	case "<=":
		return v <= at && at < high
	case "<":
		return v < at
	}
	return false
}

// An Error that was read from JSON is written and read again as an equal one.
func FuzzErrorJSON(f *testing.F) {
	golden, err := os.ReadFile("testdata/error.json")
	require.NoError(f, err)
	f.Add(golden)
	for _, code := range idverify.Codes() {
		f.Add([]byte(`{"code":"` + string(code) + `","vendor":"v","sent":true,"billed":"unknown"}`))
	}
	for _, text := range []string{
		`{"code":"rate_limited","retry_after_ms":3000,"repeatable":true}`,
		`{"code":"timeout","retry_after_ms":-1,"ambiguous":true,"attempts":[{"vendor":"v","code":"timeout","wait_ms":1,"passed_over":true}]}`,
		`{"retry_after_ms":9223372036854775807}`, `{"retry_after_ms":9223372036854776}`, `{"retry_after_ms":-9223372036854775808}`,
		`{"retry_after_ms":1.5}`, `{"request_id":"张三","vendor_code":"two words","field":"f","detail":"<&>"}`,
		`{"attempts":[{"duration_ms":9223372036854775807}]}`, `{"billed":"perhaps"}`, `{}`, `null`, `[]`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var first, second idverify.Error
		var given struct {
			Wait int64 `json:"retry_after_ms"`
		}
		if json.Unmarshal(text, &first) != nil {
			return
		}
		require.NoError(t, json.Unmarshal(text, &given))
		assert.Equal(t, longest(given.Wait), first.RetryAfter, "a wait that no Duration can hold is the longest")

		written, err := json.Marshal(first)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(written, &second))
		want := first
		want.VendorCode, want.RequestID, want.Attempts = shown(first.VendorCode), shown(first.RequestID), stored(first.Attempts)
		assert.Equal(t, want, second)
		again, err := json.Marshal(second)
		require.NoError(t, err)
		assert.Equal(t, string(written), string(again))
		assert.Equal(t, first.Code, idverify.CodeOf(&second))
	})
}

// longest is that many milliseconds, or the nearest whole number that a Duration
// can hold.
func longest(milliseconds int64) time.Duration {
	const most = math.MaxInt64 / int64(time.Millisecond)
	return time.Duration(max(-most, min(milliseconds, most))) * time.Millisecond
}
