package httpx

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/media"
	"github.com/idverify/idverify/internal/proof/long"
	"github.com/idverify/idverify/internal/wire"
)

// cut is the vendor's end of a pipe, which is closed after this many more bytes have
// been read. A pipe has no buffer: bytes that the vendor has not read are not written.
type cut struct {
	net.Conn
	left int
}

func (c *cut) Read(p []byte) (int, error) {
	if c.left <= 0 {
		_ = c.Close()
		return 0, io.EOF
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

// protocols are the ways in which our own transport writes a request.
type protocol struct {
	name   string
	scheme string
	next   []string
	whole  func(net.Conn) bool // reads a request, and reports whether it is whole
}

var protocols = []protocol{
	{"HTTP/1.1", "http", nil, wholeOfHTTP1},
	{"HTTP/1.1 over TLS", "https", []string{"http/1.1"}, wholeOfHTTP1},
	{"HTTP/2", "https", []string{"h2"}, wholeOfHTTP2},
}

func wholeOfHTTP1(conn net.Conn) bool {
	req, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return false
	}
	n, _ := io.Copy(io.Discard, req.Body)
	return n == req.ContentLength
}

func wholeOfHTTP2(conn net.Conn) bool {
	_, _ = io.ReadFull(conn, make([]byte, len(http2.ClientPreface)))
	f := http2.NewFramer(conn, conn)
	go func() {
		_ = f.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 20})
		_ = f.WriteWindowUpdate(0, 1<<20)
	}()
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			return false
		}
		if data, ok := frame.(*http2.DataFrame); ok && data.StreamEnded() {
			return true
		}
	}
}

// through makes a call of which the vendor reads this many bytes after the handshake,
// and then closes. It returns the client's result, whether the vendor got the whole
// request, and how many more bytes the vendor would have read.
func (p protocol) through(t *testing.T, req Request, bytes int) (sent, whole bool, unread int) {
	t.Helper()
	server := httptest.NewTLSServer(nil) // for its certificate
	defer server.Close()
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	result := make(chan bool, 1)
	var vendor *cut
	dialer := &wire.Dialer{TLS: &tls.Config{RootCAs: pool, ServerName: "example.com", NextProtos: p.next, DynamicRecordSizingDisabled: true}}
	dialer.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
		near, far := net.Pipe()
		vendor = &cut{far, 1 << 30}
		if p.next == nil {
			vendor.left = bytes
			go p.serve(vendor, vendor, result)
			return near, nil
		}
		secured := tls.Server(vendor, &tls.Config{Certificates: server.TLS.Certificates, SessionTicketsDisabled: true, NextProtos: p.next})
		go func() {
			if assert.NoError(t, secured.HandshakeContext(ctx)) {
				vendor.left = bytes
				p.serve(vendor, secured, result)
			}
		}()
		return near, nil
	}
	transport := newTransport(Config{HTTP2: true})
	transport.DialContext, transport.DialTLSContext = dialer.Plain, dialer.Secure
	base := p.scheme + "://vendor.example"
	if p.scheme == "http" {
		base = "http://127.0.0.1"
	}
	c, err := New(Config{BaseURL: base, Client: &http.Client{Transport: transport}, Timeout: time.Minute})
	require.NoError(t, err)
	_, err = c.Do(t.Context(), req)
	var f *Failure
	require.ErrorAs(t, err, &f)
	whole = <-result
	return f.Sent, whole, vendor.left
}

func (p protocol) serve(bare io.Closer, conn net.Conn, result chan<- bool) {
	whole := p.whole(conn)
	_ = bare.Close()
	result <- whole
}

// onDisk is media that has to be read.
type onDisk struct{ lasting }

func (m onDisk) InMemory() bool { return false }

func formOf(t *testing.T, opener media.Opener, size int) Request {
	t.Helper()
	form, err := body.Multipart(nil, &body.File{Field: "f", FileName: "f", ContentType: "a/b", Media: Sized(opener, int64(size))})
	require.NoError(t, err)
	return Request{Method: http.MethodPost, Path: "/", Body: form}
}

// Wherever a request is cut off, it counts as sent if and only if the vendor has its
// last byte.
// Holds P-PAY-3.
func TestTries_SentMeansWritten(t *testing.T) {
	for _, p := range protocols {
		for _, size := range long.Some(2, []int{1, 3_000, 40_000, 150_000}) {
			content := make([]byte, size)
			for name, picture := range map[string]media.Opener{"in memory": lasting{content}, "from a disk": onDisk{lasting{content}}} {
				t.Run(fmt.Sprintf("%s/%d %s", p.name, size, name), func(t *testing.T) {
					const plenty = 1 << 24
					sent, whole, unread := p.through(t, formOf(t, picture, size), plenty)
					require.True(t, sent && whole)
					total := plenty - unread
					positions := []int{0, 1, total / 7, total / 3, total / 2, total - size/2, total - 100, total - 18, total - 2, total - 1, total}
					for _, k := range positions {
						sent, whole, _ := p.through(t, formOf(t, picture, size), k)
						assert.Equal(t, whole, sent, "%d of %d bytes", k, total)
						if p.name != "HTTP/2" { // the rest of the text varies
							assert.Equal(t, k == total, whole)
						}
					}
				})
			}
		}
	}
}

