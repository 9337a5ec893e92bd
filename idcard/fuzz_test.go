package idcard_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/idverify/idverify/idcard"
)

var (
	plainNumber = regexp.MustCompile(`^[0-9]{17}[0-9X]$`)
	threeDigits = regexp.MustCompile(`[0-9]{3}`)
	// address is what a number may begin with: a foreigner's, a residence permit's, a province's.
	address = regexp.MustCompile(`^(9|8[123]0000|1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71)`)
)

// Parse accepts what a second reading of the rules accepts, and refuses the rest by the first rule that is broken.
func FuzzParse(f *testing.F) {
	for _, first17 := range []string{
		madeUpMale, madeUpFemale, "81000019000101999", "82000019000101000", "83000019000101999", "93184019000101000",
		"81000119000101999", "00010119000101999", "11010519000132999", "11010519000230999", "11010518991231999",
		"11010520250615999", "11010520250616999", "11010599990101999",
	} {
		f.Add(withCheckDigit(first17))
		f.Add(first17 + "0")
	}
	for _, s := range []string{
		standardExample, "\u3000１１０１０５１９４９１２３１００２ｘ\u00A0", "11010519000101001x", "11010519000101001Y", "X1010519000101001X",
		"110105000101999", "1101051900010１00１Ｘ", "11010519000101001X\x00", "11010519000101001\xff", "\xff\xfe", "", " ",
		strings.Repeat("\u3000", 80) + madeUpMale, "११０१०५१९०००१०१００１X",
	} {
		f.Add(s)
	}

	f.Fuzz(func(t *testing.T, s string) {
		want, rule := byTheRules(s)
		n, err := idcard.ParseAt(s, clock)
		if (err == nil) != (rule == "") {
			t.Fatalf("%q: %v instead of %q", s, err, rule)
		}
		if err != nil {
			checkRefusal(t, n, err, rule)
			return
		}
		text := n.Reveal()
		if text != want {
			t.Fatal("another number")
		}
		if again, err := idcard.ParseAt(text, clock); err != nil || again != n {
			t.Fatalf("parsed again: %v, %v", again, err)
		}
		if wide, err := idcard.ParseAt("\u3000"+widen(text)+"\uFEFF", clock); err != nil || wide != n {
			t.Fatalf("parsed in full width: %v, %v", wide, err)
		}
		if n.BirthDate().Format("20060102") != text[6:14] {
			t.Fatal("another birth date")
		}
		checkMask(t, n)
		checkMistakes(t, text)
	})
}

// byTheRules is the number in s, or the first rule of the package's documentation that it breaks.
func byTheRules(s string) (string, idcard.Rule) {
	text := narrow(trimmed(s))
	date, dateErr := time.Parse("20060102", text[min(6, len(text)):min(14, len(text))])
	today := clock.Add(8 * time.Hour).Format("20060102")
	switch {
	case len(s) > 256, utf8.RuneCountInString(text) != 18:
		return "", idcard.RuleLength
	case !plainNumber.MatchString(text):
		return "", idcard.RuleCharacter
	case !address.MatchString(text):
		return "", idcard.RuleAddress
	case dateErr != nil:
		return "", idcard.RuleBirthDate
	case date.Year() < 1900:
		return "", idcard.RuleBirthTooEarly
	case text[6:14] > today:
		return "", idcard.RuleBirthInFuture
	case text != withCheckDigit(text[:17]):
		return "", idcard.RuleCheckDigit
	}
	return text, ""
}

var fullWidth = []string{"0", "０", "1", "１", "2", "２", "3", "３", "4", "４", "5", "５", "6", "６", "7", "７", "8", "８", "9", "９", "X", "Ｘ"}

func widen(s string) string { return strings.NewReplacer(fullWidth...).Replace(s) }

func narrow(s string) string {
	back := slices.Clone(fullWidth)
	slices.Reverse(back)
	return strings.NewReplacer(append(back, "x", "X", "ｘ", "X")...).Replace(s)
}

func checkRefusal(t *testing.T, n idcard.Number, err error, rule idcard.Rule) {
	t.Helper()
	var refused *idcard.Error
	switch {
	case !errors.As(err, &refused):
		t.Fatalf("an error of type %T", err)
	case refused.Rule != rule:
		t.Fatalf("rule %s instead of %s", refused.Rule, rule)
	case n != idcard.Number{}:
		t.Fatal("a number beside the error")
	case refused.From < 0 || refused.From > refused.To || refused.To > 18:
		t.Fatalf("positions %d to %d", refused.From, refused.To)
	case threeDigits.MatchString(err.Error()): // positions have two at most
		t.Fatal("digits in the error")
	}
}

