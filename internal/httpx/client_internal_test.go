package httpx

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/wire"
)

// The vendor redirects before it has read the picture, and stops reading. The
// connection must be closed before we wait for the picture's memory; otherwise every
// such call would wait for all of patience and return with the picture in use.
func TestRedirect_EarlyOneDoesNotDelay(t *testing.T) {
	picture := bytes.Repeat([]byte("p"), 1<<20)
	fastest := time.Hour
	for range 3 {
		var vendor net.Conn
		blocked := make(chan struct{})
		transport := newTransport(Config{})
		dialer := &wire.Dialer{Dial: func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			vendor = far
			go func() {
				defer close(blocked)
				_, _ = io.ReadFull(far, make([]byte, 100<<10)) // one piece that is read, then some that is lent
				_, _ = io.WriteString(far, "HTTP/1.1 307 Temporary Redirect\r\nLocation: /\r\nContent-Length: 100\r\n\r\n")
			}()
			return near, nil
		}}
		transport.DialContext = dialer.Plain
		c, err := New(Config{BaseURL: "http://127.0.0.1", Client: &http.Client{Transport: transport}})
		require.NoError(t, err)
		form, err := body.Multipart(nil, &body.File{Field: "f", FileName: "f", ContentType: "a/b", Media: Sized(lasting{picture}, 1<<20)})
		require.NoError(t, err)
		began := time.Now()
		_, err = c.Do(t.Context(), Request{Method: http.MethodPost, Path: "/", Body: form})
		fastest = min(fastest, time.Since(began))
		require.Error(t, err)
		<-blocked
		_ = vendor.Close()
	}
	assert.Less(t, fastest, patience)
}
