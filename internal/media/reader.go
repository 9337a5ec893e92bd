package media

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"hash/maphash"
	"io"
	"io/fs"
	"sync"

	"github.com/idverify/idverify/internal/picture"
)

// Reader returns exactly the bytes that were seen, or an error: media that changed,
// or a picture without its end, must not be sent as if they were whole. It returns
// the last bytes only after everything has been compared. The zero Reader is closed.
type Reader struct {
	seen   *Seen
	source guarded
	lender lender      // nil if bytes have to be read
	file   fs.FileInfo // as it was when opened; nil if the source is no file
	left   int64
	mark   *marker       // nil if nothing is left to compare
	sum    hash.Hash     // nil if no digest was asked for
	tee    *maphash.Hash // hash of the code that reads; nil if there is none
	ending picture.Ending
	ended  bool    // everything was compared
	one    [1]byte // a byte after the announced length, which must not exist
	err    error
}

// lender is a source that can return bytes without copying them.
type lender interface{ Next(n int) []byte }

// marker hashes the bytes that were looked at when they are read again.
type marker struct {
	hash maphash.Hash
	left int64
}

var markers = sync.Pool{New: func() any { return new(marker) }}

// release returns the marker to its pool without any bytes of the media.
func (m *marker) release() {
	*m = marker{}
	markers.Put(m)
}

// Open implements [Opener].
func (s *Seen) Open() (io.ReadCloser, int64, error) {
	r := new(Reader)
	if err := r.Start(s); err != nil {
		return nil, 0, err
	}
	return r, s.size, nil
}

// Start opens the media. Its error is an [*Error], and the Reader is closed then.
func (r *Reader) Start(s *Seen) error {
	source, size, err := open(s.source)
	if err != nil {
		return problem("media could not be opened again", err)
	}
	file, _ := source.file(size)
	switch {
	case size != s.size:
		_ = source.Close()
		return &Error{fmt.Sprintf("media was %d bytes and is now %d", s.size, size), ErrChanged}
	case s.file != nil && (file == nil || !isSame(s.file, file)):
		_ = source.Close()
		return &Error{"media is another file than was looked at, or was changed since", ErrChanged}
	}
	*r = Reader{seen: s, source: source, file: file, left: size, ending: picture.EndingOf(s.Picture.Format)}
	if s.looked > 0 {
		r.mark = markers.Get().(*marker)
		r.mark.hash.SetSeed(s.seed)
		r.mark.left = s.looked
	}
	switch {
	case s.sum != nil:
		r.sum = sha256.New() // of copies: lent memory could change before it is written
	case s.inMemory:
		r.lender, _ = source.source.(lender)
	}
	return nil
}

// IsOpen reports whether the Reader was started and not closed.
func (r *Reader) IsOpen() bool { return r.source.source != nil }

// Read implements [io.Reader]. Errors other than io.EOF are an [*Error].
func (r *Reader) Read(p []byte) (int, error) {
	switch {
	case r.err != nil:
		return 0, r.err
	case len(p) == 0:
		return 0, nil
	case r.left == 0:
		if r.err = r.end(); r.err == nil {
			r.err = io.EOF
		}
		return 0, r.err
	}
	n, err := r.source.Read(p[:min(int64(len(p)), r.left)])
	if r.err = r.take(p[:n], err); r.err != nil {
		return 0, r.err
	}
	if r.tee != nil {
		_, _ = r.tee.Write(p[:n])
	}
	return n, nil
}

// Tee also writes to h what Read returns from now on, but not what Next lends.
func (r *Reader) Tee(h *maphash.Hash) { r.tee = h }

// Next lends the next bytes, at most n, without copying them. It returns nothing if
// the bytes have to be read.
func (r *Reader) Next(n int) []byte {
	if r.lender == nil || r.err != nil || r.left == 0 {
		return nil
	}
	next := r.lender.Next(int(min(int64(n), r.left)))
	if r.err = r.take(next, nil); r.err != nil {
		return nil
	}
	return next
}

// take compares bytes read from the source, which returned err with them.
func (r *Reader) take(p []byte, err error) error {
	r.left -= int64(len(p))
	if r.sum != nil {
		_, _ = r.sum.Write(p)
	}
	r.ending.Write(p)
	switch {
	case !r.isAsLookedAt(p):
		return &Error{"media has other bytes than were looked at", ErrChanged}
	case err != nil && err != io.EOF:
		return problem("media could not be read", err)
	case r.left == 0:
		return r.end()
	case err == io.EOF:
		return &Error{fmt.Sprintf("media ended %d bytes early", r.left), ErrChanged}
	}
	return nil
}

func (r *Reader) isAsLookedAt(p []byte) bool {
	m := r.mark
	if m == nil {
		return true
	}
	n := min(int64(len(p)), m.left)
	_, _ = m.hash.Write(p[:n])
	if m.left -= n; m.left > 0 {
		return true
	}
	same := m.hash.Sum64() == r.seen.mark
	m.release()
	r.mark = nil
	return same
}

// end checks, before the last bytes are returned, that the source has no more bytes,
// the file did not change, the digest is the same, and a picture has its end.
func (r *Reader) end() error {
	if r.ended {
		return nil
	}
	err := r.noMore()
	r.one[0] = 0
	if err != nil {
		return err
	}
	if r.file != nil {
		if file, _ := r.source.file(r.seen.size); file == nil || !isSame(r.file, file) {
			return &Error{"media changed while it was sent", ErrChanged}
		}
	}
	if r.sum != nil && [sha256.Size]byte(r.sum.Sum(nil)) != *r.seen.sum {
		return &Error{"media has another digest than when it was looked at", ErrChanged}
	}
	if r.ending.IsMissing() {
		return &Error{"the picture stops before its end", ErrTruncated}
	}
	r.ended = true
	return nil
}

func (r *Reader) noMore() error {
	for {
		n, err := r.source.Read(r.one[:])
		switch {
		case n > 0:
			return &Error{"media is longer than it was", ErrChanged}
		case err == io.EOF:
			return nil
		case err != nil:
			return problem("media could not be read", err)
		}
	}
}

// Close implements [io.Closer]. Reading afterwards fails.
func (r *Reader) Close() error {
	if !r.IsOpen() {
		return nil
	}
	err := r.source.Close()
	if r.mark != nil {
		r.mark.release()
	}
	*r = Reader{err: fs.ErrClosed}
	return err
}

// problem keeps the text of an error that an earlier look has already made.
func problem(words string, err error) *Error {
	if known, ok := err.(*Error); ok {
		return known
	}
	return &Error{words, err}
}
