package httpx_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/proof/long"
)

// gated is media whose first bytes can be read at once, and the others after the gate
// has opened.
type gated struct {
	content  []byte
	first    int
	gate     chan struct{}
	inMemory bool
}

func (g *gated) InMemory() bool { return g.inMemory }

func (g *gated) Open() (io.ReadCloser, int64, error) {
	return &gatedReader{gated: g, left: g.content}, int64(len(g.content)), nil
}

type gatedReader struct {
	*gated
	left []byte
}

// Next lends bytes, as media in memory do.
func (r *gatedReader) Next(n int) []byte {
	free := r.first - (len(r.content) - len(r.left))
	if free <= 0 {
		<-r.gate
		free = len(r.left)
	}
	next := r.left[:min(n, free, len(r.left))]
	r.left = r.left[len(next):]
	return next
}

func (r *gatedReader) Read(p []byte) (int, error) {
	if len(r.left) == 0 {
		return 0, io.EOF
	}
	return copy(p, r.Next(len(p))), nil
}

func (r *gatedReader) Close() error { return nil }

// bareOf is the TCP connection below TLS and buffers.
func bareOf(conn net.Conn) *net.TCPConn {
	if over, ok := conn.(*tls.Conn); ok {
		conn = over.NetConn()
	}
	return conn.(*net.TCPConn)
}

func resets(conn net.Conn) {
	_ = bareOf(conn).SetLinger(0)
	_ = bareOf(conn).Close()
}

// finishes ends the connection in an orderly way. It does not close the socket: with
// unread data the kernel would send a reset.
func finishes(conn net.Conn) {
	if over, ok := conn.(*tls.Conn); ok {
		_ = over.CloseWrite()
	}
	_ = bareOf(conn).CloseWrite()
}

// vendor reads this much of a request's body, or all of it, and breaks off.
type vendor struct {
	reads int64
	then  func(net.Conn)
	after func()
	whole atomic.Bool // the vendor has read a whole request
}

func (v *vendor) serve(conn net.Conn) {
	in := bufio.NewReader(conn)
	req, err := http.ReadRequest(in)
	if err != nil {
		return
	}
	read, _ := io.CopyN(io.Discard, req.Body, min(v.reads, req.ContentLength))
	v.whole.Store(read == req.ContentLength)
	v.then(conn)
	v.after()
}

// way is a transport and the server through which it reaches the vendor.
type way struct {
	name string
	open func(*testing.T, *vendor) *httpx.Client
	// looks: the transport detects an orderly close at once.
	looks bool
}

func waysToSend(t *testing.T) []way {
	t.Helper()
	ca := newAuthority(t)
	secure := &tls.Config{Certificates: []tls.Certificate{ca.sign(t, nil)}}
	plain := func(t *testing.T, v *vendor) string { return rawServer(t, v.serve) }
	secured := func(t *testing.T, v *vendor) string {
		base := rawServer(t, func(conn net.Conn) { v.serve(tls.Server(conn, secure)) })
		return "https" + base[len("http"):]
	}
	trusting := func(t *testing.T, cfg httpx.Config) *httpx.Client {
		c, err := httpx.NewTrusting(cfg, ca.pool())
		require.NoError(t, err)
		t.Cleanup(c.CloseIdleConnections)
		return c
	}
	foreign := func(t *testing.T, base string) *httpx.Client {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.pool()}}
		t.Cleanup(transport.CloseIdleConnections)
		return client(t, httpx.Config{BaseURL: base, Client: &http.Client{Transport: transport}})
	}
	return []way{
		{"plain", func(t *testing.T, v *vendor) *httpx.Client {
			return trusting(t, httpx.Config{BaseURL: plain(t, v)})
		}, true},
		{"TLS", func(t *testing.T, v *vendor) *httpx.Client {
			return trusting(t, httpx.Config{BaseURL: secured(t, v)})
		}, true},
		{"through a proxy", func(t *testing.T, v *vendor) *httpx.Client {
			proxy := forwards(t, v.after)
			v.after = func() {}
			return trusting(t, httpx.Config{BaseURL: secured(t, v), Proxy: func(*http.Request) (*url.URL, error) { return proxy, nil }})
		}, true},
		{"a caller's transport", func(t *testing.T, v *vendor) *httpx.Client { return foreign(t, plain(t, v)) }, false},
		{"a caller's transport, TLS", func(t *testing.T, v *vendor) *httpx.Client { return foreign(t, secured(t, v)) }, false},
		{"HTTP/2", func(t *testing.T, v *vendor) *httpx.Client {
			server := v.framed(t)
			roots := x509.NewCertPool()
			roots.AddCert(server.Certificate())
			c, err := httpx.NewTrusting(httpx.Config{BaseURL: server.URL, HTTP2: true}, roots)
			require.NoError(t, err)
			t.Cleanup(c.CloseIdleConnections)
			return c
		}, true},
	}
}

