package idverify_test

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

func TestMedia_OpensAgainWithSize(t *testing.T) {
	path := filepath.Join(t.TempDir(), "face.jpg")
	require.NoError(t, os.WriteFile(path, []byte("picture"), 0o600))
	for name, m := range map[string]idverify.Media{
		"bytes":    idverify.Bytes([]byte("picture")),
		"file":     idverify.File(path),
		"fs":       idverify.FS(fstest.MapFS{"a/face.jpg": {Data: []byte("picture")}}, "a/face.jpg"),
		"readerat": idverify.ReaderAt(strings.NewReader("picture and more"), 7),
		"func": idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
			return io.NopCloser(strings.NewReader("picture")), 7, nil
		}),
	} {
		assert.False(t, m.IsZero())
		assert.Equal(t, name == "bytes", m.InMemory(), name)
		for range 2 {
			r, size, err := m.Open()
			require.NoError(t, err, name)
			content, err := io.ReadAll(r)
			require.NoError(t, err)
			assert.Equal(t, "picture", string(content), name)
			assert.EqualValues(t, 7, size)
			require.NoError(t, r.Close())
		}
	}
}

func TestMedia_OpenErrors(t *testing.T) {
	dir := t.TempDir()
	for name, m := range map[string]idverify.Media{
		"zero":         {},
		"missing":      idverify.File(filepath.Join(dir, "missing")),
		"directory":    idverify.File(dir),
		"no fs":        idverify.FS(nil, "x"),
		"no reader":    idverify.ReaderAt(nil, 5),
		"fs missing":   idverify.FS(fstest.MapFS{}, "missing"),
		"fs directory": idverify.FS(fstest.MapFS{"a/b": {}}, "a"),
	} {
		r, size, err := m.Open()
		assert.Error(t, err, name)
		assert.Nil(t, r, name)
		assert.Zero(t, size, name)
	}
	_, _, err := idverify.File(filepath.Join(dir, "missing")).Open()
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.True(t, idverify.Media{}.IsZero())
}

// closing is a file that knows whether it was closed.
type closing struct {
	fs.File
	closed bool
}

func (c *closing) Close() error {
	c.closed = true
	return c.File.Close()
}

// byName is a file system with only this file, which cannot tell in advance what
// the file is.
type byName struct{ *closing }

func (b byName) Open(string) (fs.File, error)   { return b.closing, nil }
func (byName) Stat(string) (fs.FileInfo, error) { return nil, fs.ErrPermission }

// nameless is a file whose Stat fails.
type nameless struct{ fs.File }

func (nameless) Stat() (fs.FileInfo, error) { return nil, fs.ErrPermission }

// Holds P-LIVE-3.
func TestMedia_FileIsClosedWhenStatFails(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "face.jpg"))
	require.NoError(t, err)
	fsys := byName{&closing{File: nameless{file}}}
	_, size, err := idverify.FS(fsys, "x").Open()
	assert.ErrorIs(t, err, fs.ErrPermission)
	assert.Zero(t, size)
	assert.True(t, fsys.closed)
}

// Holds P-LIVE-3.
func TestMedia_IrregularFileIsClosed(t *testing.T) {
	directory, err := os.Open(t.TempDir())
	require.NoError(t, err)
	fsys := byName{&closing{File: directory}}
	_, _, err = idverify.FS(fsys, "x").Open()
	assert.EqualError(t, err, "not a regular file")
	assert.True(t, fsys.closed)
}

func TestMedia_ClosedBytesReturnNothing(t *testing.T) {
	r, _, err := idverify.Bytes([]byte("picture")).Open()
	require.NoError(t, err)
	require.NoError(t, r.Close())
	_, err = r.Read(make([]byte, 1))
	assert.ErrorIs(t, err, io.EOF)
}
