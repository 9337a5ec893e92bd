package wire

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pair is a link and its other side.
func pair(t testing.TB) (*Link, *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	near, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	far, err := l.Accept()
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = near.Close()
		_ = far.Close()
	})
	return newLink(near), far.(*net.TCPConn)
}

func isSeen(t *testing.T, l *Link, want sight) {
	t.Helper()
	assert.Eventually(t, func() bool {
		seen, _ := l.look()
		return seen == want
	}, 10*time.Second, time.Millisecond)
}

// A look does not consume the bytes: they can still be read.
func TestLook_ConsumesNothing(t *testing.T) {
	l, far := pair(t)
	seen, reason := l.look()
	assert.Equal(t, nothing, seen)
	require.NoError(t, reason)
	require.NoError(t, l.fit())

	_, err := io.WriteString(far, "HTTP/1.1 413")
	require.NoError(t, err)
	isSeen(t, l, incoming)
	require.ErrorIs(t, l.fit(), errUnasked)
	require.NoError(t, l.CheckLast(t.Context(), func() bool { return false }), "it may be the answer")
	assert.Zero(t, testing.AllocsPerRun(100, func() { _, _ = l.look() }))

	require.NoError(t, far.CloseWrite())
	got, err := io.ReadAll(l)
	require.NoError(t, err)
	assert.Equal(t, "HTTP/1.1 413", string(got))
	require.ErrorIs(t, l.fit(), io.ErrUnexpectedEOF)
	require.ErrorIs(t, l.CheckLast(t.Context(), func() bool { return true }), io.ErrUnexpectedEOF)
}

func TestLook_SeesEndBeforeRead(t *testing.T) {
	for name, test := range map[string]struct {
		end    func(*Link, *net.TCPConn)
		seen   sight
		reason error
	}{
		"closed": {func(_ *Link, far *net.TCPConn) { _ = far.CloseWrite() }, goodbye, io.ErrUnexpectedEOF},
		"reset": {func(_ *Link, far *net.TCPConn) {
			_ = far.SetLinger(0)
			_ = far.Close()
		}, broken, syscall.ECONNRESET},
		"closed here": {func(l *Link, _ *net.TCPConn) { _ = l.Conn.Close() }, broken, nil},
	} {
		t.Run(name, func(t *testing.T) {
			l, far := pair(t)
			test.end(l, far)
			if test.reason == nil {
				require.Error(t, l.fit())
				return
			}
			isSeen(t, l, test.seen) // a reset is reported once
			l, far = pair(t)
			test.end(l, far)
			assert.Eventually(t, func() bool { return l.fit() != nil }, 10*time.Second, time.Millisecond)
		})
	}
}

func TestLook_AlertIsAnEnd(t *testing.T) {
	for first, want := range map[string]sight{
		"":                     goodbye,
		"\x15\x03\x03\x00\x1a": goodbye, // of TLS 1.2
		"\x17\x03\x03\x00\x13": goodbye, // of TLS 1.3
		"\x17\x03\x03\x00\x14": incoming,
		"\x17\x03\x03\x01\x13": incoming,
		"\x16\x03\x03\x00\x13": incoming,
		"\x17\x03":             incoming,
		"\x15\x77\x88\x99\xaa": incoming, // not the start of a record
		"HTTP/":                incoming,
		"\x00\x00\x12\x04\x00": incoming, // an HTTP/2 frame
	} {
		assert.Equal(t, want, sightOf([]byte(first)), "%q", first)
	}
}

// socket shows what the test says when it is looked at.
type socket struct {
	syscall.RawConn
	shows func()
}

func (s socket) Control(func(uintptr)) error { s.shows(); return nil }

