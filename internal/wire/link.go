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

// Link is a connection below TLS. It knows whether the other side has closed it,
// so that nothing is written to nobody: what was not written is not sent, and is
// asked again for nothing.
type Link struct {
	net.Conn
	socket syscall.RawConn // nil where there is none, as in tests over a pipe

	once  sync.Once
	ended chan struct{} // closed when whoever reads has come to the end
	cause error         // why, once ended is closed
	told  chan struct{} // has room for one word that an answer has begun

	latest atomic.Pointer[said] // by the latest answer

	looking sync.Mutex
	peek    func(fd uintptr) // made once, so that a look allocates nothing
	seen    sight
	reason  error // of seen, where it is broken
}

// sight is what a look at the socket shows, before whoever reads has seen it.
type sight int

const (
	nothing  sight = iota // has come
	incoming              // bytes
	goodbye               // the other side says that it will not speak any more
	broken
)

func newLink(tcp net.Conn) *Link {
	l := &Link{Conn: tcp, ended: make(chan struct{}), told: make(chan struct{}, 1)}
	if s, ok := tcp.(syscall.Conn); ok {
		l.socket, _ = s.SyscallConn() // nil with an error: it is closed already, and reading says so
	}
	l.peek = l.peekAt
	return l
}

// Read notes the end.
func (l *Link) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	if err != nil {
		l.end(err)
	}
	return n, err
}

// Close is an end, too: nobody waits for another.
func (l *Link) Close() error {
	l.end(net.ErrClosed)
	return l.Conn.Close()
}

// end notes that nothing more will be read.
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

// fit says why a link that was idle should not be used again, nil if it should.
// Nothing may have come, either: it would be taken for the answer to the next
// request.
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

// CheckLast says why the last piece of a request should not be written, nil if it
// should.
//
// An answer may have come before the end, from a server that does not want the
// rest. Whoever reads tells of it before he comes to the end, and so he is waited
// for. Where he tells of an answer writing goes on, as it would without a look.
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
		case <-l.told: // of an answer to this request, or over HTTP/2 to another
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

// readerTime is more than whoever reads needs for what has come, on a machine that
// has much else to do.
const readerTime = 5 * time.Second

// Tell wakes whoever waits for a word of an answer.
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

// HasSaid notes an answer by its id and a number that stands for its person. It
// reports whether the answer before had this id and was about another person.
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

// soon is how long whoever reads is given to come to an end that writing has met.
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

// sightOf interprets the first bytes that have come. Where they are a TLS record that
// holds no more than an alert, that ends the connection. From TLS 1.3 on the
// record's type is hidden, and only its length tells: two bytes, their type, and
// 16 bytes of tag. No answer of HTTP begins like that.
func sightOf(first []byte) sight {
	const alert, hidden, header, hiddenAlert = 21, 23, 5, 2 + 1 + 16
	switch {
	case len(first) == 0:
		return goodbye
	case len(first) < header, first[1] != 3: // the version
		return incoming
	case first[0] == alert, first[0] == hidden && first[3] == 0 && first[4] == hiddenAlert:
		return goodbye
	}
	return incoming
}
