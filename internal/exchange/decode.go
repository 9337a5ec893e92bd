package exchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Decode reads the answer as exactly one JSON object into reply. Its error is
// that of an answer which is not the vendor's, with the request id where the
// broken answer still shows it.
func (x *Exchange) Decode(reply any) error {
	content := unmarked(x.response.Body)
	problem := x.unreadable(content)
	if problem == "" && json.Unmarshal(content, reply) != nil {
		problem = "the answer is not the JSON that the vendor documents"
	}
	if problem == "" && hasDoubleKey(content) {
		problem = "the answer says the same field twice"
	}
	if problem == "" {
		return nil
	}
	x.SetRequestID(findText(content, x.RequestIDField))
	return x.Foreign(problem)
}

// unreadable says why an answer is no JSON object. Proxies call JSON what they
// like; HTML is what they answer with themselves.
func (x *Exchange) unreadable(content []byte) string {
	switch {
	case isHTML(x.response.Header.Get("Content-Type")), len(content) > 0 && content[0] == '<':
		return "a page of HTML instead of an answer"
	case len(content) == 0:
		return "the answer is empty"
	case content[0] != '{':
		return "the answer is not a JSON object"
	}
	return ""
}

func isHTML(contentType string) bool {
	mediaType, _, _ := strings.Cut(contentType, ";")
	switch strings.ToLower(strings.TrimSpace(mediaType)) {
	case "text/html", "application/xhtml+xml":
		return true
	}
	return false
}

// unmarked is an answer from its first character on: without white space and byte
// order marks, of which some servers send one for each file of theirs.
func unmarked(content []byte) []byte {
	const byteOrderMark = "\ufeff"
	for {
		trimmed := bytes.TrimPrefix(bytes.TrimLeft(content, " \t\r\n"), []byte(byteOrderMark))
		if len(trimmed) == len(content) {
			return content
		}
		content = trimmed
	}
}

// findText reads tokens up to where the answer breaks, and gives the text of a
// top-level field on the way.
func findText(content []byte, field string) string {
	if field == "" {
		return ""
	}
	content = unmarked(content)
	dec := json.NewDecoder(bytes.NewReader(content))
	dec.UseNumber()
	if first, _ := dec.Token(); first != json.Delim('{') {
		return ""
	}
	depth, isKey := 1, true
	for {
		token, err := dec.Token()
		if err != nil {
			return ""
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				depth++
			} else {
				depth--
			}
			isKey = depth == 1
			continue
		case string:
			if isKey && t == field {
				return nextText(dec, int64(len(content)))
			}
		}
		isKey = depth == 1 && !isKey
	}
}

// nextText is the next token of an answer that has end bytes. A number that the
// answer ends with may be half of one: it counts for nothing.
func nextText(dec *json.Decoder, end int64) string {
	token, _ := dec.Token() // nil where the answer breaks
	switch t := token.(type) {
	case string:
		return t
	case json.Number:
		if dec.InputOffset() < end {
			return t.String()
		}
	}
	return ""
}

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
	if string(text) == "null" {
		return nil
	}
	if bytes.HasPrefix(text, []byte{'"'}) {
		literal, _ := unquote(text) // "" when it cannot be read, which is no number
		text = []byte(literal)
	}
	// ParseFloat alone would take hexadecimal, underscores, "NaN" and "Inf".
	value, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !json.Valid(text) {
		s.malformed = true
		return nil
	}
	s.value, s.present = value, true
	return nil
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
// every digit, but for a fraction of zeros: 18.0 is 18. null is "".
type Text string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *Text) UnmarshalJSON(text []byte) error {
	switch {
	case string(text) == "null":
		*t = ""
		return nil
	case bytes.HasPrefix(text, []byte{'{'}), bytes.HasPrefix(text, []byte{'['}):
		return errors.New("not a plain value")
	case bytes.HasPrefix(text, []byte{'"'}):
		plain, err := unquote(text)
		*t = Text(plain)
		return err
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

// Remark is text that decides nothing. What is no plain value counts as absent,
// so that it does not cost the decision beside it.
type Remark string

// UnmarshalJSON implements [json.Unmarshaler].
func (r *Remark) UnmarshalJSON(text []byte) error {
	var t Text
	if t.UnmarshalJSON(text) != nil {
		t = ""
	}
	*r = Remark(t)
	return nil
}

// Pointer is the number, nil when there is no well-formed one.
func (s Score) Pointer() *float64 {
	if !s.present {
		return nil
	}
	return &s.value
}
