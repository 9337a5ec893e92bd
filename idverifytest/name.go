package idverifytest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxName = 128 // characters

// nameMarks stand between the parts of names: the interval dot with what
// keyboards put in its place, the apostrophe and the hyphen.
const nameMarks = "·•‧・.'’-"

// validName wants what a name can be in any script, with single spaces inside.
// The vendors say only that a malformed name is refused, and not what that is.
func validName(name string) bool {
	n := utf8.RuneCountInString(name)
	if n < 1 || n > maxName || strings.Contains(name, "  ") || strings.Trim(name, " ") != name {
		return false
	}
	for _, r := range name {
		if r != ' ' && !strings.ContainsRune(nameMarks, r) && !isNameLetter(r) {
			return false
		}
	}
	return true
}

// isNameLetter takes letters with their accents and variation selectors, 〇,
// which is a number to Unicode, and rare characters: those which older systems
// keep in private use, and planes 2 and 3, of which Go's tables lack the
// newest.
func isNameLetter(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.Nl, unicode.Co) || 0x20000 <= r && r <= 0x3FFFD
}
