package idverifytest

import (
	"container/list"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// connections limits how many clients are connected at a time. When there is no
// room, a new client gets the place of a connection that has had no request for
// three seconds. If there is none, the client waits, and other connections are
// closed after their next answer.
type connections struct {
	net.Listener
	slots   chan struct{}
	crowded *atomic.Int32 // how many clients wait, at all listeners of the server
	closed  chan struct{}
	once    sync.Once

	mu    sync.Mutex
	quiet *list.List // of quietConn, the longest quiet first
	at    map[net.Conn]*list.Element
}

// quietConn is a connection that has no request in progress.
type quietConn struct {
	conn  net.Conn
	since time.Time
}

// quietTime is how long a connection without a request is left alone while others
// wait. After an answer the next request may be on the way, and closing the
// connection would lose it.
const quietTime = 3 * time.Second

func limitConnections(l net.Listener, most int, crowded *atomic.Int32) *connections {
	return &connections{
		Listener: l,
		slots:    make(chan struct{}, most),
		crowded:  crowded,
		closed:   make(chan struct{}),
		quiet:    list.New(),
		at:       map[net.Conn]*list.Element{},
	}
}

// Accept implements [net.Listener].
func (c *connections) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if !c.enter() {
		_ = conn.Close()
		return nil, net.ErrClosed
	}
	return &placedConn{Conn: conn, leave: sync.OnceFunc(func() { <-c.slots })}, nil
}

// enter waits for a place. It returns false when the listener is closed first.
func (c *connections) enter() bool {
	select {
	case c.slots <- struct{}{}:
		return true
	default:
	}
	c.crowded.Add(1)
	defer c.crowded.Add(-1)
	again := time.NewTicker(quietTime)
	defer again.Stop()
	for {
		c.makeRoom()
		select {
		case c.slots <- struct{}{}:
			return !c.isClosed()
		case <-c.closed:
			return false
		case <-again.C:
		}
	}
}

// isClosed reports whether the listener is closed.
func (c *connections) isClosed() bool {
	select {
	case <-c.closed:
		return true
	default:
		return false
	}
}

// makeRoom closes the connection that has been quiet for the longest.
func (c *connections) makeRoom() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for e := c.quiet.Front(); e != nil; e = e.Next() {
		q := e.Value.(quietConn)
		if time.Since(q.since) >= quietTime {
			c.forget(q.conn)
			closeNow(q.conn)
			return
		}
	}
}

// state is the server's ConnState.
func (c *connections) state(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget(conn)
	switch placed, plain := conn.(*placedConn); {
	case plain && state == http.StateIdle:
		placed.nextHead()
	case !plain && state == http.StateNew:
		if placed, ok := under(conn).(*placedConn); ok {
			placed.over = true // with TLS the bytes show no lines
		}
	}
	if state == http.StateIdle || state == http.StateNew {
		c.at[conn] = c.quiet.PushBack(quietConn{conn, time.Now()})
	}
}

func (c *connections) forget(conn net.Conn) {
	if e, ok := c.at[conn]; ok {
		c.quiet.Remove(e)
		delete(c.at, conn)
	}
}

// Close implements [net.Listener].
func (c *connections) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Listener.Close()
}

// placedConn releases its place when it is closed. It also counts the lines of a
// request's head while they arrive: net/http does not limit them, and keeps far
// more than the bytes of a short line. With TLS it cannot see them.
type placedConn struct {
	net.Conn
	leave func()

	mu    sync.Mutex
	lines int  // of the head being read
	blank bool // nothing since the last line feed
	over  bool // the head has ended
}

// errHead makes net/http close the connection, with 400 unless it is a later
// request with a short head.
var errHead = errors.New("idverifytest: a head with too many lines")

// Close implements [net.Conn].
func (c *placedConn) Close() error {
	defer c.leave()
	return c.Conn.Close()
}

// Read implements [net.Conn].
func (c *placedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.count(p[:n]) > maxHeadLines {
		return 0, errHead
	}
	return n, err
}

// count counts the lines of a head in what was read.
func (c *placedConn) count(read []byte) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, b := range read {
		if c.over {
			break
		}
		switch b {
		case '\n':
			c.lines++
			c.over = c.blank
			c.blank = true
		case '\r':
		default:
			c.blank = false
		}
	}
	return c.lines
}

// nextHead must be called before the head of the next request is read.
func (c *placedConn) nextHead() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines, c.blank, c.over = 0, false, false
}

// NetConn is the connection without its place.
func (c *placedConn) NetConn() net.Conn { return c.Conn }

// under returns the connection below TLS, with its place where it has one.
func under(conn net.Conn) net.Conn {
	for {
		if _, ok := conn.(*placedConn); ok {
			return conn
		}
		over, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			return conn
		}
		conn = over.NetConn()
	}
}

// closeNow closes a connection without TLS's close_notify, which can take seconds.
func closeNow(conn net.Conn) { _ = under(conn).Close() }
