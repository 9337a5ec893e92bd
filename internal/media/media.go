// Package media reads the photos and videos of a request. It opens media that a user
// may have implemented, looks at them once before anything is sent, and makes sure
// that the bytes sent are the bytes seen.
package media

import (
	"errors"
	"io"
	"io/fs"
	"strings"
)

// Max is the largest size of media in bytes where the vendor documents no limit, and
// for a digest.
const Max = 64 << 20

// Opener gives media: a reader over all of it and its length in bytes.
// idverify.Media is one.
type Opener interface {
	Open() (io.ReadCloser, int64, error)
}

// InMemory reports whether opening and reading the media cannot block, because
// its bytes are in memory.
func InMemory(o Opener) bool {
	m, ok := o.(interface{ InMemory() bool })
	return ok && m.InMemory()
}

// String is media of a text in memory, which is not copied.
type String string

// Open implements [Opener].
func (s String) Open() (io.ReadCloser, int64, error) {
	return io.NopCloser(strings.NewReader(string(s))), int64(len(s)), nil
}

// InMemory is true.
func (String) InMemory() bool { return true }

// Error says that media could not be read, or changed after the first look. It is
// never the network's fault, and a request with these media was not sent whole.
type Error struct {
	// Problem is fixed text; it holds no path.
	Problem string
	Err     error
}

func (e *Error) Error() string { return e.Problem }
func (e *Error) Unwrap() error { return e.Err }

// These causes are told apart by callers.
var (
	ErrEmpty     = errors.New("media is empty")
	ErrTooLarge  = errors.New("media is larger than the limit")
	ErrChanged   = errors.New("media changed after the first look")
	ErrTruncated = errors.New("media is a picture without its end")

	errPanicked = errors.New("media panicked")
)

// open opens media that a user may have implemented. The reader it returns never
// panics and never loops on empty reads, because it is used on goroutines where
// nobody could recover.
func open(o Opener) (g guarded, size int64, err error) {
	defer func() {
		if recover() != nil {
			g, size, err = guarded{}, 0, errPanicked
		}
	}()
	source, size, err := o.Open()
	switch {
	case err != nil:
		return guarded{}, 0, err
	case source == nil:
		return guarded{}, 0, errors.New("media has no reader")
	}
	return guarded{source: source}, size, nil
}

// maxEmptyReads is how many reads in a row may return no bytes.
const maxEmptyReads = 100

// guarded is a user's reader whose panics become errors.
type guarded struct {
	source io.ReadCloser
	empty  int // empty reads in a row
}

func (g *guarded) Read(p []byte) (n int, err error) {
	defer func() {
		if recover() != nil {
			n, err = 0, errPanicked
		}
	}()
	n, err = g.source.Read(p)
	switch {
	case n < 0 || n > len(p):
		return 0, errors.New("media gave an impossible number of bytes")
	case n > 0 || err != nil || len(p) == 0:
		g.empty = 0
		return n, err
	}
	if g.empty++; g.empty == maxEmptyReads {
		return 0, io.ErrNoProgress
	}
	return 0, nil
}

func (g *guarded) Close() (err error) {
	defer func() {
		if recover() != nil {
			err = errPanicked
		}
	}()
	return g.source.Close()
}

// file returns the FileInfo of the file that is being read, nil if the source is no
// file or announced another length. lasting says that opening the media again must
// give the same file.
func (g *guarded) file(size int64) (info fs.FileInfo, lasting bool) {
	defer func() {
		if recover() != nil {
			info, lasting = nil, false
		}
	}()
	var err error
	switch f := g.source.(type) {
	case interface {
		Identity() (fs.FileInfo, error)
	}:
		info, err = f.Identity()
		lasting = true
	case interface{ Stat() (fs.FileInfo, error) }:
		info, err = f.Stat()
	}
	if err != nil || info == nil || !info.Mode().IsRegular() || info.Size() != size {
		return nil, false
	}
	return info, lasting
}
