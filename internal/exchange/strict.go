package exchange

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode"
)

// hasDoubleKey reports whether an object anywhere in valid JSON has two keys
// that encoding/json would take for the same field. It takes keys in any
// letter case and lets the last one win, so that {"code":-5803,"CODE":0} would
// be a success.
//
// It goes over the bytes once and copies keys only: a picture in an answer is
// passed over.
func hasDoubleKey(content []byte) bool {
	s := keyScanner{rest: content}
	return s.value()
}

type keyScanner struct{ rest []byte }

// value passes over one value, and reports a double key in it.
func (s *keyScanner) value() bool {
	switch s.next() {
	case '{':
		return s.object()
	case '[':
		return s.array()
	case '"':
		s.text()
	default:
		s.scalar()
	}
	return false
}

func (s *keyScanner) object() bool {
	var keys keySet
	s.rest = s.rest[1:]
	for s.next() == '"' {
		if keys.has(s.text()) {
			return true
		}
		s.skip(':')
		if s.value() {
			return true
		}
		s.skip(',')
	}
	s.skip('}')
	return false
}

func (s *keyScanner) array() bool {
	s.rest = s.rest[1:]
	for c := s.next(); c != ']' && c != 0; c = s.next() {
		if s.value() {
			return true
		}
		s.skip(',')
	}
	s.skip(']')
	return false
}

// text passes over a string and gives it with its quotes.
func (s *keyScanner) text() []byte {
	for i := 1; i < len(s.rest); i++ {
		switch s.rest[i] {
		case '\\':
			i++
		case '"':
			text := s.rest[:i+1]
			s.rest = s.rest[i+1:]
			return text
		}
	}
	text := s.rest
	s.rest = nil
	return text
}

// scalar passes over a number, true, false or null, and over at least one byte
// of what is none of them, so that the scan always ends.
func (s *keyScanner) scalar() {
	if len(s.rest) > 0 {
		s.rest = s.rest[1:]
	}
	for len(s.rest) > 0 && strings.IndexByte(" \t\r\n,]}", s.rest[0]) < 0 {
		s.rest = s.rest[1:]
	}
}

// next is the next byte that is no white space, 0 at the end.
func (s *keyScanner) next() byte {
	for len(s.rest) > 0 && strings.IndexByte(" \t\r\n", s.rest[0]) >= 0 {
		s.rest = s.rest[1:]
	}
	if len(s.rest) == 0 {
		return 0
	}
	return s.rest[0]
}

func (s *keyScanner) skip(c byte) {
	if s.next() == c {
		s.rest = s.rest[1:]
	}
}

// keySet is the keys of one object. The few that a vendor's answer has are
// compared where they stand; an object with more of them is folded into a map,
// so that a hostile answer costs no square of its length.
type keySet struct {
	few  [12][]byte
	n    int
	many map[string]bool
}

// has adds a key, with its quotes, and reports whether it was there.
func (k *keySet) has(quoted []byte) bool {
	if bytes.IndexByte(quoted, '\\') >= 0 {
		quoted = unescaped(quoted)
	}
	for _, seen := range k.few[:k.n] {
		if bytes.EqualFold(seen, quoted) { // as encoding/json does: ſ and K (the Kelvin sign) count as s and k
			return true
		}
	}
	if k.n < len(k.few) {
		k.few[k.n] = quoted
		k.n++
		return false
	}
	folded := foldKey(quoted)
	if k.many[folded] {
		return true
	}
	if k.many == nil {
		k.many = make(map[string]bool)
	}
	k.many[folded] = true
	return false
}

func unescaped(quoted []byte) []byte {
	var key string
	if json.Unmarshal(quoted, &key) != nil {
		return quoted
	}
	return []byte(`"` + key + `"`)
}

// foldKey gives one text to all keys that bytes.EqualFold takes for equal: each
// character becomes the first of those that it is equal to.
func foldKey(key []byte) string {
	return string(bytes.Map(func(r rune) rune {
		first := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			first = min(first, next)
		}
		return first
	}, key))
}
