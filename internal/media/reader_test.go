package media

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/picture"
)

func readAll(t *testing.T, s *Seen) []byte {
	t.Helper()
	r, size, err := s.Open()
	require.NoError(t, err)
	defer r.Close()
	content, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.EqualValues(t, size, len(content))
	return content
}

// assertNeverWhole reads in pieces of several sizes and expects fewer bytes than all.
func assertNeverWhole(t *testing.T, s *Seen) {
	t.Helper()
	for _, piece := range []int64{1, 100, 4096, s.size - 1, s.size, s.size + 1} {
		var r Reader
		err := r.Start(s)
		var got int
		for p := make([]byte, max(1, piece)); err == nil; {
			var n int
			n, err = r.Read(p)
			got += n
		}
		var changed *Error
		require.ErrorAs(t, err, &changed, "in pieces of %d", piece)
		assert.Less(t, int64(got), s.size, "in pieces of %d", piece)
		if r.IsOpen() {
			n, again := r.Read(make([]byte, 1))
			assert.Zero(t, n)
			assert.Equal(t, err, again, "it stays so")
		}
		_ = r.Close()
		assert.False(t, r.IsOpen())
	}
}

func TestReader_PiecesOfAnySize(t *testing.T) {
	seen, err := Look(of(before), Max, head)
	require.NoError(t, err)
	for _, shape := range []func(io.Reader) io.Reader{iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader} {
		r, _, err := seen.Open()
		require.NoError(t, err)
		content, err := io.ReadAll(shape(r))
		require.NoError(t, err)
		assert.Equal(t, before, content)
		n, err := r.Read(make([]byte, 1))
		assert.Zero(t, n)
		assert.Equal(t, io.EOF, err)
		require.NoError(t, r.Close())
		_, err = r.Read(make([]byte, 1))
		assert.ErrorIs(t, err, fs.ErrClosed)
	}
}

// The first look works for media of any kind, such as a JPEG or a GIF.
// Holds P-WIRE-9.
func TestReader_RefusesChangedBytes(t *testing.T) {
	for _, looked := range []int64{1, 99, int64(len(before))} {
		content := before
		seen, err := Look(opener(func() (io.ReadCloser, int64, error) { return of(content)() }), Max,
			func(r io.Reader, _ *Seen) { _, _ = io.CopyN(io.Discard, r, looked) })
		require.NoError(t, err)
		assert.Equal(t, before, readAll(t, seen))
		content = bytes.Clone(before)
		content[looked-1]++
		assertNeverWhole(t, seen)
	}
}

// The file changes half-way to another one of the same length.
// Holds P-WIRE-9.
func TestReader_FileChangesDuringRead(t *testing.T) {
	for name, open := range map[string]func(string) (io.ReadCloser, error){
		"of File":      func(path string) (io.ReadCloser, error) { f, err := os.Open(path); return identified{f}, err },
		"of MediaFunc": func(path string) (io.ReadCloser, error) { return os.Open(path) },
	} {
		for _, at := range []int{1, len(before) / 2, len(before) - 1} {
			path := string(aFile(t, before, time.Hour))
			seen, err := Look(opener(func() (io.ReadCloser, int64, error) {
				f, err := open(path)
				return f, int64(len(before)), err
			}), Max, nil)
			require.NoError(t, err)
			var r Reader
			require.NoError(t, r.Start(seen))
			_, err = io.ReadFull(&r, make([]byte, at))
			require.NoError(t, err)
			write(t, path, after, time.Now())
			rest, err := io.ReadAll(&r)
			assert.ErrorIs(t, err, ErrChanged, "%s at %d", name, at)
			assert.Less(t, at+len(rest), len(before), "%s at %d", name, at)
			require.NoError(t, r.Close())
		}
	}
}

// lending is media in memory.
type lending struct{ content []byte }

func (l lending) InMemory() bool { return true }
func (l lending) Open() (io.ReadCloser, int64, error) {
	return &lenderReader{bytes.NewBuffer(bytes.Clone(l.content)[:len(l.content):len(l.content)])}, int64(len(l.content)), nil
}

