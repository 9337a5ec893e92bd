package contestant

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/bench/internal/work"
)

func TestEncoder_MatchesStandardBase64(t *testing.T) {
	photo := work.Photo(2*chunk + 1000)
	for _, size := range []int{0, 1, 2, 3, 4, 1000, chunk - 1, chunk, chunk + 1, 2 * chunk, len(photo)} {
		want := base64.StdEncoding.EncodeToString(photo[:size])
		for name, read := range map[string]func(io.Reader) io.Reader{
			"whole":          func(r io.Reader) io.Reader { return r },
			"byte by byte":   iotest.OneByteReader,
			"half of it":     iotest.HalfReader,
			"end with bytes": iotest.DataErrReader,
		} {
			got, err := io.ReadAll(newEncoder(read(bytes.NewReader(photo[:size])), size))
			require.NoError(t, err)
			assert.Equal(t, want, string(got), "%d bytes, %s", size, name)
		}
	}
}

func TestEncoder_BuffersOfAnySize(t *testing.T) {
	photo := work.Photo(1000)
	want := base64.StdEncoding.EncodeToString(photo)
	for size := 1; size < 40; size++ {
		var got bytes.Buffer
		_, err := io.CopyBuffer(struct{ io.Writer }{&got}, newEncoder(bytes.NewReader(photo), len(photo)), make([]byte, size))
		require.NoError(t, err)
		assert.Equal(t, want, got.String(), "a buffer of %d bytes", size)
	}
}

func TestEncoder_ReturnsSourceError(t *testing.T) {
	broken := errors.New("broken")
	_, err := io.ReadAll(newEncoder(io.MultiReader(bytes.NewReader(make([]byte, 100)), iotest.ErrReader(broken)), 200))
	assert.ErrorIs(t, err, broken)
}
