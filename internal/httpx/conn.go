package httpx

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
)

// The buffers of all connections. One is held only while a request is being
// written. The sizes were measured: larger ones gain little, and 64 calls at
// once shall stay below 10 MB.
var (
	pieces  = buffersOf(pieceSize)
	records = buffersOf(recordSize)
	bundles = buffersOf(3 * (recordSize + recordOverhead))
)

const (
	pieceSize      = 64 << 10 // what is read of a body, and written, at once
	recordSize     = 16 << 10 // the same where TLS makes one record of it
	recordOverhead = 256      // RFC 8446, 5.2: at most, for header, padding and tag
)

func buffersOf(size int) *sync.Pool {
	return &sync.Pool{New: func() any {
		b := make([]byte, size)
		return &b
	}}
}

// conn is a connection that reads a request's body itself, into a buffer that
// is used again, or writes it from where it lies. Without ReadFrom net/http would
// allocate 32 KB for every request and write half as much at once.
//
// It looks at the link before it is used again.
type conn struct {
	net.Conn
	link   *link
	gather *gatherer // below TLS; nil without

	rested atomic.Bool // it was idle until now
}

// Write writes the head of a request, or all of it where net/http has TLS of its
// own above, on the way through a proxy. When the first write of a request fails
// net/http takes another connection.
func (c *conn) Write(p []byte) (int, error) {
	if c.rested.Swap(false) {
		if err := c.link.fit(); err != nil {
			return 0, err
		}
	}
	return c.Conn.Write(p)
}

// ReadFrom implements [io.ReaderFrom]. When the other side has closed, it waits for
// whoever reads: a gateway that does not want a large request says why, and closes
// without reading the rest. net/http would drop the answer for the error of writing.
func (c *conn) ReadFrom(r io.Reader) (sent int64, err error) {
	sent, err = c.readFrom(r)
	if err != nil && c.link != nil && (errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)) {
		c.link.endsSoon()
	}
	return sent, err
}

func (c *conn) readFrom(r io.Reader) (sent int64, err error) {
	if c.gather == nil {
		return copyBody(c.Conn, r, pieces)
	}
	if !c.gather.begin() {
		return 0, net.ErrClosed
	}
	defer func() {
		if flushed := c.gather.end(); err == nil {
			err = flushed
		}
	}()
	return copyBody(c.Conn, r, records)
}

// Close closes below TLS while records are gathered. TLS closes so by itself when
// it is writing; of a write of ours it knows nothing, and would wait for it to say
// goodbye: five seconds, or for ever where the other side asked for new keys.
func (c *conn) Close() error {
	if c.gather != nil && c.gather.isBusyAtClose() {
		return c.gather.Conn.Close()
	}
	return c.Conn.Close()
}

func copyBody(w io.Writer, r io.Reader, buffers *sync.Pool) (sent int64, err error) {
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	for {
		lent, err := lend(r, w)
		sent += lent
		if err != nil {
			return sent, err
		}
		n, readErr := r.Read(*buffer)
		if n > 0 {
			written, err := w.Write((*buffer)[:n])
			sent += int64(written)
			if err != nil {
				return sent, err
			}
		}
		if readErr == io.EOF {
			return sent, nil
		}
		if readErr != nil {
			return sent, readErr
		}
	}
}

// lend writes what need not be copied of a body of ours, which net/http wraps
// to bound its length.
func lend(r io.Reader, w io.Writer) (int64, error) {
	limited, ok := r.(*io.LimitedReader)
	if !ok {
		return 0, nil
	}
	own, ok := limited.R.(*outgoing)
	if !ok {
		return 0, nil
	}
	n, err := own.lend(w)
	limited.N -= int64(n)
	return int64(n), err
}

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
