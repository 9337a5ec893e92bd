package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"runtime/debug"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Holds P-WIRE-9.
func TestDigest_IsSHA256AndBindsLaterReads(t *testing.T) {
	for _, size := range []int{1, digestPiece - 1, digestPiece, digestPiece + 1, 3*digestPiece + 5} {
		content := bytes.Repeat([]byte("p"), size)
		current := content
		seen, err := Digest(t.Context(), opener(func() (io.ReadCloser, int64, error) { return of(current)() }))
		require.NoError(t, err)
		sum, ok := seen.Sum()
		assert.True(t, ok)
		assert.Equal(t, sha256.Sum256(content), sum)
		assert.Equal(t, content, readAll(t, seen))
		for _, at := range []int{0, size / 2, size - 1} {
			current = bytes.Clone(content)
			current[at]++
			assertNeverWhole(t, seen)
		}
	}
	_, ok := Sized(of(before), 5).Sum()
	assert.False(t, ok)
}

// A file's identity is checked from the digest on, and the file is read once.
func TestDigest_OfAFile(t *testing.T) {
	o := aFile(t, before, 0)
	seen, err := Digest(t.Context(), o)
	require.NoError(t, err)
	assert.Zero(t, seen.looked)
	assert.Equal(t, before, readAll(t, seen))
	write(t, string(o), before, timeOf(t, o).Add(time.Second))
	assertNeverWhole(t, seen)
}

func TestDigest_UnreadableMedia(t *testing.T) {
	boom := errors.New("boom")
	for name, o := range map[string]opener{
		"nothing":   of(nil),
		"too large": func() (io.ReadCloser, int64, error) { return rude{}, Max + 1, nil },
		"closed":    func() (io.ReadCloser, int64, error) { return nil, 0, boom },
		"broken":    func() (io.ReadCloser, int64, error) { return io.NopCloser(iotest.ErrReader(boom)), 5, nil },
		"short": func() (io.ReadCloser, int64, error) {
			return io.NopCloser(bytes.NewReader([]byte("abcd"))), 5, nil
		},
		"long": func() (io.ReadCloser, int64, error) {
			return io.NopCloser(bytes.NewReader([]byte("abcdef"))), 5, nil
		},
	} {
		_, err := Digest(t.Context(), o)
		assert.Error(t, err, name)
	}
}

func TestDigest_EndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	read := 0
	_, err := Digest(ctx, opener(func() (io.ReadCloser, int64, error) {
		return rude{read: func(p []byte) (int, error) {
			if read += len(p); read > Max/4 {
				cancel()
			}
			return len(p), nil
		}}, Max, nil
	}))
	assert.ErrorIs(t, err, context.Canceled)
	assert.Less(t, read, Max/2)
}

// A digest keeps one piece in memory at a time, whatever the size.
func TestDigest_AllocatesTheSameForEverySize(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection would empty the pools
	used := func(size int) float64 {
		o := lending{make([]byte, size)}
		o.content = make([]byte, size)
		media := opener(func() (io.ReadCloser, int64, error) {
			return io.NopCloser(bytes.NewReader(o.content)), int64(size), nil
		})
		return testing.AllocsPerRun(3, func() {
			_, err := Digest(t.Context(), media)
			require.NoError(t, err)
		})
	}
	least := used(1 << 20)
	for _, size := range []int{2 << 20, 4 << 20, 8 << 20} {
		assert.InDelta(t, least, used(size), 10) // a copy would allocate for each part
	}
}

func BenchmarkDigest(b *testing.B) {
	o := of(make([]byte, 1<<20))
	b.SetBytes(1 << 20)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Digest(b.Context(), o); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHash(b *testing.B) {
	content := make([]byte, 1<<20)
	b.SetBytes(1 << 20)
	for b.Loop() {
		sha256.Sum256(content)
	}
}
