package body

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/idverify/idverify/internal/media"
)

// Member is one member of a JSON object or of a form. It has either Value, a string,
// or one of the other fields.
type Member struct {
	Name  string
	Value string
	Media *media.Seen // in standard base64
	Text  *Text       // in a JSON object only
	Other Value       // in a JSON object only
}

// Value is a JSON value other than a string: an [Object], [List], [Int], [Float] or
// [Bool].
type Value interface{ write(*jsonWriter) error }

// The JSON values other than strings. A Float must be finite.
type (
	Object []Member
	List   []Value
	Int    int64
	Float  float64
	Bool   bool
)

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

// JSON is an application/json body: one object with the members in order, at any
// depth. Values must be UTF-8, because encoding/json changes invalid bytes.
func JSON(members []Member) (*Body, error) {
	w := jsonWriter{body: &Body{contentType: "application/json"}}
	w.body.segments = w.body.room[:0]
	if err := Object(members).write(&w); err != nil {
		return nil, err
	}
	w.cut()
	return w.body, nil
}

// jsonWriter writes text, and starts a new segment at media.
type jsonWriter struct {
	text strings.Builder
	from int // start of the text that is in no segment yet
	body *Body
}

func (w *jsonWriter) cut() {
	w.body.add(segment{text: w.text.String()[w.from:]})
	w.from = w.text.Len()
}

func (o Object) write(w *jsonWriter) error {
	w.text.Grow(roomFor(o))
	w.text.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			w.text.WriteByte(',')
		}
		if err := writeString(&w.text, m.Name); err != nil {
			return err
		}
		w.text.WriteByte(':')
		if err := m.write(w); err != nil {
			return err
		}
	}
	w.text.WriteByte('}')
	return nil
}

func (m Member) write(w *jsonWriter) error {
	streamed, ok := m.segment()
	switch {
	case m.Other != nil:
		return m.Other.write(w)
	case !ok:
		return writeString(&w.text, m.Value)
	}
	w.text.WriteByte('"')
	w.cut()
	w.body.add(streamed)
	w.text.WriteByte('"')
	return nil
}

func (l List) write(w *jsonWriter) error {
	w.text.WriteByte('[')
	for i, v := range l {
		if i > 0 {
			w.text.WriteByte(',')
		}
		if err := v.write(w); err != nil {
			return err
		}
	}
	w.text.WriteByte(']')
	return nil
}

func (n Int) write(w *jsonWriter) error {
	w.text.WriteString(strconv.FormatInt(int64(n), 10))
	return nil
}

func (f Float) write(w *jsonWriter) error {
	if math.IsNaN(float64(f)) || math.IsInf(float64(f), 0) {
		return errors.New("a number is not finite")
	}
	w.text.WriteString(strconv.FormatFloat(float64(f), 'g', -1, 64))
	return nil
}

func (b Bool) write(w *jsonWriter) error {
	w.text.WriteString(strconv.FormatBool(bool(b)))
	return nil
}

// roomFor is the length of the members if none needs escaping.
func roomFor(members []Member) int {
	size := 2
	for _, m := range members {
		size += len(m.Name) + len(m.Value) + len(`"":"",`)
	}
	return size
}

// writeString writes a JSON string without escaping <, > and &, for vendors with
// unusual parsers.
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

// needsNoEscape reports whether a text is the same inside JSON quotes. encoding/json
// writes all others.
func needsNoEscape(s string) bool {
	for _, r := range s {
		if r < ' ' || r == '"' || r == '\\' || r == '\u2028' || r == '\u2029' || r == utf8.RuneError {
			return false
		}
	}
	return true
}
