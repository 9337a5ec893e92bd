package body

import (
	"bytes"
	"encoding/json"
	"fmt"
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
	var segments []segment
	var text bytes.Buffer
	text.WriteByte('{')
	for i, m := range members {
		if i > 0 {
			text.WriteByte(',')
		}
		if err := appendString(&text, m.Name); err != nil {
			return nil, err
		}
		text.WriteByte(':')
		if m.Media == nil {
			if err := appendString(&text, m.Value); err != nil {
				return nil, err
			}
			continue
		}
		text.WriteByte('"')
		segments = append(segments, segment{text: text.String()}, segment{media: m.Media, size: m.Size, base64: true})
		text.Reset()
		text.WriteByte('"')
	}
	text.WriteByte('}')
	return newBody("application/json", append(segments, segment{text: text.String()})), nil
}

// appendString writes a JSON string without escaping <, > and &: vendors read
// names and keys with parsers of all kinds.
func appendString(text *bytes.Buffer, s string) error {
	enc := json.NewEncoder(text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return fmt.Errorf("encode string: %w", err)
	}
	text.Truncate(text.Len() - 1) // Encode ends with a line feed
	return nil
}
