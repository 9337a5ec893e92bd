package body

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/idverify/idverify/internal/media"
)

// Text is media with text, checked before it is sent as a JSON string.
type Text struct {
	Seen *media.Seen
	// Head is the beginning, at most 4 KiB, in whole characters.
	Head string
	// IsBlank says that the text has only white space, IsBroken that it is not UTF-8.
	IsBlank, IsBroken bool

	length int64 // in bytes, as a JSON string without its quotes
}

// maxHead limits Head.
const maxHead = 4 << 10

// LookAtText reads all of the text and keeps its beginning. A text of more than max
// bytes of JSON is refused with [media.ErrTooLarge], without reading the rest.
func LookAtText(o media.Opener, max int64) (*Text, error) {
	t := new(Text)
	var failed error
	seen, err := media.Look(o, max, func(r io.Reader, _ *media.Seen) { failed = t.read(r, max) })
	switch {
	case failed != nil:
		return nil, failed
	case err != nil:
		return nil, err
	}
	t.Seen = seen
	return t, nil
}

func (t *Text) read(r io.Reader, max int64) error {
	var head strings.Builder
	buffer := make([]byte, 16<<10)
	var seen int64
	kept := 0 // bytes of a character that the next read completes
	t.IsBlank = true
	for {
		n, err := r.Read(buffer[kept:])
		piece := buffer[:kept+n]
		if err == nil {
			kept = unfinished(piece)
			piece = piece[:len(piece)-kept]
		}
		t.length += escapedLen(piece)
		t.IsBroken = t.IsBroken || !utf8.Valid(piece)
		t.IsBlank = t.IsBlank && isBlank(piece)
		if room := maxHead - head.Len(); room > 0 && int64(head.Len()) == seen {
			head.Write(wholeRunes(piece, room))
		}
		seen += int64(len(piece))
		switch {
		case t.length > max:
			return media.ErrTooLarge
		case err == io.EOF:
			t.Head = head.String()
			return nil
		case err != nil:
			return err
		}
		copy(buffer, buffer[len(piece):len(piece)+kept])
	}
}

// unfinished is how many bytes at the end may be the start of an incomplete character.
func unfinished(p []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(p); n++ {
		if last := p[len(p)-n:]; utf8.RuneStart(last[0]) {
			if utf8.FullRune(last) {
				return 0
			}
			return n
		}
	}
	return 0
}

func isBlank(p []byte) bool {
	for len(p) > 0 {
		r, size := utf8.DecodeRune(p)
		if !unicode.IsSpace(r) {
			return false
		}
		p = p[size:]
	}
	return true
}

// wholeRunes is the beginning of p: at most max bytes, in whole characters.
func wholeRunes(p []byte, max int) []byte {
	if len(p) <= max {
		return p
	}
	for max > 0 && !utf8.RuneStart(p[max]) {
		max--
	}
	return p[:max]
}

// escapes are the JSON escapes of the bytes that a string cannot contain. All other
// bytes, including those of UTF-8 characters, are written unchanged.
var escapes = func() (table [256]string) {
	for c := range byte(' ') {
		table[c] = fmt.Sprintf(`\u%04x`, c)
	}
	for c, short := range map[byte]string{'"': `\"`, '\\': `\\`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`} {
		table[c] = short
	}
	return table
}()

const longestEscape = len(`\u0000`)

func escapedLen(p []byte) int64 {
	n := len(p)
	for _, c := range p {
		if escape := escapes[c]; escape != "" {
			n += len(escape) - 1
		}
	}
	return int64(n)
}

// escaper turns text media into the content of a JSON string.
type escaper struct {
	escaped [rawChunk * longestEscape]byte
	left    []byte // the part of escaped not yet returned
}

// escapers are pooled: each is in use only while its text is being sent.
var escapers = sync.Pool{New: func() any { return new(escaper) }}

func newEscaper() *escaper { return escapers.Get().(*escaper) }

// release clears the escaper and returns it to the pool.
func (e *escaper) release() {
	clear(e.escaped[:])
	e.left = nil
	escapers.Put(e)
}

// read reads into the caller's buffer. Bytes that need no escape, nearly all, stay
// there.
func (e *escaper) read(p []byte, raw *media.Reader) (int, error) {
	if len(e.left) > 0 {
		n := copy(p, e.left)
		e.left = e.left[n:]
		return n, nil
	}
	p = p[:min(len(p), rawChunk)]
	n, err := raw.Read(p)
	plain := 0
	for plain < n && escapes[p[plain]] == "" {
		plain++
	}
	if plain == n {
		return n, err
	}
	escaped := e.escaped[:0]
	for _, c := range p[plain:n] {
		if escape := escapes[c]; escape != "" {
			escaped = append(escaped, escape...)
		} else {
			escaped = append(escaped, c)
		}
	}
	e.left = escaped
	if plain > 0 {
		return plain, nil
	}
	return e.read(p, raw)
}
