// Package tcpproxy is a TCP proxy between a process and a server that simulates network
// failures: it hangs, is cut, or loses answers. The modules with stores test with it.
package tcpproxy

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// Proxy forwards connections to one address. It is safe for concurrent use.
type Proxy struct {
	listener net.Listener
	target   string
	lost     atomic.Int64

	mu    sync.Mutex
	open  map[net.Conn]bool // both ends of every connection
	hung  chan struct{}     // closed while nothing hangs
	cut   bool
	loses []func(sent []byte) bool // one for each answer still to be lost
	from  func(sent []byte) bool   // Swallow's, until it has matched
	mute  bool                     // no answer is delivered
	over  bool
	all   sync.WaitGroup
}

// Start listens on a free port of the loopback interface until the test ends.
func Start(tb testing.TB, target string) *Proxy {
	tb.Helper()
	return StartAt(tb, "127.0.0.1", target)
}

// StartAt listens on a free port of a host's address.
func StartAt(tb testing.TB, host, target string) *Proxy {
	tb.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		tb.Fatal(err)
	}
	p := &Proxy{listener: l, target: target, open: map[net.Conn]bool{}, hung: make(chan struct{})}
	close(p.hung)
	p.all.Go(p.accept)
	tb.Cleanup(p.close)
	return p
}

// Addr is the address that the proxy listens on.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Hang blocks everything that is sent from now on, in both directions.
func (p *Proxy) Hang() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.hung:
		p.hung = make(chan struct{})
	default:
	}
}

// Cut closes all connections, and every new one immediately.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = true
	p.closeAll()
}

// Lose lets the server execute the next command for which is returns true, and then
// closes the connection instead of delivering the answer. A nil is matches any
// command.
func (p *Proxy) Lose(is func(sent []byte) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if is == nil {
		is = func([]byte) bool { return true }
	}
	p.loses = append(p.loses, is)
}

// Swallow drops all answers, beginning with that to the next command for which from
// returns true, and keeps the connections open. A nil from matches any command.
func (p *Proxy) Swallow(from func(sent []byte) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mute, p.from = from == nil, from
}

// Lost counts the answers that Lose has lost.
func (p *Proxy) Lost() int { return int(p.lost.Load()) }

// Heal forwards everything again, including what was blocked.
func (p *Proxy) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heal()
}

func (p *Proxy) heal() {
	p.cut, p.loses, p.mute, p.from = false, nil, false, nil
	select {
	case <-p.hung:
	default:
		close(p.hung)
	}
}

func (p *Proxy) close() {
	p.mu.Lock()
	p.over = true
	p.heal()
	p.closeAll()
	p.mu.Unlock()
	_ = p.listener.Close()
	p.all.Wait()
}

func (p *Proxy) closeAll() {
	for conn := range p.open {
		_ = conn.Close()
	}
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		p.all.Go(func() { p.serve(client) })
	}
}

func (p *Proxy) serve(client net.Conn) {
	defer client.Close()
	if !p.enter(client) {
		return
	}
	defer p.leave(client)
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer server.Close()
	if !p.enter(server) {
		return
	}
	defer p.leave(server)
	var loses atomic.Bool
	var both sync.WaitGroup
	both.Go(func() {
		p.pass(server, client, func(sent []byte) fate {
			if p.willLose(sent) {
				loses.Store(true)
			}
			return deliver
		})
	})
	p.pass(client, server, func([]byte) fate {
		if loses.Load() {
			p.lost.Add(1)
			return hangUp
		}
		if p.isMute() {
			return drop
		}
		return deliver
	})
	both.Wait()
}

// fate is what happens to bytes that arrived.
type fate int

const (
	deliver fate = iota
	drop
	hangUp
)

// pass copies until either end closes or the bytes' fate is hangUp; then it closes both.
func (p *Proxy) pass(to, from net.Conn, of func([]byte) fate) {
	defer to.Close()
	defer from.Close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			p.wait()
			switch of(buffer[:n]) {
			case hangUp:
				return
			case deliver:
				if _, err := to.Write(buffer[:n]); err != nil {
					return
				}
			}
		}
		if err != nil {
			return
		}
	}
}

func (p *Proxy) wait() {
	p.mu.Lock()
	hung := p.hung
	p.mu.Unlock()
	<-hung
}

// willLose uses up one of the waiting losses if it matches. It also begins to swallow
// where Swallow said so.
func (p *Proxy) willLose(sent []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.from != nil && p.from(sent) {
		p.mute, p.from = true, nil
	}
	if len(p.loses) == 0 || !p.loses[0](sent) {
		return false
	}
	p.loses = p.loses[1:]
	return true
}

func (p *Proxy) isMute() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mute
}

func (p *Proxy) enter(conn net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cut || p.over {
		return false
	}
	p.open[conn] = true
	return true
}

func (p *Proxy) leave(conn net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, conn)
}
