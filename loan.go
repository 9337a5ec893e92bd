package idverify

import (
	"errors"
	"io"
	"slices"
	"sync"
	"time"
)

// loan is the request of one caller of a shared call. Its media may lie in the
// caller's memory, which the caller may reuse as soon as Verify has returned: from
// then on nothing of it may be read.
type loan struct {
	req *Request // with evidence held to its content at the start of the call

	mu      sync.Mutex
	isOver  bool
	reading int           // reads in progress
	unread  chan struct{} // closed when the last read is done; nil when nobody waits for that
}

// errTakenBack is why the media of a caller who has left can no longer be read.
var errTakenBack = errors.New("idverify: the caller who gave the media has left")

// lend makes a loan of the Client's own copy of a request, with held evidence. It
// fails with an [*Error] when a copy of evidence does not show its content.
func lend(req *Request) (*loan, error) {
	l := &loan{req: req}
	for i, ev := range req.Evidence {
		shown, ok := ev.(ContentEvidence)
		if ok {
			ev = shown.EvidenceContent(func(string) {}, l.guard)
		}
		if !ok || ev == nil {
			return nil, refused(CodeInvalidRequest, "Evidence", "EvidenceContent returned no copy that is a ContentEvidence")
		}
		req.Evidence[i] = ev
	}
	return l, nil
}

// guard is media that can be read until the loan is over.
func (l *loan) guard(m Media) Media {
	if m.IsZero() {
		return m
	}
	return Media{inMemory: m.inMemory, open: func() (io.ReadCloser, int64, error) {
		if !l.begin() {
			return nil, 0, errTakenBack
		}
		defer l.done()
		r, size, err := m.Open()
		if err != nil || r == nil {
			return nil, 0, err
		}
		return &lentReader{r, l}, size, nil
	}}
}

// lentReader hides the reader's way to lend its bytes without a copy: they could
// be read after the loan.
type lentReader struct {
	io.ReadCloser
	loan *loan
}

func (r *lentReader) Read(p []byte) (int, error) {
	if !r.loan.begin() {
		return 0, errTakenBack
	}
	defer r.loan.done()
	return r.ReadCloser.Read(p)
}

func (l *loan) begin() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.isOver {
		return false
	}
	l.reading++
	return true
}

func (l *loan) done() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reading--; l.reading == 0 && l.unread != nil {
		close(l.unread)
	}
}

// readsEnd is how long a caller who leaves waits for a read of their media to
// finish. A read from memory takes no time; a caller's own reader may hang.
const readsEnd = 100 * time.Millisecond

// takeBack ends the loan: every further read fails. It waits for reads in progress.
func (l *loan) takeBack() {
	l.mu.Lock()
	l.isOver = true
	if l.reading == 0 {
		l.mu.Unlock()
		return
	}
	l.unread = make(chan struct{})
	l.mu.Unlock()

	timer := time.NewTimer(readsEnd)
	defer timer.Stop()
	select {
	case <-l.unread:
	case <-timer.C:
	}
}

func (l *loan) wasTakenBack() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.isOver
}

// borrow makes the request for the next attempt from a caller who still waits. When
// all have left, the context of the call has ended.
func (c *call) borrow() {
	if c.lender == nil {
		return
	}
	if l := c.lender(); l != nil {
		c.loan, c.req = l, l.req
	}
}

// isInterrupted reports whether an attempt failed only because the caller whose
// evidence it read has left. No vendor has looked at it then, and the attempt is
// repeated with another caller's evidence.
func (c *call) isInterrupted(e *Error) bool {
	return c.loan != nil && e != nil && e.Code == CodeUnreadableEvidence &&
		slices.Contains([]Delivery{DeliveryNotSent, DeliveryRefused}, e.Delivery) && c.loan.wasTakenBack()
}
