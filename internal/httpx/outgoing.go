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
// net/http may go on reading after the call returned; then it gets an error,
// so that a call that reported "not sent" is not sent after all.
type outgoing struct {
	attempt *attempt
	body    *body.Reader

	// Under the lock of the attempt.
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
	if o.attempt.request.Body.InMemory() { // else it may hang, and finish would wait for it
		o.attempt.lent.Lock()
		defer o.attempt.lent.Unlock()
	}
	o.closing.Lock()
	defer o.closing.Unlock()
	if !o.take(0) {
		return 0, errOver
	}
	o.attempt.setReading(!o.attempt.request.Body.InMemory())
	// HTTP/2 would be filled a buffer of half a megabyte, for frames of 16 KB.
	n, err := o.body.Read(p[:min(len(p), wire.PieceSize)])
	o.attempt.setReading(false)
	if !o.take(n) {
		return 0, errOver
	}
	return n, err
}

// take counts n bytes more, unless the call has ended.
func (o *outgoing) take(n int) bool {
	o.attempt.mu.Lock()
	defer o.attempt.mu.Unlock()
	if o.attempt.over {
		return false
	}
	o.left -= int64(n)
	return true
}

// release is asked before a piece that was taken is given away. The last one is
// given to nobody who has closed the connection, and to nobody once the call has
// ended.
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

// largestLoan bounds how much of the caller's memory is written at once.
const largestLoan = 1 << 20

// Lend implements [wire.Lender] with what lies in the caller's memory.
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

// borrow gives nothing of a body that is closed, as reading it does.
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
