package wire

import (
	"net"
	"sync"
	"sync/atomic"
)

// gatherer is the connection below TLS. Between begin and end it gathers the
// records, which TLS writes one by one, into larger writes.
type gatherer struct {
	net.Conn
	busy    atomic.Bool // between begin and the return of end
	closing atomic.Bool

	mu     sync.Mutex
	bundle *[]byte // nil: not gathering
	held   int     // bytes in bundle
}

// begin reports whether there is anything to gather for: not when Close has
// begun, which then saw that the gatherer was not busy.
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

// end writes what is held. TLS has been told that it was written already, so
// that the error is told here.
func (g *gatherer) end() error {
	defer g.busy.Store(false)
	g.mu.Lock()
	defer g.mu.Unlock()
	err := g.flush()
	bundles.Put(g.bundle)
	g.bundle = nil
	return err
}

// Write keeps the order of all writes, also of those that TLS makes for what
// it reads (a new key, an alert).
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
