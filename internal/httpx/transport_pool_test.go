package httpx_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/media"
	"github.com/idverify/idverify/internal/proof/connwatch"
)

// outcome is how a call ends: what its server does, and whether its connection
// survives.
type outcome struct {
	name     string
	request  func() httpx.Request
	limit    time.Duration // of the exchange, if it matters
	answer   http.HandlerFunc
	fails    bool
	kind     httpx.Kind
	kept     bool // over HTTP/1.1
	lostOnH2 bool // although HTTP/2 usually keeps it
}

const limitOfAnswers = 1000

// leave makes the client's caller leave.
type leave struct{}

func callerLeaves(r *http.Request) { r.Context().Value(leave{}).(context.CancelFunc)() }

func say(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

// begin sends the headers and half a body.
func begin(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	_, _ = io.WriteString(w, `{"half":`)
	w.(http.Flusher).Flush()
}

func untilGone(r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // only then does the server see the client leave
	<-r.Context().Done()
}

// overEveryProtocol is how calls end in HTTP/1.1 and HTTP/2.
func overEveryProtocol(t *testing.T) []outcome {
	packed := gzipped(t, `{}`)
	return []outcome{
		{name: "answer", kept: true, answer: say(200, `{}`)},
		{name: "empty answer", kept: true, answer: say(200, ``)},
		{name: "no content", kept: true, answer: say(204, ``)},
		{name: "answer in pieces", kept: true, answer: func(w http.ResponseWriter, r *http.Request) {
			begin(w, r)
			_, _ = io.WriteString(w, `1}`)
		}},
		{name: "gzip", kept: true, answer: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			say(200, packed)(w, r)
		}},
		{name: "gzip in pieces", kept: true, answer: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			say(200, packed[:5])(w, r)
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, packed[5:])
		}},
		{name: "not json", kept: true, answer: say(200, `{"a":`)},
		{name: "page", kept: true, answer: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			say(502, `<html>`)(w, r)
		}},
		{name: "refused", kept: true, answer: say(400, `{"error":1}`)},
		{name: "too many", kept: true, answer: say(429, strings.Repeat("x", limitOfAnswers))},
		{name: "out of order", kept: true, answer: say(500, `{"error":1}`)},
		{name: "at the limit", kept: true, answer: say(200, strings.Repeat(" ", limitOfAnswers))},
		{name: "too large", fails: true, kind: httpx.BadAnswer, answer: say(200, strings.Repeat(" ", 20*limitOfAnswers))},
		{name: "too large, in pieces", fails: true, kind: httpx.BadAnswer, answer: func(w http.ResponseWriter, r *http.Request) {
			begin(w, r)
			_, _ = io.WriteString(w, strings.Repeat(" ", 20*limitOfAnswers))
		}},
		{name: "redirect", fails: true, kind: httpx.BadAnswer, kept: true, answer: say(307, ``)},
		{name: "redirect with a page", fails: true, kind: httpx.BadAnswer, answer: say(302, strings.Repeat("x", limitOfAnswers))},
		{name: "headers over the limit", lostOnH2: true, fails: true, kind: httpx.Network, answer: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Filler", strings.Repeat("x", 80<<10))
			say(200, `{}`)(w, r)
		}},
		{name: "broken off", fails: true, kind: httpx.BadAnswer, answer: func(w http.ResponseWriter, r *http.Request) {
			begin(w, r)
			panic(http.ErrAbortHandler)
		}},
		{name: "no answer", fails: true, kind: httpx.Network, answer: func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			panic(http.ErrAbortHandler)
		}},
		{name: "time limit", fails: true, kind: httpx.Timeout, limit: 300 * time.Millisecond,
			answer: func(_ http.ResponseWriter, r *http.Request) { untilGone(r) }},
		{name: "time limit during the answer", fails: true, kind: httpx.Timeout, limit: 300 * time.Millisecond,
			answer: func(w http.ResponseWriter, r *http.Request) {
				begin(w, r)
				untilGone(r)
			}},
		{name: "caller leaves", fails: true, kind: httpx.Canceled, answer: func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			callerLeaves(r)
			untilGone(r)
		}},
		{name: "caller leaves during the answer", fails: true, kind: httpx.Canceled, answer: func(w http.ResponseWriter, r *http.Request) {
			begin(w, r)
			callerLeaves(r)
			untilGone(r)
		}},
		{name: "media cannot be opened", fails: true, kind: httpx.Media, request: func() httpx.Request {
			return withMedia(failing{errors.New("gone")}, 5)
		}, answer: say(200, `{}`)},
		{name: "media breaks off", fails: true, kind: httpx.Media, request: func() httpx.Request {
			return withMedia(breaking{}, 1<<20)
		}, answer: func(_ http.ResponseWriter, r *http.Request) { untilGone(r) }},
	}
}

