package httpx_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"testing"
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
	members := []body.Member{{Name: "image", Media: idverify.Bytes(picture), Size: int64(len(picture))}}
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
			_, _ = io.Copy(io.Discard, conn)
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
	_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", HTTPClient: &http.Client{Transport: transport}}).
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
	assert.LessOrEqual(t, told, 10)
}

// The caller's own trace is told of the handshake, as it is by net/http's TLS.
func TestCallersTraceIsToldOfTheHandshake(t *testing.T) {
	server, _ := serveTLS(t, nil, sayProtocol)
	began := 0
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{TLSHandshakeStart: func() { began++ }})
	_, _ = client(t, httpx.Config{BaseURL: server.URL}).Do(ctx, post()) // the certificate is refused, within the handshake
	assert.Equal(t, 1, began)
}

// Renegotiation amid an upload would wait for a hello that is being gathered, and
// the upload for the renegotiation.
func TestRenegotiationIsRefused(t *testing.T) {
	for _, allowed := range []tls.RenegotiationSupport{tls.RenegotiateOnceAsClient, tls.RenegotiateFreelyAsClient} {
		_, err := httpx.New(httpx.Config{BaseURL: "https://vendor.example", TLSClientConfig: &tls.Config{Renegotiation: allowed}})
		var refused *httpx.ConfigError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, "TLSClientConfig", refused.Field)
	}
}
