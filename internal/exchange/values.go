package exchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/idverify/idverify/internal/redact"
)

// Score is a number in an answer: a JSON number or a string with a number. null and a
// missing field are absent; anything else is malformed. Decoding never fails, so that
// a bad score does not lose the request id beside it.
type Score struct {
	value              float64
	present, malformed bool
}

// UnmarshalJSON implements [json.Unmarshaler].
func (s *Score) UnmarshalJSON(text []byte) error {
	*s = Score{}
	switch {
	case string(text) == "null":
		return nil
	case len(text) > maxNumber:
		s.malformed = true
		return nil
	}
	if bytes.HasPrefix(text, []byte{'"'}) {
		literal, _ := unquote(text) // "" if it cannot be read, which is no number
		text = []byte(literal)
	}
	s.value, s.present = finite(text)
	s.malformed = !s.present
	return nil
}

// finite parses a JSON number. ParseFloat alone would also accept hexadecimal,
// underscores, "NaN" and "Inf".
func finite(text []byte) (value float64, ok bool) {
	value, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !json.Valid(text) {
		return 0, false
	}
	return value, true
}

// unquote is the text of a JSON string. Most strings have no escapes and cost one
// copy.
func unquote(quoted []byte) (string, error) {
	plain := len(quoted) >= 2 && quoted[0] == '"' && quoted[len(quoted)-1] == '"' && utf8.Valid(quoted)
	if plain {
		inside := quoted[1 : len(quoted)-1]
		if !bytes.ContainsFunc(inside, func(r rune) bool { return r == '\\' || r == '"' || r < ' ' }) {
			return string(inside), nil
		}
	}
	var text string
	err := json.Unmarshal(quoted, &text)
	return text, err
}

// Text is a string, a number or a boolean in an answer, as text. A number keeps every
// digit, except for a fraction of zeros: 18.0 becomes 18. null becomes "". A text
// longer than [redact.MaxText] is refused.
type Text string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *Text) UnmarshalJSON(text []byte) error {
	switch {
	case string(text) == "null":
		*t = ""
		return nil
	case bytes.HasPrefix(text, []byte{'{'}), bytes.HasPrefix(text, []byte{'['}), len(text) > longestQuoted:
		return errNotPlain
	case bytes.HasPrefix(text, []byte{'"'}):
		plain, err := unquote(text)
		if len(plain) > redact.MaxText {
			return errNotPlain
		}
		*t = Text(plain)
		return err
	case len(text) > redact.MaxText:
		return errNotPlain
	}
	*t = Text(wholeNumber(text))
	return nil
}

// wholeNumber removes a fraction of zeros from a JSON number: programs that know only
// floating-point numbers write it. 0 is most vendors' success code, so it counts only
// as the documents write it.
func wholeNumber(literal []byte) []byte {
	whole, fraction, found := bytes.Cut(literal, []byte{'.'})
	if !found || len(bytes.Trim(fraction, "0")) > 0 || string(whole) == "0" || string(whole) == "-0" {
		return literal
	}
	return whole
}

var errNotPlain = errors.New("not a plain value")

// Remark is text that decides nothing. A value that is no string, number or boolean
// counts as absent, so that it does not lose the decision beside it. Only the
// beginning of a long string is kept, as much as [Call.Scrub] examines.
type Remark string

// UnmarshalJSON implements [json.Unmarshaler].
func (r *Remark) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte{'"'}) {
		if len(text) > redact.SearchedText {
			text = beginning(text)
		}
		plain, _ := unquote(text)
		*r = Remark(redact.Cut(plain, redact.SearchedText))
		return nil
	}
	var t Text
	if t.UnmarshalJSON(text) != nil {
		t = ""
	}
	*r = Remark(t)
	return nil
}

// An escaped character of a string may take six bytes, and the digits of a number
// count.
const (
	longestQuoted = 6*redact.MaxText + len(`""`)
	maxNumber     = 1 << 10
)

// beginning is a JSON string, or a beginning of it that still decodes to at least
// [redact.SearchedText] bytes.
func beginning(quoted []byte) []byte {
	end := len(`"`)
	for range redact.SearchedText + utf8.UTFMax { // each step reads at least one byte
		switch {
		case end >= len(quoted)-1:
			return quoted
		case quoted[end] != '\\':
			end++
		case quoted[end+1] == 'u':
			end += len(`\u0000`)
		default:
			end += len(`\n`)
		}
	}
	return append(slices.Clone(quoted[:end]), '"')
}

// IsMalformed reports whether the value is present but no number.
func (s Score) IsMalformed() bool { return s.malformed }

// IsMeasured reports whether there is a number above zero: many programs write zero
// if nothing was measured.
func (s Score) IsMeasured() bool { return s.present && s.value > 0 }

// Pointer is the number, nil if there is no well-formed one.
func (s Score) Pointer() *float64 {
	if !s.present {
		return nil
	}
	value := s.value // half the size of a Score, and only if there is a number
	return &value
}
