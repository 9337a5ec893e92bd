package httpx

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/go-resty/resty/v2"
)

// patience is how long net/http may take to return after the context has ended. It
// returns at once, unless it waits for a body whose media hang.
const patience = 100 * time.Millisecond

var errEnded = errors.New("httpx: the exchange ended without an answer")

type executed struct {
	answer   *http.Response
	err      error
	panicked any
}

// execute runs an exchange in such a way that its caller can leave. net/http waits
// for the goroutine that reads the request's body even after the context has ended:
// media on a hanging file system would block the caller for ever, and so would a
// signer that waits for credentials.
func (c *Client) execute(a *attempt) (*http.Response, error) {
	if a.request.Body.InMemory() && a.request.Sign == nil {
		e := c.exchange(a)
		return e.result()
	}
	done := make(chan executed, 1)
	go func() {
		var e executed
		defer func() {
			e.panicked = recover() // raised again in the caller, who can recover
			done <- e
		}()
		e = c.exchange(a)
	}()
	select {
	case e := <-done:
		return e.result()
	case <-a.Done():
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case e := <-done:
		return e.result()
	case <-timer.C:
		go func() { (<-done).discard() }()
		return nil, a.Err()
	}
}

// exchange sends through a pooled resty.Request. Executing one several times, one
// after the other, is safe: resty's own retries do the same.
func (c *Client) exchange(a *attempt) (e executed) {
	r := c.requests.Get().(*resty.Request)
	answer, err := r.SetContext(a.traced()).Execute(a.request.Method, c.base+a.request.Path)
	if e.err = err; answer != nil {
		e.answer = answer.RawResponse
	}
	r.SetContext(context.Background()) // so that it keeps nothing of this attempt
	r.RawRequest = nil
	c.requests.Put(r)
	return e
}

func (e executed) result() (*http.Response, error) {
	if e.panicked != nil {
		panic(e.panicked)
	}
	if e.err != nil {
		return nil, e.err
	}
	if e.answer == nil { // the caller's transport ended the goroutine: see runtime.Goexit
		return nil, errEnded
	}
	return e.answer, nil
}

func (e executed) discard() {
	if e.answer != nil {
		_ = e.answer.Body.Close()
	}
}
