// Package body builds request bodies that stream: their length is known
// before the first byte is read, they can be opened again for a repeated or
// redirected request, and the media in them is never held whole in memory.
package body

import (
	"errors"
	"io"
)

// Opener gives the media of a body: a reader over all of it and its length.
// idverify.Media is one.
type Opener interface {
	Open() (io.ReadCloser, int64, error)
}

// InMemory reports whether opening and reading the media cannot block, because
// its bytes are in memory.
func InMemory(m Opener) bool {
	held, ok := m.(interface{ InMemory() bool })
	return ok && held.InMemory()
}

// Body is a request body ready to be sent, any number of times.
type Body struct {
	contentType string
	length      int64
	segments    []segment
	room        [3]segment // for the segments, of which few bodies have more
}

// ContentType is the value of the Content-Type header.
func (b *Body) ContentType() string { return b.contentType }

// Len is the length in bytes.
func (b *Body) Len() int64 { return b.length }

// InMemory reports whether reading the body cannot block.
func (b *Body) InMemory() bool {
	for _, s := range b.segments {
		if s.media != nil && !InMemory(s.media) {
			return false
		}
	}
	return true
}

// Open starts a reader from the first byte. It holds at most one media open.
func (b *Body) Open() *Reader { return &Reader{rest: b.segments} }

// segment is a run of a body: fixed text, or media that is copied or encoded.
type segment struct {
	text   string
	media  Opener
	size   int64 // of the media, in bytes before encoding
	base64 bool
}

func (s segment) length() int64 {
	switch {
	case s.media == nil:
		return int64(len(s.text))
	case s.base64:
		return (s.size + 2) / 3 * 4
	}
	return s.size
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

// MediaError says that a body could not be read because of its media. It is
// never the network's fault, and the request was not sent whole.
type MediaError struct {
	// Problem is fixed text; it holds no path.
	Problem string
	Err     error
}

func (e *MediaError) Error() string { return e.Problem }
func (e *MediaError) Unwrap() error { return e.Err }

var errChanged = errors.New("media changed while it was sent")

// Reader walks the segments. It fills the buffer that it is given, so that the
// transport copies and writes as rarely as possible.
type Reader struct {
	rest  []segment
	text  string      // what is left of a text segment
	media mediaReader // the media segment being read, if it is open
	err   error
}

func (r *Reader) Read(p []byte) (n int, err error) {
	for n < len(p) && r.err == nil {
		var k int
		k, r.err = r.step(p[n:])
		n += k
	}
	if n > 0 {
		return n, nil
	}
	return 0, r.err
}

// Borrow gives the next bytes where they lie, at most max, if they lie in memory
// as they are to be sent. They must not be changed, and not be used after the
// call that the body belongs to. It gives none where the next bytes have to be
// read.
func (r *Reader) Borrow(max int) []byte {
	if r.err != nil {
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
	return 0, r.media.open(next)
}

func (r *Reader) closeMedia() error {
	if !r.media.isOpen() {
		return nil
	}
	if err := r.media.close(); err != nil {
		return &MediaError{"media could not be closed", err}
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
