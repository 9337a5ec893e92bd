package media

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var before, after = bytes.Repeat([]byte("before"), 2000), bytes.Repeat([]byte("after!"), 2000)

// onDisk is a file that must be the same file each time it is opened.
type onDisk string

func (o onDisk) Open() (io.ReadCloser, int64, error) {
	f, err := os.Open(string(o))
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	return identified{f}, info.Size(), err
}

type identified struct{ *os.File }

func (i identified) Identity() (fs.FileInfo, error) { return i.Stat() }

// aFile writes a file and sets its modification time back by ago.
func aFile(t *testing.T, content []byte, ago time.Duration) onDisk {
	t.Helper()
	path := filepath.Join(t.TempDir(), "face.jpg")
	write(t, path, content, time.Now().Add(-ago))
	return onDisk(path)
}

func write(t *testing.T, path string, content []byte, at time.Time) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, content, 0o600))
	require.NoError(t, os.Chtimes(path, at, at))
}

func timeOf(t *testing.T, o onDisk) time.Time {
	t.Helper()
	info, err := os.Stat(string(o))
	require.NoError(t, err)
	return info.ModTime()
}

func head(r io.Reader, _ *Seen) { _, _ = io.CopyN(io.Discard, r, 100) }

// Holds P-WIRE-9.
func TestLook_FileMustKeepItsIdentity(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, o onDisk){
		"written to": func(t *testing.T, o onDisk) { write(t, string(o), after, time.Now()) },
		"touched":    func(t *testing.T, o onDisk) { write(t, string(o), before, timeOf(t, o).Add(time.Nanosecond)) },
		"replaced by one of the same time": func(t *testing.T, o onDisk) {
			other := string(o) + ".new"
			write(t, other, append(bytes.Clone(before[:200]), after[200:]...), timeOf(t, o)) // after the part that was looked at
			require.NoError(t, os.Rename(other, string(o)))
		},
		"longer":  func(t *testing.T, o onDisk) { write(t, string(o), append(before, 'x'), timeOf(t, o)) },
		"removed": func(t *testing.T, o onDisk) { require.NoError(t, os.Remove(string(o))) },
		"its beginning changed in its place, and its time set back": func(t *testing.T, o onDisk) {
			write(t, string(o), after, timeOf(t, o))
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := aFile(t, before, time.Hour)
			seen, err := Look(o, Max, head)
			require.NoError(t, err)
			assert.Equal(t, before, readAll(t, seen))
			change(t, o)
			assertNeverWhole(t, seen)
		})
	}
}

// Two writes within one tick of the file system's clock have the same modification
// time.
// Holds P-WIRE-9.
func TestLook_RecentFileIsComparedByContent(t *testing.T) {
	for name, ago := range map[string]time.Duration{"just now": 0, "in the future": -time.Hour} {
		o := aFile(t, before, ago)
		seen, err := Look(o, Max, nil)
		require.NoError(t, err)
		assert.EqualValues(t, len(before), seen.looked, name)
		end := bytes.Clone(before)
		end[len(end)-1]++
		write(t, string(o), end, timeOf(t, o))
		assertNeverWhole(t, seen)
	}
	seen, err := Look(aFile(t, before, settling+time.Second), Max, head)
	require.NoError(t, err)
	assert.EqualValues(t, 100, seen.looked, "an older file is not")
}

// Media that are fetched anew each time come from another file each time.
func TestLook_NewFileEachTimeHasNoIdentity(t *testing.T) {
	dir := t.TempDir()
	seen, err := Look(opener(func() (io.ReadCloser, int64, error) {
		f, err := os.CreateTemp(dir, "")
		require.NoError(t, err)
		_, err = f.Write(before)
		require.NoError(t, err)
		_, err = f.Seek(0, io.SeekStart)
		return f, int64(len(before)), err
	}), Max, head)
	require.NoError(t, err)
	assert.EqualValues(t, 100, seen.looked)
	assert.Equal(t, before, readAll(t, seen))
}

// told is a reader that reports the FileInfo that a test sets.
type told struct {
	io.Reader
	info fs.FileInfo
	err  error
}

func (told) Close() error                     { return nil }
func (f told) Stat() (fs.FileInfo, error)     { return f.info, f.err }
func (f told) Identity() (fs.FileInfo, error) { return f.info, f.err }

type info struct {
	fs.FileInfo
	mode fs.FileMode
	size int64
	at   time.Time
}

func (i info) Mode() fs.FileMode  { return i.mode }
func (i info) Size() int64        { return i.size }
func (i info) ModTime() time.Time { return i.at }

// A reader without a FileInfo, or with one of other bytes, is compared by its bytes
// only.
func TestLook_NonFileHasNoIdentity(t *testing.T) {
	for name, f := range map[string]told{
		"an error":       {err: fs.ErrPermission},
		"nothing":        {},
		"a pipe":         {info: info{mode: fs.ModeNamedPipe, size: 6}},
		"another length": {info: info{size: 7}},
		"a panic":        {info: (*info)(nil)},
	} {
		seen, err := Look(opener(func() (io.ReadCloser, int64, error) {
			f.Reader = bytes.NewReader([]byte("before"))
			return f, 6, nil
		}), Max, nil)
		require.NoError(t, err, name)
		assert.Nil(t, seen.file, name)
		assert.Equal(t, "before", string(readAll(t, seen)), name)
	}
}

// File systems that are not on a disk tell the modification time at most.
func TestLook_OtherFileSystemsCompareTime(t *testing.T) {
	at := time.Now().Add(-time.Hour)
	seen, err := Look(opener(func() (io.ReadCloser, int64, error) {
		return told{Reader: bytes.NewReader([]byte("before")), info: info{size: 6, at: at}}, 6, nil
	}), Max, nil)
	require.NoError(t, err)
	assert.Equal(t, "before", string(readAll(t, seen)))
	at = at.Add(time.Second)
	assertNeverWhole(t, seen)
}

func TestLook_BuffersAreClearedBeforeReuse(t *testing.T) {
	g := &glance{source: guarded{source: io.NopCloser(bytes.NewReader(before))}, left: 100}
	_, err := io.ReadAll(g)
	require.NoError(t, err)
	g.release()
	assert.Zero(t, *g)
	m := &marker{left: 5}
	_, _ = m.hash.WriteString("before")
	m.release()
	assert.Zero(t, *m)
}

func TestLook_MediaThatEndEarly(t *testing.T) {
	o := opener(func() (io.ReadCloser, int64, error) {
		return io.NopCloser(bytes.NewReader(before)), int64(len(before)) + 1, nil
	})
	_, err := Look(o, Max, func(r io.Reader, _ *Seen) {
		_, err := io.ReadAll(r)
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	})
	require.NoError(t, err)
}
