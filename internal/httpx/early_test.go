package httpx_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/httpx"
)

// encoded is a JSON body with the picture in base64, as baiduv4 and tencent send
// it: it is read, and not lent.
func encoded(t *testing.T, picture []byte) httpx.Request {
	t.Helper()
	members := []body.Member{{Name: "image", Media: httpx.Sized(idverify.Bytes(picture), int64(len(picture)))}}
	json, err := body.JSON(members)
	require.NoError(t, err)
	return httpx.Request{Method: http.MethodPost, Path: "/", Body: json}
}

// The vendor answers early and reads on after the call has returned. The caller
// may do with the picture what he likes then; the race detector tells whether it
// is read still.
func TestPictureIsNotReadAfterAnEarlyAnswer(t *testing.T) {
	for range 3 {
		returned := make(chan struct{})
		base := rawServer(t, func(conn net.Conn) {
			_, _ = io.ReadFull(conn, make([]byte, 1<<20))
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
			<-returned
			rest, _ := io.ReadAll(conn)
			assert.False(t, bytes.Contains(rest, []byte("cXFx")), "what the caller has made of it since")
		})
		picture := bytes.Repeat([]byte("p"), 24<<20)
		resp, err := client(t, httpx.Config{BaseURL: base}).Do(t.Context(), encoded(t, picture))
		require.NoError(t, err)
		require.True(t, resp.Early)
		close(returned)
		overwrite(picture)
	}
}

// A transport of the caller's that keeps the body and reads on, as net/http may,
// is given an error without a look at the picture.
func TestPictureIsNotReadForATransportThatReadsOn(t *testing.T) {
	var kept io.ReadCloser
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		kept = r.Body
		return nil, io.ErrUnexpectedEOF
	})
	picture := bytes.Repeat([]byte("p"), 1<<20)
	_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).
		Do(t.Context(), encoded(t, picture))
	require.Error(t, err)
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, err := io.ReadAll(kept)
		assert.Error(t, err)
	}()
	overwrite(picture)
	<-read
}

// stuck is media whose reading begins, and goes on when the test says so. In
// memory nothing is like that; it stands for a write that does not end.
type stuck struct {
	inMemory         bool
	reading, release chan struct{}
	read             atomic.Bool
}

func (s *stuck) Open() (io.ReadCloser, int64, error) { return io.NopCloser(s), 1 << 20, nil }
func (s *stuck) InMemory() bool                      { return s.inMemory }

func (s *stuck) Read(p []byte) (int, error) {
	close(s.reading)
	<-s.release
	s.read.Store(true)
	return len(p), nil
}

// Memory that is being read when the call ends is waited for. A mutex stops the
// clock of synctest: patience does not run out here.
func TestCallEndsWhenItsMemoryIsNotReadAnyMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		media := &stuck{inMemory: true, reading: make(chan struct{}), release: make(chan struct{})}
		var kept io.ReadCloser
		transport := roundTrip(func(r *http.Request) (*http.Response, error) {
			kept = r.Body
			go func() { _, _ = r.Body.Read(make([]byte, 4<<10)) }()
			<-media.reading
			go func() {
				for range 1000 {
					runtime.Gosched() // long enough for a call that does not wait
				}
				close(media.release)
			}()
			return nil, io.ErrUnexpectedEOF
		})
		_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).
			Do(t.Context(), withMedia(media, 1<<20))
		assert.Error(t, err)
		assert.True(t, media.read.Load())
		_, err = kept.Read(make([]byte, 1))
		assert.Error(t, err, "and whoever reads on is not held")
	})
}

// After an early answer, too, a transport that reads on gets nothing.
func TestPictureIsNotReadAfterAnEarlyAnswerOfAnyTransport(t *testing.T) {
	var kept io.ReadCloser
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		kept = r.Body
		httptrace.ContextClientTrace(r.Context()).GotFirstResponseByte()
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: r}, nil
	})
	resp, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).
		Do(t.Context(), encoded(t, bytes.Repeat([]byte("p"), 1<<20)))
	require.NoError(t, err)
	require.True(t, resp.Early)
	n, err := kept.Read(make([]byte, 100))
	assert.Error(t, err)
	assert.Zero(t, n)
}

// What was being read when the call ended is not handed out, and whoever reads
// on is not held.
func TestReadThatOutlastsItsCallGivesNothing(t *testing.T) {
	for name, inMemory := range map[string]bool{"in memory": true, "from a disk": false} {
		t.Run(name, func(t *testing.T) {
			media := &stuck{inMemory: inMemory, reading: make(chan struct{}), release: make(chan struct{})}
			read := make(chan int, 2)
			transport := roundTrip(func(r *http.Request) (*http.Response, error) {
				go func() {
					for range cap(read) {
						n, err := r.Body.Read(make([]byte, 4<<10))
						assert.Error(t, err)
						read <- n
					}
				}()
				<-media.reading
				return nil, io.ErrUnexpectedEOF
			})
			c := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}})
			_, err := c.Do(t.Context(), withMedia(media, 1<<20))
			assert.False(t, failure(t, err).Sent)
			close(media.release)
			assert.Zero(t, <-read)
			assert.Zero(t, <-read)
		})
	}
}