// An answer came before the end, and the reading goroutine is about to report it. Or
// it reaches the end without an answer, net/http closes the connection, or nothing
// happens.
func TestLook_EndWaitsForReader(t *testing.T) {
	const soon = readerTime / 2
	for name, test := range map[string]struct {
		then  func(l *Link, answers, leaves func())
		says  error
		waits time.Duration
	}{
		"an answer":            {func(_ *Link, answers, _ func()) { answers() }, nil, soon},
		"an answer to another": {func(l *Link, _, _ func()) { l.Tell() }, syscall.ECONNRESET, readerTime},
		"the end":              {func(l *Link, _, _ func()) { l.end(io.EOF) }, syscall.ECONNRESET, soon},
		"closed":               {func(l *Link, _, _ func()) { _ = l.Close() }, syscall.ECONNRESET, soon},
		"nothing":              {func(_ *Link, _, _ func()) {}, syscall.ECONNRESET, readerTime},
		"the call is over":     {func(_ *Link, _, leaves func()) { leaves() }, context.Canceled, soon},
	} {
		for _, seen := range []sight{goodbye, broken} {
			synctest.Test(t, func(t *testing.T) {
				near, _ := net.Pipe()
				l := newLink(near)
				l.socket = socket{shows: func() { l.seen, l.reason = seen, syscall.ECONNRESET }}
				var answered atomic.Bool
				answers := func() {
					answered.Store(true)
					l.Tell()
				}
				ctx, leaves := context.WithCancel(t.Context())
				defer leaves()
				time.AfterFunc(soon, func() { test.then(l, answers, leaves) })
				began := time.Now()
				err := l.CheckLast(ctx, answered.Load)
				assert.Equal(t, test.waits, time.Since(began), name)
				assert.Equal(t, test.says, err, name)
				time.Sleep(readerTime) // for bytes still to come
			})
		}
	}
}

// A pipe has no socket to look at, but what reading has met is known.
func TestLook_WithoutSocket(t *testing.T) {
	near, far := net.Pipe()
	l := newLink(near)
	require.NoError(t, l.fit())
	require.NoError(t, far.Close())
	require.NoError(t, l.fit())
	_, err := l.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
	require.ErrorIs(t, l.fit(), io.ErrUnexpectedEOF)
	require.ErrorIs(t, l.CheckLast(t.Context(), func() bool { return true }), io.ErrUnexpectedEOF)
}

// traced is a request that tells its connection that it was idle, as an exchange
// does.
func traced(r *http.Request) *http.Request {
	return r.WithContext(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		if c, _ := Of(info.Conn); c != nil && info.Reused {
			c.Rested()
		}
	}}))
}

// A look before a kept connection is reused finds what the reading goroutine has not
// seen yet: the next request then uses another connection.
// Holds P-PAY-4.
func TestLook_BeforeReuse(t *testing.T) {
	certificate, pool := certified(t)
	for _, seen := range []sight{nothing, incoming, goodbye, broken} {
		for _, secured := range []bool{false, true} {
			var links []*Link
			requests := []int{0, 0}
			dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
				near, far := net.Pipe()
				l, vendor, which := newLink(near), far, len(links)
				links = append(links, l)
				if secured {
					vendor = tls.Server(far, &tls.Config{Certificates: []tls.Certificate{certificate}, SessionTicketsDisabled: true})
				}
				go func() {
					in := bufio.NewReader(vendor)
					for {
						req, err := http.ReadRequest(in)
						if err != nil {
							return
						}
						requests[which]++
						_, _ = io.Copy(io.Discard, req.Body)
						_, _ = io.WriteString(vendor, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
					}
				}()
				if !secured {
					return &Conn{Conn: l, link: l}, nil
				}
				return over(ctx, l, &tls.Config{RootCAs: pool, ServerName: "example.com"})
			}
			transport := &http.Transport{DialContext: dial, DialTLSContext: dial}
			base := map[bool]string{false: "http://example.com", true: "https://example.com"}[secured]
			for range 2 {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base, strings.NewReader(strings.Repeat("x", 100)))
				require.NoError(t, err)
				answer, err := (&http.Client{Transport: transport}).Do(traced(req))
				require.NoError(t, err)
				_, _ = io.Copy(io.Discard, answer.Body)
				_ = answer.Body.Close()
				links[0].socket = socket{shows: func() { links[0].seen, links[0].reason = seen, io.ErrUnexpectedEOF }}
			}
			want := []int{1, 1}
			if seen == nothing {
				want = []int{2, 0}
			}
			transport.CloseIdleConnections()
			assert.Equal(t, want, requests, "%v, %v", seen, secured)
		}
	}
}

// BenchmarkLook measures a look. A call makes two, and takes at least some fifty
// microseconds.
func BenchmarkLook(b *testing.B) {
	l, _ := pair(b)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = l.look()
	}
}