// overHTTP1 has endings for which the server needs the raw connection.
func overHTTP1(t *testing.T) []outcome {
	endless := hanging{make(chan struct{})}
	t.Cleanup(func() { close(endless.release) })
	return []outcome{
		{name: "answer and close", answer: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Connection", "close")
			say(200, `{}`)(w, r)
		}},
		{name: "reset", fails: true, kind: httpx.Network, answer: bare(func(conn net.Conn) { _ = conn.(*net.TCPConn).SetLinger(0) })},
		{name: "another protocol", fails: true, kind: httpx.BadAnswer, answer: bare(func(conn net.Conn) {
			_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
			_, _ = io.Copy(io.Discard, conn) // until the client closes
		})},
		{name: "answer before the whole request", request: func() httpx.Request {
			return withMedia(endless, 5)
		}, answer: bare(func(conn net.Conn) {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
			_, _ = io.Copy(io.Discard, conn)
		})},
		{name: "unrequested answer", answer: bare(func(conn net.Conn) {
			const answer = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n"
			_, _ = io.WriteString(conn, answer+`{"left":"1"}`+answer+`{"left":"2"}`)
			_, _ = io.Copy(io.Discard, conn)
		})},
	}
}

// bare passes the connection to a function, and closes it afterwards.
func bare(serve func(net.Conn)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		serve(conn)
	}
}

func withMedia(opener media.Opener, size int64) httpx.Request {
	form, err := body.Multipart(nil, &body.File{Field: "f", FileName: "f", ContentType: "a/b", Media: httpx.Sized(opener, size)})
	if err != nil {
		panic(err)
	}
	return httpx.Request{Method: http.MethodPost, Path: "/", Body: form}
}

// breaking is media that fail in the middle, after some of it was sent.
type breaking struct{}

func (breaking) Open() (io.ReadCloser, int64, error) {
	half := bytes.NewReader(make([]byte, 512<<10))
	return io.NopCloser(io.MultiReader(half, iotest.ErrReader(errors.New("gone")))), 1 << 20, nil
}

// scene is a server and the connections to it. The server treats the odd call as the
// outcome says, and answers the others with their number.
type scene struct {
	outcome
	server      *httptest.Server
	connections *connwatch.Watch
	requests    atomic.Int32
	odd         atomic.Int32
}

func newScene(o outcome, leaves context.CancelFunc) *scene {
	s := &scene{outcome: o}
	s.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := s.requests.Add(1)
		if r.Header.Get("Authorization") == "" {
			say(200, fmt.Sprintf(`{"request":%d}`, n))(w, r)
			return
		}
		s.odd.Add(1)
		o.answer(w, r.WithContext(context.WithValue(r.Context(), leave{}, leaves)))
	}))
	s.connections = connwatch.On(s.server)
	return s
}

