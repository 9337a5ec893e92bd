package exchange

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/proof/fuzztest"
)

// A score is present if a second reader finds a finite number, absent if it is null,
// and malformed in every other case.
func FuzzScore(f *testing.F) {
	for _, seed := range []string{`0.7`, `"0.7"`, `null`, `"NaN"`, `1e400`, `-0`, `"1e-400"`, `[1]`, `{"a":1}`, `true`, `""`,
		`"0x1p-1"`, `"1_0"`, `"+1"`, `" 1"`, `"1 "`, `"01"`, `".5"`, `"5."`, `"1\u0030"`, `"-1e+3"`, `"Infinity"`,
		`1.7976931348623157e308`, `4.9e-324`, `0.69999999999999999`, `"\ud800"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !json.Valid(text) || !fuzztest.IsBounded(text) {
			return
		}
		var read struct {
			S Score `json:"s"`
		}
		field := `{"s":` + string(text) + `}`
		require.NoError(t, json.Unmarshal([]byte(field), &read), "a bad score must not make the answer unreadable")
		answer, _ := fuzztest.Read(fuzztest.JSON(200, field))
		want, there := answer.Number("s")

		got := read.S.Pointer()
		require.Equal(t, there, got != nil)
		assert.Equal(t, there, read.S.present)
		assert.Equal(t, !there && answer.Has("s"), read.S.malformed)
		if there {
			assert.Equal(t, math.Float64bits(want), math.Float64bits(*got))
		}
	})
}

// Text, Remark and encoding/json agree on a plain value. For other values Text
// returns an error and Remark is empty.
func FuzzText(f *testing.F) {
	for _, seed := range []string{`"OK"`, `1370579072568000512`, `-5803`, `"\u6d4b\ud83d\ude00\ud800"`, `true`, `null`, `{}`, `[1]`, `""`, ` 1e700 `, `18.0`, `-0.0`, `1.0e2`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !json.Valid(text) || !fuzztest.IsBounded(text) {
			return
		}
		field := []byte(`{"v":` + string(text) + `}`)
		answer, _ := fuzztest.Read(fuzztest.Answer{Status: 200, Body: field})
		want, plain := answer.Text("v")
		var strict struct{ V Text }
		assert.Equal(t, plain, json.Unmarshal(field, &strict) == nil)
		assert.Equal(t, want, string(strict.V))
		var lenient struct{ V Remark }
		require.NoError(t, json.Unmarshal(field, &lenient))
		assert.Equal(t, want, string(lenient.V))
	})
}

// In a valid answer findText finds what encoding/json decodes. In an answer that
// broke off it finds that or nothing: never another text, nor half a number.
func FuzzFindText(f *testing.F) {
	for _, seed := range []string{
		`{"request_id":"T1","status":"OK","score":0.5}`,
		`{"a":{"b":[1,2,{"request_id":3}]},"request_id":4}`,
		`{"x":"request_id","y":["request_id"],"request_id":"T2"}`,
		`{"request_id":1370579072568000512,"error_code":18}`,
		`{"status":"OK","request_id":-1.5e3}`,
		`{"request_id":{"request_id":"inner"}}`,
		`{"request_id":null}`, `{"request_id":"\u0054"}`, `["request_id","x"]`, `"request_id"`, ``,
	} {
		f.Add([]byte(seed), uint16(len(seed)/2))
	}
	f.Fuzz(func(t *testing.T, content []byte, cut uint16) {
		const field = "request_id"
		found := findText(content, field)
		part := content[:int(cut)%(len(content)+1)]
		foundInPart := findText(part, field)

		var object map[string]json.RawMessage
		if json.Unmarshal(content, &object) != nil || object == nil || fuzztest.HasDouble(content) || !fuzztest.IsBounded(content) {
			return
		}
		raw := object[field]
		answer := fuzztest.Object{field: raw}
		want, plain := answer.Text(field)
		if !plain || raw == nil || string(raw) == "true" || string(raw) == "false" {
			want = ""
		}
		assert.Equal(t, want, found)
		if foundInPart != "" {
			assert.Equal(t, want, foundInPart, "after %q", part)
		}
	})
}

// The scanner accepts what encoding/json accepts, finds every two keys that
// encoding/json reads as one field, finds none if all differ, and ends on any input.
func FuzzHasDoubleKey(f *testing.F) {
	for _, seed := range []string{
		`{"code":-5803,"CODE":0}`, `{"a":[1,{"b":"\"","c":{}}],"d":null}`, `{"status":"a","ſtatus":"b"}`,
		`{"ris\u212a_level":"1","risk_level":"4"}`, `{"a\\":1,"A\\":2}`, `{"":1,"":2}`, `[{"a":1},{"a":2}]`,
		`{"a":{"a":{"a":1}},"b":[[],{}, {"c":1 , "\u0063":2}]}`, `"a"`, ` 1e700 `, `{"a":tru`, `[[[`, `{"a`, `["a\\`, `[}`, `{]`, `{"a"}`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		got, err := scan(content)
		if valid := json.Valid(content); fuzztest.IsBounded(content) {
			require.Equal(t, valid, err == nil || err == errTwice, "%s: %v", content, err)
		}
		if !json.Valid(content) || err == errTooMuch {
			return
		}
		want := fuzztest.HasDouble(content)
		if want && !got {
			t.Fatalf("%s: a double field was missed", content)
		}
		// The scanner folds a few letters outside ASCII that encoding/json keeps
		// apart, such as ı and i: no vendor has such a field.
		if got && !want && !hasOtherLetters(content) {
			t.Fatalf("%s: no field is double", content)
		}
	})
}

func hasOtherLetters(content []byte) bool {
	return strings.ContainsFunc(string(content), func(r rune) bool { return r > 0x7f }) || strings.Contains(string(content), `\u`)
}
