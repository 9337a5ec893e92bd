// Package media reads what a request shows of a face. It opens media that a
// user may have written, looks at them once before anything is sent, and holds
// what is sent to what was seen.
package media

import (
	"errors"
	"io"
	"io/fs"
	"strings"
)

// Max is the largest media in bytes that is sent to a vendor that documents no
// limit of its own, and the largest that a digest is made of.
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

// Error says that media could not be read as they were seen. It is never the
// network's fault, and a request with them was not sent whole.
type Error struct {
	// Problem is fixed text; it holds no path.
	Problem string
	Err     error
}

func (e *Error) Error() string { return e.Problem }
func (e *Error) Unwrap() error { return e.Err }

// The causes of errors that a caller tells apart.
var (
	ErrEmpty     = errors.New("media is empty")
	ErrTooLarge  = errors.New("media is larger than the limit")
	ErrChanged   = errors.New("media changed after the first look")
	ErrTruncated = errors.New("media is a picture without its end")

	errPanicked = errors.New("media panicked")
)

// open opens media that a user may have written: what comes back never panics
// and never spins, because it is read on goroutines where nobody could recover.
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

// maxEmptyReads is how often a reader may give nothing in a row.
const maxEmptyReads = 100

// guarded is a reader of a user's, without its panics.
type guarded struct {
	source io.ReadCloser
	empty  int // reads in a row that gave nothing
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

// file is what the system says of the file that is being read, nil if the source
// is none or has another length than it announced. lasting: whoever opens the
// media again must get the same file.
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
