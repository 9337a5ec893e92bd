package httpx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"sync"
	"time"

	"github.com/idverify/idverify/internal/redact"
	"github.com/idverify/idverify/internal/wire"
)

// attempt is the state of one exchange while it runs. It is also the context of the
// exchange, so that the hooks below resty can find it.
type attempt struct {
	context.Context // includes our own time limit

	caller  context.Context // without our time limit
	request Request
	low     *bottom     // of its client
	headers http.Header // to be sent; set when resty has made them
	kind    [1]string   // of the body, for the headers
	trace   httptrace.ClientTrace

	status int // 0 until the headers have arrived
	retry  retryAfter

	mu      sync.Mutex
	entered bool       // bottom was asked to send
	fresh   int        // how many new connections were used
	idle    bool       // the latest connection was idle before this attempt
	reading bool       // media that may hang is being read
	link    *wire.Link // of the latest try; nil if unknown
	tries
	answering bool // the answer, or an interim answer such as 100 Continue, has begun
	early     bool // it began before the whole request was sent; over HTTP/2 the last 64 KB count as sent too soon
	interim   int  // how many interim answers have come
	over      bool // the call has returned: nothing more may be sent

	lent sync.Mutex // held while the caller's memory is being read or written
}

type attemptKey struct{}

// Value implements [context.Context].
func (a *attempt) Value(key any) any {
	if key == (attemptKey{}) {
		return a
	}
	return a.Context.Value(key)
}

// Format implements [fmt.Formatter], because printing the context that a transport
// gets must not print the request.
func (a *attempt) Format(s fmt.State, verb rune) { redact.Format(s, verb, "httpx.attempt") }

func attemptOf(ctx context.Context) (*attempt, bool) {
	a, ok := ctx.Value(attemptKey{}).(*attempt)
	return a, ok
}

// traced is the context for the transport: its trace reports the steps of the
// exchange to the attempt.
func (a *attempt) traced() context.Context {
	a.trace.GotConn = a.gotConn
	a.trace.WroteRequest = a.wroteRequest
	a.trace.GotFirstResponseByte = a.answerBegan
	a.trace.Got1xxResponse = a.noAnswerYet
	ctx := httptrace.WithClientTrace(a, &a.trace)
	if theirs := httptrace.ContextClientTrace(a.caller); theirs != nil && theirs.Got1xxResponse != nil {
		a.trace.Got1xxResponse = a.noAnswerYetFor(theirs.Got1xxResponse) // otherwise httptrace would replace our error with theirs
	}
	return ctx
}

func (a *attempt) noAnswerYetFor(caller func(int, textproto.MIMEHeader) error) func(int, textproto.MIMEHeader) error {
	return func(code int, header textproto.MIMEHeader) error {
		if err := a.noAnswerYet(code, header); err != nil {
			return err
		}
		return caller(code, header)
	}
}

func (a *attempt) gotConn(info httptrace.GotConnInfo) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.idle = info.Reused && info.WasIdle
	var c *wire.Conn
	c, a.link = wire.Of(info.Conn)
	if !info.Reused {
		a.fresh++
	} else if c != nil {
		c.Rested()
	}
	a.begin()
}

func (a *attempt) wasIdle() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.idle
}

func (a *attempt) lastLink() *wire.Link {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.link
}

func (a *attempt) setReading(is bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.reading = is
}

func (a *attempt) waitsForMedia() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.reading
}

func (a *attempt) wasSent() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.isSent()
}

func (a *attempt) wroteRequest(info httptrace.WroteRequestInfo) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.wrote(info.Err, a.low != nil && a.low.netHTTP)
}

func (a *attempt) answerBegan() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answering = true
	a.early = !a.isSent()
	if a.link != nil {
		a.link.Tell()
	}
}

// noAnswerYet is called for an interim answer such as 100 Continue, which may come
// at any time and also triggers answerBegan. There is no event for the beginning of
// the final answer; isEarly checks when its headers have arrived.
func (a *attempt) noAnswerYet(int, textproto.MIMEHeader) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.early = false
	if a.interim++; a.interim > maxInterim {
		return errInterim
	}
	return nil
}

// maxInterim is net/http's own limit, which does not apply if a trace has
// Got1xxResponse.
const maxInterim = 5

// isAnswered reports whether an answer has begun, before a connection is given up.
func (a *attempt) isAnswered() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.answering
}

func (a *attempt) isEarly() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.early || a.answering && !a.isSent()
}

// openBody is for the first try, reopenBody for others.
func (a *attempt) openBody() io.ReadCloser {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.open()
}

func (a *attempt) open() *outgoing {
	o := &outgoing{attempt: a, body: a.request.Body.Open(), left: a.request.Body.Len()}
	a.tries.open(o)
	return o
}

// reopenBody lets the transport try another connection as long as no complete
// request has been written, for example after a dead idle connection. After a
// complete write the request is not sent again: over HTTP/2 net/http would repeat
// endlessly for a server that reads the whole request and then refuses it. The
// number of new connections is limited too: over HTTP/2 net/http would dial again
// at once whenever a new connection fails, and the Client, which has backoff and a
// quota, would not know.
func (a *attempt) reopenBody() (io.ReadCloser, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.written {
		return nil, errWritten
	}
	if a.fresh >= maxFresh {
		return nil, errRefused
	}
	return a.open(), nil
}

// maxFresh limits new connections. Reused ones that turn out to be dead do not count.
const maxFresh = 4

// finish forbids further sending and reports whether the request was sent. After it
// returns, the caller's memory is no longer in use.
func (a *attempt) finish() (sent bool) {
	a.mu.Lock()
	a.over = true
	sent = a.isSent()
	a.mu.Unlock()
	a.recall()
	return sent
}

// recall waits until the caller's memory is no longer being written. net/http has
// closed the connection or is about to, which ends the write. If it does not, the
// caller waits for patience at most.
func (a *attempt) recall() {
	if a.lent.TryLock() {
		a.lent.Unlock()
		return
	}
	returned := make(chan struct{})
	go func() {
		a.lent.Lock()
		defer a.lent.Unlock()
		close(returned)
	}()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-returned:
	case <-timer.C:
	}
}

var (
	errOver     = errors.New("httpx: the call has ended")
	errInterim  = errors.New("httpx: no end of interim answers")
	errForeign  = errors.New("httpx: a round tripper of the caller's mixes up the requests of several clients")
	errRepeated = errors.New("httpx: a round tripper of the caller's sends the request again")
	errWritten  = errors.New("httpx: the request has been sent once")
	errRefused  = errors.New("httpx: every new connection refuses the request")
)