// framed is the vendor over HTTP/2. It breaks off after the client has read
// everything it sent.
func (v *vendor) framed(t *testing.T) *httptest.Server {
	return framed(t, func() func(net.Conn, *http2.Framer, http2.Frame) {
		var read int64
		var begun, ended, broken bool
		acknowledged := 0
		return func(conn net.Conn, f *http2.Framer, frame http2.Frame) {
			switch frame := frame.(type) {
			case *http2.SettingsFrame:
				if frame.IsAck() {
					acknowledged++
					break
				}
				_ = f.WriteWindowUpdate(0, 1<<28)
				_ = f.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 28})
			case *http2.HeadersFrame:
				begun = true
			case *http2.DataFrame:
				read += int64(len(frame.Data()))
				ended = frame.StreamEnded()
			}
			if !broken && begun && acknowledged == 2 && (read >= v.reads || ended) {
				broken = true
				v.whole.Store(ended)
				v.then(conn)
				v.after()
			}
		}
	}())
}

// forwards is a proxy that ends a connection in the same way as the vendor, and
// reports it.
func forwards(t *testing.T, ended func()) *url.URL {
	t.Helper()
	base := rawServer(t, func(here net.Conn) {
		req, err := http.ReadRequest(bufio.NewReaderSize(here, 16))
		if err != nil {
			return
		}
		there, err := net.Dial("tcp", req.Host)
		if err != nil {
			return
		}
		_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(there, here) }()
		if _, err = io.Copy(here, there); err == nil {
			finishes(here)
		} else {
			resets(here)
		}
		ended()
		_ = there.Close()
	})
	proxy, err := url.Parse(base)
	require.NoError(t, err)
	return proxy
}

var bodySizes = long.Some(3, []int{1 << 10, 13 << 10, 32 << 10, 60 << 10, 200 << 10, 3 << 20})

// The vendor ends the connection before the rest of the body can be read. The rest was
// not sent, whatever its size.
// Holds P-PAY-3, P-PAY-4.
func TestAttempt_PartlyWrittenIsNotSent(t *testing.T) {
	for _, way := range waysToSend(t) {
		for name, then := range map[string]func(net.Conn){"reset": resets, "closed": finishes} {
			if name == "closed" && !way.looks {
				continue // net/http writes until some read finds the connection closed
			}
			for _, size := range bodySizes {
				for _, inMemory := range []bool{false, true} {
					for _, reads := range []int64{0, 64 << 10} {
						if reads > int64(size)/2 {
							continue
						}
						t.Run(fmt.Sprintf("%s/%s/%d of %d/in memory %t", way.name, name, reads, size, inMemory), func(t *testing.T) {
							media := &gated{content: bytes.Repeat([]byte{7}, size), first: int(2 * reads), gate: make(chan struct{}), inMemory: inMemory}
							v := &vendor{reads: reads, then: then, after: func() { close(media.gate) }}
							_, err := way.open(t, v).Do(t.Context(), withMedia(media, int64(size)))
							f := failure(t, err)
							assert.Equal(t, httpx.Network, f.Kind, f.Error())
							assert.False(t, f.Sent)
							assert.False(t, v.whole.Load())
						})
					}
				}
			}
		}
	}
}

