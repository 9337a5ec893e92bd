package httpx

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http/httptrace"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/wire"
)

// dialled is a connection of our own transport over near.
func dialled(t *testing.T, near net.Conn) net.Conn {
	t.Helper()
	d := wire.Dialer{Dial: func(context.Context, string, string) (net.Conn, error) { return near, nil }}
	c, err := d.Plain(t.Context(), "tcp", "vendor.example:80")
	require.NoError(t, err)
	return c
}

// A reused connection is checked before it is written to.
// Holds P-PAY-4.
func TestAttempt_MarksReusedConnection(t *testing.T) {
	for _, reused := range []bool{false, true} {
		near, far := net.Pipe()
		c := dialled(t, near)
		require.NoError(t, far.Close())
		_, err := c.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF)
		new(attempt).gotConn(httptrace.GotConnInfo{Conn: c, Reused: reused, WasIdle: reused})
		_, err = c.Write([]byte("POST"))
		assert.Equal(t, reused, errors.Is(err, io.ErrUnexpectedEOF), err)
	}
}

// The attempt tells the link that an answer has begun, so that CheckLast asks again.
func TestAttempt_ReportsFirstByteToLink(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	near, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	defer near.Close()
	far, err := l.Accept()
	require.NoError(t, err)
	require.NoError(t, far.Close())

	a := new(attempt)
	a.gotConn(httptrace.GotConnInfo{Conn: dialled(t, near)})
	a.answerBegan()
	asked := 0
	for asked == 0 && err == nil { // until the end has arrived
		err = a.lastLink().CheckLast(t.Context(), func() bool { asked++; return asked > 1 })
	}
	assert.NoError(t, err)
	assert.Equal(t, 2, asked)
}
