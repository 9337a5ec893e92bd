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

// Media is a picture or a capture file: bytes of known length that can be opened
// again, so that they can be streamed and a request can be repeated. At most 64 MiB
// are sent, and no more than the vendor takes. The zero Media is empty and refused.
// It prints as "media", never as its content or path.
//
// Media must not change during a call: if the length, or the bytes that the first
// look saw, differ when they are sent, the call fails with CodeUnreadableEvidence.
// The end of the request is not sent then. So does a JPEG or PNG photo that stops
// before its end, such as an interrupted upload; bytes after the end are ignored.
type Media struct {
	open     func() (io.ReadCloser, int64, error)
	inMemory bool
}

var (
	errNotRegular = errors.New("not a regular file")
	errNothing    = errors.New("idverify: no media was given")
)

// Bytes is media in memory. The slice is not copied and must not change during a
// call that uses it; this is not checked.
func Bytes(b []byte) Media {
	open := func() (io.ReadCloser, int64, error) { return &memory{left: b}, int64(len(b)), nil }
	return Media{open: open, inMemory: true}
}

// memory reads bytes, and lends them to readers that need no copy.
type memory struct{ left []byte }

func (m *memory) Read(p []byte) (int, error) {
	if len(m.left) == 0 {
		return 0, io.EOF
	}
	return copy(p, m.Next(len(p))), nil
}

// Next returns the next n bytes, or fewer at the end.
func (m *memory) Next(n int) []byte {
	next := m.left[:min(n, len(m.left))]
	m.left = m.left[len(next):]
	return next
}

func (m *memory) Close() error {
	m.left = nil
	return nil
}

// File is a regular file on disk, opened anew for each use. It must stay the same
// file, by inode where there is one, with the same modification time; a file
// written less than two seconds before the first look is read twice, because
// modification times are coarse.
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

// FS is a file of a file system, opened anew for each use. What [File] says applies
// to it too, as far as the file system supports it.
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
	return sameFile{f}, info.Size(), nil
}

// sameFile is a file that must be the same one each time it is opened.
type sameFile struct{ fs.File }

// Identity is the value that the sending side compares.
func (f sameFile) Identity() (fs.FileInfo, error) { return f.Stat() }

// ReaderAt is the first size bytes of r, which must allow concurrent reads and must
// not change during a call.
func ReaderAt(r io.ReaderAt, size int64) Media {
	return MediaFunc(func() (io.ReadCloser, int64, error) {
		if r == nil {
			return nil, 0, errNothing
		}
		return io.NopCloser(io.NewSectionReader(r, 0, size)), size, nil
	})
}

// MediaFunc is media from any other source: open returns a reader and the number of
// bytes that it will return, and may be called any number of times. It must return
// the same bytes each time. A regular [os.File] that it returns must not change
// while it is read.
func MediaFunc(open func() (io.ReadCloser, int64, error)) Media {
	return Media{open: open}
}

// unreadable is media that could not be read; it is not tried again.
func unreadable(err error) Media {
	return MediaFunc(func() (io.ReadCloser, int64, error) { return nil, 0, err })
}

// Open returns a reader over the whole media and its length in bytes. The caller
// closes the reader. Its errors are those of the source, such as [fs.ErrNotExist];
// they may contain a path.
func (m Media) Open() (io.ReadCloser, int64, error) {
	if m.open == nil {
		return nil, 0, errNothing
	}
	return m.open()
}

// InMemory reports whether the media is [Bytes]: opening and reading it cannot
// block, so the caller needs no time limit for it.
func (m Media) InMemory() bool { return m.inMemory }

// IsZero reports whether no media was given.
func (m Media) IsZero() bool { return m.open == nil }

// Format implements [fmt.Formatter].
func (m Media) Format(s fmt.State, verb rune) { redact.Format(s, verb, "media") }

// LogValue implements [slog.LogValuer].
func (m Media) LogValue() slog.Value { return slog.StringValue("media") }
