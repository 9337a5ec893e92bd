package idcard

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// invisible has the invisible characters other than spaces: direction controls,
// joiners, fillers, tags. Pasting, autofill and spreadsheets leave them in texts.
// Variation selectors are not among them: they choose how the character before them
// looks.
var invisible = &unicode.RangeTable{
	LatinOffset: 1,
	R16: []unicode.Range16{
		{Lo: 0x00AD, Hi: 0x00AD, Stride: 1}, // soft hyphen
		{Lo: 0x034F, Hi: 0x034F, Stride: 1}, // combining grapheme joiner
		{Lo: 0x061C, Hi: 0x061C, Stride: 1}, // Arabic letter mark
		{Lo: 0x115F, Hi: 0x1160, Stride: 1}, // Hangul fillers
		{Lo: 0x17B4, Hi: 0x17B5, Stride: 1}, // Khmer inherent vowels
		{Lo: 0x180E, Hi: 0x180E, Stride: 1}, // Mongolian vowel separator
		{Lo: 0x200B, Hi: 0x200F, Stride: 1}, // zero-width space, joiners, marks of direction
		{Lo: 0x202A, Hi: 0x202E, Stride: 1}, // embeddings and overrides of direction
		{Lo: 0x2060, Hi: 0x206F, Stride: 1}, // word joiner, invisible operators, isolates
		{Lo: 0x2800, Hi: 0x2800, Stride: 1}, // Braille blank
		{Lo: 0x3164, Hi: 0x3164, Stride: 1}, // Hangul filler
		{Lo: 0xFEFF, Hi: 0xFEFF, Stride: 1}, // byte order mark
		{Lo: 0xFFA0, Hi: 0xFFA0, Stride: 1}, // half-width Hangul filler
		{Lo: 0xFFF0, Hi: 0xFFFB, Stride: 1}, // annotations, and what is kept for more of the kind
	},
	R32: []unicode.Range32{
		{Lo: 0x1BCA0, Hi: 0x1BCA3, Stride: 1}, // controls of shorthand
		{Lo: 0x1D173, Hi: 0x1D17A, Stride: 1}, // controls of musical notation
		{Lo: 0xE0000, Hi: 0xE00FF, Stride: 1}, // tags
		{Lo: 0xE01F0, Hi: 0xE0FFF, Stride: 1}, // kept for more of the kind
	},
}

// joiners are those of [invisible] that the spelling of some scripts needs; see [joins].
const joiners = "\u034F\u061C\u115F\u1160\u17B4\u17B5\u180E\u200B\u200C\u200D\u200E\u200F\u2060"

// joining are the scripts that need [joiners]: those that run from right to left, those that join letters, and those
// that write words without spaces.
var joining = []*unicode.RangeTable{
	unicode.Adlam, unicode.Arabic, unicode.Balinese, unicode.Bengali, unicode.Chakma, unicode.Cham, unicode.Devanagari,
	unicode.Gujarati, unicode.Gurmukhi, unicode.Hanifi_Rohingya, unicode.Hebrew, unicode.Javanese, unicode.Kannada,
	unicode.Khmer, unicode.Lao, unicode.Malayalam, unicode.Mandaic, unicode.Meetei_Mayek, unicode.Mongolian,
	unicode.Myanmar, unicode.New_Tai_Lue, unicode.Nko, unicode.Oriya, unicode.Phags_Pa, unicode.Sinhala,
	unicode.Sundanese, unicode.Syriac, unicode.Tai_Le, unicode.Tai_Tham, unicode.Tai_Viet, unicode.Tamil, unicode.Telugu,
	unicode.Thaana, unicode.Thai, unicode.Tibetan,
}

// joins reports whether joiners belong after this letter. Of Korean they belong to the letters that build a syllable.
func joins(letter rune) bool {
	return letter > unicode.MaxLatin1 && unicode.IsLetter(letter) && (unicode.In(letter, joining...) || isJamo(letter))
}

func isJamo(r rune) bool {
	return 0x1100 <= r && r <= 0x11FF || 0xA960 <= r && r <= 0xA97C || 0xD7B0 <= r && r <= 0xD7FB
}

func isInvisible(r rune) bool { return r > '~' && unicode.Is(invisible, r) }

func isJoiner(r rune) bool { return isInvisible(r) && strings.ContainsRune(joiners, r) }

func isVariation(r rune) bool { return unicode.Is(unicode.Variation_Selector, r) }

// isBlank is white space within a line. U+1680 is not: it is a line that can be seen.
func isBlank(r rune) bool { return r == ' ' || r > '~' && unicode.Is(unicode.Zs, r) && r != 0x1680 }

// atEdge is what is trimmed.
func atEdge(r rune) bool { return unicode.IsSpace(r) || isInvisible(r) }

// Trim returns s without white space and invisible characters at its beginning and
// end, as [FoldName] and [Parse] remove them. White space is what [unicode.IsSpace]
// says, U+3000 and U+00A0 among it. The marks are controls of direction, zero-width
// spaces and joiners, soft hyphens, byte order marks, fillers and tags. A joiner
// stays at the end where the script needs it: after the vowel sign or virama of a
// script that joins letters.
func Trim(s string) string {
	s = strings.TrimLeftFunc(s, atEdge)
	trimmed := strings.TrimRightFunc(s, atEdge)
	r, size := utf8.DecodeRuneInString(s[len(trimmed):])
	if (r == '\u200C' || r == '\u200D') && endsInSign(trimmed) {
		return s[:len(trimmed)+size]
	}
	return trimmed
}

// endsInSign reports whether s ends in a mark on a letter that joins.
func endsInSign(s string) bool {
	last, _ := utf8.DecodeLastRuneInString(s)
	if !unicode.Is(unicode.M, last) || isVariation(last) {
		return false
	}
	for s != "" {
		last, size := utf8.DecodeLastRuneInString(s)
		if !unicode.Is(unicode.M, last) {
			return joins(last)
		}
		s = s[:len(s)-size]
	}
	return false
}

// FindInvisible returns the position of the first character of s that cannot be seen,
// counted in characters from 1, and what it is, such as "a line feed", "a blank" or
// "a byte order mark": white space, a control, an invisible character, a
// variation selector. A key, a token or an address contains none. The position is 0 if
// there is none.
func FindInvisible(s string) (position int, what string) {
	for _, r := range s {
		position++
		if what := invisibleName(r); what != "" {
			return position, what
		}
	}
	return 0, ""
}

// invisibleName names a character that cannot be seen, and is empty for others.
func invisibleName(r rune) string {
	switch {
	case ' ' < r && r <= '~':
		return ""
	case r == '\n':
		return "a line feed"
	case r == '\r':
		return "a carriage return"
	case r == '\t':
		return "a tab"
	case r == '\uFEFF':
		return "a byte order mark"
	case unicode.IsSpace(r):
		return "a blank"
	case unicode.IsControl(r):
		return "a control character"
	case isInvisible(r), isVariation(r), unicode.Is(unicode.Cf, r):
		return "an invisible character"
	}
	return ""
}
