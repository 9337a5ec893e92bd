package idcard

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// intervalDot stands between the parts of a name, as in 买买提·吐尔逊: U+00B7, by 民委发〔2016〕33号.
const intervalDot = '·'

// lookalikes are the dots that keyboards and older systems put in the place of [intervalDot].
const lookalikes = "." +
	"\u0387" + // Greek ano teleia
	"\u2022" + // bullet
	"\u2024" + // one dot leader
	"\u2027" + // hyphenation point
	"\u2219" + // bullet operator
	"\u22C5" + // dot operator
	"\u2E31" + // word separator middle dot
	"\u2E33" + // raised dot
	"\u30FB" + // katakana middle dot
	"\uA78F" + // Latin letter sinological dot
	"\uFE52" + // small full stop
	"\uFF0E" + // full-width full stop
	"\uFF65" // half-width katakana middle dot

// maxNameBytes bounds the work done for a text that is no name.
const maxNameBytes = 1024

// FoldName returns a name as it is registered: without the white space around it, and with U+00B7 for any dot that
// stands alone between two Han characters. Everything else comes through byte for byte, invalid UTF-8 included, which
// the caller finds with [utf8.ValidString]; the dots of J. Smith stay. There is no Unicode normalisation: it would
// rewrite characters that people are called by. Folding twice is folding once. What is longer than 1,024 bytes is no
// name, and comes back as it is.
//
// White space is what [unicode.IsSpace] says, U+3000 and U+00A0 among it, and U+200B and U+FEFF, spaces too thin to be
// seen, which pasting brings along. A private use character counts as Han, since that is what it stands for in a name.
func FoldName(s string) string {
	if len(s) > maxNameBytes {
		return s
	}
	s = trimSpace(s)
	if !strings.ContainsAny(s, lookalikes) {
		return s
	}
	var folded strings.Builder
	folded.Grow(len(s))
	var before rune
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		after, _ := utf8.DecodeRuneInString(s[size:])
		if strings.ContainsRune(lookalikes, r) && isHan(before) && isHan(after) {
			folded.WriteRune(intervalDot)
		} else {
			folded.WriteString(s[:size]) // not WriteRune, which would turn invalid bytes into U+FFFD
		}
		if !unicode.Is(unicode.Variation_Selector, r) { // part of the character before it
			before = r
		}
		s = s[size:]
	}
	return folded.String()
}

// HasPrivateUse reports whether a name holds a character of the private use areas: U+E000 to U+F8FF, and planes 15 and
// 16. Older systems keep rare characters there, each in a place of its own, so that a vendor may know the person under
// another character: a mismatch then needs a look at the document, and no folding can help.
func HasPrivateUse(s string) bool {
	return strings.ContainsFunc(s, isPrivateUse)
}

func isPrivateUse(r rune) bool { return unicode.Is(unicode.Co, r) }

// isHan takes planes 2 and 3 whole. Unicode keeps them for ideographs, and Go's tables lack the newest: extension I
// consists of characters from the names of people in China.
func isHan(r rune) bool {
	return unicode.Is(unicode.Han, r) || 0x20000 <= r && r <= 0x3FFFF || isPrivateUse(r)
}

// trimSpace trims more than strings.TrimSpace does: see FoldName.
func trimSpace(s string) string {
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\u200B' || r == '\uFEFF'
	})
}
