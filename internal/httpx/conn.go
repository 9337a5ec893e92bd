package httpx

import (
	"io"
	"net"
	"sync"
)

// chunkSize is how much of a request is written at once: four TLS records.
const chunkSize = 64 << 10

// chunks are the buffers of all connections; one is held only while a request
// is being written.
var chunks = sync.Pool{New: func() any { return new([chunkSize]byte) }}

// conn is a connection that reads a request's body itself, into a pooled
// buffer. Without ReadFrom net/http would allocate 32 KB for every request and
// write half as much at once.
type conn struct {
	net.Conn
	gather *gatherer // below TLS; nil without
}

// ReadFrom implements [io.ReaderFrom].
func (c *conn) ReadFrom(r io.Reader) (sent int64, err error) {
	if c.gather != nil {
		c.gather.begin()
		defer func() {
			if flushed := c.gather.end(); err == nil {
				err = flushed
			}
		}()
	}
	chunk := chunks.Get().(*[chunkSize]byte)
	defer chunks.Put(chunk)
	for {
		lent, err := lend(r, c.Conn)
		sent += lent
		if err != nil {
			return sent, err
		}
		n, readErr := r.Read(chunk[:])
		if n > 0 {
			written, err := c.Conn.Write(chunk[:n])
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
	mu    sync.Mutex
	chunk *[chunkSize]byte // nil: not gathering
	held  int              // bytes in chunk
}

func (g *gatherer) begin() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.chunk = chunks.Get().(*[chunkSize]byte)
}

// end writes what is held. TLS has been told that it was written already, so
// that the error is told here.
func (g *gatherer) end() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	err := g.flush()
	chunks.Put(g.chunk)
	g.chunk = nil
	return err
}

// Write keeps the order of all writes, also of those that TLS makes for what
// it reads (a new key, an alert).
func (g *gatherer) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.chunk == nil {
		return g.Conn.Write(p)
	}
	if g.held+len(p) > chunkSize {
		if err := g.flush(); err != nil {
			return 0, err
		}
	}
	if len(p) > chunkSize {
		return g.Conn.Write(p)
	}
	g.held += copy(g.chunk[g.held:], p)
	return len(p), nil
}

func (g *gatherer) flush() error {
	held := g.held
	g.held = 0
	if held == 0 {
		return nil
	}
	_, err := g.Conn.Write(g.chunk[:held])
	return err
}
