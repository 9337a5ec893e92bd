package redisidverify_test

import (
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// proxy is in front of a Redis and breaks it for one test.
type proxy struct {
	target   string
	listener net.Listener
	all      sync.WaitGroup

	mu      sync.Mutex
	changed *sync.Cond
	mode    mode
	conns   map[net.Conn]bool
}

type mode int

const (
	passing    mode = iota
	hanging         // sent bytes arrive when the proxy passes again
	swallowing      // sent bytes arrive, but no answer comes back
	cutting         // connections are closed
	closed
)

func newProxy(tb testing.TB, target string) *proxy {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	p := &proxy{target: target, listener: l, conns: map[net.Conn]bool{}}
	p.changed = sync.NewCond(&p.mu)
	p.all.Go(p.serve)
	tb.Cleanup(func() {
		p.set(closed)
		_ = l.Close()
		p.all.Wait()
	})
	return p
}

func (p *proxy) addr() string { return p.listener.Addr().String() }

func (p *proxy) set(m mode) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mode = m
	p.changed.Broadcast()
	if m == cutting || m == closed {
		for c := range p.conns {
			_ = c.Close()
		}
	}
}

func (p *proxy) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.mu.Lock()
		if p.mode >= cutting {
			_, _ = client.Close(), server.Close()
		}
		p.conns[client], p.conns[server] = true, true
		p.mu.Unlock()
		p.all.Go(func() { p.carry(server, client, hanging) })
		p.all.Go(func() { p.carry(client, server, swallowing) })
	}
}

// carry copies bytes, except in the mode that stops this direction.
func (p *proxy) carry(to, from net.Conn, stops mode) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 && p.lets(stops) {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (p *proxy) lets(stops mode) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mode == swallowing && stops == swallowing {
		return false
	}
	for p.mode == hanging && stops == hanging {
		p.changed.Wait()
	}
	return p.mode < cutting
}
