package idcard_test

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/idcard"
	"github.com/idverify/idverify/internal/proof/long"
)

// What Unicode calls a character to be ignored is trimmed, but for variation
// selectors; so are white space and the blank of Braille, and nothing else.
func TestTrim(t *testing.T) {
	ignored := &unicode.RangeTable{R16: unicode.Other_Default_Ignorable_Code_Point.R16, R32: unicode.Other_Default_Ignorable_Code_Point.R32}
	for r := range long.Runes() {
		if !utf8.ValidRune(r) {
			continue
		}
		annotates := 0xFFF9 <= r && r <= 0xFFFB
		sign := 0x600 <= r && r <= 0x8FF && r != 0x61C || 0x110BD <= r && r <= 0x110CD || 0x13430 <= r && r <= 0x1345F // can be seen
		goes := unicode.IsSpace(r) || r == 0x2800 || unicode.Is(ignored, r) || annotates || unicode.Is(unicode.Cf, r) && !sign
		want := string(r)
		if goes && !unicode.Is(unicode.Variation_Selector, r) {
			want = ""
		}
		if got := idcard.Trim(string(r)); got != want {
			assert.Fail(t, "trimmed wrongly", "%U: %+q", r, got)
		}
	}
	assert.Equal(t, "a\u200Bb", idcard.Trim("\u200B a\u200Bb\u3000\u200E"))
	assert.Equal(t, "\xff", idcard.Trim("\xff "))
}

func TestFindInvisible(t *testing.T) {
	for text, want := range map[string]struct {
		at   int
		what string
	}{
		"":                  {0, ""},
		"EXAMPLE-密钥":        {0, ""},
		"EXAMPLE\n":         {8, "a line feed"},
		"EXAMPLE\r\n":       {8, "a carriage return"},
		"\tEXAMPLE":         {1, "a tab"},
		"\uFEFFEXAMPLE":     {1, "a byte order mark"},
		"密 EXAMPLE":         {2, "a blank"},
		"EXAMPLE\u3000":     {8, "a blank"},
		"EXAMPLE\u00A0":     {8, "a blank"},
		"EXAMPLE\x00":       {8, "a control character"},
		"EXAMPLE\x7f":       {8, "a control character"},
		"EX\u200BAMPLE":     {3, "an invisible character"},
		"EX\u3164AMPLE":     {3, "an invisible character"},
		"EX\uFE0FAMPLE":     {3, "an invisible character"},
		"EXAMPLE\U000E0041": {8, "an invisible character"},
		"EXAMPLE\u0600":     {8, "an invisible character"},
	} {
		at, what := idcard.FindInvisible(text)
		assert.Equal(t, want.at, at, "%+q", text)
		assert.Equal(t, want.what, what, "%+q", text)
	}
}
