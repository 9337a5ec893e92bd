package httpx_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/httpx"
)

// deaf fails every write once it is told to, with nothing written: an idle
// connection that the network has reset.
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

// Of either request nothing was written. The large one goes to another connection;
// so should the small one, which net/http calls written while it is in its buffer.
func TestRequestOnADeadIdleConnectionIsMadeOnAnother(t *testing.T) {
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
