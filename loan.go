package idverify

import (
	"errors"
	"io"
	"slices"
	"sync"
	"time"
)

// loan is the request of one caller of a shared call. Its media may lie in memory
// of that caller's, who may use it for something else as soon as Verify has
// returned: from then on nothing of them can be read.
type loan struct {
	req *Request // whose evidence is held to what it was when the call began

	mu      sync.Mutex
	isOver  bool
	reading int           // how many read at this moment
	unread  chan struct{} // closed when the last of them is done; nil when nobody waits
}

// errTakenBack is why the media of a caller who has left cannot be read.
var errTakenBack = errors.New("idverify: the caller who gave the media has left")

// lend makes a loan of a request that is the Client's own, with evidence that was
// held. It fails with an [*Error] where a copy of evidence shows no content.
func lend(req *Request) (*loan, error) {
	l := &loan{req: req}
	for i, ev := range req.Evidence {
		shown, ok := ev.(ContentEvidence)
		if ok {
			ev = shown.EvidenceContent(func(string) {}, l.guard)
		}
		if !ok || ev == nil {
			return nil, refused(CodeInvalidRequest, "Evidence", "EvidenceContent gave no copy of the evidence that shows its content")
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

// lentReader lends nothing without a copy: whoever had it would read it later.
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

// readsEnd is how long a caller who leaves waits for a read of their media. One
// of memory takes no time; one of the caller's own reader may hang.
const readsEnd = 100 * time.Millisecond

// takeBack ends the loan: every further read fails. It waits until what is being
// read was read.
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

// borrow makes the request of a caller who still waits that of the next attempt.
// When all have left, the context of the call has ended.
func (c *call) borrow() {
	if c.lender == nil {
		return
	}
	if l := c.lender(); l != nil {
		c.loan, c.req = l, l.req
	}
}

// isInterrupted reports whether an attempt failed only because the caller left
// whose evidence it read. Nobody has looked at it then, and it is made again with
// what another caller gave.
func (c *call) isInterrupted(e *Error) bool {
	return c.loan != nil && e != nil && e.Code == CodeUnreadableEvidence &&
		slices.Contains([]Delivery{DeliveryNotSent, DeliveryRefused}, e.Delivery) && c.loan.wasTakenBack()
}
