// Package body builds request bodies that stream: their length is known before the
// first byte is read, they can be opened again when a request is repeated, and media
// are never held whole in memory.
package body

import (
	"errors"
	"hash/maphash"
	"io"

	"github.com/idverify/idverify/internal/media"
)

// MediaError says that a body could not be read because of its media. The network is
// never the cause, and the request was not sent whole.
type MediaError = media.Error

// Body is a request body ready to be sent, any number of times.
type Body struct {
	contentType string
	length      int64
	segments    []segment
	room        [3]segment // for the segments; few bodies have more
	sum         *sum       // nil if no digest was computed
}

// ContentType is the value of the Content-Type header.
func (b *Body) ContentType() string { return b.contentType }

// Len is the length in bytes.
func (b *Body) Len() int64 { return b.length }

// InMemory reports whether reading the body cannot block.
func (b *Body) InMemory() bool {
	for _, s := range b.segments {
		if s.media != nil && !s.media.InMemory() {
			return false
		}
	}
	return true
}

// Open returns a reader at the first byte. It has at most one media open at a time.
func (b *Body) Open() *Reader {
	r := &Reader{rest: b.segments}
	if b.sum != nil {
		r.check = b.sum.check(b.length)
		r.mark = &r.check.hash
	}
	return r
}

func (b *Body) add(s segment) {
	b.segments = append(b.segments, s)
	b.length += s.length()
}

func newBody(contentType string, segments ...segment) *Body {
	b := &Body{contentType: contentType}
	b.segments = b.room[:0]
	for _, s := range segments {
		b.add(s)
	}
	return b
}

// Reader reads the segments in order. It fills the buffer of each Read, so that the
// transport copies and writes as rarely as possible.
type Reader struct {
	rest  []segment
	text  string        // what is left of a text segment
	media mediaReader   // the media segment being read, if it is open
	check *check        // nil if no digest was computed
	mark  *maphash.Hash // of the media, to compute or check a digest; nil if neither
	err   error
}

func (r *Reader) Read(p []byte) (n int, err error) {
	for n < len(p) && r.err == nil {
		var k int
		k, r.err = r.step(p[n:])
		n += k
	}
	if !r.isAsDigested(p[:n]) {
		r.err = &MediaError{Problem: "the body has another digest than when it was signed", Err: media.ErrChanged}
		return 0, r.err
	}
	if n > 0 {
		return n, nil
	}
	return 0, r.err
}

// isAsDigested checks what was just read, and the end, against the digest, if there
// is one.
func (r *Reader) isAsDigested(p []byte) bool {
	ended := r.err == io.EOF
	return r.check == nil || len(p) == 0 && !ended || r.check.take(len(p), ended)
}

// Borrow returns the next bytes, at most max, without a copy, if they are in memory in
// the form in which they are sent. They must not be changed, nor used after the call
// that the body belongs to. Borrow returns nothing if the next bytes have to be read.
func (r *Reader) Borrow(max int) []byte {
	if r.err != nil || r.check != nil { // lent bytes could change before they are written
		return nil
	}
	return r.media.borrow(max) // nothing if it is closed
}

// step reads from the current segment or moves to the next one.
func (r *Reader) step(p []byte) (int, error) {
	switch {
	case r.text != "":
		n := copy(p, r.text)
		r.text = r.text[n:]
		return n, nil
	case r.media.isOpen():
		n, err := r.media.read(p)
		if err == io.EOF {
			err = r.closeMedia()
		}
		return n, err
	case len(r.rest) == 0:
		return 0, io.EOF
	}
	next := r.rest[0]
	r.rest = r.rest[1:]
	if next.media == nil {
		r.text = next.text
		return 0, nil
	}
	return 0, r.media.open(next, r.mark)
}

func (r *Reader) closeMedia() error {
	if !r.media.isOpen() {
		return nil
	}
	if err := r.media.close(); err != nil {
		return &MediaError{Problem: "media could not be closed", Err: err}
	}
	return nil
}

// Close releases the media. Reading afterwards fails.
func (r *Reader) Close() error {
	if r.err == nil {
		r.err = errors.New("body is closed")
	}
	_ = r.closeMedia() // an error of closing does not make the bytes read wrong
	return nil
}
