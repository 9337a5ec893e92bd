package httpx_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/idverify/idverify/internal/body"
)

// falling is an HTTP/2 server whose first connection answers once and then never
// again, like a connection that a firewall has dropped.
func falling(t *testing.T, ca authority) (server *httptest.Server, connections *atomic.Int32) {
	t.Helper()
	connections = new(atomic.Int32)
	server = httptest.NewUnstartedServer(nil)
	server.TLS = &tls.Config{NextProtos: []string{"h2"}, Certificates: []tls.Certificate{ca.sign(t, nil)}}
	server.Config.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){
		"h2": func(_ *http.Server, conn *tls.Conn, _ http.Handler) {
			defer conn.Close()
			dies := connections.Add(1) == 1
			_, _ = io.ReadFull(conn, make([]byte, len(http2.ClientPreface)))
			f := http2.NewFramer(conn, conn)
			_ = f.WriteSettings()
			for answered := 0; ; {
				frame, err := f.ReadFrame()
				if err != nil {
					return
				}
				data, ok := frame.(*http2.DataFrame)
				if !ok || !data.StreamEnded() || dies && answered > 0 {
					continue
				}
				answered++
				var head bytes.Buffer
				_ = hpack.NewEncoder(&head).WriteField(hpack.HeaderField{Name: ":status", Value: "200"})
				_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: data.StreamID, BlockFragment: head.Bytes(), EndHeaders: true})
				_ = f.WriteData(data.StreamID, true, []byte("{}"))
			}
		},
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server, connections
}

// Over HTTP/1.1 a call that times out closes its connection. Over HTTP/2 the next calls
// would use the same dead connection, and time out, too.
func TestTransport_DropsDeadHTTP2Connection(t *testing.T) {
	ca := newAuthority(t)
	server, connections := falling(t, ca)
	c := overHTTP2(t, server.URL, ca.pool())
	c.Suspicious(20 * time.Millisecond)
	_, err := c.Do(t.Context(), post(body.Field{Name: "a", Value: "b"}))
	require.NoError(t, err)
	for range 100 {
		if _, err = c.Hurried(50*time.Millisecond).Do(t.Context(), post(body.Field{Name: "a", Value: "b"})); err == nil {
			break
		}
	}
	assert.NoError(t, err)
	assert.EqualValues(t, 2, connections.Load())
}
