package exchange

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The limits of an answer. No vendor's answer comes near them, and a larger one would
// cost memory and time. Reading is one pass that keeps nothing.
const (
	maxDepth  = 64    // of objects and arrays
	maxValues = 4_096 // in all objects and arrays together
	maxKey    = 128   // bytes of a field's name as it is written
)

// Why an answer is refused. Errors show these texts.
var (
	errNotJSON = errors.New("the answer is not the JSON that the vendor documents")
	errTwice   = errors.New("the answer has the same field twice")
	errTooMuch = errors.New("the answer has more fields, or deeper ones, than any of the vendor's")
)

// members reads content as exactly one JSON object within the limits, in one pass. It
// passes each member of that object, with its raw value, to see, until a member is
// refused or the answer breaks. A duplicate key is not passed on: the answer is
// refused, and decoding such values could cost any amount of time.
//
// No object in it may have two keys that encoding/json would read as the same field.
// encoding/json accepts keys in any letter case and uses the last one, so that
// {"code":-5803,"CODE":0} would be a success.
func members(content []byte, see func(key, value []byte) error) error {
	s := scanner{rest: content}
	return s.members(see)
}

// Elements reads content as exactly one JSON array, as members reads an object, and
// passes each element to see.
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
	lax    bool     // does not look for duplicate keys
	above  []string // the path of objects, from the top, whose members are passed to see
	twice  bool     // some object has a duplicate key
}

// whole is the error of a finished scan, after which no bytes may be left.
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

// value skips one value; depth counts if it is an object or array. see gets the
// members of an object.
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
		// A number at the very end of the answer may be incomplete.
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

// text skips a string and returns it with its quotes.
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

// special are the bytes with a special meaning in a string.
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

// scalar skips a number, true, false or null.
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

// has skips a byte if it is next.
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

// next is the next byte that is not white space, 0 at the end.
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

// skip skips white space, and then a byte if it is next.
func (s *scanner) skip(c byte) bool { return s.next() == c && s.has(c) }

// unescaped is a key without quotes and escapes. Invalid UTF-8 is left as it is; the
// comparison treats each such byte as the same character, as encoding/json does.
func unescaped(quoted []byte) []byte {
	inside := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(inside, '\\') < 0 {
		return inside
	}
	key := make([]byte, 0, len(inside)) // an escape is never shorter than its character
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
		key = utf8.AppendRune(key, r) // an incomplete pair becomes U+FFFD
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

// hexRuneAfter is the rune of a \u escape, if one is next.
func hexRuneAfter(text []byte) rune {
	if !bytes.HasPrefix(text, []byte(`\u`)) {
		return utf8.RuneError
	}
	return hexRune(text[len(`\u`):])
}
