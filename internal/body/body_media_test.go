package body_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/body"
)

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

// Users implement media, and we read them on goroutines where users cannot recover.
func TestBody_FaultyMediaIsAnError(t *testing.T) {
	for name, read := range map[string]func([]byte) (int, error){
		"panics":         func([]byte) (int, error) { panic("boom") },
		"negative":       func([]byte) (int, error) { return -1, nil },
		"too many":       func(p []byte) (int, error) { return len(p) + 1, nil },
		"never anything": func([]byte) (int, error) { return 0, nil },
	} {
		t.Run(name, func(t *testing.T) {
			media := &source{open: func() io.Reader { return rude{read: read} }, size: 5}
			asJSON, err := body.JSON([]body.Member{{Name: "i", Media: body.Sized(media, 5)}})
			require.NoError(t, err)
			form, err := body.Multipart(nil, &body.File{Field: "f", FileName: "f", ContentType: "a/b", Media: body.Sized(media, 5)})
			require.NoError(t, err)
			for _, b := range []*body.Body{asJSON, form} {
				_, err := io.ReadAll(b.Open())
				var mediaErr *body.MediaError
				assert.ErrorAs(t, err, &mediaErr)
			}
		})
	}
}

func TestBody_AcceptsEmptyReads(t *testing.T) {
	n := 0
	media := &source{size: 300, open: func() io.Reader {
		return rude{read: func(p []byte) (int, error) {
			if n++; n%2 == 1 {
				return 0, nil
			}
			if n > 600 {
				return 0, io.EOF
			}
			p[0] = 'x'
			return 1, nil
		}}
	}}
	form, err := body.Multipart(nil, &body.File{Field: "f", FileName: "f", ContentType: "a/b", Media: body.Sized(media, 300)})
	require.NoError(t, err)
	_, err = io.ReadAll(form.Open())
	assert.NoError(t, err)
}
