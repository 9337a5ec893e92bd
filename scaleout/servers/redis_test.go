//go:build unix

package servers

import (
	"bufio"
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/sqlidverify"
)

// installed skips a test if the servers are missing. The gate allows no skipped test.
func installed(t *testing.T, d sqlidverify.Dialect) {
	t.Helper()
	if missing := Missing(d); len(missing) > 0 {
		t.Skip(missing, "not installed: ", Install(d))
	}
}

// folder is one that the servers' own users can access, unlike t.TempDir.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "servers")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func TestRedis_LoseAll(t *testing.T) {
	installed(t, sqlidverify.PostgreSQL)
	r, err := StartRedis(folder(t))
	require.NoError(t, err)
	defer r.Stop()
	say := func(command string) string {
		conn, err := net.Dial("tcp", r.Addr())
		require.NoError(t, err)
		defer conn.Close()
		_, err = conn.Write([]byte(command + "\r\n"))
		require.NoError(t, err)
		line, err := bufio.NewReader(conn).ReadString('\n')
		require.NoError(t, err)
		return line
	}
	assert.Equal(t, "+OK\r\n", say("SET k v"))
	assert.Equal(t, ":1\r\n", say("EXISTS k"))
	require.NoError(t, r.LoseAll())
	assert.Equal(t, ":0\r\n", say("EXISTS k"))
}
