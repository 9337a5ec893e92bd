// Package proxy is a TCP proxy between a process and a server that simulates network
// failures: it hangs, is cut, or loses an answer.
package proxy

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
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
	over  bool
	all   sync.WaitGroup
}

// New listens on a free port of the loopback interface.
func New(target string) (*Proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{listener: l, target: target, open: map[net.Conn]bool{}, hung: make(chan struct{})}
	close(p.hung)
	p.all.Go(p.accept)
	return p, nil
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

// Lost counts the answers that were lost.
func (p *Proxy) Lost() int { return int(p.lost.Load()) }

// Heal forwards everything again, including what was blocked.
func (p *Proxy) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heal()
}

func (p *Proxy) heal() {
	p.cut, p.loses = false, nil
	select {
	case <-p.hung:
	default:
		close(p.hung)
	}
}

// Close ends everything.
func (p *Proxy) Close() {
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
		p.pass(server, client, func(sent []byte) bool {
			if p.willLose(sent) {
				loses.Store(true)
			}
			return true
		})
	})
	p.pass(client, server, func([]byte) bool {
		if !loses.Load() {
			return true
		}
		p.lost.Add(1)
		return false
	})
	both.Wait()
}

// pass copies until either end closes or goesOn returns false; then it closes both.
func (p *Proxy) pass(to, from net.Conn, goesOn func([]byte) bool) {
	defer to.Close()
	defer from.Close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			p.wait()
			if !goesOn(buffer[:n]) {
				return
			}
			if _, err := to.Write(buffer[:n]); err != nil {
				return
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

// willLose uses up one of the waiting losses if it matches.
func (p *Proxy) willLose(sent []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.loses) == 0 || !p.loses[0](sent) {
		return false
	}
	p.loses = p.loses[1:]
	return true
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
