package scaleout_test

import (
	"bufio"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/scaleout/questions"
)

// monitor reads every command that Redis executes, and looks for secrets. It
// reconnects after a restart of Redis.
type monitor struct {
	mu       sync.Mutex
	commands int
	told     []string
}

func listen(t *testing.T, addr string) *monitor {
	t.Helper()
	m := &monitor{}
	over := make(chan struct{})
	var ended sync.WaitGroup
	ended.Go(func() {
		for {
			m.hear(addr, over)
			select {
			case <-over:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	})
	t.Cleanup(func() {
		close(over)
		ended.Wait()
	})
	within(t, 5*time.Second, func() bool { return m.heard() >= 0 }, "MONITOR did not begin")
	return m
}

// hear reads until the connection ends.
func (m *monitor) hear(addr string, over <-chan struct{}) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-over:
		case <-ended:
		}
		_ = conn.Close()
	}()
	if _, err := conn.Write([]byte("MONITOR\r\n")); err != nil {
		return
	}
	lines := bufio.NewScanner(conn)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		told := questions.Told(lines.Text())
		m.mu.Lock()
		if strings.Contains(lines.Text(), `"evalsha"`) {
			m.commands++
		}
		m.told = append(m.told, told...)
		m.mu.Unlock()
	}
}

func (m *monitor) heard() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.commands
}

func (m *monitor) mustBeClean(t *testing.T) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	require.Positive(t, m.commands)
	require.Empty(t, m.told, "MONITOR")
}
