package idcard_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/idcard"
)

func TestFoldNameFoldsEveryLookalike(t *testing.T) {
	for _, dot := range ".\u00B7\u0387\u2022\u2024\u2027\u2219\u22C5\u2E31\u2E33\u30FB\uA78F\uFE52\uFF0E\uFF65" {
		assert.Equal(t, "买买提·吐尔逊", idcard.FoldName("买买提"+string(dot)+"吐尔逊"), "%U", dot)
	}
}

func TestFoldName(t *testing.T) {
	for _, tt := range []struct{ name, s, want string }{
		{"empty", "", ""},
		{"plain", "张三", "张三"},
		{"white space around", " \t\u3000\u00A0\u200B\uFEFF张三\uFEFF\u200B\u00A0\u3000\r\n", "张三"},
		{"white space only", "\u3000\u200B ", ""},
		{"white space within", "张 三", "张 三"},
		{"zero-width space within", "张\u200B三", "张\u200B三"},
		{"several dots", "阿.卜.杜•拉", "阿·卜·杜·拉"},
		{"two dots in a row", "阿..卜", "阿..卜"},
		{"dot at the edge", "•张三.", "•张三."},
		{"dot and space", "阿 . 卜", "阿 . 卜"},
		{"initials", "J. Smith", "J. Smith"},
		{"initials without space", "J.R.Smith", "J.R.Smith"},
		{"Latin before, Han after", "J.张", "J.张"},
		{"Han before, Latin after", "张.J", "张.J"},
		{"katakana", "ア・イ", "ア・イ"},
		{"full stop 。 is no such dot", "阿。卜", "阿。卜"},
		{"iteration mark and zero", "佐々.〇三", "佐々·〇三"},
		{"extension B", "𠮷.𠮷", "𠮷·𠮷"},
		{"extension I, newer than Go's tables", "\U0002EBF0.\U0002EBF0", "\U0002EBF0·\U0002EBF0"},
		{"plane 3", "\U00030000.\U00030000", "\U00030000·\U00030000"},
		{"private use as Han", "\uE000.张.\U000F0000.\U00100000", "\uE000·张·\U000F0000·\U00100000"},
		{"variation selector before the dot", "葛\U000E0100.三", "葛\U000E0100·三"},
		{"variation selector after the dot", "葛.\U000E0100三", "葛.\U000E0100三"},
		{"compatibility ideographs stay", "\uF900\U0002F800", "\uF900\U0002F800"},
		{"combining characters stay", "e\u0301", "e\u0301"},
		{"full-width Latin stays", "Ａ．Ｂ", "Ａ．Ｂ"},
		{"invalid UTF-8 stays", "张\xff.三.\xe5\xbc", "张\xff.三.\xe5\xbc"},
		{"replacement character stays", "张\uFFFD三", "张\uFFFD三"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := idcard.FoldName(tt.s)
			assert.Equal(t, tt.want, got)
			assert.Equal(t, got, idcard.FoldName(got), "twice")
		})
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

// What is no name costs nothing to fold.
func TestFoldNameLeavesWhatIsTooLongAsItIs(t *testing.T) {
	for size, folds := range map[int]bool{1024: true, 1025: false} {
		s := " 买•买" + strings.Repeat("a", size-10)
		assert.Len(t, s, size)
		assert.Equal(t, folds, idcard.FoldName(s) != s)
	}
	huge := strings.Repeat(" 买•", 1<<20)
	assert.Zero(t, testing.AllocsPerRun(3, func() { _ = idcard.FoldName(huge) }))
}
