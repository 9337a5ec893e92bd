package idverifytest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// A slow client is waited for only up to the time limit.
func TestServe_Times(t *testing.T) {
	for name, want := range map[string]struct {
		sent string
		last time.Duration
	}{
		"nothing":           {"", headTime},
		"half a head":       {"GET / HTTP/1.1\r\nHost: x", headTime},
		"half a body":       {"POST /linkface" + linkfacePath + " HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx", bodyTime},
		"half an idle body": {"POST /nobody HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx", bodyTime},
		"no next request":   {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", idleTime},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, l := serving(t)
				conn := l.dial()
				begun := time.Now()
				go func() { _, _ = io.WriteString(conn, want.sent) }()
				_, err := io.Copy(io.Discard, conn) // until the server closes the connection
				assert.NoError(t, err)
				assert.InDelta(t, want.last.Seconds(), time.Since(begun).Seconds(), 1)
			})
		})
	}
}

// The server gives up on an answer that the client does not read.
func TestServe_ClientDoesNotReadAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := serving(t)
		conn := l.dial()
		begun := time.Now()
		_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		assert.NoError(t, err)
		synctest.Wait()
		assert.Len(t, s.Exchanges(), 1)
		_, err = conn.Write([]byte("xx")) // one byte is accepted; then it blocks until the server closes
		assert.Error(t, err)
		assert.Equal(t, sendTime, time.Since(begun))
	})
}

// An exchange held up by a fault is not cut off by the time limits for clients.
func TestServe_FaultsLastLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := serving(t)
		for body, fault := range map[string]Fault{"x": Delay(time.Hour), "": Delay(time.Hour), "y": SlowDrip(sendTime / 2)} {
			s.Inject(Linkface, fault)
			conn := l.dial()
			go func() {
				fmt.Fprintf(conn, "POST /linkface%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", linkfacePath, len(body), body)
			}()
			answer, err := io.ReadAll(conn)
			assert.NoError(t, err)
			assert.True(t, strings.HasSuffix(string(answer), "}"), "%s", answer)
		}
	})
}

// When there is no memory for another request in time, the vendor's error for too
// many calls is sent.
func TestServe_Busy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := serving(t)
		s.memory.free = 0
		for path, code := range map[string]string{"/linkface" + linkfacePath: "RATE_LIMIT_EXCEEDED", "/baiduv4" + baiduPath: "18", "/tencent" + tencentPath: "15"} {
			conn := l.dial()
			begun := time.Now()
			go func() {
				fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx", path)
			}()
			answer, _ := io.ReadAll(conn)
			assert.Contains(t, string(answer), code)
			assert.Equal(t, waitTime, time.Since(begun))
		}
		assert.Zero(t, s.Bill().Total())
	})
}

// Memory is given back, whatever the outcome of the request.
func TestServe_MemoryIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := serving(t)
		s.Inject(Linkface, RateLimited(), ResetAfterBody(), Hang())
		for range 5 {
			conn := l.dial()
			go func() {
				fmt.Fprintf(conn, "POST /linkface%s HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx", linkfacePath)
			}()
			synctest.Wait()
			assert.Less(t, s.memory.free, int64(bodyMemory))
			_ = conn.Close()
			synctest.Wait()
			assert.EqualValues(t, bodyMemory, s.memory.free)
		}
	})
}

type failingListener struct{ net.Listener }

func (failingListener) Accept() (net.Conn, error) { return nil, errors.New("no more") }
func (failingListener) Close() error              { return nil }
func (failingListener) Addr() net.Addr            { return &net.TCPAddr{} }

func TestServe_EndsWithItsListener(t *testing.T) {
	assert.ErrorContains(t, New().Serve(failingListener{}), "no more")
	s := New()
	s.Close()
	assert.NoError(t, s.Serve(listen()), "closed before")
}

// A head may have 16 KiB.
func TestServe_SizeOfAHead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, l := serving(t)
		for n, status := range map[int]int{16_000: http.StatusNotFound, 17_000: http.StatusRequestHeaderFieldsTooLarge} {
			conn := l.dial()
			assert.Equal(t, status, get(t, conn, "A: "+strings.Repeat("x", n)+"\r\n").StatusCode)
			_ = conn.Close()
		}
	})
}
