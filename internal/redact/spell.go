package redact

import (
	"bytes"
	"encoding/binary"
)

const (
	longestWord = 128 // Word hides longer texts
	piece       = 512 // secrets are searched for in pieces of this length
	fewest      = 6   // in bytes: shorter texts are found by chance
)

// Spelling is what can be read in a text that Word would show: the text itself, and
// its content decoded from hexadecimal (starting at the first or second character) or
// from base64 in either alphabet (starting at the first to fourth).
//
// A vendor's request id and a caller's reference are shown everywhere, because
// support needs them. But some vendors make such ids from the request's data. Hiding
// every id would lose the ids, and Scrub finds only whole secrets. So an id is shown
// unless enough of a secret can be read in it. Reading it costs one pass over 128
// bytes.
type Spelling struct {
	isRead   bool
	readings [1 + 2 + 4]reading
}

// reading is one of these texts, folded, and the set of its bytes.
type reading struct {
	room   [longestWord]byte
	length int
	has    [256]bool
	rows   rows
}

// Read reads a text. A text that Word would not show is ignored.
func (s *Spelling) Read(text string) {
	if len(text) < fewest || len(text) > longestWord {
		return
	}
	s.isRead = true
	plain := &s.readings[0]
	for i := range len(text) {
		plain.add(text[i])
	}
	for i := range s.readings[1:] {
		if r := &s.readings[1+i]; i < 2 {
			r.decode(plain.room[min(i, plain.length):plain.length], 4, &hexDigits)
		} else {
			r.decode([]byte(text)[i-2:], 6, &base64Digits)
		}
	}
}

// Tells reports whether the text contains so many bytes in a row of a secret, or all
// of a shorter one. Letter case and punctuation are ignored, so that a number written
// in groups, or without its last character, is still found.
func (s *Spelling) Tells(inARow int, secrets ...string) bool {
	if !s.isRead {
		return false
	}
	var room [piece]byte
	for _, secret := range secrets {
		folded, rest := fold(room[:0], secret)
		n := min(inARow, len(folded))
		if n < fewest {
			continue
		}
		found := s.shares(folded, n)
		for rest != "" && !found {
			kept := copy(room[:], folded[len(folded)-n+1:]) // a row may cross two pieces
			folded, rest = fold(room[:kept], rest)
			found = s.shares(folded, n)
		}
		if found {
			return true
		}
	}
	return false
}

func (s *Spelling) shares(secret []byte, n int) bool {
	for i := range s.readings {
		if s.readings[i].shares(secret, n) {
			return true
		}
	}
	return false
}

func (r *reading) add(c byte) {
	if c = folded[c]; c != 0 {
		r.room[r.length] = c
		r.length++
		r.has[c] = true
	}
}

// decode reads other characters as the digit zero, so that they do not shift the
// digits after them.
func (r *reading) decode(text []byte, bits int, digits *[256]byte) {
	var held uint32
	count := 0
	for _, c := range text {
		held = held<<bits | uint32(digits[c])
		if count += bits; count >= 8 {
			count -= 8
			r.add(byte(held >> count))
		}
	}
}

// shares reports whether the text contains n bytes in a row of the secret. A row of
// one repeated byte, such as zeros, does not count.
func (r *reading) shares(secret []byte, n int) bool {
	if r.length < n {
		return false
	}
	for end := n; end <= len(secret); {
		part := secret[end-n : end]
		missing := n - 1
		for missing >= 0 && r.has[part[missing]] {
			missing--
		}
		switch {
		case missing >= 0:
			end += missing + 1 // continue after that byte
		case r.mayHold(part) && bytes.Count(part, part[:1]) < n && bytes.Contains(r.room[:r.length], part):
			return true
		default:
			end++
		}
	}
	return false
}

// rows are the rows of n bytes in a reading, as marks in a table. A long secret made
// of the text's own bytes has a candidate row at every byte, and only few of them
// need a search.
type rows struct {
	n      int
	marked [64]uint64
}

// mayHold is never false for a row that the reading contains.
func (r *reading) mayHold(row []byte) bool {
	if r.rows.n != len(row) {
		r.rows = rows{n: len(row)}
		for i := range r.length - len(row) + 1 {
			mark := markOf(r.room[i : i+len(row)])
			r.rows.marked[mark/64] |= 1 << (mark % 64)
		}
	}
	mark := markOf(row)
	return r.rows.marked[mark/64]&(1<<(mark%64)) != 0
}

// markOf is a hash of 12 bits for rows of at least fewest bytes.
func markOf(row []byte) (mark uint64) {
	const odd = 0x9e3779b97f4a7c15
	for len(row) >= 8 {
		mark = (mark ^ binary.LittleEndian.Uint64(row)) * odd
		row = row[8:]
	}
	for _, c := range row {
		mark = (mark ^ uint64(c)) * odd
	}
	return mark >> 52
}

// fold appends the folded text to room until room is full.
func fold(room []byte, text string) (whole []byte, rest string) {
	for i := range len(text) {
		if len(room) == cap(room) {
			return room, text[i:]
		}
		if c := folded[text[i]]; c != 0 {
			room = append(room, c)
		}
	}
	return room, ""
}

// folded keeps digits, small letters and bytes outside ASCII, makes capital letters
// small, and gives 0 for everything else. The digit tables count from 0.
var folded, hexDigits, base64Digits = func() (folded, hex, base64 [256]byte) {
	for c := range 256 {
		b := lower(byte(c))
		switch {
		case 'a' <= b && b <= 'z', '0' <= b && b <= '9', b >= 0x80:
			folded[c] = b
		}
	}
	for i, c := range "0123456789abcdef" {
		hex[c] = byte(i)
	}
	for i, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" {
		base64[c] = byte(i)
	}
	base64['-'], base64['_'] = 62, 63
	return folded, hex, base64
}()
