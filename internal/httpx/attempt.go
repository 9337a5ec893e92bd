package httpx

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync"
)

// attempt is what is known of one exchange while it runs. It is the context of
// the exchange as well, by which the hooks below resty find it.
type attempt struct {
	context.Context // ends with our own time limit, too

	caller  context.Context // without it
	request Request
	headers http.Header // to be sent, from the time that resty made them
	kind    [1]string   // of the body, for the headers
	trace   httptrace.ClientTrace

	status  int // 0 until headers came
	header  http.Header
	partial []byte // of an answer that broke off

	mu      sync.Mutex
	sent    bool // some try handed the whole body to the connection
	written bool // some try wrote the whole request to the connection
	early   bool // the answer began before sent
	over    bool // the call has returned: nothing more may be sent
}

type attemptKey struct{}

// Value implements [context.Context].
func (a *attempt) Value(key any) any {
	if key == (attemptKey{}) {
		return a
	}
	return a.Context.Value(key)
}

func attemptOf(ctx context.Context) (*attempt, bool) {
	a, ok := ctx.Value(attemptKey{}).(*attempt)
	return a, ok
}

// traced is the attempt as a context that tells it of the exchange's course.
func (a *attempt) traced() context.Context {
	a.trace.WroteRequest = a.wroteRequest
	a.trace.GotFirstResponseByte = a.answerBegan
	return httptrace.WithClientTrace(a, &a.trace)
}

func (a *attempt) wroteRequest(info httptrace.WroteRequestInfo) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.written = a.written || info.Err == nil
}

func (a *attempt) answerBegan() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.early = !a.sent
}

func (a *attempt) isEarly() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.early
}

func (a *attempt) openBody() io.ReadCloser {
	return &outgoing{attempt: a, body: a.request.Body.Open(), left: a.request.Body.Len()}
}

// reopenBody lets the transport try another connection while nothing whole has
// been written, as with an idle connection that turns out dead. Once it has, the
// request is not sent again: HTTP/2 would, without end, for a server that takes
// the whole request and then calls it refused.
func (a *attempt) reopenBody() (io.ReadCloser, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.written {
		return nil, errWritten
	}
	return a.openBody(), nil
}

// finish forbids further sending and tells whether the request was sent.
func (a *attempt) finish() (sent bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
	return a.sent
}

var (
	errOver    = errors.New("httpx: the call has ended")
	errWritten = errors.New("httpx: the request has been sent once")
)

// outgoing counts what the transport takes from a body. When the last byte has
// been handed over the request counts as sent, even though it may sit in a
// buffer still: nobody can tell, and the safe guess is that it arrived.
//
// net/http may go on reading after the call returned; then it gets an error,
// so that a call that reported "not sent" is not sent after all.
type outgoing struct {
	attempt *attempt
	body    io.ReadCloser
	left    int64

	closing sync.Mutex
	closed  bool
}

func (o *outgoing) Read(p []byte) (int, error) {
	o.closing.Lock()
	defer o.closing.Unlock()
	if o.closed {
		return 0, errOver
	}
	n, err := o.body.Read(p)

	o.attempt.mu.Lock()
	defer o.attempt.mu.Unlock()
	if o.attempt.over {
		return 0, errOver
	}
	o.left -= int64(n)
	if o.left == 0 && err != nil && err != io.EOF {
		return n, err
	}
	if o.left == 0 {
		o.attempt.sent = true
	}
	return n, err
}

func (o *outgoing) Close() error {
	o.closing.Lock()
	defer o.closing.Unlock()
	if o.closed {
		return nil
	}
	o.closed = true
	return o.body.Close()
}
