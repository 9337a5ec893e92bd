package redact

import (
	"bytes"
	"encoding/binary"
)

const (
	longestWord = 128 // what is longer Word does not show
	piece       = 512 // of a secret is looked for at a time
	fewest      = 6   // bytes: less than that is found by chance
)

// Spelling is what can be read in a text that Word would show: the text as it is,
// and what stands behind one layer of hexadecimal, from its first or second
// character on, or of base64 in either alphabet, from its first to fourth.
//
// A vendor's request id and a caller's reference are shown everywhere, because
// nobody can complain to a vendor without them. Some vendors make such ids of what
// they were told. Hiding every id would cost the ids; Scrub finds whole secrets
// only. So an id is shown unless enough of a secret can be read in it, and what
// that reading costs is one pass over 128 bytes.
type Spelling struct {
	isRead   bool
	readings [1 + 2 + 4]reading
}

// reading is one of them, folded, and the bytes that are in it.
type reading struct {
	room   [longestWord]byte
	length int
	has    [256]bool
	rows   rows
}

// Read reads a text. Nothing is said of one that Word would not show.
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

// Tells reports whether the text tells so many bytes in a row of a secret, or
// all of a shorter one. Letter case and punctuation are looked past, so that a
// number in groups, or without its last character, is the number still.
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
			kept := copy(room[:], folded[len(folded)-n+1:]) // a row may lie across the pieces
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

// decode takes what is no digit for a zero, so that what stands before and
// between does not shift the digits behind it.
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

// shares reports whether n bytes in a row of the secret stand in the text. A row
// of zeros, or of one other byte, tells nothing.
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
			end += missing + 1 // on to the next part, without that byte
		case r.mayHold(part) && bytes.Count(part, part[:1]) < n && bytes.Contains(r.room[:r.length], part):
			return true
		default:
			end++
		}
	}
	return false
}

// rows are the rows of n bytes in a reading, as marks in a table: a long secret
// that is made of the bytes of the text has a row at every byte, and few of them
// are worth a search.
type rows struct {
	n      int
	marked [64]uint64
}

// mayHold is never false of a row that the reading holds.
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

// markOf gives equal rows of at least fewest bytes the same number of 12 bits.
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

// fold appends the text to what is in the room, as far as that goes.
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

// folded keeps digits, small letters and what is not ASCII, makes capital
// letters small, and gives 0 for the rest. The digits count from 0.
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
