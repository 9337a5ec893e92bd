package httpx_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/proof/growth"
)

// The cost of reading is linear in the size of the result: with or without
// compression, with or without a Content-Length, in pieces of any size.
// Holds P-WIRE-10.
func TestAnswer_ReadingIsLinear(t *testing.T) {
	for name, c := range map[string]struct {
		coding    string
		announced bool
		pieces    func(io.Reader) io.Reader
		cost      float64
	}{
		"plain":       {"", true, nil, 4},
		"unannounced": {"", false, nil, 4},
		"by bytes":    {"", false, iotest.OneByteReader, 60},
		"by halves":   {"", false, iotest.HalfReader, 8},
		"gzip":        {"gzip", true, nil, 12},
	} {
		t.Run(name, func(t *testing.T) {
			// All sizes are below presize: above it, an answer with a Content-Length is copied
			// once more, which is a step, not growth. TestAnswer_MemoryIsBounded covers that.
			growth.Case{From: 16 << 10, MaxAllocated: 2.5, MaxCost: c.cost, Work: func(size int) func() {
				content := []byte(strings.Repeat("a", size-1<<10))
				if c.coding == "gzip" {
					content = []byte(gzipped(t, string(content)))
				}
				return func() {
					raw := &http.Response{Header: http.Header{"Content-Encoding": {c.coding}}, ContentLength: -1}
					var body io.Reader = bytes.NewReader(content)
					if c.pieces != nil {
						body = c.pieces(body)
					}
					if c.announced {
						raw.ContentLength = int64(len(content))
					}
					raw.Body = io.NopCloser(body)
					if read, err := httpx.ReadAnswer(raw, int64(size)); err != nil || len(read) != size-1<<10 {
						t.Error(len(read), err)
					}
				}
			}}.Check(t)
		})
	}
	growth.Case{From: 16 << 10, MaxAllocated: 4, Work: func(size int) func() { // of codings in a header
		raw := &http.Response{Header: http.Header{"Content-Encoding": {strings.Repeat("gzip,", size/5)}}, Body: http.NoBody}
		return func() { _, _ = httpx.ReadAnswer(raw, 1<<20) }
	}}.Check(t)
}

// Reading an answer allocates at most its limit, and the same again while the buffer
// grows.
// Holds P-WIRE-10.
func TestAnswer_MemoryIsBounded(t *testing.T) {
	for _, limit := range []int64{1, 4 << 10, 4<<10 + 1, 1 << 20, 1<<20 + 1, 3 << 20} {
		for _, more := range []int64{-1, 0, 1, 1 << 20} {
			raw := &http.Response{ContentLength: -1, Body: io.NopCloser(io.LimitReader(endless{}, limit+more))}
			read, err := httpx.ReadAnswer(raw, limit)
			if more <= 0 {
				require.NoError(t, err)
				assert.Len(t, read, int(limit+more))
			} else {
				require.ErrorContains(t, err, "larger than the limit")
			}
			assert.LessOrEqual(t, int64(cap(read)), max(limit+1, 4<<10))
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// If headers announce gzip and nothing follows, the error is a timeout, not invalid
// gzip.
func TestAnswer_StalledGzipIsTimeout(t *testing.T) {
	base := rawServer(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 64<<10))
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 100\r\n\r\n")
		_, _ = io.Copy(io.Discard, conn)
	})
	_, err := client(t, httpx.Config{BaseURL: base, Timeout: 200 * time.Millisecond}).Do(t.Context(), post())
	assert.Equal(t, httpx.Timeout, failure(t, err).Kind, err.Error())
}

// With the largest limit, which means none, a paid answer can be read.
func TestAnswer_LargestLimit(t *testing.T) {
	for name, head := range map[string]string{
		"announced": "Content-Length: 10000\r\n", "endless": "Content-Length: 9223372036854775807\r\n", "not announced": "Connection: close\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			base := rawServer(t, func(conn net.Conn) {
				_, _ = conn.Read(make([]byte, 64<<10))
				_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n"+head+"\r\n")
				_, _ = conn.Write(bytes.Repeat([]byte(" "), 10_000))
				_ = conn.Close()
			})
			c := client(t, httpx.Config{BaseURL: base, MaxResponseBytes: 1<<63 - 1})
			assert.NotPanics(t, func() { _, _ = c.Do(t.Context(), post()) })
		})
	}
}

func TestAnswer_OverTheLimitIsRefused(t *testing.T) {
	for name, announce := range map[string]bool{"announced": true, "not announced": false} {
		t.Run(name, func(t *testing.T) {
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if !announce {
					w.(http.Flusher).Flush()
				}
				_, _ = w.Write(bytes.Repeat([]byte(" "), 1001))
			})
			_, err := client(t, httpx.Config{BaseURL: server.URL, MaxResponseBytes: 1000}).Do(t.Context(), post())
			f := failure(t, err)
			assert.Equal(t, httpx.BadAnswer, f.Kind)
			assert.Equal(t, http.StatusOK, f.Status)
			assert.Equal(t, "answer is larger than the limit", f.Error())
		})
	}
}

