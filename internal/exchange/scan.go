package exchange

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// What an answer may have. No vendor's comes near it, and a longer one would cost
// memory and time: what is read is read in one pass that keeps nothing.
const (
	maxDepth  = 64    // of objects and arrays
	maxValues = 4_096 // in all objects and arrays together
	maxKey    = 128   // bytes of a field's name as it is written
)

// What is wrong with an answer. Errors show the texts.
var (
	errNotJSON = errors.New("the answer is not the JSON that the vendor documents")
	errTwice   = errors.New("the answer has the same field twice")
	errTooMuch = errors.New("the answer has more fields, or deeper ones, than any of the vendor's")
)

// members reads content as exactly one JSON object within the limits, in one pass.
// It gives each member of that object to see, with the value as it is written,
// until one is refused or the answer breaks. A key that comes again is not shown:
// the answer is refused, and reading its values would cost as much as they like.
//
// No object anywhere in it may have two keys that encoding/json would take for the
// same field. It takes keys in any letter case and lets the last one win, so that
// {"code":-5803,"CODE":0} would be a success.
func members(content []byte, see func(key, value []byte) error) error {
	s := scanner{rest: content}
	return s.members(see)
}

// Elements reads content as exactly one JSON array, as members does an object, and
// gives each element to see.
func Elements(content []byte, see func(value []byte)) error {
	s := scanner{rest: content}
	if s.next() != '[' {
		return errNotJSON
	}
	return s.whole(s.array(1, see))
}

// scanner skips JSON values as encoding/json would. encoding/json itself lacks three
// things: refusing duplicate keys in any letter case (it silently uses the last);
// stopping at a number of values, so that 16 MiB of [1,1,… cost no more than their
// length; and finding the fields of a truncated answer. FuzzHasDoubleKey and
// FuzzFindText compare it with encoding/json.
type scanner struct {
	rest   []byte
	values int
	lax    bool     // double keys are not looked for
	above  []string // the objects, from the top, whose members are seen instead of its own
	twice  bool     // some object has a key twice
}

// whole is the error of a scan, after which nothing may be left.
func (s *scanner) whole(err error) error {
	s.next()
	switch {
	case err != nil:
		return err
	case len(s.rest) > 0:
		return errNotJSON
	case s.twice:
		return errTwice
	}
	return nil
}

// value passes over one value, which is at a depth if it is an object or an array.
// see is for the members of an object.
func (s *scanner) value(depth int, see func(key, value []byte) error) error {
	if s.values++; s.values > maxValues {
		return errTooMuch
	}
	switch s.next() {
	case '{':
		return s.object(depth, see)
	case '[':
		return s.array(depth, nil)
	case '"':
		_, err := s.text()
		return err
	}
	return s.scalar()
}

func (s *scanner) members(see func(key, value []byte) error) error {
	if s.next() != '{' {
		return errNotJSON
	}
	return s.whole(s.object(1, see))
}

func (s *scanner) object(depth int, see func(key, value []byte) error) error {
	if depth > maxDepth {
		return errTooMuch
	}
	above := see != nil && depth <= len(s.above)
	var keys keySet
	s.has('{')
	if s.skip('}') {
		return nil
	}
	for {
		if s.next() != '"' {
			return errNotJSON
		}
		quoted, err := s.text()
		switch {
		case err != nil:
			return err
		case len(quoted) > maxKey:
			return errTooMuch
		}
		key := unescaped(quoted)
		again := !s.lax && keys.has(key)
		s.twice = again || s.twice
		if !s.skip(':') {
			return errNotJSON
		}
		s.next()
		before := s.rest
		var seeInside func(key, value []byte) error
		if above && string(key) == s.above[depth-1] {
			seeInside = see
		}
		if err := s.value(depth+1, seeInside); err != nil {
			return err
		}
		// A number that the answer ends with may be half of one.
		if value := before[:len(before)-len(s.rest)]; see != nil && !above && !again && (len(s.rest) > 0 || value[0] == '"') {
			if err := see(key, value); err != nil {
				return err
			}
		}
		if !s.skip(',') {
			return s.close('}')
		}
	}
}

