package wire

import (
	"net"
	"sync"
	"sync/atomic"
)

// gatherer is the connection below TLS. Between begin and end it collects the
// records, which TLS writes one by one, into larger writes.
type gatherer struct {
	net.Conn
	busy    atomic.Bool // from begin until end returns
	closing atomic.Bool

	mu     sync.Mutex
	bundle *[]byte // nil when not gathering
	held   int     // bytes in bundle
}

// begin starts gathering. It reports false if Close has begun, which then saw that
// the gatherer was not busy.
func (g *gatherer) begin() bool {
	g.busy.Store(true)
	if g.closing.Load() {
		g.busy.Store(false)
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.bundle = bundles.Get().(*[]byte)
	return true
}

func (g *gatherer) isBusyAtClose() bool {
	g.closing.Store(true)
	return g.busy.Load()
}

// end writes the collected records. TLS already believes that they were written, so
// end returns the error.
func (g *gatherer) end() error {
	defer g.busy.Store(false)
	g.mu.Lock()
	defer g.mu.Unlock()
	err := g.flush()
	bundles.Put(g.bundle)
	g.bundle = nil
	return err
}

// Write keeps the order of all writes, including those that TLS makes in reaction to
// what it reads (a new key, an alert).
func (g *gatherer) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.bundle == nil {
		return g.Conn.Write(p)
	}
	if g.held+len(p) > len(*g.bundle) {
		if err := g.flush(); err != nil {
			return 0, err
		}
	}
	if len(p) > len(*g.bundle) {
		return g.Conn.Write(p)
	}
	g.held += copy((*g.bundle)[g.held:], p)
	return len(p), nil
}

func (g *gatherer) flush() error {
	held := g.held
	g.held = 0
	if held == 0 {
		return nil
	}
	_, err := g.Conn.Write((*g.bundle)[:held])
	return err
}
