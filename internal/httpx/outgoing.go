package httpx

import (
	"io"
	"sync"

	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/wire"
)

// outgoing counts what the transport reads from a body. When the last byte has been
// read, the request counts as sent, until the transport reports a failed write.
//
// net/http may continue to read after the call has returned. It then gets an error,
// so that a request reported as "not sent" is not sent later.
type outgoing struct {
	attempt *attempt
	body    *body.Reader

	// Guarded by the lock of the attempt.
	left   int64
	closed bool

	closing sync.Mutex // held while body is in use
}

func (o *outgoing) Read(p []byte) (int, error) {
	n, err := o.read(p)
	if n > 0 {
		if err := o.release(); err != nil {
			return 0, err
		}
	}
	return n, err
}

func (o *outgoing) read(p []byte) (int, error) {
	if o.attempt.request.Body.InMemory() { // other bodies may hang, and finish would wait
		o.attempt.lent.Lock()
		defer o.attempt.lent.Unlock()
	}
	o.closing.Lock()
	defer o.closing.Unlock()
	if !o.take(0) {
		return 0, errOver
	}
	o.attempt.setReading(!o.attempt.request.Body.InMemory())
	// HTTP/2 offers a buffer of half a megabyte but sends frames of 16 KB.
	n, err := o.body.Read(p[:min(len(p), wire.PieceSize)])
	o.attempt.setReading(false)
	if !o.take(n) {
		return 0, errOver
	}
	return n, err
}

// take counts n more bytes, unless the call has ended.
func (o *outgoing) take(n int) bool {
	o.attempt.mu.Lock()
	defer o.attempt.mu.Unlock()
	if o.attempt.over {
		return false
	}
	o.left -= int64(n)
	return true
}

// release is called before a piece that was taken is passed on. The last piece is not
// passed on if the other side has closed the connection or the call has ended.
func (o *outgoing) release() error {
	last, l := o.isTaken()
	if !last {
		return nil
	}
	if l != nil {
		if err := l.CheckLast(o.attempt, o.attempt.isAnswered); err != nil {
			return err
		}
	}
	o.attempt.mu.Lock()
	defer o.attempt.mu.Unlock()
	if o.attempt.over {
		return errOver
	}
	o.attempt.hand(o)
	return nil
}

func (o *outgoing) isTaken() (bool, *wire.Link) {
	o.attempt.mu.Lock()
	defer o.attempt.mu.Unlock()
	return o.left == 0, o.attempt.link
}

var _ wire.Lender = (*outgoing)(nil)

// largestLoan limits how much of the caller's memory is written at once.
const largestLoan = 1 << 20

// Lend implements [wire.Lender] with bytes from the caller's memory.
func (o *outgoing) Lend(w io.Writer) (n int, err error) {
	o.attempt.lent.Lock()
	defer o.attempt.lent.Unlock()
	next := o.borrow()
	if len(next) == 0 {
		return 0, nil
	}
	if !o.take(len(next)) {
		return 0, errOver
	}
	if err := o.release(); err != nil {
		return 0, err
	}
	return w.Write(next)
}

// borrow returns nothing from a closed body, just as reading it does.
func (o *outgoing) borrow() []byte {
	o.closing.Lock()
	defer o.closing.Unlock()
	return o.body.Borrow(largestLoan)
}

func (o *outgoing) Close() error {
	o.attempt.mu.Lock()
	o.closed = true
	o.attempt.mu.Unlock()
	o.closing.Lock()
	defer o.closing.Unlock()
	return o.body.Close()
}
