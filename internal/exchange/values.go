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

// Score is a number in an answer: a JSON number or a string that holds one.
// null and a missing field are absent; anything else is malformed. Decoding
// never fails, so that a bad score does not cost the request id beside it.
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
		literal, _ := unquote(text) // "" when it cannot be read, which is no number
		text = []byte(literal)
	}
	s.value, s.present = finite(text)
	s.malformed = !s.present
	return nil
}

// finite is a number as JSON writes it. ParseFloat alone would take hexadecimal,
// underscores, "NaN" and "Inf".
func finite(text []byte) (value float64, ok bool) {
	value, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !json.Valid(text) {
		return 0, false
	}
	return value, true
}

// unquote is the text of a JSON string. Most have nothing to unescape, and cost
// one copy.
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

// Text is a string, a number or a boolean in an answer, as text. A number keeps
// every digit, but for a fraction of zeros: 18.0 is 18. null is "". One that is
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

// wholeNumber is a JSON number without a fraction that is zero: programs that know
// only floating-point numbers write it. 0 is the code of success with most vendors,
// and is taken only as their documents write it.
func wholeNumber(literal []byte) []byte {
	whole, fraction, found := bytes.Cut(literal, []byte{'.'})
	if !found || len(bytes.Trim(fraction, "0")) > 0 || string(whole) == "0" || string(whole) == "-0" {
		return literal
	}
	return whole
}

var errNotPlain = errors.New("not a plain value")

// Remark is text that decides nothing. What is no plain value counts as absent,
// so that it does not cost the decision beside it. Of a long string the beginning
// is kept, as much as [Call.Scrub] looks at.
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

// A character of a string may be written with six, and those of a number count.
const (
	longestQuoted = 6*redact.MaxText + len(`""`)
	maxNumber     = 1 << 10
)

// beginning is a JSON string, or its beginning as one that reads as no less than
// [redact.SearchedText] bytes.
func beginning(quoted []byte) []byte {
	end := len(`"`)
	for range redact.SearchedText + utf8.UTFMax { // each step is at least one byte
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

// IsMalformed reports whether there is something that is no number.
func (s Score) IsMalformed() bool { return s.malformed }

// IsMeasured reports whether there is a number above zero, which many programs write where
// nothing was measured.
func (s Score) IsMeasured() bool { return s.present && s.value > 0 }

// Pointer is the number, nil when there is no well-formed one.
func (s Score) Pointer() *float64 {
	if !s.present {
		return nil
	}
	value := s.value // half as long as a Score, and only where there is one
	return &value
}
