// Package body builds request bodies that stream: their length is known
// before the first byte is read, they can be opened again for a repeated or
// redirected request, and the media in them is never held whole in memory.
package body

import (
	"errors"
	"hash/maphash"
	"io"

	"github.com/idverify/idverify/internal/media"
)

// MediaError says that a body could not be read because of its media. It is
// never the network's fault, and the request was not sent whole.
type MediaError = media.Error

// Body is a request body ready to be sent, any number of times.
type Body struct {
	contentType string
	length      int64
	segments    []segment
	room        [3]segment // for the segments, of which few bodies have more
	sum         *sum       // nil: no digest was made
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

// Open starts a reader from the first byte. It holds at most one media open.
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

// Reader walks the segments. It fills the buffer that it is given, so that the
// transport copies and writes as rarely as possible.
type Reader struct {
	rest  []segment
	text  string        // what is left of a text segment
	media mediaReader   // the media segment being read, if it is open
	check *check        // nil: no digest was made
	mark  *maphash.Hash // of media, for a digest that is made or held to; nil: none
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

// isAsDigested holds what was just read, and the end, to the digest, if there is one.
func (r *Reader) isAsDigested(p []byte) bool {
	ended := r.err == io.EOF
	return r.check == nil || len(p) == 0 && !ended || r.check.take(len(p), ended)
}

// Borrow gives the next bytes where they lie, at most max, if they lie in memory
// as they are to be sent. They must not be changed, and not be used after the
// call that the body belongs to. It gives none where the next bytes have to be
// read.
func (r *Reader) Borrow(max int) []byte {
	if r.err != nil || r.check != nil { // what is lent could change before it is written
		return nil
	}
	return r.media.borrow(max) // a closed one lends nothing
}

// step reads from the segment under way or moves on to the next.
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
	_ = r.closeMedia() // what was read is right, whatever closing says
	return nil
}