func overwrite(picture []byte) {
	for i := range picture {
		picture[i] = 'q'
	}
}

// Headers that announce a packed answer, and then silence: that is a time limit
// and no packed answer.
func TestPackedAnswerThatStallsIsATimeout(t *testing.T) {
	base := rawServer(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 64<<10))
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 100\r\n\r\n")
		_, _ = io.Copy(io.Discard, conn)
	})
	_, err := client(t, httpx.Config{BaseURL: base, Timeout: 200 * time.Millisecond}).Do(t.Context(), post())
	assert.Equal(t, httpx.Timeout, failure(t, err).Kind, err.Error())
}

// The largest limit there is, for "none": a paid answer must come out.
func TestLargestLimitOfAnswers(t *testing.T) {
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

// A caller who watches interim answers still has a limit of them.
func TestInterimAnswersAreLimitedForAWatchingCaller(t *testing.T) {
	base := rawServer(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 64<<10))
		for range 100 {
			_, _ = io.WriteString(conn, "HTTP/1.1 103 Early Hints\r\n\r\n")
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
	})
	told := 0
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		Got1xxResponse: func(int, textproto.MIMEHeader) error { told++; return nil },
	})
	_, err := client(t, httpx.Config{BaseURL: base}).Do(ctx, post())
	assert.Error(t, err)
	assert.Positive(t, told)
	assert.LessOrEqual(t, told, 10)
}

// Five interim answers are net/http's limit, whoever watches and whatever for.
func TestFiveInterimAnswersAreTaken(t *testing.T) {
	for name, trace := range map[string]*httptrace.ClientTrace{
		"nobody watches": {}, "watched": {Got1xxResponse: func(int, textproto.MIMEHeader) error { return nil }},
	} {
		for interim, taken := range map[int]bool{5: true, 6: false} {
			base := rawServer(t, func(conn net.Conn) {
				readRequest(conn)
				_, _ = io.WriteString(conn, strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", interim))
				_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
			})
			_, err := client(t, httpx.Config{BaseURL: base}).Do(httptrace.WithClientTrace(t.Context(), trace), post())
			assert.Equal(t, taken, err == nil, "%s, %d: %v", name, interim, err)
		}
	}
}

// The caller's own trace is told of the handshake, as it is by net/http's TLS.
func TestCallersTraceIsToldOfTheHandshake(t *testing.T) {
	server, _ := serveTLS(t, nil, sayProtocol)
	began := 0
	var ended []error
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		TLSHandshakeStart: func() { began++ },
		TLSHandshakeDone:  func(_ tls.ConnectionState, err error) { ended = append(ended, err) },
	})
	_, _ = client(t, httpx.Config{BaseURL: server.URL}).Do(ctx, post()) // the certificate is refused, within the handshake
	assert.Equal(t, 1, began)
	require.Len(t, ended, 1)
	assert.Error(t, ended[0])
}

// Renegotiation amid an upload would wait for a hello that is being gathered, and
// the upload for the renegotiation.
func TestRenegotiationIsRefused(t *testing.T) {
	for _, allowed := range []tls.RenegotiationSupport{tls.RenegotiateOnceAsClient, tls.RenegotiateFreelyAsClient} {
		_, err := httpx.New(httpx.Config{BaseURL: "https://vendor.example", TLSConfig: &tls.Config{Renegotiation: allowed}})
		var refused *httpx.ConfigError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, "TLSConfig", refused.Field)
	}
}

// A gateway that refuses a large request answers, and closes without reading the
// rest: the connection breaks while we write. What it said is heard all the same.
func TestAnswerOfAServerThatClosesAtOnceIsHeard(t *testing.T) {
	ca := newAuthority(t)
	refuses := func(conn net.Conn) {
		defer conn.Close()
		_, _ = http.ReadRequest(bufio.NewReader(conn)) // the head
		_, _ = io.WriteString(conn, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\nConnection: close\r\n\r\npage")
	}
	plain := rawServer(t, refuses)
	secure := rawServer(t, func(conn net.Conn) {
		secured := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{ca.sign(t, nil)}})
		if secured.Handshake() == nil {
			refuses(secured)
		}
		_ = conn.Close()
	})
	req := post(body.Field{Name: "a", Value: strings.Repeat("x", 8<<20)})
	for _, base := range []string{plain, "https" + strings.TrimPrefix(secure, "http")} {
		c := trusting(t, base, ca.pool())
		for range 30 {
			resp, err := c.Do(t.Context(), req)
			if err != nil { // the body of the answer may be lost, its status not
				require.Equal(t, http.StatusRequestEntityTooLarge, failure(t, err).Status, err)
				continue
			}
			require.Equal(t, http.StatusRequestEntityTooLarge, resp.Status)
			require.True(t, resp.Early)
		}
		c.CloseIdleConnections()
	}
}