// script is a caller's round tripper that runs these steps and then fails.
type script func(r *http.Request, trace *httptrace.ClientTrace)

func (s script) RoundTrip(r *http.Request) (*http.Response, error) {
	s(r, httptrace.ContextClientTrace(r.Context()))
	return nil, io.ErrUnexpectedEOF
}

// If a caller's round tripper does not report its writes, the request counts as sent.
// Holds P-PAY-3.
func TestTries_UnknownCountsAsSent(t *testing.T) {
	var (
		reset   = &net.OpError{Op: "readfrom", Err: &net.OpError{Op: "write", Err: syscall.ECONNRESET}}
		readAll = func(b io.Reader) { _, _ = io.Copy(io.Discard, b) }
		failed  = func(trace *httptrace.ClientTrace, err error) {
			trace.WroteRequest(httptrace.WroteRequestInfo{Err: err})
		}
		reopened = func(r *http.Request) io.ReadCloser {
			again, err := r.GetBody()
			require.NoError(t, err)
			return again
		}
	)
	for name, test := range map[string]struct {
		does script
		sent bool
	}{
		"reads half": {func(r *http.Request, _ *httptrace.ClientTrace) {
			_, _ = io.CopyN(io.Discard, r.Body, 500)
		}, false},
		"reads everything and reports nothing": {func(r *http.Request, _ *httptrace.ClientTrace) { readAll(r.Body) }, true},
		"cannot write": {func(r *http.Request, trace *httptrace.ClientTrace) {
			readAll(r.Body)
			failed(trace, reset)
		}, false},
		"cannot write, on a connection that was closed": {func(r *http.Request, trace *httptrace.ClientTrace) {
			readAll(r.Body)
			failed(trace, fmt.Errorf("write: %w", net.ErrClosed))
		}, false},
		"fails for another reason": {func(r *http.Request, trace *httptrace.ClientTrace) {
			readAll(r.Body)
			failed(trace, errors.New("a wrapped body could not be closed"))
		}, true},
		"cannot read what it copies": {func(r *http.Request, trace *httptrace.ClientTrace) {
			readAll(r.Body)
			failed(trace, &net.OpError{Op: "readfrom", Err: errors.New("a wrapped body does not end well")})
		}, true},
		"cannot read from a connection that was closed": {func(r *http.Request, trace *httptrace.ClientTrace) {
			readAll(r.Body)
			failed(trace, &net.OpError{Op: "readfrom", Err: &net.OpError{Op: "read", Err: net.ErrClosed}})
		}, true},
		"has written, and then fails": {func(r *http.Request, trace *httptrace.ClientTrace) {
			readAll(r.Body)
			failed(trace, nil)
			failed(trace, reset)
		}, true},
		"keeps a copy, and begins again": {func(r *http.Request, trace *httptrace.ClientTrace) {
			readAll(r.Body)
			failed(trace, reset)
			trace.GotConn(httptrace.GotConnInfo{})
		}, true},
		"begins again with a new body": {func(r *http.Request, trace *httptrace.ClientTrace) {
			readAll(r.Body)
			failed(trace, reset)
			_ = r.Body.Close()
			again := reopened(r)
			trace.GotConn(httptrace.GotConnInfo{})
			_, _ = io.CopyN(io.Discard, again, 500)
		}, false},
		"begins again without reporting the end": {func(r *http.Request, trace *httptrace.ClientTrace) {
			readAll(r.Body)
			_ = r.Body.Close()
			readAll(reopened(r))
			failed(trace, reset)
		}, true},
		"sends twice at the same time": {func(r *http.Request, trace *httptrace.ClientTrace) {
			again := reopened(r)
			readAll(r.Body)
			readAll(again)
			failed(trace, reset)
		}, true},
		"sends twice at the same time, and one is not read": {func(r *http.Request, trace *httptrace.ClientTrace) {
			readAll(reopened(r))
			failed(trace, reset)
		}, true},
		"sends twice, and the first is read last": {func(r *http.Request, trace *httptrace.ClientTrace) {
			_ = reopened(r)
			readAll(r.Body)
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := New(Config{BaseURL: "https://vendor.example", Client: &http.Client{Transport: test.does}})
			require.NoError(t, err)
			_, err = c.Do(t.Context(), formOf(t, lasting{make([]byte, 1000)}, 1000))
			var f *Failure
			require.ErrorAs(t, err, &f)
			assert.Equal(t, test.sent, f.Sent)
		})
	}
}

// What one try sent stays sent, whatever becomes of the next ones.
func TestTries_EarlierTryStaysSent(t *testing.T) {
	for _, failed := range []bool{true, false} {
		var all tries
		first := &outgoing{left: 1}
		all.open(first)
		all.begin()
		assert.False(t, all.isSent())
		all.hand(first)
		if failed {
			all.wrote(syscall.EPIPE, true)
		}
		first.closed = true
		for range 2 {
			all.open(&outgoing{left: 1, closed: true})
			all.begin()
			all.wrote(syscall.EPIPE, true)
			assert.Equal(t, !failed, all.isSent())
		}
	}
}
