package idcard

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxNameLen is far beyond the longest name on a card.
const maxNameLen = 128

// NameFault says what a text contains that no name can contain.
type NameFault string

const (
	// NameEmpty: nothing that can be seen.
	NameEmpty NameFault = "empty"
	// NameTooLong: more than 128 characters.
	NameTooLong NameFault = "too_long"
	// NameNotUTF8: bytes that are no UTF-8.
	NameNotUTF8 NameFault = "not_utf8"
	// NameNoLetter: not one letter.
	NameNoLetter NameFault = "no_letter"
	// NameControl: a line feed, a tab, or another control character.
	NameControl NameFault = "control"
	// NameInvisible: an invisible character, where no script needs it.
	NameInvisible NameFault = "invisible"
	// NameBlank: a blank at the edge, or where it is not the only one.
	NameBlank NameFault = "blank"
	// NameDigit: a digit or another number, of whatever script. 〇 and Roman numerals are none.
	NameDigit NameFault = "digit"
	// NameMask: a star, or a circle or square in a character's place.
	NameMask NameFault = "mask"
	// NameQuestionMark: a question mark, which is what a character becomes that a system does not have.
	NameQuestionMark NameFault = "question_mark"
	// NameReplaced: U+FFFD, which a wrong decoding leaves, or the 〓 of a missing character.
	NameReplaced NameFault = "replaced"
	// NameBracket: a bracket, of whatever script.
	NameBracket NameFault = "bracket"
	// NameEmoji: an emoji or pictograph.
	NameEmoji NameFault = "emoji"
	// NamePunctuation: a mark that does not stand in names. Dots, hyphens and apostrophes do.
	NamePunctuation NameFault = "punctuation"
	// NameSymbol: any other symbol.
	NameSymbol NameFault = "symbol"
	// NameUnassigned: a code that is no character.
	NameUnassigned NameFault = "unassigned"
)

// complaints say what stands there.
var complaints = map[NameFault]string{
	NameControl:      "a control character",
	NameInvisible:    "an invisible character",
	NameBlank:        "a blank out of place",
	NameDigit:        "a digit",
	NameMask:         "a star or another mask",
	NameQuestionMark: "a question mark",
	NameReplaced:     "a placeholder for a lost character (U+FFFD or 〓)",
	NameBracket:      "a bracket",
	NameEmoji:        "an emoji",
	NamePunctuation:  "punctuation that does not stand in names",
	NameSymbol:       "a symbol",
	NameUnassigned:   "no character of Unicode",
	NameNotUTF8:      "not UTF-8",
}

// NameError says why a text is no name, and where. It contains nothing of the name,
// and may be logged and shown. [CheckName] returns no other error.
type NameError struct {
	// Fault is the first that was found.
	Fault NameFault
	// Position counts characters from 1, in the name as it was checked. It is 0 for NameEmpty, NameTooLong and
	// NameNoLetter, which have no one place.
	Position int
}

// Error says what stands where, such as "idcard: digit: position 2 of the name is a digit".
func (e *NameError) Error() string {
	prefix := "idcard: " + string(e.Fault) + ": "
	switch e.Fault {
	case NameEmpty:
		return prefix + "the name is empty"
	case NameTooLong:
		return prefix + "the name is longer than " + strconv.Itoa(maxNameLen) + " characters"
	case NameNoLetter:
		return prefix + "the name has no letter"
	}
	return prefix + "position " + strconv.Itoa(e.Position) + " of the name is " + complaints[e.Fault]
}

// nameMarks stand between the parts of names, besides the dots: apostrophes and hyphens with what keyboards put in their
// place, and the marks of other scripts that do the same, such as the Tibetan tsheg.
const nameMarks = "'\u2019\u2018\u2032\uFF07`\u00B4" + "-\u2010\u2011\u2013\uFE63\uFF0D" +
	"\u055A\u058A" + // Armenian apostrophe and hyphen
	"\u05BE\u05F3\u05F4" + // Hebrew maqaf, geresh, gershayim
	"\u0970" + // Devanagari abbreviation sign
	"\u0F0B\u0F0C" + // Tibetan tsheg
	"\u1361" + // Ethiopic word space
	"\u1400" + // Canadian hyphen
	"\u1806\u1807" + // Mongolian hyphen, Sibe boundary
	"\u30A0" // katakana double hyphen

