package httpx

import (
	"net/http"
	"time"

	"github.com/go-resty/resty/v2"
)

// patience is how long net/http is given to come back once the context has
// ended. It does at once, unless it waits for a body whose media hangs.
const patience = 100 * time.Millisecond

type executed struct {
	answer   *resty.Response
	err      error
	panicked any
}

// execute runs an exchange so that its caller can leave. net/http waits for
// the goroutine that reads the request's body, whatever the context says: media
// on a file system that hangs would hold the caller for ever.
func (c *Client) execute(r *resty.Request, a *attempt) (*http.Response, error) {
	exchange := func() (e executed) {
		e.answer, e.err = r.Execute(a.request.Method, c.base+a.request.Path)
		return e
	}
	if a.request.Body.InMemory() {
		return exchange().result()
	}
	done := make(chan executed, 1)
	go func() {
		var e executed
		defer func() {
			e.panicked = recover() // it belongs to the caller, who can recover
			done <- e
		}()
		e = exchange()
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

func (e executed) result() (*http.Response, error) {
	if e.panicked != nil {
		panic(e.panicked)
	}
	if e.err != nil {
		e.discard()
		return nil, e.err
	}
	return e.answer.RawResponse, nil
}

func (e executed) discard() {
	if e.answer != nil && e.answer.RawResponse != nil && e.answer.RawResponse.Body != nil {
		_ = e.answer.RawResponse.Body.Close()
	}
}
