package canary_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

const fileMark = "EXAMPLE-file-of-somebody-genet-6619"

// telling is an error of a user's media, or of a file system, that contains a mark.
var telling = &fs.PathError{Op: "open", Path: fileMark, Err: errors.New(fileMark)}

type tellingFS struct{}

func (tellingFS) Open(string) (fs.File, error) { return nil, telling }

// turning is a reader that returns part of a picture and then fails.
type turning struct {
	io.Reader
	then func() error
}

func (r turning) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		return n, r.then()
	}
	return n, err
}
func (turning) Close() error { return telling }

// badMedia are media that cannot be sent, each with a mark in its error.
func badMedia(t *testing.T, picture []byte) map[string]idverify.Media {
	t.Helper()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, fileMark+name) }
	require.NoError(t, os.Mkdir(at("dir"), 0o700))
	require.NoError(t, os.WriteFile(at("empty"), nil, 0o600))
	require.NoError(t, os.WriteFile(at("gif"), []byte("GIF89a"+pictureMark), 0o600))
	opened := func(size int64, r io.ReadCloser) idverify.Media {
		return idverify.MediaFunc(func() (io.ReadCloser, int64, error) { return r, size, nil })
	}
	half := func(then func() error) idverify.Media {
		return idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
			return turning{bytes.NewReader(picture[:len(picture)/2]), then}, int64(len(picture)), nil
		})
	}
	calls := 0
	return map[string]idverify.Media{
		"absent":         idverify.File(at("absent")),
		"not a path":     idverify.File(fileMark + "\x00"),
		"a directory":    idverify.File(at("dir")),
		"an empty file":  idverify.File(at("empty")),
		"a GIF":          idverify.File(at("gif")),
		"absent in FS":   idverify.FS(fstest.MapFS{}, fileMark),
		"a telling FS":   idverify.FS(tellingFS{}, "x"),
		"no FS":          idverify.FS(nil, fileMark),
		"no media":       {},
		"no reader":      opened(9, nil),
		"negative":       opened(-1, io.NopCloser(bytes.NewReader(picture))),
		"a telling open": idverify.MediaFunc(func() (io.ReadCloser, int64, error) { return nil, 0, telling }),
		"open panics":    idverify.MediaFunc(func() (io.ReadCloser, int64, error) { panic(fileMark) }),
		"read fails":     half(func() error { return telling }),
		"read panics":    half(func() error { panic(telling) }),
		"ends early":     half(func() error { return io.EOF }),
		"longer":         opened(int64(len(picture)-1), io.NopCloser(bytes.NewReader(picture))),
		"close fails": idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
			return turning{bytes.NewReader(picture), func() error { return io.EOF }}, int64(len(picture)), nil
		}),
		"gone the next time": idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
			if calls++; calls%2 == 0 {
				return nil, 0, telling
			}
			return io.NopCloser(bytes.NewReader(picture)), int64(len(picture)), nil
		}),
	}
}

// Holds P-DATA-2.
func TestMedia_UnsendableOnesLeakNothing(t *testing.T) {
	for _, a := range few {
		t.Run(a.vendor, func(t *testing.T) {
			w := newWorld(t)
			w.plant("a path", fileMark)
			provider := a.provider(t, w.at(a.vendor))
			client, err := idverify.New([]idverify.Provider{provider}, w.options(a.vendor)...)
			require.NoError(t, err)
			for what, media := range badMedia(t, w.picture) {
				w.still(what, media)
				for _, ev := range a.OfMedia(media) {
					req := w.request(idverifytest.Match(), ev)
					w.still(what, ev)
					w.still(what, req)
					w.verify(what+", provider", t.Context(), provider, req)
					w.verify(what+", client", t.Context(), client, req)
				}
			}
		})
	}
}
