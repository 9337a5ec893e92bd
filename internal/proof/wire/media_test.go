package wire_test

import (
	"bytes"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/long"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// watched is a file on disk that reports when it is opened and read.
type watched struct {
	path   string
	opened int
	open   func(nth int)    // before it is opened for the nth time
	read   func(nth, n int) // after so many bytes of it were read then
}

func (w *watched) Open(string) (fs.File, error) {
	w.opened++
	if w.open != nil {
		w.open(w.opened)
	}
	f, err := os.Open(w.path)
	return &watchedFile{File: f, fs: w, nth: w.opened}, err
}

func (w *watched) Stat(string) (fs.FileInfo, error) { return os.Stat(w.path) }

type watchedFile struct {
	*os.File
	fs     *watched
	nth, n int
}

func (f *watchedFile) Read(p []byte) (int, error) {
	n, err := f.File.Read(p[:min(len(p), 4<<10)])
	if f.n += n; f.fs.read != nil {
		f.fs.read(f.nth, f.n)
	}
	return n, err
}

// twoPictures are a vendor's JPEG and a GIF of the same length.
func twoPictures(v vendors.Vendor) (jpeg, gif []byte) {
	jpeg = append(bytes.Clone(v.Media()), make([]byte, 300<<10)...)
	gif = append([]byte("GIF89a"), bytes.Repeat([]byte{1}, len(jpeg)-6)...)
	return jpeg, gif
}

// changing are media that change between the first look and the last byte, with the
// same length.
func changing(t *testing.T, v vendors.Vendor) map[string]idverify.Media {
	jpeg, gif := twoPictures(v)
	longAgo := time.Now().Add(-time.Hour).Truncate(time.Second)
	write := func(path string, content []byte, at time.Time) {
		require.NoError(t, os.WriteFile(path, content, 0o600))
		require.NoError(t, os.Chtimes(path, at, at))
	}
	file := func(name string, written time.Time) *watched {
		w := &watched{path: filepath.Join(t.TempDir(), strings.ReplaceAll(name, " ", "-"))}
		write(w.path, jpeg, written)
		return w
	}
	between := file("between", longAgo)
	between.open = func(nth int) {
		if nth == 2 {
			write(between.path, gif, time.Now())
		}
	}
	replaced := file("replaced", longAgo)
	replaced.open = func(nth int) {
		if nth == 2 {
			write(replaced.path+".new", gif, longAgo)
			require.NoError(t, os.Rename(replaced.path+".new", replaced.path))
		}
	}
	half := file("half", longAgo)
	half.read = func(nth, n int) {
		if nth > 1 && n > len(jpeg)/2 {
			write(half.path, gif, time.Now())
		}
	}
	end := file("end", longAgo)
	end.read = func(nth, n int) {
		if nth > 1 && n == len(jpeg) {
			write(end.path, gif, time.Now())
		}
	}
	justNow := file("just now", time.Now())
	justNow.open = func(nth int) {
		if nth == 2 {
			info, err := os.Stat(justNow.path)
			require.NoError(t, err)
			write(justNow.path, append(bytes.Clone(jpeg[:len(jpeg)-1]), 1), info.ModTime())
		}
	}
	all := map[string]idverify.Media{
		"written to between":          idverify.FS(between, "x"),
		"replaced between":            idverify.FS(replaced, "x"),
		"half of one, half of other":  idverify.FS(half, "x"),
		"written to at its end":       idverify.FS(end, "x"),
		"written twice within a tick": idverify.FS(justNow, "x"),
	}
	if !v.Captures() { // a capture's content is not looked at
		looks := 0
		all["JPEG looked at, GIF sent"] = idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
			if looks++; looks == 1 {
				return io.NopCloser(bytes.NewReader(jpeg)), int64(len(jpeg)), nil
			}
			return io.NopCloser(bytes.NewReader(gif)), int64(len(gif)), nil
		})
	}
	return all
}

// Either the bytes that were looked at are sent, or the end of the request is not
// sent.
// Holds P-WIRE-9.
func TestMedia_ChangedOnesAreNeverSentWhole(t *testing.T) {
	for n, v := range few() {
		protocols := []string{"HTTP/1.1", "HTTP/1.1 over TLS", "HTTP/2"}
		for _, protocol := range long.Or(protocols, protocols[n%3:][:1]) {
			t.Run(v.Name+"/"+protocol, func(t *testing.T) {
				var whole atomic.Int32
				server := changeServer(t, v, protocol, &whole)
				client := server.Client()
				if protocol == "HTTP/1.1" {
					client = nil // nil means our own transport
				}
				p := provider(t, v, account{base: server.URL, client: client})
				for i := range v.OfMedia(idverify.Media{}) {
					for name, media := range changing(t, v) {
						req := v.Match()
						req.Evidence = v.OfMedia(media)[i : i+1]
						res, err := p.Verify(t.Context(), req)
						require.Nil(t, res, name)
						var e *idverify.Error
						require.ErrorAs(t, err, &e, name)
						assert.Equal(t, idverify.CodeUnreadableEvidence, e.Code, "%s: %v", name, err)
						assert.Equal(t, "Evidence", e.Field, name)
						assert.Equal(t, idverify.BilledNo, e.Billed, name)
						assert.False(t, e.Sent(), name)
						assert.False(t, e.Repeatable(), name)
					}
				}
				server.Close()
				assert.Zero(t, whole.Load())
			})
		}
	}
}

// changeServer counts the verifications that arrive completely.
func changeServer(t *testing.T, v vendors.Vendor, protocol string, whole *atomic.Int32) *httptest.Server {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if v.Tokens != nil && strings.HasSuffix(r.URL.Path, v.Tokens.Path) {
			_, _ = io.WriteString(w, v.Tokens.Says("EXAMPLE-TOKEN"))
			return
		}
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			whole.Add(1)
		}
	}))
	t.Cleanup(server.Close)
	switch protocol {
	case "HTTP/1.1":
		server.Start()
	case "HTTP/2":
		server.EnableHTTP2 = true
		server.StartTLS()
	default:
		server.StartTLS()
	}
	return server
}

// Unchanged media from any source are sent, including a file that was only just
// written.
func TestMedia_UnchangedOnesAreSent(t *testing.T) {
	for _, v := range vendors.All() {
		path := filepath.Join(t.TempDir(), "face.jpg")
		require.NoError(t, os.WriteFile(path, v.Media(), 0o600))
		srv := idverifytest.Start(t)
		p := provider(t, v, account{base: srv.BaseURL(v.Name)})
		for name, media := range map[string]idverify.Media{
			"file": idverify.File(path), "fs": idverify.FS(os.DirFS(filepath.Dir(path)), "face.jpg"), "bytes": idverify.Bytes(v.Media()),
			"readerat": idverify.ReaderAt(bytes.NewReader(v.Media()), int64(len(v.Media()))),
			"func": idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
				f, err := os.Open(path)
				return f, int64(len(v.Media())), err
			}),
		} {
			res, err := p.Verify(t.Context(), v.About(idverifytest.Match(), media))
			require.NoError(t, err, name)
			assert.True(t, res.Passed(), name)
		}
	}
}
