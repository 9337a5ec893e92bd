package idcard

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// firstGenerationLen is how many digits the cards had that ceased to be valid in 2013.
const firstGenerationLen = 15

// tooManyCharacters contains no three-digit number, so that a search of logs for
// digits of a number does not find it.
const tooManyCharacters = "more than 99"

// otherLength says what a trimmed text of another length than a number's is.
func otherLength(s string) string {
	n, digits, position := 0, 0, 0
	what := "" // the first that is no digit and may explain the length
	for i, r := range s {
		n++
		if isDigit(foldRune(r)) {
			digits++
		} else if found := foundRune(s[i:]); what == "" && found != "a letter" {
			what, position = found, n
		}
	}
	switch {
	case n == 0:
		return "nothing that can be seen"
	case n > 99:
		return tooManyCharacters
	case scientific(s):
		return "the scientific notation of a spreadsheet"
	case n == firstGenerationLen && digits == n:
		return "the 15 digits of the first generation, which are no longer valid,"
	case what != "":
		return strconv.Itoa(n) + " characters, with " + what + " at position " + strconv.Itoa(position) + ","
	}
	return strconv.Itoa(n)
}

// scientific finds what a spreadsheet shows of a number of many digits, such as 1.23E+17.
func scientific(s string) bool {
	before, after, found := strings.Cut(strings.ToUpper(s), "E+")
	return found && before != "" && after != "" && strings.Trim(before, "0123456789.")+strings.Trim(after, "0123456789") == ""
}

// foundRune names the first character of s, which is none that a number can have there.
func foundRune(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	switch what := invisibleName(r); {
	case what != "":
		return what
	case r == utf8.RuneError && size == 1:
		return "a byte that is not UTF-8"
	case foldRune(r) == 'X':
		return "an X before the end"
	case unicode.Is(unicode.N, r):
		return "a digit of another script"
	case unicode.IsLetter(r):
		return "a letter"
	}
	switch fault := faultOf(r, size); fault {
	case NameMask, NameQuestionMark, NameReplaced, NameBracket:
		return complaints[fault]
	}
	return "a mark or symbol"
}
