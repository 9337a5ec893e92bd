package httpx_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/httpx"
)

// framed is an HTTP/2 server that does nothing but look at the frames of requests.
func framed(t *testing.T, look func(net.Conn, *http2.Framer, http2.Frame)) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	server.TLS = &tls.Config{NextProtos: []string{"h2"}}
	server.Config.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){
		"h2": func(_ *http.Server, conn *tls.Conn, _ http.Handler) {
			defer conn.Close()
			_, _ = io.ReadFull(conn, make([]byte, len(http2.ClientPreface)))
			f := http2.NewFramer(conn, conn)
			_ = f.WriteSettings()
			for {
				frame, err := f.ReadFrame()
				if err != nil {
					return
				}
				look(conn, f, frame)
			}
		},
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// refusing is an HTTP/2 server that takes every request whole and then calls it
// unprocessed, which HTTP/2 allows to be sent again.
func refusing(t *testing.T, refuse func(f *http2.Framer, stream uint32)) (server *httptest.Server, bodies *atomic.Int32) {
	t.Helper()
	bodies = new(atomic.Int32)
	server = framed(t, func(_ net.Conn, f *http2.Framer, frame http2.Frame) {
		if data, ok := frame.(*http2.DataFrame); ok && data.StreamEnded() {
			bodies.Add(1)
			refuse(f, data.StreamID)
		}
	})
	return server, bodies
}

func TestWholeRequestIsNeverSentTwiceOverHTTP2(t *testing.T) {
	for name, refuse := range map[string]func(*http2.Framer, uint32){
		"stream refused":   func(f *http2.Framer, stream uint32) { _ = f.WriteRSTStream(stream, http2.ErrCodeRefusedStream) },
		"connection going": func(f *http2.Framer, _ uint32) { _ = f.WriteGoAway(0, http2.ErrCodeNo, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			server, bodies := refusing(t, refuse)
			transport := server.Client().Transport.(*http.Transport).Clone()
			transport.ForceAttemptHTTP2 = true
			defer transport.CloseIdleConnections()
			c := client(t, httpx.Config{BaseURL: server.URL, Client: &http.Client{Transport: transport}, Timeout: 2 * time.Second})
			_, err := c.Do(t.Context(), post(body.Field{Name: "face", Value: strings.Repeat("x", 20_000)}))
			f := failure(t, err)
			assert.True(t, f.Sent)
			assert.EqualValues(t, 1, bodies.Load())
		})
	}
}

// What was written whole stays so, whatever a later try says of its own writing.
func TestWrittenRequestIsNotOpenedAgain(t *testing.T) {
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		trace := httptrace.ContextClientTrace(r.Context())
		trace.WroteRequest(httptrace.WroteRequestInfo{Err: io.ErrShortWrite})
		_, err := r.GetBody()
		assert.NoError(t, err, "nothing whole was written")
		trace.WroteRequest(httptrace.WroteRequestInfo{})
		trace.WroteRequest(httptrace.WroteRequestInfo{Err: io.ErrShortWrite})
		_, err = r.GetBody()
		assert.Error(t, err)
		return nil, io.EOF
	})
	_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).Do(t.Context(), post())
	assert.Error(t, err)
}

// Any number of idle connections may turn out dead.
func TestOnlyNewConnectionsAreCountedWhenARequestIsBegunAnew(t *testing.T) {
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		trace := httptrace.ContextClientTrace(r.Context())
		given := func(reused bool) error {
			trace.GotConn(httptrace.GotConnInfo{Reused: reused})
			_, err := r.GetBody()
			return err
		}
		for range 600 {
			assert.NoError(t, given(true))
		}
		for range 3 {
			assert.NoError(t, given(false))
		}
		assert.Error(t, given(false))
		return nil, io.EOF
	})
	_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).Do(t.Context(), post())
	assert.Error(t, err)
}

// A gateway that is going down says so to each connection that comes. net/http
// takes that for leave to try the next one, at once and until the time limit.
func TestRequestThatEveryConnectionRefusesIsNotBegunWithoutEnd(t *testing.T) {
	for name, refuse := range map[string]func(*http2.Framer, uint32){
		"connection going": func(f *http2.Framer, _ uint32) { _ = f.WriteGoAway(0, http2.ErrCodeNo, nil) },
		"protocol error":   func(f *http2.Framer, stream uint32) { _ = f.WriteRSTStream(stream, http2.ErrCodeProtocol) },
	} {
		t.Run(name, func(t *testing.T) {
			var begun atomic.Int32
			server := framed(t, func(conn net.Conn, f *http2.Framer, frame http2.Frame) {
				if head, ok := frame.(*http2.HeadersFrame); ok {
					begun.Add(1)
					refuse(f, head.StreamID)
				}
			})
			roots := x509.NewCertPool()
			roots.AddCert(server.Certificate())
			c := overHTTP2(t, server.URL, roots)
			defer c.CloseIdleConnections()
			large := strings.Repeat("x", 1<<20) // more than may be sent before the server says so
			_, err := c.Do(t.Context(), post(body.Field{Name: "face", Value: large}))
			f := failure(t, err)
			assert.Equal(t, httpx.Network, f.Kind)
			assert.False(t, f.Sent)
			assert.EqualValues(t, 4, begun.Load())
		})
	}
}

