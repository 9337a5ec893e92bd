package idverifytest

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
)

// gate stands between the provider under test and its vendor. It counts what
// arrives, and can answer in the vendor's place.
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

// set makes every exchange from now on go to h, or to the vendor for nil.
func (g *gate) set(h http.HandlerFunc) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.instead = h
}

func (g *gate) reset() { g.arrived.Store(0) }

// release ends whatever hold keeps up.
func (g *gate) release() { close(g.done) }

// hold reads the request, tells arrived, and gives no answer.
func (g *gate) hold(arrived chan<- struct{}) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		drainAll(r)
		arrived <- struct{}{}
		<-g.done
		panic(http.ErrAbortHandler)
	}
}

// loseAnswer lets the vendor do its work and drops the connection.
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