func (s *scanner) array(depth int, see func(value []byte)) error {
	if depth > maxDepth {
		return errTooMuch
	}
	s.has('[')
	if s.skip(']') {
		return nil
	}
	for {
		s.next()
		before := s.rest
		if err := s.value(depth+1, nil); err != nil {
			return err
		}
		if see != nil {
			see(before[:len(before)-len(s.rest)])
		}
		if !s.skip(',') {
			return s.close(']')
		}
	}
}

func (s *scanner) close(c byte) error {
	if !s.skip(c) {
		return errNotJSON
	}
	return nil
}

// text passes over a string and gives it with its quotes.
func (s *scanner) text() ([]byte, error) {
	text := s.rest
	for i := 1; i < len(text); i++ {
		if !special[text[i]] {
			continue
		}
		switch c := text[i]; {
		case c == '"':
			s.rest = text[i+1:]
			return text[:i+1], nil
		case c != '\\' || i+1 == len(text):
			return nil, errNotJSON
		}
		switch i++; text[i] {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		case 'u':
			if len(text) < i+5 || !isHex(text[i+1:i+5]) {
				return nil, errNotJSON
			}
			i += 4
		default:
			return nil, errNotJSON
		}
	}
	return nil, errNotJSON
}

// special are the bytes that are not themselves in a string.
var special = func() (special [256]bool) {
	for c := range ' ' {
		special[c] = true
	}
	special['"'], special['\\'] = true, true
	return special
}()

func isHex(digits []byte) bool {
	for _, c := range digits {
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}

// scalar passes over a number, true, false or null.
func (s *scanner) scalar() error {
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(s.rest, []byte(word)) {
			s.rest = s.rest[len(word):]
			return nil
		}
	}
	return s.number()
}

func (s *scanner) number() error {
	s.has('-')
	if !s.has('0') && !s.digits() {
		return errNotJSON
	}
	if s.has('.') && !s.digits() {
		return errNotJSON
	}
	if s.has('e') || s.has('E') {
		if !s.has('+') {
			s.has('-')
		}
		if !s.digits() {
			return errNotJSON
		}
	}
	return nil
}

// has passes over a byte if it is next.
func (s *scanner) has(c byte) bool {
	if len(s.rest) == 0 || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

func (s *scanner) digits() bool {
	n := 0
	for n < len(s.rest) && '0' <= s.rest[n] && s.rest[n] <= '9' {
		n++
	}
	s.rest = s.rest[n:]
	return n > 0
}

// next is the next byte that is no white space, 0 at the end.
func (s *scanner) next() byte {
	for i, c := range s.rest {
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			s.rest = s.rest[i:]
			return c
		}
	}
	s.rest = nil
	return 0
}

// skip passes over white space, and over a byte if it is next.
func (s *scanner) skip(c byte) bool { return s.next() == c && s.has(c) }

// unescaped is a key without its quotes, as it is read. Bytes that are no UTF-8
// are left for comparing, which takes each for the same character, as encoding/json
// does.
func unescaped(quoted []byte) []byte {
	inside := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(inside, '\\') < 0 {
		return inside
	}
	key := make([]byte, 0, len(inside)) // no escape is shorter than what it stands for
	for i := 0; i < len(inside); i++ {
		if inside[i] != '\\' {
			key = append(key, inside[i])
			continue
		}
		i++
		if plain := strings.IndexByte("bfnrt", inside[i]); plain >= 0 {
			key = append(key, "\b\f\n\r\t"[plain])
			continue
		}
		if inside[i] != 'u' {
			key = append(key, inside[i])
			continue
		}
		r := hexRune(inside[i+1:])
		i += 4
		if pair := utf16.DecodeRune(r, hexRuneAfter(inside[i+1:])); pair != utf8.RuneError {
			r = pair
			i += len(`\u0000`)
		}
		key = utf8.AppendRune(key, r) // half a pair becomes U+FFFD
	}
	return key
}

func hexRune(digits []byte) (r rune) {
	for _, c := range digits[:4] {
		switch {
		case c <= '9':
			c -= '0'
		default:
			c = c | 0x20 - 'a' + 10
		}
		r = r<<4 | rune(c)
	}
	return r
}

// hexRuneAfter is that of an escape, if one is next.
func hexRuneAfter(text []byte) rune {
	if !bytes.HasPrefix(text, []byte(`\u`)) {
		return utf8.RuneError
	}
	return hexRune(text[len(`\u`):])
}
