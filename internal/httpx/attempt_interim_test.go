package httpx_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/httpx"
)

// twice signals the second read: the first bytes have been processed then.
type twice struct {
	net.Conn
	reads int
	again chan struct{}
}

func (c *twice) Read(p []byte) (int, error) {
	if c.reads++; c.reads == 2 {
		close(c.again)
	}
	return c.Conn.Read(p)
}

// A 100 Continue during the upload is allowed, and is not the answer.
func TestInterim_ContinueIsNoEarlyAnswer(t *testing.T) {
	looked := make(chan struct{})
	base := rawServer(t, func(conn net.Conn) {
		req, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n")
		<-looked // the rest is not read before that, so it cannot have been sent
		_, _ = io.Copy(io.Discard, req.Body)
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		_, _ = io.Copy(io.Discard, conn)
	})
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return &twice{Conn: conn, again: looked}, err
	}}
	defer transport.CloseIdleConnections()
	resp, err := client(t, httpx.Config{BaseURL: base, Client: &http.Client{Transport: transport}}).
		Do(t.Context(), post(body.Field{Name: "big", Value: strings.Repeat("x", 12<<20)}))
	require.NoError(t, err)
	assert.False(t, resp.Early)
}

func TestInterim_AnswerAfterContinueMayBeEarly(t *testing.T) {
	answered := make(chan struct{})
	base := rawServer(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 1<<10))
		_, _ = io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		<-answered
	})
	defer close(answered)
	resp, err := client(t, httpx.Config{BaseURL: base}).Do(t.Context(), post(body.Field{Name: "big", Value: strings.Repeat("x", 12<<20)}))
	require.NoError(t, err)
	assert.True(t, resp.Early)
}

// The number of interim answers is limited even if the caller's trace receives them.
func TestInterim_LimitedWithCallersTrace(t *testing.T) {
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

// Five interim answers, net/http's own limit, are accepted with and without a trace.
func TestInterim_FiveAreAccepted(t *testing.T) {
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
