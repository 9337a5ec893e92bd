package idcard_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/idverify/idverify/idcard"
)

var (
	plainNumber = regexp.MustCompile(`^[0-9]{17}[0-9X]$`)
	threeDigits = regexp.MustCompile(`[0-9]{3}`)
)

func FuzzParse(f *testing.F) {
	for _, first17 := range []string{
		madeUpMale, madeUpFemale, "81000019000101999", "82000019000101000", "83000019000101999", "93184019000101000",
	} {
		f.Add(withCheckDigit(first17))
	}
	f.Add(standardExample)
	f.Add("\u3000１１０１０５１９４９１２３１００２ｘ\u00A0")
	f.Add("110105000101999")
	f.Add("\xff\xfe")
	f.Add("")

	f.Fuzz(func(t *testing.T, s string) {
		n, err := idcard.ParseAt(s, clock)
		if err != nil {
			checkRefusal(t, n, err)
			return
		}
		text := n.Reveal()
		if !plainNumber.MatchString(text) {
			t.Fatal("not 18 plain characters")
		}
		if again, err := idcard.ParseAt(text, clock); err != nil || again != n {
			t.Fatalf("parsed again: %v, %v", again, err)
		}
		if n.BirthDate().Format("20060102") != text[6:14] {
			t.Fatal("another birth date")
		}
		if text != withCheckDigit(text[:17]) {
			t.Fatal("another check digit than the weights give")
		}
		checkMistakes(t, text)
	})
}

func checkRefusal(t *testing.T, n idcard.Number, err error) {
	t.Helper()
	var refused *idcard.Error
	switch {
	case !errors.As(err, &refused):
		t.Fatalf("an error of type %T", err)
	case n != idcard.Number{}:
		t.Fatal("a number beside the error")
	case refused.From < 0 || refused.From > refused.To || refused.To > 18:
		t.Fatalf("positions %d to %d", refused.From, refused.To)
	case threeDigits.MatchString(err.Error()): // positions have two at most
		t.Fatal("digits in the error")
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

func FuzzFoldName(f *testing.F) {
	for _, s := range []string{
		"", "张三", "\u3000张三\u00A0", "买买提•吐尔逊", "阿.卜.杜", "阿..卜", "J. Smith", "J.张",
		"\uE000.张", "葛\U000E0100.三", "\U0002EBF0．𠮷", "\uF900", "张\xff.三", "\u200B\uFEFF",
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
		checkOnlyDotsChanged(t, trimmed(s), folded)
	})
}

// trimmed trims what FoldName says it trims, by its own list.
func trimmed(s string) string {
	return strings.Trim(s, "\t\n\v\f\r \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A"+
		"\u2028\u2029\u202F\u205F\u3000\u200B\uFEFF")
}

func checkOnlyDotsChanged(t *testing.T, before, after string) {
	t.Helper()
	was, is := pieces(before), pieces(after)
	if len(was) != len(is) {
		t.Fatalf("%d characters became %d", len(was), len(is))
	}
	for i := range was {
		if was[i] != is[i] && is[i] != "·" {
			t.Fatalf("%+q became %+q", was[i], is[i])
		}
	}
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
