package exchange

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/proof/growth"
	"github.com/idverify/idverify/internal/proof/long"
	"github.com/idverify/idverify/internal/redact"
)

func TestScore_PresentMissingOrMalformed(t *testing.T) {
	type state struct {
		value              float64
		present, malformed bool
	}
	for text, want := range map[string]state{
		`{"s":0.7}`:           {0.7, true, false},
		`{"s":"0.7"}`:         {0.7, true, false},
		`{"s":0}`:             {0, true, false},
		`{"s":-1e-3}`:         {-0.001, true, false},
		`{"s":null}`:          {},
		`{}`:                  {},
		`{"s":""}`:            {malformed: true},
		`{"s":"NaN"}`:         {malformed: true},
		`{"s":"Infinity"}`:    {malformed: true},
		`{"s":"0x1p-1"}`:      {malformed: true},
		`{"s":"1_0"}`:         {malformed: true},
		`{"s":" 1"}`:          {malformed: true},
		`{"s":"1 2"}`:         {malformed: true},
		`{"s":"+1"}`:          {malformed: true},
		`{"s":1e400}`:         {malformed: true},
		`{"s":"1e400"}`:       {malformed: true},
		`{"s":true}`:          {malformed: true},
		`{"s":[0.9]}`:         {malformed: true},
		`{"s":{"value":0.9}}`: {malformed: true},
	} {
		var got struct {
			S Score `json:"s"`
		}
		require.NoError(t, json.Unmarshal([]byte(text), &got), text)
		assert.Equal(t, want, state{got.S.value, got.S.present, got.S.malformed}, text)
		assert.Equal(t, want.present, got.S.Pointer() != nil, text)
	}
	// The last three are not JSON, but strconv accepts them as numbers.
	for _, text := range []string{`null`, `"x"`, `true`, `NaN`, `Inf`, `-Inf`} {
		again := score(0.9)
		require.NoError(t, again.UnmarshalJSON([]byte(text)))
		assert.Nil(t, again.Pointer(), "%s: an earlier score is cleared", text)
	}
}

// Holds P-PASS-7.
func TestText_KeepsEveryDigit(t *testing.T) {
	for text, want := range map[string]Text{
		`1370579072568000512`:   "1370579072568000512",
		`"1370579072568000512"`: "1370579072568000512",
		`null`:                  "",
		`"a\"b"`:                `a"b`,
		`true`:                  "true",
		`18.0`:                  "18",
		`18.000`:                "18",
		`-5803.0`:               "-5803",
		`0.0`:                   "0.0", // a success code must match exactly
		`1370579072568000512.0`: "1370579072568000512",
		`"18.0"`:                "18.0",
		`18.5`:                  "18.5",
		`-0.0`:                  "-0.0",
		`1.80e1`:                "1.80e1",
	} {
		var got Text = "before"
		require.NoError(t, json.Unmarshal([]byte(text), &got))
		assert.Equal(t, want, got)
	}
	var got Text
	assert.Error(t, json.Unmarshal([]byte(`{}`), &got))
	assert.Error(t, json.Unmarshal([]byte(`[1]`), &got))
}

// Text and Score read every character of a string as encoding/json does.
func TestText_MatchesEncodingJSON(t *testing.T) {
	check := func(quoted []byte) {
		var want string
		wantErr := json.Unmarshal(quoted, &want)
		got, err := unquote(quoted)
		if want != got || (wantErr == nil) != (err == nil) {
			require.Failf(t, "different", "%q: %q %v, %q %v", quoted, want, wantErr, got, err)
		}
	}
	for r := range long.Runes() {
		check([]byte(`"a` + string(r) + `b"`))
	}
	for a := range 256 {
		for b := range 256 {
			check([]byte{'"', byte(a), byte(b), '"'})
		}
	}
	for _, broken := range []string{``, `"`, `"a`, `a"`, `a`} {
		check([]byte(broken))
	}
}

// A string is read as far as it matters, wherever its escapes are.
// Holds P-WIRE-10.
func TestText_KeepsBeginningOfLongText(t *testing.T) {
	for _, character := range []string{"a", "测", "\U0001F600", `\n`, `\\`, `\"`, `\u0000`, `\u6d4b`, `\ud83d\ude00`, "\xff"} {
		for shift := range 14 {
			quoted := `"` + strings.Repeat("x", shift) + strings.Repeat(character, 64<<10/len(character)) + `"`
			var whole string
			require.NoError(t, json.Unmarshal([]byte(quoted), &whole))
			var remark Remark
			require.NoError(t, remark.UnmarshalJSON([]byte(quoted)))
			assert.Equal(t, redact.Cut(whole, redact.SearchedText), string(remark), "%s behind %d", character, shift)
			var text Text
			assert.Error(t, text.UnmarshalJSON([]byte(quoted)), "text that decides is not truncated")
		}
	}
	for length, taken := range map[int]bool{redact.MaxText: true, redact.MaxText + 1: false} {
		digits := strings.Repeat("1", length)
		for _, written := range []string{digits, `"` + digits + `"`, `"` + strings.Repeat(`\u0031`, length) + `"`} {
			var text Text
			assert.Equal(t, taken, text.UnmarshalJSON([]byte(written)) == nil, "%.9s %d", written, length)
		}
	}
	var remark Remark
	require.NoError(t, remark.UnmarshalJSON([]byte(strings.Repeat("1", redact.MaxText+1))))
	assert.Empty(t, remark, "a truncated number is another number")
}

// Holds P-WIRE-10.
func TestScore_RefusesEndlessNumbers(t *testing.T) {
	for length, taken := range map[int]bool{maxNumber: true, maxNumber + 1: false} {
		for _, written := range []string{"0." + strings.Repeat("1", length-2), `"0.` + strings.Repeat("1", length-4) + `"`} {
			var score Score
			require.NoError(t, score.UnmarshalJSON([]byte(written)))
			assert.Equal(t, taken, score.present, length)
			assert.Equal(t, !taken, score.malformed, length)
		}
	}
}

// Holds P-WIRE-10.
func TestValues_ReadingIsLinear(t *testing.T) {
	for name, value := range growth.JSON() {
		growth.Case{From: 128 << 10, MaxAllocated: 1, MaxCost: 8, Work: func(size int) func() {
			quoted := []byte(value(size))
			if !json.Valid(quoted) { // the scanner would not return it
				return func() {}
			}
			return func() {
				_ = new(Text).UnmarshalJSON(quoted)
				_ = new(Remark).UnmarshalJSON(quoted)
				_ = new(Score).UnmarshalJSON(quoted)
			}
		}}.Check(t)
		if t.Failed() {
			t.Fatal(name)
		}
	}
}
