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
	"github.com/idverify/idverify/internal/proof/long"
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

// FoldName does what a second reading of its rules does, and what it leaves of a name is checked the same again.
func FuzzFoldName(f *testing.F) {
	for _, s := range []string{
		"", "张三", "\u3000张三\u00A0", "买买提•吐尔逊", "阿.卜.杜", "阿..卜", "阿 · 卜", "阿● 卜", "张●●三", "J. Smith", "J.张", "张 三", "阿迪力 买买提", "a \uFE0F b",
		"\uE000.张", "葛\U000E0100.三", "葛\U000E0100\uFE00.三", "\U0002EBF0．𠮷", "\uF900", "张\xff.三", "\u200B\uFEFF", "张.\uFE00三", "张\u200D三", "علی\u200Cرضا",
		"测\u0387试\u2024甲\u2027乙\u2219丙\u22C5丁\u2E31戊\u2E33己\u30FB庚\uA78F辛\uFE52壬\uFF65癸", "〇·〇", "々.々", "\U000F0000.\U00100000", "अन्\u200D", "ᠠ\u202Fᠠ \u202Fᠠ",
		"\u2F42三\u2EF3", "JOHN\u3000 SMITH",
	} {
		f.Add(s)
	}

	f.Fuzz(func(t *testing.T, s string) {
		folded := idcard.FoldName(s)
		if idcard.FoldName(folded) != folded {
			t.Fatal("folding twice is not folding once")
		}
		if utf8.ValidString(folded) != utf8.ValidString(s) || idcard.HasPrivateUse(folded) != idcard.HasPrivateUse(s) {
			t.Fatal("invalid bytes or private use changed")
		}
		if len(s) > 1024 {
			if folded != s {
				t.Fatal("what is no name was changed")
			}
			return
		}
		if want := foldedAgain(s); utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl) && folded != want {
			t.Fatalf("%+q became %+q instead of %+q", s, folded, want)
		}
		if err := idcard.CheckName(folded); err == nil && utf8.RuneCountInString(folded) > 128 {
			t.Fatal("too long a name passed")
		}
	})
}

// Characters of all planes, and all that are special, are folded in names of two kinds as the second reading folds them.
func TestFoldName_AllPlanes(t *testing.T) {
	for r := range long.Runes() {
		odd := r < 0x3400 || 0xF900 <= r && r < 0x10000 || 0x1BCA0 <= r && r < 0x1BCB0 || 0x1D173 <= r && r < 0x1D180 || 0xE0000 <= r && r < 0xE0200
		if !utf8.ValidRune(r) || unicode.IsControl(r) || !odd && r%499 != 0 && r&0xFFFF < 0xFFF0 {
			continue
		}
		for _, s := range []string{"张" + string(r) + "三", "م" + string(r) + "A"} {
			if got, want := idcard.FoldName(s), foldedAgain(s); got != want {
				t.Errorf("%U: %+q became %+q instead of %+q", r, s, got, want)
			}
		}
	}
}

const (
	hanClass   = `\p{Han}\p{Co}\x{20000}-\x{2FFFD}\x{30000}-\x{3FFFD}`
	variations = `[\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}\x{180B}-\x{180D}\x{180F}]*`
	dots       = `[.·\x{387}•\x{2024}‧∙⋅\x{2E31}\x{2E33}・\x{A78F}﹒．･]`
	blanks     = `[ \x{A0}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}]`
	ends       = `[^\p{L}\p{Zs}` + hanClass + `]*`
	joinsClass = `\p{Arabic}\p{Hebrew}\p{Syriac}\p{Thaana}\p{Nko}\p{Mandaic}\p{Adlam}\p{Mongolian}\p{Tibetan}\p{Devanagari}\p{Bengali}` +
		`\p{Gurmukhi}\p{Gujarati}\p{Oriya}\p{Tamil}\p{Telugu}\p{Kannada}\p{Malayalam}\p{Sinhala}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}` +
		`\p{Cham}\p{Balinese}\p{Javanese}\p{Sundanese}\p{Chakma}\x{1950}-\x{19DF}\x{1A20}-\x{1AAD}\x{AA80}-\x{AADF}\x{AAE0}-\x{AAF6}\x{ABC0}-\x{ABF9}` +
		`\x{A840}-\x{A877}\x{10D00}-\x{10D3F}\x{1100}-\x{115E}\x{1161}-\x{11FF}\x{A960}-\x{A97C}\x{D7B0}-\x{D7FB}`
)