func TestAnswer_AtTheLimitIsRead(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte("1"), 1000)) })
	resp, err := client(t, httpx.Config{BaseURL: server.URL, MaxResponseBytes: 1000}).Do(t.Context(), post())
	require.NoError(t, err)
	assert.Len(t, resp.Body, 1000)
}

func TestAnswer_GzipBombIsStopped(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(make([]byte, 10<<20))
	require.NoError(t, z.Close())
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	})
	for _, hc := range []*http.Client{nil, {Transport: &http.Transport{}}} {
		_, err := client(t, httpx.Config{BaseURL: server.URL, MaxResponseBytes: 1 << 20, Client: hc}).Do(t.Context(), post())
		assert.Equal(t, "answer is larger than the limit", failure(t, err).Error())
	}
}

// Holds P-WIRE-7.
func TestAnswer_UnrequestedGzipIsUnpacked(t *testing.T) {
	const packed = "compressed in an unrequested way"
	for coding, want := range map[string]string{
		"gzip": "", "GZIP": "", "x-gzip": "", "gzip, identity": "", "utf-8,gzip": "", "br": packed, "gzip, gzip": packed, "gzip, br": packed,
		"identity": "", "utf-8": "", "UTF8": "", "none": "", "utf-8, none": "", "binary": "", " ": "", "x-compress": packed, "deflate": packed, "zstd": packed,
	} {
		server := serve(t, func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, "identity", r.Header.Get("Accept-Encoding"))
			w.Header().Set("Content-Encoding", coding)
			if !strings.Contains(strings.ToLower(coding), "gzip") {
				fmt.Fprint(w, `{"a":1}`)
				return
			}
			z := gzip.NewWriter(w)
			defer z.Close()
			fmt.Fprint(z, `{"a":1}`)
		})
		resp, err := client(t, httpx.Config{BaseURL: server.URL}).Do(t.Context(), post())
		if want == "" {
			require.NoError(t, err, coding)
			assert.Equal(t, `{"a":1}`, string(resp.Body))
			continue
		}
		f := failure(t, err)
		assert.Equal(t, httpx.BadAnswer, f.Kind)
		assert.Contains(t, f.Error(), want)
	}
}

// The header says gzip, but the content is not gzip.
func TestAnswer_InvalidGzip(t *testing.T) {
	for _, text := range []string{"", `{"a":"long enough for a header of gzip"}`} {
		server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			fmt.Fprint(w, text)
		})
		_, err := client(t, httpx.Config{BaseURL: server.URL}).Do(t.Context(), post())
		f := failure(t, err)
		assert.Equal(t, httpx.BadAnswer, f.Kind)
		assert.Contains(t, f.Error(), "compressed in an unrequested way", "%q", text)
	}
}

func TestAnswer_TruncatedKeepsStatus(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.Header().Set("Retry-After", "7")
		fmt.Fprint(w, `{"half":`)
	})
	var part string
	req := post()
	req.Broken = func(p []byte) { part = string(p) }
	_, err := client(t, httpx.Config{BaseURL: server.URL}).Do(t.Context(), req)
	f := failure(t, err)
	assert.Equal(t, httpx.BadAnswer, f.Kind)
	assert.Equal(t, http.StatusOK, f.Status)
	assert.Equal(t, 7*time.Second, f.RetryAfter(time.Now()))
	assert.Equal(t, `{"half":`, part)
	assert.True(t, f.Sent)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// answered is an answer's body that records whether it was closed.
type answered struct {
	io.Reader
	closed *bool
}

func (a answered) Close() error {
	*a.closed = true
	return nil
}

func TestAnswer_ClosedOnEveryPath(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   io.Reader
	}{
		"answer":     {http.StatusOK, strings.NewReader("{}")},
		"redirect":   {http.StatusTemporaryRedirect, strings.NewReader("elsewhere")},
		"too large":  {http.StatusOK, strings.NewReader(strings.Repeat(" ", 11))},
		"broken off": {http.StatusOK, iotest.ErrReader(io.ErrUnexpectedEOF)},
	} {
		var closed bool
		transport := roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{
				StatusCode: test.status, Header: http.Header{}, Body: answered{test.body, &closed}, ContentLength: -1, Request: r,
			}, nil
		})
		_, _ = client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}, MaxResponseBytes: 10}).
			Do(t.Context(), post())
		assert.True(t, closed, name)
	}
}
