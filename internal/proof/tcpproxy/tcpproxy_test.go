package tcpproxy

import (
	"bufio"
	"bytes"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// echo sends every line back, and reports what arrived.
func echo(t *testing.T) (addr string, arrived chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	arrived = make(chan string, 16)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				lines := bufio.NewScanner(conn)
				for lines.Scan() {
					arrived <- lines.Text()
					_, _ = conn.Write([]byte(lines.Text() + "\n"))
				}
			}()
		}
	}()
	return l.Addr().String(), arrived
}

type caller struct {
	net.Conn
	lines *bufio.Reader
}

func dial(t *testing.T, p *Proxy) *caller {
	t.Helper()
	conn, err := net.Dial("tcp", p.Addr())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return &caller{conn, bufio.NewReader(conn)}
}

func (c *caller) say(t *testing.T, line string) {
	t.Helper()
	_, err := c.Write([]byte(line + "\n"))
	require.NoError(t, err)
}

func open(t *testing.T) (*Proxy, chan string) {
	t.Helper()
	addr, arrived := echo(t)
	return Start(t, addr), arrived
}

func TestProxy_PassesBothWays(t *testing.T) {
	p, _ := open(t)
	c := dial(t, p)
	c.say(t, "hello")
	line, err := c.lines.ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "hello\n", line)
}

func TestProxy_HangBlocksUntilHealed(t *testing.T) {
	p, arrived := open(t)
	c := dial(t, p)
	p.Hang()
	c.say(t, "hello")
	require.NoError(t, c.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
	_, err := c.lines.ReadString('\n')
	require.ErrorContains(t, err, "timeout")
	assert.Empty(t, arrived)
	p.Heal()
	require.NoError(t, c.SetReadDeadline(time.Time{}))
	line, err := c.lines.ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "hello\n", line)
}

func TestProxy_CutEndsOldAndNewConnections(t *testing.T) {
	p, _ := open(t)
	old := dial(t, p)
	old.say(t, "hello")
	_, err := old.lines.ReadString('\n')
	require.NoError(t, err)
	p.Cut()
	for _, c := range []*caller{old, dial(t, p)} {
		_, err := c.lines.ReadString('\n')
		require.Error(t, err)
	}
	p.Heal()
	c := dial(t, p)
	c.say(t, "again")
	_, err = c.lines.ReadString('\n')
	require.NoError(t, err)
}

func TestProxy_LoseDropsTheAnswer(t *testing.T) {
	p, arrived := open(t)
	p.Lose(func(sent []byte) bool { return bytes.Contains(sent, []byte("money")) })
	c := dial(t, p)
	c.say(t, "hello")
	_, err := c.lines.ReadString('\n')
	require.NoError(t, err, "another command")
	c.say(t, "money")
	_, err = c.lines.ReadString('\n')
	require.Error(t, err)
	assert.Equal(t, "hello", <-arrived)
	assert.Equal(t, "money", <-arrived, "the command was executed")
	assert.Equal(t, 1, p.Lost())
}

func TestProxy_SwallowKeepsConnectionSilent(t *testing.T) {
	p, arrived := open(t)
	p.Swallow(func(sent []byte) bool { return bytes.Contains(sent, []byte("money")) })
	c := dial(t, p)
	c.say(t, "hello")
	_, err := c.lines.ReadString('\n')
	require.NoError(t, err, "an earlier command")
	for _, line := range []string{"money", "later"} {
		c.say(t, line)
		require.NoError(t, c.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
		_, err = c.lines.ReadString('\n')
		require.ErrorContains(t, err, "timeout")
	}
	assert.Equal(t, []string{"hello", "money", "later"}, []string{<-arrived, <-arrived, <-arrived}, "all commands were executed")
	p.Heal()
	require.NoError(t, c.SetReadDeadline(time.Time{}))
	c.say(t, "again")
	line, err := c.lines.ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "again\n", line)
}

func TestProxy_SwallowWithoutCommand(t *testing.T) {
	p, arrived := open(t)
	c := dial(t, p)
	p.Swallow(nil)
	c.say(t, "hello")
	assert.Equal(t, "hello", <-arrived)
	require.NoError(t, c.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
	_, err := c.lines.ReadString('\n')
	require.ErrorContains(t, err, "timeout")
}
