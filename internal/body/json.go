package body

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Member is one member of a JSON object: a string Value, or media that becomes
// a string of standard base64.
type Member struct {
	Name  string
	Value string
	// Media takes the place of Value when it is not nil. Size is its length
	// in bytes before encoding.
	Media Opener
	Size  int64
}

// JSON is an application/json body: one object with the members in order.
// Values must be UTF-8; encoding/json would change what is not.
func JSON(members []Member) (*Body, error) {
	text := make([]byte, 0, roomFor(members))
	b := &Body{contentType: "application/json"}
	b.segments = b.room[:0]
	from := 0 // where the text that belongs to no segment begins
	var err error
	for i, m := range members {
		text = append(text, "{,"[min(i, 1)])
		if text, err = appendString(text, m.Name); err != nil {
			return nil, err
		}
		text = append(text, ':')
		if m.Media == nil {
			if text, err = appendString(text, m.Value); err != nil {
				return nil, err
			}
			continue
		}
		text = append(text, '"')
		b.add(segment{text: string(text[from:])})
		b.add(segment{media: m.Media, size: m.Size, base64: true})
		from = len(text)
		text = append(text, '"')
	}
	if len(members) == 0 {
		text = append(text, '{')
	}
	text = append(text, '}')
	b.add(segment{text: string(text[from:])})
	return b, nil
}

// roomFor is enough for members that need no escaping.
func roomFor(members []Member) int {
	size := 2
	for _, m := range members {
		size += len(m.Name) + len(m.Value) + len(`"":"",`)
	}
	return size
}

// appendString appends a JSON string without escaping <, > and &: vendors read
// names and keys with parsers of all kinds.
func appendString(text []byte, s string) ([]byte, error) {
	if needsNoEscape(s) {
		return append(append(append(text, '"'), s...), '"'), nil
	}
	var escaped bytes.Buffer
	enc := json.NewEncoder(&escaped)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return nil, fmt.Errorf("encode string: %w", err)
	}
	return append(text, bytes.TrimSuffix(escaped.Bytes(), []byte("\n"))...), nil
}

// needsNoEscape leaves to encoding/json whatever is not plainly the same inside
// quotes as outside.
func needsNoEscape(s string) bool {
	for _, r := range s {
		if r < ' ' || r == '"' || r == '\\' || r == '\u2028' || r == '\u2029' || r == utf8.RuneError {
			return false
		}
	}
	return true
}