// A request that was written may have arrived, however the connection then ends.
// Holds P-PAY-3.
func TestAttempt_WrittenStaysSent(t *testing.T) {
	for _, way := range waysToSend(t) {
		for name, then := range map[string]func(net.Conn){"reset": resets, "closed": finishes} {
			for _, size := range bodySizes {
				t.Run(fmt.Sprintf("%s/%s/%d", way.name, name, size), func(t *testing.T) {
					media := &gated{content: bytes.Repeat([]byte{7}, size), first: size}
					v := &vendor{reads: 1 << 40, then: then, after: func() {}}
					_, err := way.open(t, v).Do(t.Context(), withMedia(media, int64(size)))
					assert.True(t, failure(t, err).Sent, err)
					assert.True(t, v.whole.Load())
				})
			}
		}
	}
}

// The vendor reads some bytes and resets. Unread bytes may be in the kernel: they may
// count as sent or not. A request that the vendor has read whole is never "not sent".
// Holds P-PAY-3.
func TestAttempt_ReceivedRequestIsNeverNotSent(t *testing.T) {
	ca := newAuthority(t)
	secure := &tls.Config{Certificates: []tls.Certificate{ca.sign(t, nil)}}
	for _, size := range []int{1, 1 << 10, 13 << 10} {
		for _, secured := range []bool{false, true} {
			total := 1 << 20
			for _, share := range []float64{2, 0, 0.001, 0.1, 0.3, 0.5, 0.9, 0.999, 1} {
				read, reads := 0, int(share*float64(total))
				if share == 0.999 {
					reads = total - 1
				}
				done := make(chan struct{})
				base := rawServer(t, func(conn net.Conn) {
					defer close(done)
					if secured {
						conn = tls.Server(conn, secure)
					}
					in := bufio.NewReader(io.LimitReader(conn, int64(reads)))
					counted := &counter{r: in}
					req, err := http.ReadRequest(bufio.NewReaderSize(counted, 1))
					if err == nil {
						_, _ = io.CopyN(io.Discard, req.Body, req.ContentLength)
					}
					read = counted.n
					resets(conn)
				})
				if secured {
					base = "https" + base[len("http"):]
				}
				c, err := httpx.NewTrusting(httpx.Config{BaseURL: base}, ca.pool())
				require.NoError(t, err)
				_, err = c.Do(t.Context(), withMedia(inMemory(make([]byte, size)), int64(size)))
				sent := failure(t, err).Sent
				<-done
				if share > 1 {
					total = read
				}
				assert.True(t, sent || read < total, "%d of %d bytes, TLS %t", read, total, secured)
			}
		}
	}
}

type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// answersFirst answers that it does not want the body, and closes.
func answersFirst(conn net.Conn) {
	over, secured := conn.(*tls.Conn)
	if !secured || over.ConnectionState().NegotiatedProtocol != "h2" {
		_, _ = io.WriteString(conn, "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
		finishes(conn)
		return
	}
	var head bytes.Buffer
	_ = hpack.NewEncoder(&head).WriteField(hpack.HeaderField{Name: ":status", Value: "413"})
	f := http2.NewFramer(conn, nil)
	_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: head.Bytes(), EndHeaders: true})
	_ = f.WriteData(1, true, []byte("{}"))
	finishes(conn)
}

// An answer before the end of the connection is read, whatever the check finds.
// Holds P-PAY-4.
func TestAttempt_ReadsAnswerBeforeConnectionEnd(t *testing.T) {
	for _, way := range waysToSend(t) {
		if !way.looks {
			continue
		}
		for range long.Or(20, 3) {
			for _, size := range []int{1 << 10, 60 << 10, 200 << 10} {
				media := &gated{content: bytes.Repeat([]byte{7}, size), gate: make(chan struct{})}
				v := &vendor{then: answersFirst, after: func() { close(media.gate) }}
				resp, err := way.open(t, v).Do(t.Context(), withMedia(media, int64(size)))
				if assert.NoError(t, err, way.name) {
					assert.Equal(t, http.StatusRequestEntityTooLarge, resp.Status)
				}
			}
		}
	}
}
