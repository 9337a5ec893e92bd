package httpx_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/httpx"
)

// A 100 Continue during the upload is allowed, and is no answer yet.
func TestContinueDuringTheUploadIsNoEarlyAnswer(t *testing.T) {
	const size = 8 << 20
	base := rawServer(t, func(conn net.Conn) {
		req, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return
		}
		_, _ = io.CopyN(io.Discard, req.Body, size/2)
		_, _ = io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n")
		_, _ = io.Copy(io.Discard, req.Body)
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		_, _ = io.Copy(io.Discard, conn)
	})
	resp, err := client(t, httpx.Config{BaseURL: base}).Do(t.Context(), post(body.Field{Name: "big", Value: strings.Repeat("x", size)}))
	require.NoError(t, err)
	assert.False(t, resp.Early)
}

func TestAnswerAfterContinueAndBeforeTheWholeRequestIsEarly(t *testing.T) {
	answered := make(chan struct{})
	base := rawServer(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 1<<10))
		_, _ = io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		<-answered
	})
	defer close(answered)
	resp, err := client(t, httpx.Config{BaseURL: base}).Do(t.Context(), post(body.Field{Name: "big", Value: strings.Repeat("x", 32<<20)}))
	require.NoError(t, err)
	assert.True(t, resp.Early)
}
