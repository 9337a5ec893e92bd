package httpx_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/httpx"
)

// framed is an HTTP/2 server that only reads the frames of requests.
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

// refusing is an HTTP/2 server that reads every request to its end and then says that
// it was not processed, so HTTP/2 allows it to be sent again.
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

// Holds P-PAY-5.
func TestReopen_NeverSendsTwiceOverHTTP2(t *testing.T) {
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

// A request that was written whole stays so, even if a later try fails to write.
func TestReopen_WrittenRequestIsNotSentAgain(t *testing.T) {
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		trace := httptrace.ContextClientTrace(r.Context())
		trace.WroteRequest(httptrace.WroteRequestInfo{Err: io.ErrShortWrite})
		_, err := r.GetBody()
		assert.NoError(t, err, "no whole request was written")
		trace.WroteRequest(httptrace.WroteRequestInfo{})
		trace.WroteRequest(httptrace.WroteRequestInfo{Err: io.ErrShortWrite})
		_, err = r.GetBody()
		assert.Error(t, err)
		return nil, io.EOF
	})
	_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).Do(t.Context(), post())
	assert.Error(t, err)
}

// Any number of idle connections may turn out to be dead.
// Holds P-PAY-5.
func TestReopen_CountsNewConnectionsOnly(t *testing.T) {
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

// A gateway that is shutting down sends GOAWAY to each new connection. net/http would
// then try the next one, at once and until the time limit.
// Holds P-PAY-5.
func TestReopen_IsBounded(t *testing.T) {
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
			large := strings.Repeat("x", 1<<20) // more than may be sent before the server allows more
			_, err := c.Do(t.Context(), post(body.Field{Name: "face", Value: large}))
			f := failure(t, err)
			assert.Equal(t, httpx.Network, f.Kind)
			assert.False(t, f.Sent)
			assert.EqualValues(t, 4, begun.Load())
		})
	}
}

// deaf fails every write, once it is switched on, without writing anything: like an
// idle connection that the network has reset.
type deaf struct {
	net.Conn
	dead *atomic.Bool
}

func (d deaf) Write(p []byte) (int, error) {
	if d.dead.Load() {
		return 0, errors.New("reset")
	}
	return d.Conn.Write(p)
}

// Nothing of either request was written. The large one goes to another connection. So
// should the small one, which net/http reports as written while it is in its buffer.
func TestReopen_AfterDeadIdleConnection(t *testing.T) {
	for name, size := range map[string]int{"small": 10, "large": 100_000} {
		t.Run(name, func(t *testing.T) {
			var requests atomic.Int32
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				say(200, `{}`)(w, r)
			})
			var dead atomic.Bool
			transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := new(net.Dialer).DialContext(ctx, network, address)
				if requests.Load() > 0 {
					return conn, err
				}
				return deaf{conn, &dead}, err
			}}
			defer transport.CloseIdleConnections()
			c := client(t, httpx.Config{BaseURL: server.URL, Client: &http.Client{Transport: transport}})
			req := post(body.Field{Name: "a", Value: string(make([]byte, size))})
			_, err := c.Do(t.Context(), req)
			require.NoError(t, err)
			dead.Store(true)
			_, err = c.Do(t.Context(), req)
			assert.NoError(t, err)
			assert.EqualValues(t, 2, requests.Load())
		})
	}
}