// checkMask looks for more of the number than its first and last character.
func checkMask(t *testing.T, n idcard.Number) {
	t.Helper()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if said := fmt.Sprintf(verb, n); said != n.Reveal()[:1]+strings.Repeat("*", 16)+n.Reveal()[17:] {
			t.Fatalf("%s prints %s", verb, said)
		}
	}
}

// checkMistakes makes every mistake of one wrong digit and of two neighbours exchanged, all of which MOD 11-2 detects.
func checkMistakes(t *testing.T, text string) {
	t.Helper()
	refuse := func(mistaken []byte) {
		if string(mistaken) == text {
			return
		}
		if _, err := idcard.ParseAt(string(mistaken), clock); err == nil {
			t.Fatal("a mistake passed")
		}
	}
	for i := range len(text) {
		for _, c := range []byte("0123456789X") {
			mistaken := []byte(text)
			mistaken[i] = c
			refuse(mistaken)
		}
		if i > 0 {
			mistaken := []byte(text)
			mistaken[i-1], mistaken[i] = mistaken[i], mistaken[i-1]
			refuse(mistaken)
		}
	}
}

// FoldName trims, writes the one dot for its lookalikes between Han characters, and leaves all else as it was.
func FuzzFoldName(f *testing.F) {
	for _, s := range []string{
		"", "张三", "\u3000张三\u00A0", "买买提•吐尔逊", "阿.卜.杜", "阿..卜", "J. Smith", "J.张",
		"\uE000.张", "葛\U000E0100.三", "葛\U000E0100\uFE00.三", "\U0002EBF0．𠮷", "\uF900", "张\xff.三", "\u200B\uFEFF", "张.\uFE00三",
		"测\u0387试\u2024甲\u2027乙\u2219丙\u22C5丁\u2E31戊\u2E33己\u30FB庚\uA78F辛\uFE52壬\uFF65癸", "〇·〇", "々.々", "\U000F0000.\U00100000",
	} {
		f.Add(s)
	}

	f.Fuzz(func(t *testing.T, s string) {
		folded := idcard.FoldName(s)
		if idcard.FoldName(folded) != folded {
			t.Fatal("folding twice is not folding once")
		}
		if utf8.ValidString(folded) != utf8.ValidString(s) {
			t.Fatal("validity of UTF-8 changed")
		}
		if idcard.HasPrivateUse(folded) != idcard.HasPrivateUse(s) {
			t.Fatal("private use changed")
		}
		if len(s) > 1024 {
			if folded != s {
				t.Fatal("what is no name was changed")
			}
			return
		}
		checkDots(t, trimmed(s), folded)
	})
}

// trimmed trims what FoldName says it trims, by its own list.
func trimmed(s string) string {
	return strings.Trim(s, "\t\n\v\f\r \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A"+
		"\u2028\u2029\u202F\u205F\u3000\u200B\uFEFF")
}

// checkDots: a character became the interval dot exactly where it is one of its lookalikes and stands between two Han
// characters, and is what it was everywhere else.
func checkDots(t *testing.T, before, after string) {
	t.Helper()
	was, is := pieces(before), pieces(after)
	if len(was) != len(is) {
		t.Fatalf("%d characters became %d", len(was), len(is))
	}
	for i := range was {
		want := was[i]
		if utf8.ValidString(was[i]) &&
			strings.Contains(".\u0387\u2022\u2024\u2027\u2219\u22C5\u2E31\u2E33\u30FB\uA78F\uFE52\uFF0E\uFF65", was[i]) &&
			isName(lastOf(was[:i])) && isName(append(was, "")[i+1]) {
			want = "·"
		}
		if is[i] != want {
			t.Fatalf("%+q became %+q instead of %+q", was[i], is[i], want)
		}
	}
}

// lastOf is the last character that is no variation selector, which belongs to the one before it.
func lastOf(before []string) string {
	for _, c := range slices.Backward(before) {
		if r, _ := utf8.DecodeRuneInString(c); !(0xFE00 <= r && r <= 0xFE0F || 0xE0100 <= r && r <= 0xE01EF || 0x180B <= r && r <= 0x180D || r == 0x180F) {
			return c
		}
	}
	return ""
}

// isName: what can stand beside the dot, a Han character or a stand-in for one.
func isName(c string) bool {
	r, _ := utf8.DecodeRuneInString(c)
	private := 0xE000 <= r && r <= 0xF8FF || 0xF0000 <= r && r <= 0xFFFFD || 0x100000 <= r && r <= 0x10FFFD
	return unicode.Is(unicode.Han, r) || 0x20000 <= r && r <= 0x3FFFF || private
}

// pieces splits into characters, with each invalid byte as itself: a []rune would show them all as U+FFFD.
func pieces(s string) []string {
	return slices.Collect(func(yield func(string) bool) {
		for len(s) > 0 {
			_, size := utf8.DecodeRuneInString(s)
			if !yield(s[:size]) {
				return
			}
			s = s[size:]
		}
	})
}
