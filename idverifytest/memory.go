package idverifytest

import (
	"context"
	"sync"
	"time"
)

// memory is shared by all requests that are being read. Those that do not fit wait
// in a queue.
type memory struct {
	mu      sync.Mutex
	free    int64
	waiting []*claim
}

// claim is one request's wait for memory.
type claim struct {
	n     int64
	given chan struct{}
}

// take takes n bytes, waits at most waitTime, and reports whether it succeeded.
// They must be given back.
func (m *memory) take(ctx context.Context, done <-chan struct{}, n int64) bool {
	m.mu.Lock()
	if len(m.waiting) == 0 && m.free >= n {
		m.free -= n
		m.mu.Unlock()
		return true
	}
	c := &claim{n: n, given: make(chan struct{})}
	m.waiting = append(m.waiting, c)
	m.mu.Unlock()

	timer := time.NewTimer(waitTime)
	defer timer.Stop()
	select {
	case <-c.given:
		return true
	case <-timer.C:
	case <-ctx.Done():
	case <-done:
	}
	return m.leave(c)
}

// leave ends a wait, and reports whether memory was granted at the last moment.
func (m *memory) leave(c *claim) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, waiting := range m.waiting {
		if waiting == c {
			m.waiting = append(m.waiting[:i], m.waiting[i+1:]...)
			m.serve() // those behind it may fit
			return false
		}
	}
	return true
}

func (m *memory) giveBack(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.free += n
	m.serve()
}

// serve grants memory to those who wait, in order. It must be called with the lock
// held.
func (m *memory) serve() {
	for len(m.waiting) > 0 && m.waiting[0].n <= m.free {
		first := m.waiting[0]
		m.waiting = m.waiting[1:]
		m.free -= first.n
		close(first.given)
	}
}
