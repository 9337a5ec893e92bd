package media

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// opener is media that a user implements.
type opener func() (io.ReadCloser, int64, error)

func (o opener) Open() (io.ReadCloser, int64, error) { return o() }

func of(content []byte) opener {
	return func() (io.ReadCloser, int64, error) {
		return io.NopCloser(bytes.NewReader(content)), int64(len(content)), nil
	}
}

type rude struct {
	read  func([]byte) (int, error)
	close func() error
}

func (r rude) Read(p []byte) (int, error) { return r.read(p) }
func (r rude) Close() error {
	if r.close != nil {
		return r.close()
	}
	return nil
}

func TestOpen_RecoversFromOpenAndClose(t *testing.T) {
	gone := errors.New("gone")
	for name, o := range map[string]opener{
		"panics":         func() (io.ReadCloser, int64, error) { panic("boom") },
		"no reader":      func() (io.ReadCloser, int64, error) { return nil, 5, nil },
		"with an error":  func() (io.ReadCloser, int64, error) { return rude{}, 5, gone },
		"negative size":  func() (io.ReadCloser, int64, error) { return rude{}, -1, nil },
		"empty":          func() (io.ReadCloser, int64, error) { return rude{}, 0, nil },
		"larger than 10": func() (io.ReadCloser, int64, error) { return rude{}, 11, nil },
	} {
		_, err := Look(o, 10, nil)
		assert.Error(t, err, name)
		assert.Equal(t, name == "with an error", errors.Is(err, gone), name)
		assert.Equal(t, name == "negative size" || name == "empty", errors.Is(err, ErrEmpty), name)
		assert.Equal(t, name == "larger than 10", errors.Is(err, ErrTooLarge), name)
	}
	r, _, err := Sized(opener(func() (io.ReadCloser, int64, error) {
		return rude{close: func() error { panic("boom") }}, 5, nil
	}), 5).Open()
	require.NoError(t, err)
	assert.Error(t, r.Close())
}

func TestString_IsMediaInMemory(t *testing.T) {
	assert.True(t, InMemory(String("text")))
	assert.False(t, InMemory(of(nil)))
	r, size, err := String("text").Open()
	require.NoError(t, err)
	assert.EqualValues(t, 4, size)
	content, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.Equal(t, "text", string(content))
}
