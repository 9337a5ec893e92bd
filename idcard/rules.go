package idcard

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	numberLen   = 18
	provinceLen = 2
	addressLen  = 6
	birthFrom   = 7
	birthTo     = 14

	earliestYear = 1900

	// maxBytes limits the work for a string that is no number. Full width, 18
	// characters take 54 bytes; the rest is room for the white space that comes
	// with pasting.
	maxBytes = 256
)

// china is where a birth date is a day and "today" begins. A fixed zone, because
// the summer time of 1986 to 1991 and the local times before 1949 do not matter for
// a date without a time. Never reassigned.
var china = time.FixedZone("UTC+8", 8*60*60)

// fold returns the 18 plain ASCII characters of a number, by rules 1 and 2.
func fold(s string) (string, error) {
	if len(s) > maxBytes {
		return "", &Error{Rule: RuleLength, found: tooManyCharacters}
	}
	s = Trim(s)
	if utf8.RuneCountInString(s) != numberLen {
		return "", &Error{Rule: RuleLength, found: otherLength(s)}
	}
	var room [numberLen]byte
	folded := room[:0]
	for i, r := range s {
		c, position := foldRune(r), len(folded)+1
		isX := c == 'X' && position == numberLen
		if !isDigit(c) && !isX {
			return "", &Error{Rule: RuleCharacter, From: position, To: position, found: foundRune(s[i:])}
		}
		folded = append(folded, c)
	}
	if string(folded) == s {
		return s, nil
	}
	return string(folded), nil
}

// foldRune returns the plain form of a digit or an X, and 0 for any other character.
func foldRune(r rune) byte {
	switch {
	case '0' <= r && r <= '9':
		return byte(r)
	case '０' <= r && r <= '９':
		return byte(r - '０' + '0')
	case r == 'X', r == 'x', r == 'Ｘ', r == 'ｘ', r == 'Ⅹ', r == 'ⅹ': // the last two are Roman numerals
		return 'X'
	default:
		return 0
	}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// check applies rules 3 to 7 to what fold returned.
func check(text string, now time.Time) error {
	if err := checkAddress(text); err != nil {
		return err
	}
	birth, ok := birthDate(text)
	switch {
	case !ok:
		return &Error{Rule: RuleBirthDate, From: birthFrom, To: birthTo}
	case birth.Year() < earliestYear:
		return &Error{Rule: RuleBirthTooEarly, From: birthFrom, To: birthTo}
	case birth.After(now): // a day that has not begun in UTC+8 is in the future
		return &Error{Rule: RuleBirthInFuture, From: birthFrom, To: birthTo}
	case !checkDigitFits(text):
		e := &Error{Rule: RuleCheckDigit, From: numberLen, To: numberLen}
		if isRounded(text) {
			e.found = "what a spreadsheet makes of a number: the last three digits are zeros"
		}
		return e
	}
	return nil
}

func checkAddress(text string) error {
	if kindOf(text) != KindResident {
		return nil
	}
	switch province := text[:provinceLen]; {
	case province == "81", province == "82", province == "83": // but kindOf saw no residence permit
		return &Error{Rule: RuleAddress, From: 1, To: addressLen}
	case provinceName(province) == "":
		return &Error{Rule: RuleAddress, From: 1, To: provinceLen}
	}
	return nil
}

// birthDate returns midnight in UTC+8 of the day in positions 7 to 14, and false if the calendar has no such day.
func birthDate(text string) (time.Time, bool) {
	year, month, day := atoi(text[6:10]), time.Month(atoi(text[10:12])), atoi(text[12:14])
	date := time.Date(year, month, day, 0, 0, 0, 0, china)
	// time.Date carries over what a year or a month does not have, always into another month: 30 February comes back
	// in March, month 13 in January.
	return date, date.Month() == month
}

// atoi reads digits that fold has checked, so that Atoi cannot fail.
func atoi(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// checkDigitFits computes ISO 7064 MOD 11-2 by its recurrence, which needs no table of weights: the sum is doubled
// between one character and the next, and with the check digit in it leaves 1.
func checkDigitFits(text string) bool {
	sum := 0
	for i := range len(text) {
		sum = (2*sum + value(text[i])) % 11
	}
	return sum == 1
}

// isRounded: a spreadsheet keeps 15 digits of a number, and puts zeros instead of the last three.
func isRounded(text string) bool { return strings.HasSuffix(text, "000") }

func value(c byte) int {
	if c == 'X' {
		return 10
	}
	return int(c - '0')
}
