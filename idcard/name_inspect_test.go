package idcard_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/idcard"
)

func TestInspectName(t *testing.T) {
	for name, want := range map[string]idcard.NameTraits{
		"张三":               {},
		"买买提·吐尔逊":          {},
		"Jean-Luc Picard":  {},
		"张三 A":             {},
		"A 张三":             {},
		"葛\U000E0100 A":    {},
		"\uFA11\uFA29":     {}, // among the compatibility ideographs, and none
		"阿迪力 买买提":          {Blank: true},
		"阿迪力\u3000买买提":     {Blank: true},
		"葛\U000E0100 迪力买提": {Blank: true},
		"\u2EA0三":          {Radical: true},
		"\uF900三":          {Compatibility: true},
		"三\U0002F800":      {Compatibility: true},
		"𠮷":                {Rare: true},
		"\U0002EBF0":       {Rare: true},
		"\U00030000":       {Rare: true},
		"\uE863":           {PrivateUse: true},
		"\U000F0000 三":     {PrivateUse: true, Blank: true},
	} {
		assert.Equal(t, want, idcard.InspectName(name), "%+q", name)
	}
}

func TestHasPrivateUse(t *testing.T) {
	for s, want := range map[string]bool{
		"":               false,
		"张三":             false,
		"𠮷\uF900\uFFFD":  false,
		"\xee\x80":       false, // the beginning of U+E000
		"\uD7FF\uF900":   false,
		"张\uE000":        true,
		"张\uF8FF":        true,
		"张\U000F0000":    true,
		"张\U000FFFFD":    true,
		"张\U00100000":    true,
		"张\U0010FFFD":    true,
		"\xff\uE000\xff": true,
	} {
		assert.Equal(t, want, idcard.HasPrivateUse(s), "%+q", s)
	}
}
