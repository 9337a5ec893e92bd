package httpx

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync"
)

// attempt is what is known of one exchange while it runs.
type attempt struct {
	caller  context.Context // without our own time limit
	request *Request
	status  int // 0 until headers came
	header  http.Header
	partial []byte // of an answer that broke off

	mu        sync.Mutex
	connected bool
	sent      bool // some try handed the whole body to the connection
	written   bool // some try wrote the whole request to the connection
	early     bool // the answer began before sent
	over      bool // the call has returned: nothing more may be sent
}

type attemptKey struct{}

func (a *attempt) watch(ctx context.Context) context.Context {
	ctx = context.WithValue(ctx, attemptKey{}, a)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) {
			a.mu.Lock()
			a.connected = true
			a.mu.Unlock()
		},
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			a.mu.Lock()
			a.written = a.written || info.Err == nil
			a.mu.Unlock()
		},
		GotFirstResponseByte: func() {
			a.mu.Lock()
			a.early = !a.sent
			a.mu.Unlock()
		},
	})
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

// finish forbids further sending and tells how far the request came.
func (a *attempt) finish() (connected, sent bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
	return a.connected, a.sent
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