// CheckName reports what s contains that no name can contain, as a [*NameError], or
// nil. It expects a name as [FoldName] returns it, and accepts letters and the
// marks on them in any script, with 〇, 々, private use, variation selectors and all
// of planes 2 and 3; dots, apostrophes, hyphens and single spaces between them; a /
// between Latin letters, as in A/L, and an @ between spaces, as Malaysian passports
// have them; and joiners after a letter of a script that needs them.
func CheckName(s string) error {
	if isPlainHan(s) && len(s) <= 3*maxNameLen {
		return nil
	}
	if len(s) > utf8.UTFMax*maxNameLen || utf8.RuneCountInString(s) > maxNameLen {
		return &NameError{Fault: NameTooLong}
	}
	c := nameChecker{whole: s}
	for i, r := range s {
		c.position++
		size := utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, size = utf8.DecodeRuneInString(s[i:])
		}
		if fault := c.look(r, size, s[i+size:]); fault != "" {
			return &NameError{Fault: fault, Position: c.position}
		}
	}
	switch {
	case !c.visible:
		return &NameError{Fault: NameEmpty}
	case Trim(s) != s:
		return &NameError{Fault: c.last, Position: c.position}
	case !c.lettered:
		return &NameError{Fault: NameNoLetter}
	}
	return nil
}

type nameChecker struct {
	whole    string
	position int
	visible  bool
	lettered bool
	before   rune      // the character before, 0 at the beginning
	beside   rune      // the last character that is neither a blank nor a variation selector
	letter   rune      // the last letter since a blank
	last     NameFault // what the last character would be at the end of a name
}

// look returns the fault of the next character, or nothing. size is 1 for a byte that is no UTF-8.
func (c *nameChecker) look(r rune, size int, rest string) NameFault {
	before := c.before
	c.before = r
	switch {
	case isHan(r):
		c.seen(r, true)
	case isInvisible(r):
		c.last = NameInvisible
		if !isJoiner(r) || !joins(c.letter) {
			return NameInvisible
		}
	case isSuffixed(r, c.letter):
		c.last = NameBlank
	case isBlank(r):
		c.last, c.letter = NameBlank, 0
		if before == 0 || !(r == ' ' && !isBlank(before)) && !c.mayHaveBlanks() {
			return NameBlank
		}
	case isVariation(r):
		c.last = ""
	case unicode.In(r, unicode.L, unicode.M, unicode.Nl):
		c.seen(r, !unicode.Is(unicode.M, r))
	case isDot(r), strings.ContainsRune(nameMarks, r), isAlias(before, r, rest):
		c.seen(r, false)
	default:
		return faultOf(r, size)
	}
	return ""
}

func (c *nameChecker) seen(r rune, isLetter bool) {
	c.visible, c.beside, c.last = true, r, ""
	if isLetter {
		c.lettered, c.letter = true, r
	}
}

// mayHaveBlanks: what FoldName leaves in a long Han name.
func (c *nameChecker) mayHaveBlanks() bool {
	return isHan(c.beside) && shapeOf(c.whole).han > longestPadded
}

// isAlias takes RAJ A/L KUMAR and TAN AH KOW @ TAN.
func isAlias(before, r rune, rest string) bool {
	after, _ := utf8.DecodeRuneInString(rest)
	return r == '/' && unicode.Is(unicode.Latin, before) && unicode.Is(unicode.Latin, after) || r == '@' && before == ' ' && after == ' '
}

// faultOf names what is no part of a name.
func faultOf(r rune, size int) NameFault {
	switch {
	case r == utf8.RuneError && size == 1:
		return NameNotUTF8
	case r == utf8.RuneError, r == '〓':
		return NameReplaced
	case strings.ContainsRune("*＊﹡∗⁎✱※●○◯■□▇█×", r):
		return NameMask
	case strings.ContainsRune("?？﹖⁇؟", r):
		return NameQuestionMark
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp):
		return NameControl
	case unicode.Is(unicode.Zs, r):
		return NameBlank
	case unicode.Is(unicode.N, r):
		return NameDigit
	case unicode.In(r, unicode.Ps, unicode.Pe):
		return NameBracket
	case 0x1F000 <= r && r <= 0x1FAFF, 0x2600 <= r && r <= 0x27BF:
		return NameEmoji
	case unicode.Is(unicode.P, r):
		return NamePunctuation
	case unicode.Is(unicode.S, r):
		return NameSymbol
	}
	return NameUnassigned
}
