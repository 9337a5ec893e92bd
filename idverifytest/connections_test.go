package idverifytest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pipes is an in-memory listener, so that only the test's clock counts.
type pipes struct {
	dialed chan net.Conn
	closed chan struct{}
}

func listen() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.dialed:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	close(p.closed)
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	p.dialed <- server
	return client
}

// serving serves a stand-in in memory for as long as the test lasts.
func serving(t *testing.T, opts ...Option) (*Server, *pipes) {
	s, l := New(opts...), listen()
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Close()
		assert.NoError(t, <-ended)
	})
	return s, l
}

// get sends a request to no vendor, and returns the answer's status.
func get(t *testing.T, conn net.Conn, headers string) *http.Response {
	t.Helper()
	go func() { _, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n"+headers+"\r\n") }()
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, answer.Body)
	require.NoError(t, err)
	return answer
}

// isClosed waits until the server has closed a connection.
func isClosed(conn net.Conn) bool {
	_, err := conn.Read(make([]byte, 1))
	return err != nil
}

func TestConnections_IdleConnectionIsClosedForNewClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, l := serving(t, WithMaxConnections(2))
		first, second := l.dial(), l.dial()
		defer second.Close()
		get(t, first, "")
		synctest.Wait() // now it is idle, and the other connects later
		get(t, second, "")
		synctest.Wait()
		begun := time.Now()
		third := l.dial()
		defer third.Close()
		assert.True(t, isClosed(first), "the longest idle connection")
		assert.Equal(t, quietTime, time.Since(begun), "not at once: its client may be about to send")
		get(t, third, "")
		get(t, second, "")
	})
}

func TestConnections_NewClientWaitsForBusyConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := serving(t, WithMaxConnections(1))
		s.Inject(Linkface, Delay(5*time.Second))
		begun := time.Now()
		busy := l.dial()
		go func() {
			fmt.Fprintf(busy, "POST /linkface%s HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", linkfacePath)
		}()
		synctest.Wait()
		waiting := l.dial()
		defer waiting.Close()
		answered := make(chan time.Duration)
		go func() {
			get(t, waiting, "")
			answered <- time.Since(begun)
		}()
		answer, err := http.ReadResponse(bufio.NewReader(busy), nil)
		require.NoError(t, err)
		_, _ = io.Copy(io.Discard, answer.Body)
		assert.True(t, answer.Close, "other clients wait for a connection")
		assert.True(t, isClosed(busy))
		assert.Equal(t, 5*time.Second, <-answered)
	})
}

// A connection that sends nothing loses its place after a while, when others wait.
func TestConnections_SilentConnectionIsClosedForNewClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, l := serving(t, WithMaxConnections(1))
		silent := l.dial()
		begun := time.Now()
		second := l.dial()
		defer second.Close()
		assert.True(t, isClosed(silent))
		assert.Equal(t, quietTime, time.Since(begun))
		get(t, second, "")
	})
}

func TestConnections_CloseEndsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := serving(t, WithMaxConnections(1))
		s.Inject(Linkface, Hang())
		busy := l.dial()
		defer busy.Close()
		go func() {
			fmt.Fprintf(busy, "POST /linkface%s HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", linkfacePath)
		}()
		synctest.Wait()
		begun := time.Now()
		waiting := l.dial()
		synctest.Wait()
		s.Close()
		assert.True(t, isClosed(waiting))
		assert.Zero(t, time.Since(begun))
	})
}

func TestConnections_CloseEndsAccept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := listen()
		limited := limitConnections(l, 1, new(atomic.Int32))
		go l.dial()
		first, err := limited.Accept()
		require.NoError(t, err)
		defer first.Close()
		ended := make(chan error)
		go func() {
			_, err := limited.Accept()
			ended <- err
		}()
		waiting := l.dial()
		synctest.Wait()
		assert.EqualValues(t, 1, limited.crowded.Load())
		require.NoError(t, limited.Close())
		assert.ErrorIs(t, <-ended, net.ErrClosed)
		assert.True(t, isClosed(waiting))
		assert.Zero(t, limited.crowded.Load())
	})
}

func TestWithMaxConnections_PanicsBelowOne(t *testing.T) {
	assert.Panics(t, func() { WithMaxConnections(0) })
}

// net/http keeps far more of a short header than its bytes.
func TestConnections_LinesOfAHead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, l := serving(t)
		for n, status := range map[int]int{maxHeadLines - 3: http.StatusNotFound, maxHeadLines - 2: http.StatusBadRequest} {
			conn := l.dial()
			assert.Equal(t, status, get(t, conn, strings.Repeat("A:\r\n", n)).StatusCode, n)
			_ = conn.Close()
		}
		// Lines of a body do not count, and each head is counted separately.
		conn := l.dial()
		defer conn.Close()
		for range 3 {
			body := strings.Repeat("\n", 2*maxHeadLines)
			go func() {
				fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\n\r\n%s", strings.Repeat("A:\r\n", 300), len(body), body)
			}()
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			require.NoError(t, err)
			_, _ = io.Copy(io.Discard, answer.Body)
			assert.Equal(t, http.StatusNotFound, answer.StatusCode)
			synctest.Wait()
		}
		go func() {
			_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n"+strings.Repeat("A:\r\n", maxHeadLines)+"\r\n")
		}()
		assert.True(t, isClosed(conn))
	})
}
