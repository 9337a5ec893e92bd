// Package connwatch watches the connections of a test's server: how many were
// opened, and whether each has been given back or closed.
package connwatch

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// patience is how long a test waits for something that must happen at once.
const patience = 10 * time.Second

// Watch is the state of one server's connections.
type Watch struct {
	mu       sync.Mutex
	states   map[net.Conn]http.ConnState // of open connections
	opened   int
	handling int           // requests
	changed  chan struct{} // closed, and replaced, at every change
}

// On watches a server that has not been started yet.
func On(server *httptest.Server) *Watch {
	w := &Watch{states: map[net.Conn]http.ConnState{}, changed: make(chan struct{})}
	server.Config.ConnState = w.see
	handler := server.Config.Handler
	server.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.change(func() { w.handling++ })
		defer w.change(func() { w.handling-- }) // also if the handler panics
		handler.ServeHTTP(rw, r)
	})
	return w
}

func (w *Watch) see(conn net.Conn, state http.ConnState) {
	w.change(func() {
		switch state {
		case http.StateNew:
			w.opened++
		case http.StateClosed, http.StateHijacked: // a handler that hijacks counts until it returns
			delete(w.states, conn)
			return
		}
		w.states[conn] = state
	})
}

func (w *Watch) change(how func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	how()
	close(w.changed)
	w.changed = make(chan struct{})
}

// Opened is how many connections were opened.
func (w *Watch) Opened() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.opened
}

// Settle waits until no request is in progress and every open connection is idle. It
// fails the test if that does not happen, or the number of idle connections is wrong.
func (w *Watch) Settle(tb testing.TB, idle int) {
	tb.Helper()
	late := time.After(patience)
	for {
		settled, what, changed := w.look(idle)
		if settled {
			return
		}
		select {
		case <-changed:
		case <-late:
			tb.Fatalf("want %d idle connections and no other: %s", idle, what)
		}
	}
}

func (w *Watch) look(idle int) (settled bool, what string, changed <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	settled = w.handling == 0 && len(w.states) == idle
	for state := range maps.Values(w.states) {
		settled = settled && state == http.StateIdle
		what += state.String() + ", "
	}
	return settled, what + fmt.Sprintf("%d requests under way", w.handling), w.changed
}
