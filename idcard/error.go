package idcard

import "strconv"

// Rule names what a number must satisfy. The package documentation gives the rules in the order they are applied.
type Rule string

const (
	// RuleLength asks for 18 characters, and for no more than 256 bytes before white space is trimmed.
	RuleLength Rule = "length"
	// RuleCharacter asks for 17 digits, then a digit or X.
	RuleCharacter Rule = "character"
	// RuleAddress asks for a province, or for the exact address code of a residence permit.
	RuleAddress Rule = "address"
	// RuleBirthDate asks for a day of the calendar, written YYYYMMDD.
	RuleBirthDate Rule = "birth_date"
	// RuleBirthTooEarly asks for a birth date on 1900-01-01 or later.
	RuleBirthTooEarly Rule = "birth_too_early"
	// RuleBirthInFuture asks for a birth date no later than today in UTC+8.
	RuleBirthInFuture Rule = "birth_in_future"
	// RuleCheckDigit asks that the last character be the check digit of the 17 before it.
	RuleCheckDigit Rule = "check_digit"
)

// Error says which rule refused a number, and where. It contains nothing of the
// number itself, nor the correct check digit, and may be logged and shown. [Parse]
// and [ParseAt] return no other error.
type Error struct {
	// Rule is the first rule that the number broke.
	Rule Rule
	// From and To are the first and last position that the rule found wrong, counted in characters from 1 after the
	// white space around the number was trimmed. Both are 0 for RuleLength, which has no one place.
	From, To int
	// found describes what was found there, without any part of the number.
	found string
}

// Error gives the rule, the place, what is wrong there and what is found, such as "idcard: character: position 4 is not a
// digit: a letter".
func (e *Error) Error() string {
	text := "idcard: " + string(e.Rule) + ": " + e.place() + " " + e.complaint()
	if e.found != "" && e.Rule != RuleLength {
		text += ": " + e.found
	}
	return text
}

func (e *Error) place() string {
	switch {
	case e.From == 0:
		return "the number"
	case e.From == e.To:
		return "position " + strconv.Itoa(e.From) + " is"
	default:
		return "positions " + strconv.Itoa(e.From) + " to " + strconv.Itoa(e.To) + " are"
	}
}

// complaint contains no year and no code, so that a search of logs for digits of a
// number does not find them here.
func (e *Error) complaint() string {
	switch e.Rule {
	case RuleLength:
		if e.found != "" {
			return "has " + e.found + " instead of 18 characters"
		}
		return "does not have 18 characters"
	case RuleCharacter:
		if e.From == numberLen {
			return "neither a digit nor X"
		}
		return "not a digit"
	case RuleAddress:
		if e.To == addressLen {
			return "not the address code of a residence permit"
		}
		return "not a province"
	case RuleBirthDate:
		return "not a calendar date"
	case RuleBirthTooEarly:
		return "too early a birth date"
	case RuleBirthInFuture:
		return "a birth date in the future"
	default:
		return "wrong"
	}
}
