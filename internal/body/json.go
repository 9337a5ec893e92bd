package body

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/idverify/idverify/internal/media"
)

// Member is one member of a JSON object, a string: Value, or Media in standard
// base64, or Text.
type Member struct {
	Name  string
	Value string
	Media *media.Seen // in the place of Value, unless it is nil
	Text  *Text       // the same
}

// segment is the media of a member, if it has any.
func (m Member) segment() (s segment, ok bool) {
	switch {
	case m.Media != nil:
		return segment{media: m.Media, coding: asBase64}, true
	case m.Text != nil:
		return segment{media: m.Text.Seen, coding: asJSONText, size: m.Text.length}, true
	}
	return segment{}, false
}

// JSON is an application/json body: one object with the members in order.
// Values must be UTF-8; encoding/json would change what is not.
func JSON(members []Member) (*Body, error) {
	var text strings.Builder
	text.Grow(roomFor(members))
	b := &Body{contentType: "application/json"}
	b.segments = b.room[:0]
	from := 0 // where the text that belongs to no segment begins
	text.WriteByte('{')
	for i, m := range members {
		if i > 0 {
			text.WriteByte(',')
		}
		if err := writeString(&text, m.Name); err != nil {
			return nil, err
		}
		text.WriteByte(':')
		streamed, ok := m.segment()
		if !ok {
			if err := writeString(&text, m.Value); err != nil {
				return nil, err
			}
			continue
		}
		text.WriteByte('"')
		b.add(segment{text: text.String()[from:]})
		b.add(streamed)
		from = text.Len()
		text.WriteByte('"')
	}
	text.WriteByte('}')
	b.add(segment{text: text.String()[from:]})
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

// writeString writes a JSON string without escaping <, > and &: vendors read
// names and keys with parsers of all kinds.
func writeString(text *strings.Builder, s string) error {
	if needsNoEscape(s) {
		text.WriteByte('"')
		text.WriteString(s)
		text.WriteByte('"')
		return nil
	}
	var escaped bytes.Buffer
	enc := json.NewEncoder(&escaped)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return fmt.Errorf("encode string: %w", err)
	}
	text.Write(bytes.TrimSuffix(escaped.Bytes(), []byte("\n")))
	return nil
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
