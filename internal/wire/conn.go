package wire

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
	pieces  = buffersOf(PieceSize)
	records = buffersOf(recordSize)
	bundles = buffersOf(3 * (recordSize + recordOverhead))
)

const (
	// PieceSize is what is read of a body, and written, at once, in bytes.
	PieceSize      = 64 << 10
	recordSize     = 16 << 10 // the same where TLS makes one record of it
	recordOverhead = 256      // RFC 8446, 5.2: at most, for header, padding and tag
)

func buffersOf(size int) *sync.Pool {
	return &sync.Pool{New: func() any {
		b := make([]byte, size)
		return &b
	}}
}

// Conn is a connection that reads a request's body itself, into a buffer that
// is used again, or writes it from where it lies. Without ReadFrom net/http would
// allocate 32 KB for every request and write half as much at once.
//
// It looks at the link before it is used again.
type Conn struct {
	net.Conn
	link   *Link
	gather *gatherer // below TLS; nil without

	rested atomic.Bool // it was idle until now
}

// Rested notes that the connection was idle until now: it is looked at before the
// next write.
func (c *Conn) Rested() { c.rested.Store(true) }

// Write writes the head of a request, or all of it where net/http has TLS of its
// own above, on the way through a proxy. When the first write of a request fails
// net/http takes another connection.
func (c *Conn) Write(p []byte) (int, error) {
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

// Close closes below TLS while records are gathered. TLS closes so by itself when
// it is writing; of a write of ours it knows nothing, and would wait for it to say
// goodbye: five seconds, or for ever where the other side asked for new keys.
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

// Lender is a body that writes its next bytes from where they lie in memory. It
// writes nothing where they have to be read.
type Lender interface {
	Lend(w io.Writer) (n int, err error)
}

// lend writes what need not be copied of a Lender, which net/http wraps to bound
// its length.
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
