package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Link is a connection below TLS. It knows whether the other side has closed it, so
// that nothing is written to a closed connection: a request that was not written was
// not sent, and can be repeated without cost.
type Link struct {
	net.Conn
	socket syscall.RawConn // nil if there is none, as in tests over a pipe

	once  sync.Once
	ended chan struct{} // closed when the reading goroutine has reached the end
	cause error         // the reason, set before ended is closed
	told  chan struct{} // has room for one signal that an answer has begun

	latest atomic.Pointer[said] // of the latest answer

	looking sync.Mutex
	peek    func(fd uintptr) // made once, so that a check allocates nothing
	seen    sight
	reason  error // for the state in seen, if broken
}

// sight is what a look at the socket shows before the reading goroutine has seen it.
type sight int

const (
	nothing  sight = iota // nothing has come
	incoming              // bytes have come
	goodbye               // the other side will not send any more
	broken
)

func newLink(tcp net.Conn) *Link {
	l := &Link{Conn: tcp, ended: make(chan struct{}), told: make(chan struct{}, 1)}
	if s, ok := tcp.(syscall.Conn); ok {
		l.socket, _ = s.SyscallConn() // nil with an error: it is closed already, and reading reports that
	}
	l.peek = l.peekAt
	return l
}

// Read records the end of the connection.
func (l *Link) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	if err != nil {
		l.end(err)
	}
	return n, err
}

// Close is also an end of reading.
func (l *Link) Close() error {
	l.end(net.ErrClosed)
	return l.Conn.Close()
}

// end records that nothing more will be read.
func (l *Link) end(cause error) {
	l.once.Do(func() {
		if errors.Is(cause, io.EOF) {
			cause = io.ErrUnexpectedEOF
		}
		l.cause = cause
		close(l.ended)
	})
}

var errUnasked = errors.New("wire: the other side speaks without having been asked")

// fit says why an idle link must not be reused, nil if it may. No bytes may have come
// either: they would be taken for the answer to the next request.
func (l *Link) fit() error {
	if l.hasEnded() {
		return l.cause
	}
	switch seen, reason := l.look(); seen {
	case nothing:
		return nil
	case incoming:
		return errUnasked
	default:
		return reason
	}
}

// CheckLast says why the last piece of a request must not be written, nil if it may.
// should.
//
// If the connection has ended, an answer may have come before the end, from a server
// that does not want the rest. The reading goroutine reports an answer before it
// reaches the end, so CheckLast waits for it. If there is an answer, writing
// continues as without the check.
func (l *Link) CheckLast(ctx context.Context, answering func() bool) error {
	if l.hasEnded() {
		return l.cause
	}
	seen, reason := l.look()
	if seen == nothing || seen == incoming {
		return nil
	}
	timer := time.NewTimer(readerTime)
	defer timer.Stop()
	for !answering() {
		select {
		case <-l.told: // about an answer to this request, or over HTTP/2 to another one
		case <-l.ended:
			return reason
		case <-timer.C:
			return reason
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// readerTime is more than the reading goroutine needs for the bytes that have come,
// even on a busy machine.
const readerTime = 5 * time.Second

// Tell signals that an answer has begun.
func (l *Link) Tell() {
	select {
	case l.told <- struct{}{}:
	default:
	}
}

type said struct {
	id     string
	person uint64
}

// HasSaid records an answer by its id and a number for its person. It reports whether
// the previous answer had the same id and was about another person.
func (l *Link) HasSaid(id string, person uint64) bool {
	before := l.latest.Swap(&said{id, person})
	return before != nil && before.id == id && before.person != person
}

func (l *Link) hasEnded() bool {
	select {
	case <-l.ended:
		return true
	default:
		return false
	}
}

// soon is how long the reading goroutine may take to reach an end that a write has
// met.
const soon = 100 * time.Millisecond

func (l *Link) endsSoon() bool {
	timer := time.NewTimer(soon)
	defer timer.Stop()
	select {
	case <-l.ended:
		return true
	case <-timer.C:
		return false
	}
}

func (l *Link) look() (sight, error) {
	if l.socket == nil {
		return nothing, nil
	}
	l.looking.Lock()
	defer l.looking.Unlock()
	l.seen, l.reason = nothing, nil
	if err := l.socket.Control(l.peek); err != nil {
		return broken, err
	}
	return l.seen, l.reason
}

// sightOf interprets the first bytes that have come. A TLS record that contains only
// an alert means the end of the connection. TLS 1.3 hides the record's type, so only
// the length shows it: two bytes, their type, and 16 bytes of tag. No HTTP answer
// begins like that.
func sightOf(first []byte) sight {
	const alert, hidden, header, hiddenAlert = 21, 23, 5, 2 + 1 + 16
	switch {
	case len(first) == 0:
		return goodbye
	case len(first) < header, first[1] != 3: // of the protocol
		return incoming
	case first[0] == alert, first[0] == hidden && first[3] == 0 && first[4] == hiddenAlert:
		return goodbye
	}
	return incoming
}
