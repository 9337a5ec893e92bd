package idcard_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/idcard"
)

func TestFoldName_EveryLookalike(t *testing.T) {
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
		{"padded", "张 三", "张三"},
		{"padded in full width", "张\u3000三", "张三"},
		{"padded more", "测\u00A0\u3000试 甲  乙", "测试甲乙"},
		{"padded, variation selector", "葛\U000E0100 三", "葛\U000E0100三"},
		{"padded, with a mark", "张\u200B 三", "张三"},
		{"padded, private use", "张 \uE863", "张\uE863"},
		{"five characters may have lost a dot", "阿迪力 买提", "阿迪力 买提"},
		{"and stay as they are", "阿迪力\u3000 买提", "阿迪力\u3000 买提"},
		{"blank and dot", "阿 卜·杜", "阿 卜·杜"},
		{"one character has no padding", "张 ", "张"},
		{"Latin beside Han", "张 A  B", "张 A B"},
		{"single spaces", "Jean-Luc O'Brien van der Berg", "Jean-Luc O'Brien van der Berg"},
		{"wide and doubled spaces", "JOHN\u00A0\u3000SMITH  JR", "JOHN SMITH JR"},
		{"mark within", "张\u200B三", "张三"},
		{"marks around", "\u200E\u202D张三\u202C\u2060\u00AD\u3164\uFFA0\u2800", "张三"},
		{"marks within", "张\u2066三\u2069\U000E0041四", "张三四"},
		{"joiner within Han", "张\u200D三", "张三"},
		{"marks only", "\u200E\u3164 \u2800", ""},
		{"marks within Latin", "Jo\u00ADhn\u200B Smi\u200Dth", "John Smith"},
		{"joiner within Persian", "علی\u200Cرضا", "علی\u200Cرضا"},
		{"mark of direction within Uyghur", "مح\u200Fم", "مح\u200Fم"},
		{"embedding around Uyghur", "\u202Bمحم\u202C", "محم"},
		{"vowel separator in Mongolian", "ᠬᠠᠷ\u180Eᠠ", "ᠬᠠᠷ\u180Eᠠ"},
		{"mark between blanks in Latin", "John \u200B Smith", "John Smith"},
		{"suffix in Mongolian", "ᠬᠠᠷ\u202Fᠠ", "ᠬᠠᠷ\u202Fᠠ"},
		{"Tibetan", "བཀྲ་ཤིས་", "བཀྲ་ཤིས་"},
		{"joiner within Sinhala", "ක්\u200Dෂ", "ක්\u200Dෂ"},
		{"joiner at the end of Malayalam", "അന്\u200D ", "അന്\u200D"},
		{"blank at the end, after a vowel sign", "रामी ", "रामी"},
		{"joiner at the end of Arabic", "محم\u200D", "محم"},
		{"joiner after a blank", "محم \u200Dم", "محم م"},
		{"a Kangxi radical", "\u2F42三", "文三"},
		{"two of the supplement", "\u2E9F\u2EF3", "母龟"},
		{"another of the supplement stays", "\u2EA0三", "\u2EA0三"},
		{"several dots", "阿.卜.杜•拉", "阿·卜·杜·拉"},
		{"two dots in a row", "阿..卜", "阿·卜"},
		{"three are none", "阿...卜", "阿...卜"},
		{"dot at the edge", "•张三.", "•张三."},
		{"dot and space", "阿 . 卜", "阿·卜"},
		{"dot and wide spaces", "阿\u3000· \u200B卜", "阿·卜"},
		{"two dots and spaces", "阿· ·卜", "阿·卜"},
		{"disc", "阿●卜 ● 杜", "阿·卜·杜"},
		{"two discs are a mask", "张●●三", "张●●三"},
		{"dot and disc are no dot", "阿·●卜", "阿·●卜"},
		{"disc at the edge", "张●", "张●"},
		{"disc in Latin", "a●b", "a●b"},
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
		{"no character is made of broken bytes", "\xe5\u200B\xbc\xa0三", "\xe5\u200B\xbc\xa0三"},
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

// What is no name costs nothing to fold.
// Holds P-WIRE-11.
func TestFoldName_OverlongTextIsUnchanged(t *testing.T) {
	for size, folds := range map[int]bool{1024: true, 1025: false} {
		s := " 买•买" + strings.Repeat("a", size-10)
		assert.Len(t, s, size)
		assert.Equal(t, folds, idcard.FoldName(s) != s)
	}
	nearly := strings.Repeat("买.", 1024/4) // grows with each dot
	assert.Equal(t, strings.Repeat("买·", 1024/4-1)+"买.", idcard.FoldName(nearly))
	huge := strings.Repeat(" 买•", 1<<20)
	assert.Zero(t, testing.AllocsPerRun(3, func() { _ = idcard.FoldName(huge) }))
}

func TestFoldName_UnchangedNameAllocatesNothing(t *testing.T) {
	for _, name := range []string{
		"张三", "测试甲乙", "买买提·吐尔逊", "𠮷𠮷", "张\uE863", "葛\U000E0100", "Jean-Luc O'Brien J. Smith", "阿迪力 买买提", "علی\u200Cرضا", "ᠬᠠᠷ\u180Eᠠ",
		strings.Repeat("·买", 1024/5), "",
	} {
		assert.Zero(t, testing.AllocsPerRun(10, func() {
			if idcard.FoldName(name) != name || len(name) < 100 && name != "" && idcard.CheckName(name) != nil {
				panic(name)
			}
			_ = idcard.InspectName(name)
		}), name)
	}
}

func BenchmarkName(b *testing.B) {
	for _, name := range []string{"测试甲", "买买提·吐尔逊", "J. Smith", "\u3000测试甲\u200E"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				folded := idcard.FoldName(name)
				_ = idcard.CheckName(folded)
				_ = idcard.InspectName(folded)
			}
		})
	}
}
