package wire

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// flaky fails the first writes.
type flaky struct {
	net.Conn
	failures int
	written  bytes.Buffer
}

func (f *flaky) Write(p []byte) (int, error) {
	if f.failures--; f.failures >= 0 {
		return 0, io.ErrClosedPipe
	}
	return f.written.Write(p)
}

// While records are gathered, TLS is told that they were written. If the write then
// fails, the error must still be returned, so that net/http tries another connection.
func TestGather_FailedWriteIsAnError(t *testing.T) {
	for _, size := range []int{1, 10_000, 1 << 20} {
		for failures := range 2 {
			g := &gatherer{Conn: &flaky{failures: failures}}
			_, err := (&Conn{Conn: g, link: newLink(g), gather: g}).ReadFrom(bytes.NewReader(make([]byte, size)))
			assert.Equal(t, failures > 0, err != nil, "%d bytes, %d failures", size, failures)
		}
	}
	g := &gatherer{Conn: &flaky{}}
	_, err := (&Conn{Conn: g, link: newLink(g), gather: g}).ReadFrom(iotest.ErrReader(io.ErrNoProgress))
	assert.ErrorIs(t, err, io.ErrNoProgress)
}

func TestGather_NothingAfterClose(t *testing.T) {
	below := &flaky{}
	g := &gatherer{Conn: below}
	c := &Conn{Conn: g, link: newLink(g), gather: g}
	_, err := c.ReadFrom(strings.NewReader("before"))
	require.NoError(t, err)
	assert.False(t, g.isBusyAtClose(), "gathered records are written")
	_, err = c.ReadFrom(strings.NewReader("after"))
	assert.ErrorIs(t, err, net.ErrClosed)
	assert.False(t, g.isBusyAtClose())
	assert.Equal(t, "before", below.written.String())
}