type lenderReader struct{ *bytes.Buffer }

func (*lenderReader) Close() error { return nil }

func TestReader_ComparesLentBytes(t *testing.T) {
	media := &lending{before}
	seen, err := Look(media, Max, head)
	require.NoError(t, err)
	borrow := func() (content []byte, err error) {
		var r Reader
		require.NoError(t, r.Start(seen))
		defer r.Close()
		for next := r.Next(1000); len(next) > 0; next = r.Next(1000) {
			content = append(content, next...)
		}
		n, err := r.Read(make([]byte, 1))
		assert.Zero(t, n)
		return content, err
	}
	content, err := borrow()
	assert.Equal(t, io.EOF, err)
	assert.Equal(t, before, content)

	media.content = after
	content, err = borrow()
	assert.ErrorIs(t, err, ErrChanged)
	assert.Empty(t, content)
}

func TestReader_LendsNothingWithADigest(t *testing.T) {
	seen, err := Digest(t.Context(), lending{before})
	require.NoError(t, err)
	var r Reader
	require.NoError(t, r.Start(seen))
	defer r.Close()
	assert.Empty(t, r.Next(1), "it could change before it is written")
}

// Media that were looked at before keep the text of their own error.
func TestReader_KeepsTextOfMediaError(t *testing.T) {
	content := before
	inner, err := Digest(t.Context(), opener(func() (io.ReadCloser, int64, error) { return of(content)() }))
	require.NoError(t, err)
	outer, err := Look(inner, Max, nil)
	require.NoError(t, err)
	assert.Equal(t, before, readAll(t, outer))
	content = after
	r, _, err := outer.Open()
	require.NoError(t, err)
	_, err = io.ReadAll(r)
	assert.EqualError(t, err, "media has another digest than when it was looked at")
	require.NoError(t, r.Close())
	assertNeverWhole(t, outer)
}

func TestErrors_HaveNoPath(t *testing.T) {
	for _, err := range []error{fs.ErrNotExist, fmt.Errorf("open /home/MARK: %w", fs.ErrPermission)} {
		seen := Sized(opener(func() (io.ReadCloser, int64, error) { return nil, 0, err }), 5)
		_, _, got := seen.Open()
		assert.EqualError(t, got, "media could not be opened again")
		assert.True(t, errors.Is(got, fs.ErrNotExist) || errors.Is(got, fs.ErrPermission))
	}
}

// The reader returns a picture's last bytes only if the picture has its end, which
// need not be the last byte.
func TestReader_TruncatedPictureIsNotReadWhole(t *testing.T) {
	whole := append([]byte("\xff\xd8\xff\xda\x00\x02"), bytes.Repeat([]byte("data\xff\x00"), 2000)...)
	whole = append(whole, "\xff\xd9 and more"...)
	end := len(whole) - len(" and more")
	inspect := func(r io.Reader, s *Seen) { s.Picture = picture.Inspect(r) }
	for _, open := range []func([]byte) Opener{
		func(content []byte) Opener { return of(content) }, func(content []byte) Opener { return &lending{content} },
	} {
		for _, n := range []int{end, end + 1, len(whole)} {
			seen, err := Look(open(whole[:n]), Max, inspect)
			require.NoError(t, err)
			assert.Equal(t, whole[:n], readAll(t, seen))
		}
		for _, n := range []int{3, 4, 100, end - 2, end - 1} {
			seen, err := Look(open(whole[:n]), Max, inspect)
			require.NoError(t, err)
			assertNeverWhole(t, seen)
			var r Reader
			require.NoError(t, r.Start(seen))
			for len(r.Next(1000)) > 0 {
			}
			_, err = io.ReadAll(&r)
			assert.ErrorIs(t, err, ErrTruncated)
			require.NoError(t, r.Close())
		}
		seen, err := Look(open(whole[:100]), Max, nil)
		require.NoError(t, err)
		assert.Equal(t, whole[:100], readAll(t, seen), "media not declared as a picture")
	}
}
