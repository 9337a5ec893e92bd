package idverifytest

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

const (
	maxName = 128 // characters
	longHan = 5   // minimum number of Han characters between which blanks of any kind may be
)

// Parts of a regular expression for names. Each is the content of a character
// class.
const (
	// han includes 〇, 々, radicals, the rare characters that older systems keep in
	// private use, and planes 2 and 3, of which Go's tables lack the newest.
	han = `\p{Han}\p{Co}\x{20000}-\x{2FFFD}\x{30000}-\x{3FFFD}`
	// letters have their accents and variation selectors; Roman numerals count as
	// letters.
	letters = `\p{L}\p{M}\p{Nl}` + han
	// between stands between the parts of names: the interval dot, the apostrophe
	// and the hyphen with their keyboard substitutes, and the same in other
	// scripts.
	between = `\x{B7}\x{2022}\x{2027}\x{30FB}.\x{FF0E}\x{2024}\x{2219}\x{22C5}\x{387}\x{2E31}\x{2E33}\x{A78F}\x{FE52}\x{FF65}` + // dots
		"'`" + `\x{2018}\x{2019}\x{2032}\x{FF07}\x{B4}\x{2010}\x{2011}\x{2013}\x{FE63}\x{FF0D}\-` +
		`\x{55A}\x{58A}\x{5BE}\x{5F3}\x{5F4}\x{970}\x{F0B}\x{F0C}\x{1361}\x{1400}\x{1806}\x{1807}\x{30A0}`
	// joinable are the scripts that use joiners and marks of direction.
	joinable = `\p{Arabic}\p{Hebrew}\p{Syriac}\p{Thaana}\p{Nko}\p{Mandaic}\p{Adlam}\x{10D00}-\x{10D3F}\p{Mongolian}\x{A840}-\x{A877}` +
		`\p{Tibetan}\p{Devanagari}\p{Bengali}\p{Gurmukhi}\p{Gujarati}\p{Oriya}\p{Tamil}\p{Telugu}\p{Kannada}\p{Malayalam}\p{Sinhala}` +
		`\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\x{1950}-\x{19DF}\x{1A20}-\x{1AAD}\x{AA80}-\x{AADF}\p{Cham}\p{Balinese}\p{Javanese}` +
		`\p{Sundanese}\p{Chakma}\x{AAE0}-\x{AAF6}\x{ABC0}-\x{ABF9}\x{1100}-\x{11FF}\x{A960}-\x{A97C}\x{D7B0}-\x{D7FB}`
)

var (
	// Joiners are written as U+200D, wide blanks as U+3000, and invisible
	// characters that join nothing as NUL, so that the expressions need only one of
	// each.
	toPlain = strings.NewReplacer(alternate(
		"\u034F\u061C\u115F\u1160\u17B4\u17B5\u180E\u200B\u200C\u200E\u200F\u2060", "\u200D",
		"\u00A0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u205F", "\u3000",
		"\u3164\uFFA0", "\x00")...)

	allowed = regexp.MustCompile(`^[` + letters + between + ` \x{200D}\x{202F}/@]+$`)
	// wholeName is a sequence of words; in one of a joinable script, joiners may
	// follow the first letter. U+202F joins a suffix to a Mongolian word.
	wholeName = regexp.MustCompile(`^(?:[` + joinable + `][\p{M}` + between + `\x{200D}]*` +
		`|\p{Mongolian}[\p{M}` + between + `\x{200D}\x{202F}]*` +
		`|\p{Latin}(?:/\p{Latin})+| @ |[` + letters + between + ` ])+$`)
	wideBlanks = regexp.MustCompile(`([` + han + `]\p{Mn}*)[ \x{3000}\x{202F}]+`)
	eachHan    = regexp.MustCompile(`[` + han + `]`)
	oneLetter  = regexp.MustCompile(`[\p{L}\p{Nl}` + han + `]`)
	// A valid end: a joiner after a vowel sign or virama.
	joinedEnd = regexp.MustCompile(`[` + joinable + `]\p{M}*\p{M}[\x{200C}\x{200D}]$`)
)

// alternate makes pairs for a replacer: each character of a list, and its
// replacement.
func alternate(lists ...string) []string {
	var pairs []string
	for i := 0; i < len(lists); i += 2 {
		for _, r := range lists[i] {
			pairs = append(pairs, string(r), lists[i+1])
		}
	}
	return pairs
}

// validName accepts names in any script, with single spaces inside. The vendors say
// only that a malformed name is refused, not what is malformed.
func validName(name string) bool {
	if n := utf8.RuneCountInString(name); n < 1 || n > maxName || !utf8.ValidString(name) {
		return false
	}
	plain := toPlain.Replace(name)
	if len(eachHan.FindAllStringIndex(plain, longHan)) == longHan {
		plain = wideBlanks.ReplaceAllString(plain, "$1 ")
	}
	switch {
	case strings.Contains(plain, "  "), strings.HasPrefix(plain, " "), strings.HasSuffix(plain, " "), strings.HasSuffix(plain, "\u202F"):
		return false
	case strings.HasSuffix(plain, "\u200D") && !joinedEnd.MatchString(name):
		return false
	}
	return allowed.MatchString(plain) && wholeName.MatchString(plain) && oneLetter.MatchString(plain)
}