// play makes an ordinary call, the odd call and another ordinary call. kept says
// whether the connection should survive the odd call.
func (s *scene) play(t *testing.T, ctx context.Context, c *httpx.Client, kept bool) {
	t.Helper()
	s.ordinary(t, c)
	assert.Equal(t, 1, s.connections.Opened())

	err := s.oddCall(ctx, c)
	if s.fails {
		assert.Equal(t, s.kind, failure(t, err).Kind, err.Error())
	} else {
		require.NoError(t, err)
	}
	assert.LessOrEqual(t, s.odd.Load(), int32(1), "sent once")
	left := map[bool]int{true: 1, false: 0}[kept]
	s.connections.Settle(t, left)

	s.ordinary(t, c)
	assert.Equal(t, 2-left, s.connections.Opened())
	s.connections.Settle(t, 1)
}

func (s *scene) ordinary(t *testing.T, c *httpx.Client) {
	t.Helper()
	resp, err := c.Do(t.Context(), post())
	require.NoError(t, err)
	assert.Equal(t, fmt.Sprintf(`{"request":%d}`, s.requests.Load()), string(resp.Body), "its own answer")
}

func (s *scene) oddCall(ctx context.Context, c *httpx.Client) error {
	req := post()
	if s.request != nil {
		req = s.request()
	}
	req.Authorization = "odd"
	if s.limit > 0 {
		c = c.Hurried(s.limit)
	}
	_, err := c.Do(ctx, req)
	return err
}

// The next call gets its own answer: on the same connection if that is still usable, or
// else on a new one.
// Holds P-LIVE-2.
func TestPool_ConnectionsAreReusedOrClosed(t *testing.T) {
	for _, o := range append(overEveryProtocol(t), overHTTP1(t)...) {
		t.Run(o.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s := newScene(o, cancel)
			s.server.Start()
			defer s.server.Close()
			s.play(t, ctx, client(t, httpx.Config{BaseURL: s.server.URL, MaxResponseBytes: limitOfAnswers}), o.kept)
		})
	}
}

// In HTTP/2 a failed call ends its stream, not the connection, which others use.
func TestPool_HTTP2ConnectionSurvivesFailedCalls(t *testing.T) {
	ca := newAuthority(t)
	for _, o := range overEveryProtocol(t) {
		t.Run(o.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s := newScene(o, cancel)
			s.server.TLS = &tls.Config{Certificates: []tls.Certificate{ca.sign(t, nil)}}
			s.server.EnableHTTP2 = true
			s.server.StartTLS()
			defer s.server.Close()
			c, err := httpx.NewTrusting(httpx.Config{BaseURL: s.server.URL, HTTP2: true, MaxResponseBytes: limitOfAnswers}, ca.pool())
			require.NoError(t, err)
			s.play(t, ctx, c, !o.lostOnH2)
		})
	}
}

// Idle connections of the caller's client are left open.
func TestPool_ClosesOwnIdleConnections(t *testing.T) {
	for name, given := range map[string]*http.Client{"ours": nil, "the caller's": {Transport: &http.Transport{}}} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(say(200, `{}`))
			connections := connwatch.On(server)
			server.Start()
			defer server.Close()
			c := client(t, httpx.Config{BaseURL: server.URL, Client: given})
			_, err := c.Do(t.Context(), post())
			require.NoError(t, err)
			connections.Settle(t, 1)
			c.CloseIdleConnections()
			if given == nil {
				connections.Settle(t, 0)
				return
			}
			_, err = c.Do(t.Context(), post())
			require.NoError(t, err)
			assert.Equal(t, 1, connections.Opened())
			given.CloseIdleConnections()
		})
	}
}

// The connection is closed when the caller leaves, not when the media stop hanging.
// Holds P-LIVE-2.
func TestPool_ClosesConnectionOfHangingMedia(t *testing.T) {
	media := hanging{make(chan struct{})}
	defer close(media.release)
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		_, err := io.Copy(io.Discard, r.Body)
		assert.Error(t, err)
	}))
	connections := connwatch.On(server)
	server.Start()
	defer server.Close()
	req := withMedia(media, 5)
	_, err := client(t, httpx.Config{BaseURL: server.URL}).Do(ctx, req)
	assert.Equal(t, httpx.Canceled, failure(t, err).Kind)
	connections.Settle(t, 0)
}
