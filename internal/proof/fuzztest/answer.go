package fuzztest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Object is a JSON object with raw values. The zero Object has no fields.
type Object map[string]json.RawMessage

// unseen matches white space and byte order marks before JSON.
var unseen = regexp.MustCompile("^[ \t\r\n\ufeff]+")

// Read parses the answer as an object, and reports whether a decision may use it: not
// called HTML, exactly one object, no duplicate field.
func Read(a Answer) (Object, bool) {
	var o Object
	content := unseen.ReplaceAll(a.Body, nil)
	if isCalledHTML(a.ContentType) || json.Unmarshal(content, &o) != nil || o == nil {
		return nil, false
	}
	return o, !HasDouble(content)
}

// isBroken reports whether the answer begins as an object, whatever it is called.
func (a Answer) isBroken() bool {
	return bytes.HasPrefix(unseen.ReplaceAll(a.Body, nil), []byte("{"))
}

// Succeeded is [Read] for an answer with the HTTP status of success.
func Succeeded(a Answer) (Object, bool) {
	o, sound := Read(a)
	return o, sound && a.Status == http.StatusOK
}

// Usual reports whether the content type and size of the answer are ones that every
// client must accept.
func (a Answer) Usual() bool {
	switch a.ContentType {
	case "", "application/json", "application/json;charset=UTF-8", "text/json", "text/plain; charset=utf-8",
		"application/octet-stream", "image/jpeg", "application/xml":
		return IsBounded(a.Body)
	}
	return false
}

// IsBounded reports whether an answer stays within the depth, number of values, and
// length of names and plain values that a client must accept.
func IsBounded(text []byte) bool {
	w := walk{dec: json.NewDecoder(bytes.NewReader(unseen.ReplaceAll(text, nil)))}
	w.dec.UseNumber()
	return w.isBounded(1)
}

type walk struct {
	dec    *json.Decoder
	values int
	broken bool // there is nothing more to read
}

func (w *walk) isBounded(depth int) bool {
	token := w.next()
	w.values++
	delim, nested := token.(json.Delim)
	switch {
	case !nested:
		return len(fmt.Sprint(token)) <= 1000
	case depth > 64:
		return false
	}
	for !w.broken && w.dec.More() && w.values <= 4_096 {
		if delim == '{' {
			if key, _ := w.next().(string); len(key) > 20 { // each byte may be written as six
				return false
			}
		}
		if !w.isBounded(depth + 1) {
			return false
		}
	}
	w.next() // the closing token
	return w.values <= 4_096
}

func (w *walk) next() json.Token {
	token, err := w.dec.Token()
	w.broken = w.broken || err != nil
	return token
}

func isCalledHTML(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	return kind == "text/html" || kind == "application/xhtml+xml"
}

// field is the value that encoding/json would decode for a name: it ignores letter
// case.
func (o Object) field(name string) json.RawMessage {
	for key, raw := range o {
		if Fold(key) == Fold(name) {
			return raw
		}
	}
	return nil
}

// Raw is the raw value of a field, empty if there is none.
func (o Object) Raw(name string) json.RawMessage { return o.field(name) }

// Has reports whether a field is there and not null.
func (o Object) Has(name string) bool {
	raw := o.field(name)
	return raw != nil && string(raw) != "null"
}

// Object is a field that is an object.
func (o Object) Object(name string) (inner Object, ok bool) {
	raw := o.field(name)
	ok = bytes.HasPrefix(raw, []byte("{")) && json.Unmarshal(raw, &inner) == nil
	return inner, ok
}

// Text is the text of a field with a plain value: a string without quotes. ok is
// false if the field is an object or an array; absent and null give "".
func (o Object) Text(name string) (text string, ok bool) {
	raw := o.field(name)
	switch {
	case !o.Has(name):
		return "", true
	case raw[0] == '{', raw[0] == '[':
		return "", false
	case json.Unmarshal(raw, &text) == nil:
		return text, true
	}
	return withZeros.ReplaceAllString(string(raw), "$1"), true
}

// withZeros matches a whole number, other than 0, with a fraction of zeros.
var withZeros = regexp.MustCompile(`^(-?[1-9][0-9]*)\.0+$`)

var decimal = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// Number is a field with a finite number, or a string with a number in JSON's form.
func (o Object) Number(name string) (float64, bool) {
	literal, ok := o.Text(name)
	if !ok || !decimal.MatchString(literal) {
		return 0, false
	}
	value, err := strconv.ParseFloat(literal, 64)
	return value, err == nil && !math.IsInf(value, 0)
}

// HasDouble reports whether an object anywhere in the text has two keys that
// encoding/json reads as one field.
func HasDouble(text []byte) bool {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber() // 1e700 is a valid number
	return doubles(dec)
}

func doubles(dec *json.Decoder) (found bool) {
	token, err := dec.Token()
	delim, nested := token.(json.Delim)
	if err != nil || !nested {
		return false
	}
	seen := map[string]bool{}
	for dec.More() {
		if delim == '{' {
			key, err := dec.Token()
			if err != nil {
				return found
			}
			name := Fold(key.(string))
			found = found || seen[name]
			seen[name] = true
		}
		found = doubles(dec) || found
	}
	_, _ = dec.Token() // the closing token
	return found
}

// Fold gives the same text for keys that are equal under Unicode's simple case
// folding: every character becomes the first of its orbit.
func Fold(key string) string {
	return strings.Map(func(r rune) rune {
		first := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			first = min(first, next)
		}
		return first
	}, key)
}
