package baiduv4_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/baiduv4"
)

// net/http logs the first bytes that come after an answer. At the token endpoint
// they may be a token, so its connection ends with the answer.
func TestWhatComesAfterATokenIsNotLogged(t *testing.T) {
	var logged bytes.Buffer
	var mu sync.Mutex
	out := log.Writer()
	log.SetOutput(writerFunc(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return logged.Write(p)
	}))
	defer log.SetOutput(out)

	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	left := make(chan struct{})
	go func() { // the token endpoint says everything twice
		defer close(left)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_ = l.Close() // nobody verifies
		head := bufio.NewReader(conn)
		req, err := http.ReadRequest(head)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, req.Body)
		text := `{"access_token":"TOKEN-MARK-1","expires_in":2592000}`
		answer := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(text), text)
		_, _ = io.WriteString(conn, answer+answer)
		_, _ = io.Copy(io.Discard, head) // until the client has left
	}()
	c := newClient(t, func(cfg *baiduv4.Config) { cfg.HTTP.BaseURL = "http://" + l.Addr().String() }, keptIn(noStore()))
	e := verifyFails(t, c)
	<-left
	assert.NotContains(t, e.Error(), "access token", "the token was taken")
	mu.Lock()
	defer mu.Unlock()
	assert.Empty(t, logged.String())
}

type writerFunc func([]byte) (int, error)

func (w writerFunc) Write(p []byte) (int, error) { return w(p) }
