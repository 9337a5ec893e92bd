//go:build linux

package faultmatrix

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"time"

	"github.com/idverify/idverify/idverifytest"
)

// running is one call in progress, and its sockets.
type running struct {
	certs      *certificates
	subject    string // the row
	standIn    *idverifytest.Server
	vendorAddr string // of the stand-in itself

	left    atomic.Int64 // remaining strikes
	struck  atomic.Int64
	decoys  atomic.Int64 // connections to the target of a redirect
	decoyAt string

	over     context.Context // ends when the outcome is known
	end      context.CancelFunc
	caller   context.Context // the caller's context
	cancel   context.CancelFunc
	gate     *gate
	returned chan struct{} // closed when the first of two calls has returned
	onward   chan struct{} // closed when the second call may begin

	closing sync.Mutex
	closers []func()
}

const always = 1 << 30

func newRunning(certs *certificates, subject string, strikes int64) (*running, error) {
	r := &running{certs: certs, subject: subject, returned: make(chan struct{}), onward: make(chan struct{})}
	r.left.Store(strikes)
	r.over, r.end = context.WithCancel(context.Background())
	r.caller, r.cancel = context.WithCancel(context.Background())

	l, err := listen()
	if err != nil {
		return nil, err
	}
	r.standIn = idverifytest.New()
	server := &httptest.Server{Listener: l, TLS: certs.server(), Config: &http.Server{
		Handler: r.standIn, ErrorLog: log.New(io.Discard, "", 0)}}
	server.StartTLS()
	r.vendorAddr = l.Addr().String()
	r.closes(func() {
		server.CloseClientConnections()
		server.Close()
	})
	r.closes(r.standIn.Close)

	// No other listener uses this address, so nobody else dials it.
	decoy, err := net.Listen("tcp", "127.8.8.8:0")
	if err != nil {
		r.Close()
		return nil, err
	}
	r.decoyAt = decoy.Addr().String()
	r.closes(func() { _ = decoy.Close() })
	go func() {
		for {
			conn, err := decoy.Accept()
			if err != nil {
				return
			}
			r.decoys.Add(1)
			_ = conn.Close()
		}
	}()
	return r, nil
}

// take reports whether the fault has to strike this time.
func (r *running) take() bool { return r.left.Add(-1) >= 0 }

// strikes counts a fault that strikes; it may be too late for a caller whose time is
// over.
func (r *running) strikes() { r.struck.Add(1) }

// closes registers a function for Close, in reverse order.
func (r *running) closes(f func()) {
	r.closing.Lock()
	defer r.closing.Unlock()
	r.closers = append(r.closers, f)
}

func (r *running) Close() {
	r.end()
	r.cancel()
	r.closing.Lock()
	defer r.closing.Unlock()
	for i := len(r.closers) - 1; i >= 0; i-- {
		r.closers[i]()
	}
	r.closers = nil
}

// dialing is a caller's own transport whose dialing fails as told.
func (r *running) dialing(struck, healthy func(context.Context, string) (net.Conn, error)) *http.Client {
	transport := &http.Transport{
		TLSClientConfig: r.certs.trust(),
		DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
			if r.take() {
				r.strikes()
				return struck(ctx, addr)
			}
			return healthy(ctx, addr)
		},
	}
	r.closes(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// patience is the limit for steps that must not hang; a slower machine counts as
// broken.
const patience = time.Minute
