package media

import (
	"crypto/sha256"
	"errors"
	"hash/maphash"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/idverify/idverify/internal/picture"
)

// Seen is media after a first look. Its readers return the same bytes that were seen,
// or an error instead of the last bytes. It can be opened any number of times.
type Seen struct {
	// Picture is set by the function that inspects the media. If a picture lacks its
	// end, the reader returns an error instead of the last bytes.
	Picture picture.Info

	source   Opener
	size     int64
	inMemory bool
	file     fs.FileInfo // nil if the source is no file, or opens a new file each time
	looked   int64       // how many bytes were looked at
	seed     maphash.Seed
	mark     uint64             // hash of those bytes
	sum      *[sha256.Size]byte // of all bytes; nil if no digest was made
}

// Sized is media of which only the length is known.
func Sized(o Opener, size int64) *Seen {
	return &Seen{source: o, size: size, inMemory: InMemory(o)}
}

// Look takes a first look at media: inspect, unless it is nil, reads as much as it
// needs. Media that are empty or larger than max bytes are refused with [ErrEmpty] or
// [ErrTooLarge]; the returned Seen then has only the size.
func Look(o Opener, max int64, inspect func(io.Reader, *Seen)) (*Seen, error) {
	return look(o, max, inspect, true)
}

// look is Look. With settle, a file that was modified only just now is read whole,
// unless a digest will read it anyway.
func look(o Opener, max int64, inspect func(io.Reader, *Seen), settle bool) (*Seen, error) {
	source, size, err := openSized(o, max)
	switch {
	case errors.Is(err, ErrTooLarge):
		return Sized(o, size), err
	case err != nil:
		return nil, err
	}
	g := glances.Get().(*glance)
	defer g.release()
	g.source, g.left = source, size
	defer g.source.Close()
	s := Sized(o, size)
	if file, lasting := g.source.file(size); lasting {
		s.file = file
	}
	if inspect != nil {
		inspect(g, s)
	}
	if settle && s.file != nil && !isSettled(s.file) {
		if _, err := io.Copy(io.Discard, struct{ io.Reader }{g}); err != nil {
			return nil, err
		}
	}
	if s.looked = size - g.left; s.looked > 0 {
		s.seed, s.mark = g.hash.Seed(), g.hash.Sum64()
	}
	return s, nil
}

func openSized(o Opener, max int64) (guarded, int64, error) {
	source, size, err := open(o)
	if err != nil {
		return guarded{}, 0, err
	}
	switch {
	case size <= 0:
		err = ErrEmpty
	case size > max:
		err = ErrTooLarge
	default:
		return source, size, nil
	}
	_ = source.Close()
	return guarded{}, size, err
}

// Size is the length in bytes.
func (s *Seen) Size() int64 { return s.size }

// InMemory reports whether reading the media cannot block.
func (s *Seen) InMemory() bool { return s.inMemory }

// Sum is the SHA-256 of the media, if it was made.
func (s *Seen) Sum() (sum [sha256.Size]byte, ok bool) {
	if s.sum == nil {
		return sum, false
	}
	return *s.sum, true
}

// glance is the reader of a first look. It hashes the bytes that were looked at, with
// a random seed that is new for each look, so that nobody can predict the hash.
type glance struct {
	source guarded
	left   int64 // bytes left of the announced length
	hash   maphash.Hash
}

var glances = sync.Pool{New: func() any { return new(glance) }}

func (g *glance) Read(p []byte) (int, error) {
	if g.left == 0 {
		return 0, io.EOF
	}
	n, err := g.source.Read(p[:min(int64(len(p)), g.left)])
	g.left -= int64(n)
	_, _ = g.hash.Write(p[:n])
	if err == io.EOF && g.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// release returns the glance to its pool without any bytes of the media.
func (g *glance) release() {
	*g = glance{}
	glances.Put(g)
}

// settling is how long after a change a file's modification time proves nothing. Two
// writes within one tick of the file system's clock (2 s at the coarsest) have the
// same time. Such a file is read whole.
const settling = 2 * time.Second

func isSettled(file fs.FileInfo) bool { return time.Since(file.ModTime()) > settling }

// isSame reports whether both are the same file, unchanged.
func isSame(a, b fs.FileInfo) bool {
	if a.Size() != b.Size() || !a.ModTime().Equal(b.ModTime()) {
		return false
	}
	return !os.SameFile(a, a) || os.SameFile(a, b) // os.SameFile knows only a FileInfo that the os package made
}
