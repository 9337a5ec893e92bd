package wire_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// relay is in front of a server, and stops once while a client is sending.
type relay struct {
	url     string
	stopped chan struct{} // closed when it has stopped
	goOn    chan struct{}
}

func newRelay(t *testing.T, server string, after int64) *relay {
	t.Helper()
	address, err := url.Parse(server)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	behind := address.Host
	address.Host = listener.Addr().String()
	r := &relay{address.String(), make(chan struct{}), make(chan struct{})}
	var once sync.Once
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			conns.Go(func() {
				defer client.Close()
				upstream, err := net.Dial("tcp", behind)
				if err != nil {
					return
				}
				defer upstream.Close()
				go func() {
					_, _ = io.Copy(client, upstream)
					_ = client.Close()
				}()
				_, _ = io.CopyN(upstream, client, after)
				once.Do(func() { close(r.stopped); <-r.goOn })
				_, _ = io.Copy(upstream, client)
			})
		}
	})
	t.Cleanup(func() { _ = listener.Close(); conns.Wait() })
	return r
}

// The caller who began a shared call leaves while their capture is being sent, and
// reuses the buffer. None of the new bytes are sent, and the call continues with the
// other caller's capture.
// Holds P-PASS-11.
func TestSharedCall_StarterLeavesDuringUpload(t *testing.T) {
	standIn := idverifytest.Start(t)
	v := vendors.All()[slices.IndexFunc(vendors.All(), func(v vendors.Vendor) bool { return v.NoLimit })]
	relay := newRelay(t, standIn.BaseURL(v.Name), 64<<10)
	p, err := v.New(vendors.Account{HTTP: idverify.HTTP{BaseURL: relay.url}})
	require.NoError(t, err)
	t.Cleanup(p.CloseIdleConnections)
	c, err := idverify.New([]idverify.Provider{p})
	require.NoError(t, err)

	large := func() []byte { return append(v.Media(), make([]byte, 8<<20)...) } // more than the socket buffers hold
	ask := func(ctx context.Context, capture []byte) (*idverify.Result, error) {
		req := v.About(idverifytest.Match(), idverify.Bytes(capture))
		req.IdempotencyKey = "order-1"
		return c.Verify(ctx, req)
	}
	ctx, leave := context.WithCancel(t.Context())
	var callers sync.WaitGroup
	callers.Go(func() {
		buffer := large()
		_, err := ask(ctx, buffer)
		assert.ErrorIs(t, err, context.Canceled)
		for i := range buffer {
			buffer[i] = 'x'
		}
		close(relay.goOn)
	})
	<-relay.stopped
	joined := make(chan struct{})
	callers.Go(func() {
		capture := large()
		close(joined)
		res, err := ask(t.Context(), capture)
		if assert.NoError(t, err) {
			assert.True(t, res.Passed())
			codes := []idverify.Code{}
			for _, a := range res.Attempts {
				codes = append(codes, a.Code)
			}
			assert.Equal(t, []idverify.Code{idverify.CodeCanceled, idverify.CodeMatch}, codes)
			assert.Equal(t, idverify.DeliveryNotSent, res.Attempts[0].Delivery)
		}
	})
	<-joined
	time.Sleep(500 * time.Millisecond) // time to compute its digest and join; a late caller starts its own call
	leave()
	callers.Wait()
	assert.Equal(t, 1, standIn.Bill().Total())
}
