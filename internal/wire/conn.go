package wire

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
)

// The buffers of all connections. A connection holds one only while it writes a
// request. The sizes were measured: larger buffers gain little, and 64 calls at the
// same time must stay below 10 MB.
var (
	pieces  = buffersOf(PieceSize)
	records = buffersOf(recordSize)
	bundles = buffersOf(3 * (recordSize + recordOverhead))
)

const (
	// PieceSize is how many bytes of a body are read, and written, at a time.
	PieceSize      = 64 << 10
	recordSize     = 16 << 10 // the size of one TLS record
	recordOverhead = 256      // maximum for header, padding and tag: RFC 8446, 5.2
)

func buffersOf(size int) *sync.Pool {
	return &sync.Pool{New: func() any {
		b := make([]byte, size)
		return &b
	}}
}

// Conn is a connection that reads a request's body itself, into a pooled buffer, or
// writes it from where it is in memory. Without ReadFrom net/http would allocate 32
// KB for every request and write half as much at a time.
//
// It checks the link before the connection is reused.
type Conn struct {
	net.Conn
	link   *Link
	gather *gatherer // below TLS; nil without TLS

	rested atomic.Bool // was idle until now
}

// Rested notes that the connection was idle: the link is checked before the next
// write.
func (c *Conn) Rested() { c.rested.Store(true) }

// Write writes the head of a request, or the whole request if net/http adds its own
// TLS above, through a proxy. If the first write of a request fails, net/http takes
// another connection.
func (c *Conn) Write(p []byte) (int, error) {
	if c.rested.Swap(false) {
		if err := c.link.fit(); err != nil {
			return 0, err
		}
	}
	return c.Conn.Write(p)
}

// ReadFrom implements [io.ReaderFrom]. If the other side has closed, it waits for the
// reading goroutine: a gateway that refuses a large request says why and closes
// without reading the rest. Without the wait, net/http would report the write error
// instead of that answer.
func (c *Conn) ReadFrom(r io.Reader) (sent int64, err error) {
	sent, err = c.readFrom(r)
	if err != nil && c.link != nil && (errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)) {
		c.link.endsSoon()
	}
	return sent, err
}

func (c *Conn) readFrom(r io.Reader) (sent int64, err error) {
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

// Close closes the connection below TLS while records are gathered. During its own
// writes TLS does this by itself, but it does not know about ours. It would wait to
// send its closing alert: for five seconds, or for ever if the other side asked for
// new keys.
func (c *Conn) Close() error {
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

// Lender is a body that can write its next bytes directly from memory. It writes
// nothing if the bytes have to be read.
type Lender interface {
	Lend(w io.Writer) (n int, err error)
}

// lend writes the bytes of a Lender that need no copy. net/http wraps the Lender to
// limit its length.
func lend(r io.Reader, w io.Writer) (int64, error) {
	limited, ok := r.(*io.LimitedReader)
	if !ok {
		return 0, nil
	}
	lender, ok := limited.R.(Lender)
	if !ok {
		return 0, nil
	}
	n, err := lender.Lend(w)
	limited.N -= int64(n)
	return int64(n), err
}
