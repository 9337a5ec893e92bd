package exchange

import (
	"encoding/json"
	"strings"
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
	seen := map[string]bool{}
	s.rest = s.rest[1:]
	for s.next() == '"' {
		key := foldKey(s.text())
		if seen[key] {
			return true
		}
		seen[key] = true
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
	for len(s.rest) > 0 && !strings.ContainsRune(" \t\r\n,]}", rune(s.rest[0])) {
		s.rest = s.rest[1:]
	}
}

// next is the next byte that is no white space, 0 at the end.
func (s *keyScanner) next() byte {
	for len(s.rest) > 0 && strings.ContainsRune(" \t\r\n", rune(s.rest[0])) {
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

// foldKey folds as encoding/json does when it looks for a field: through upper
// case, so that ſ and K (the Kelvin sign) count as s and k.
func foldKey(quoted []byte) string {
	var key string
	if json.Unmarshal(quoted, &key) != nil {
		return string(quoted)
	}
	return strings.ToLower(strings.ToUpper(key))
}
