package idverify

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"

	"github.com/idverify/idverify/internal/redact"
)

// Media is a picture or a capture file: bytes of known length that can be
// opened again, so that they stream and a request can be repeated. The zero
// Media is empty and refused. It prints as "media", never its content or path.
type Media struct {
	open     func() (io.ReadCloser, int64, error)
	inMemory bool
}

var (
	errNotRegular = errors.New("not a regular file")
	errNothing    = errors.New("idverify: no media was given")
)

// Bytes is media in memory. The slice is not copied and must not change while
// a call that was given it is under way.
func Bytes(b []byte) Media {
	open := func() (io.ReadCloser, int64, error) { return &memory{left: b}, int64(len(b)), nil }
	return Media{open: open, inMemory: true}
}

// memory reads bytes, and lends them to who can do without a copy.
type memory struct{ left []byte }

func (m *memory) Read(p []byte) (int, error) {
	if len(m.left) == 0 {
		return 0, io.EOF
	}
	return copy(p, m.Next(len(p))), nil
}

// Next is the next n bytes, or as many as there are.
func (m *memory) Next(n int) []byte {
	next := m.left[:min(n, len(m.left))]
	m.left = m.left[len(next):]
	return next
}

func (m *memory) Close() error {
	m.left = nil
	return nil
}

// File is a regular file on disk, opened anew for each use.
func File(path string) Media {
	return MediaFunc(func() (io.ReadCloser, int64, error) {
		// Opening a named pipe would block, so look before opening.
		if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
			return nil, 0, errNotRegular
		}
		f, err := os.Open(path)
		return opened(f, err)
	})
}

// FS is a file of a file system, opened anew for each use.
func FS(fsys fs.FS, name string) Media {
	return MediaFunc(func() (io.ReadCloser, int64, error) {
		if fsys == nil {
			return nil, 0, errNothing
		}
		if info, err := fs.Stat(fsys, name); err == nil && !info.Mode().IsRegular() {
			return nil, 0, errNotRegular
		}
		f, err := fsys.Open(name)
		return opened(f, err)
	})
}

func opened(f fs.File, err error) (io.ReadCloser, int64, error) {
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errNotRegular
	}
	if err != nil {
		_ = f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// ReaderAt is the first size bytes of r, which must allow concurrent reads.
func ReaderAt(r io.ReaderAt, size int64) Media {
	return MediaFunc(func() (io.ReadCloser, int64, error) {
		if r == nil {
			return nil, 0, errNothing
		}
		return io.NopCloser(io.NewSectionReader(r, 0, size)), size, nil
	})
}

// MediaFunc is media from anywhere else: open returns a reader and the number
// of bytes that it will give, and can be called any number of times.
func MediaFunc(open func() (io.ReadCloser, int64, error)) Media {
	return Media{open: open}
}

// Open returns a reader over the whole media and its length in bytes. The
// caller closes the reader. Errors are those of the source, such as
// [fs.ErrNotExist]; they may contain a path.
func (m Media) Open() (io.ReadCloser, int64, error) {
	if m.open == nil {
		return nil, 0, errNothing
	}
	return m.open()
}

// InMemory reports whether the media is [Bytes]: opening and reading it cannot
// block, so that nothing needs to be ready to give up waiting for it.
func (m Media) InMemory() bool { return m.inMemory }

// IsZero reports whether no media was given.
func (m Media) IsZero() bool { return m.open == nil }

// Format implements [fmt.Formatter].
func (m Media) Format(s fmt.State, verb rune) { redact.Format(s, verb, "media") }

// LogValue implements [slog.LogValuer].
func (m Media) LogValue() slog.Value { return slog.StringValue("media") }