var (
	joinerRunes    = []rune("\u034F\u061C\u115F\u1160\u17B4\u17B5\u180E\u200B\u200C\u200D\u200E\u200F\u2060")
	afterLetter    = regexp.MustCompile(`[` + joinsClass + `]` + ends)
	suffix         = regexp.MustCompile(`(\p{Mongolian}` + ends + `)\x{202F}`)
	invisibleMarks = regexp.MustCompile(`[\x{AD}\x{34F}\x{61C}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{180E}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{206F}\x{2800}` +
		`\x{3164}\x{FEFF}\x{FFA0}\x{FFF0}-\x{FFFB}\x{1BCA0}-\x{1BCA3}\x{1D173}-\x{1D17A}\x{E0000}-\x{E00FF}\x{E01F0}-\x{E0FFF}]`)
	dotted    = regexp.MustCompile(`([` + hanClass + `]` + variations + `)` + blanks + `*(?:` + dots + blanks + `*` + dots + `?|●)` + blanks + `*([` + hanClass + `])`)
	padded    = regexp.MustCompile(`^` + variations + `(?:[` + hanClass + `](?:` + blanks + `|` + variations[:len(variations)-1] + `)*){2,4}$`)
	padding   = regexp.MustCompile(`([` + hanClass + `]` + variations + `)` + blanks + `+([` + hanClass + `])`)
	otherName = regexp.MustCompile(`[\p{L}]`)
	hanLetter = regexp.MustCompile(`[` + hanClass + `\x{A78F}]`)
	blankRun  = regexp.MustCompile(blanks + `+(?:` + variations + `)`)
)

// foldedAgain is FoldName for text without controls, which are marks of its own here: joiners that stay are written as
// U+0001 and what follows it.
func foldedAgain(s string) string {
	s = idcard.Trim(s) // which has a test of its own
	var hide, show []string
	for i, r := range joinerRunes {
		hide, show = append(hide, string(r), string(rune(i+1))), append(show, string(rune(i+1)), string(r))
	}
	toHide, unhide := strings.NewReplacer(hide...), strings.NewReplacer(show...)
	hidden := toHide.Replace(s)
	hidden = afterLetter.ReplaceAllStringFunc(hidden, func(run string) string {
		if first, _ := utf8.DecodeRuneInString(run); !unicode.IsLetter(first) {
			return run // a digit, or a mark on nothing
		}
		return unhide.Replace(run)
	})
	// Now those that stay are themselves, and those that go are controls.
	hidden = strings.Map(func(r rune) rune {
		if 0 < r && r <= rune(len(joinerRunes)) {
			return -1
		}
		return r
	}, hidden)
	hidden = toHide.Replace(hidden)
	s = invisibleMarks.ReplaceAllString(hidden, "")
	for suffix.MatchString(s) {
		s = suffix.ReplaceAllString(s, "$1\x1F")
	}
	for at := 0; ; { // one character may stand between two dots
		m := dotted.FindStringSubmatchIndex(s[at:])
		if m == nil {
			break
		}
		s = s[:at+m[3]] + "·" + s[at+m[4]:]
		at += m[3] + len("·")
	}
	switch {
	case padded.MatchString(s):
		s = padding.ReplaceAllString(padding.ReplaceAllString(s, "$1$2"), "$1$2")
	case otherName.MatchString(hanLetter.ReplaceAllString(s, "")), !hanLetter.MatchString(s):
		s = blankRun.ReplaceAllStringFunc(s, func(run string) string { return " " + strings.TrimLeftFunc(run, unicode.IsSpace) })
	}
	s = strings.Map(func(r rune) rune {
		if 0x2F00 <= r && r <= 0x2FD5 || r == 0x2E9F || r == 0x2EF3 {
			r, _ = utf8.DecodeRuneInString(idcard.FoldName(string(r))) // which has a test of its own
		}
		return r
	}, s)
	return strings.NewReplacer(append(show, "\x1F", "\u202F")...).Replace(s)
}

func trimmed(s string) string { return idcard.Trim(s) }
