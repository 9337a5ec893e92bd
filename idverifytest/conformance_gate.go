package idverifytest

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
)

// gate stands between the provider under test and its vendor. It counts requests,
// and can answer in place of the vendor.
type gate struct {
	vendor  http.Handler
	arrived atomic.Int32
	done    chan struct{}

	mu      sync.Mutex
	instead http.HandlerFunc
}

func newGate(vendor http.Handler) *gate { return &gate{vendor: vendor, done: make(chan struct{})} }

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.arrived.Add(1)
	g.mu.Lock()
	instead := g.instead
	g.mu.Unlock()
	if instead == nil {
		g.vendor.ServeHTTP(w, r)
		return
	}
	instead(w, r)
}

// set sends every exchange from now on to h, or to the vendor for nil.
func (g *gate) set(h http.HandlerFunc) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.instead = h
}

func (g *gate) reset() { g.arrived.Store(0) }

// release ends all exchanges that hold keeps open.
func (g *gate) release() { close(g.done) }

// hold reads the request, signals arrived, and does not answer.
func (g *gate) hold(arrived chan<- struct{}) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		drainAll(r)
		arrived <- struct{}{}
		<-g.done
		panic(http.ErrAbortHandler)
	}
}

// loseAnswer lets the vendor do its work and then drops the connection.
func (g *gate) loseAnswer(_ http.ResponseWriter, r *http.Request) {
	g.vendor.ServeHTTP(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

// change lets the vendor do its work and rewrites its answer.
func (g *gate) change(rewrite func(w http.ResponseWriter, vendor *httptest.ResponseRecorder)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		vendor := httptest.NewRecorder()
		g.vendor.ServeHTTP(vendor, r)
		rewrite(w, vendor)
	}
}

func drainAll(r *http.Request) { _ = drain(r, &Exchange{}) }