// rawServer gives each connection to a function, and closes those that are open
// when the test ends.
func rawServer(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var serving sync.WaitGroup
	serving.Go(func() {
		var conns []net.Conn
		for {
			conn, err := l.Accept()
			if err != nil {
				break
			}
			conns = append(conns, conn)
			serving.Go(func() { serve(conn) })
		}
		for _, conn := range conns {
			_ = conn.Close()
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		serving.Wait()
	})
	return "http://" + l.Addr().String()
}

func TestSwitchingProtocolsIsNoAnswerAndEndsAtOnce(t *testing.T) {
	base := rawServer(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 64<<10))
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
		_, _ = io.Copy(io.Discard, conn) // and the connection stays open
	})
	_, err := client(t, httpx.Config{BaseURL: base}).Do(t.Context(), post())
	f := failure(t, err)
	assert.Equal(t, httpx.BadAnswer, f.Kind)
	assert.Equal(t, http.StatusSwitchingProtocols, f.Status)
}

func TestAnswerBeforeTheWholeRequestIsMarked(t *testing.T) {
	answered := make(chan struct{})
	base := rawServer(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 1<<10))
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		<-answered // the rest is not read, so that it cannot have been sent
	})
	defer close(answered)
	large := post(body.Field{Name: "big", Value: strings.Repeat("x", 32<<20)})
	resp, err := client(t, httpx.Config{BaseURL: base}).Do(t.Context(), large)
	require.NoError(t, err)
	assert.True(t, resp.Early)

	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, `{}`)
	})
	resp, err = client(t, httpx.Config{BaseURL: server.URL}).Do(t.Context(), post())
	require.NoError(t, err)
	assert.False(t, resp.Early)
}

// hanging is media on a file system that does not answer.
type hanging struct{ release chan struct{} }

func (h hanging) Open() (io.ReadCloser, int64, error) { return io.NopCloser(h), 5, nil }

func (h hanging) Read([]byte) (int, error) {
	<-h.release
	return 0, io.ErrUnexpectedEOF
}

func TestMediaThatHangsDoesNotHoldTheCaller(t *testing.T) {
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	media := hanging{make(chan struct{})}
	form, err := body.Multipart(nil, &body.File{Field: "f", FileName: "f", ContentType: "a/b", Media: httpx.Sized(media, 5)})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	_, err = client(t, httpx.Config{BaseURL: server.URL}).Do(ctx, httpx.Request{Method: http.MethodPost, Path: "/", Body: form})
	assert.ErrorIs(t, err, context.Canceled) // this line is reached while the media still hangs
	assert.False(t, failure(t, err).Sent)
	close(media.release)
}

func TestPanicOfATransportReachesTheCaller(t *testing.T) {
	c := client(t, httpx.Config{BaseURL: "https://vendor.invalid",
		Client: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { panic("a user's own") })}})
	assert.PanicsWithValue(t, "a user's own", func() { _, _ = c.Do(t.Context(), post()) })
	assert.PanicsWithValue(t, "a user's own", func() { _, _ = c.Do(t.Context(), withMedia(breaking{}, 1<<20)) }, "from another goroutine")
}

// An answer that comes when nobody waits for it any more is given back.
func TestAnswerAfterTheCallerHasLeftIsClosed(t *testing.T) {
	closed, late := make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		cancel()
		<-late
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: onClose{strings.NewReader("{}"), closed}, Request: r}, nil
	})
	c := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}})
	_, err := c.Do(ctx, withMedia(breaking{}, 1<<20))
	assert.Equal(t, httpx.Canceled, failure(t, err).Kind)
	close(late)
	<-closed
}

type onClose struct {
	io.Reader
	closed chan struct{}
}

func (o onClose) Close() error {
	close(o.closed)
	return nil
}

func TestRequestThatCannotBeMadeIsAFailure(t *testing.T) {
	req := post()
	req.Method = "NO METHOD"
	_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid"}).Do(t.Context(), req)
	assert.False(t, failure(t, err).Sent)
}

func TestFailurePrintsNoHeaderAndNoAnswer(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "https://h.invalid/?access_token=MARK")
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusFound)
	})
	_, err := client(t, httpx.Config{BaseURL: server.URL}).Do(t.Context(), post())
	f := failure(t, err)
	for _, said := range []string{fmt.Sprintf("%v %+v %#v %s %q", f, f, f, f, *f)} {
		assert.NotContains(t, said, "MARK")
		assert.Equal(t, 5, strings.Count(said, f.Error()), said)
	}
	assert.Equal(t, 7*time.Second, f.RetryAfter(time.Now()))
}
