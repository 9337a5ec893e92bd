package redisidverify_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/redisidverify"
)

// A call with all three stores leaves no name, number, key or token in Redis: not in
// the stored data, and not in the commands that MONITOR and SLOWLOG show.
// Holds P-MANY-5.
func TestCanary_NoPersonalDataOrKeysInRedis(t *testing.T) {
	onServers(t, func(t *testing.T, addr string, c *clock) {
		client := connect(t, addr)
		var heard func() string
		if c.mini == nil { // miniredis has neither
			heard = monitor(t, addr)
		}
		token := askWithAllStores(t, client)
		seen := dump(t, client)
		if c.mini == nil {
			slow, err := client.Do(t.Context(), "SLOWLOG", "GET", "1000").Result()
			require.NoError(t, err)
			said := heard()
			assert.Contains(t, said, "evalsha")
			seen += said + fmt.Sprint(slow)
		}
		person := idverifytest.Match()
		require.Contains(t, seen, "idverify:{p:")
		require.Contains(t, seen, "idverify:{t:")
		for about, canary := range map[string]string{
			"name": person.Name, "number": person.IDNumber, "token": token,
			"API key": idverifytest.BaiduAPIKey, "secret key": idverifytest.BaiduSecretKey, "seal": "EXAMPLE-SECRET",
		} {
			for _, form := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%q", canary), escaped(canary)} {
				assert.NotContains(t, seen, form, about)
			}
		}
	})
}

// escaped is a text as MONITOR writes it.
func escaped(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' {
			fmt.Fprintf(&b, `\x%02x`, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// askWithAllStores verifies a person, and returns the token that Redis stores.
func askWithAllStores(t *testing.T, client *redis.Client) (token string) {
	t.Helper()
	vendors := idverifytest.Start(t)
	store := patient(newTokens(t, client))
	kept := &watched{TokenStore: store, saved: make(chan string, 1)}
	baidu, err := baiduv4.New(baiduv4.Config{
		APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey, Tokens: kept,
		HTTP: idverify.HTTP{BaseURL: vendors.BaseURL(idverifytest.BaiduV4)},
	})
	require.NoError(t, err)
	limiter, err := redisidverify.NewLimiter(client, digits(16), idverify.SharedRate{PerSecond: 100, Processes: 1})
	require.NoError(t, err)
	own, err := idverify.New([]idverify.Provider{baidu},
		idverify.WithVendor(idverifytest.BaiduV4, idverify.VendorPolicy{Limiter: limiter}),
		idverify.WithPersonLimit(idverify.PersonLimit{Secret: sealKeys()[0].Secret, Tries: 1000, Window: time.Minute, Store: patient(newPersons(t, client))}))
	require.NoError(t, err)
	_, err = own.Verify(t.Context(), question())
	require.NoError(t, err)
	token = <-kept.saved
	require.NotEmpty(t, token)
	return token
}

// monitor reads every command of a server over its own connection. A marker command
// shows when all earlier ones have been read.
func monitor(t *testing.T, addr string) (heard func() string) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	_, err = conn.Write([]byte("MONITOR\r\n"))
	require.NoError(t, err)
	lines := bufio.NewReader(conn)
	line, err := lines.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "+OK\r\n", line)
	return func() string {
		mark := digits(32)
		require.NoError(t, connect(t, addr).Echo(t.Context(), mark).Err())
		var all strings.Builder
		for !strings.Contains(all.String(), mark) {
			line, err := lines.ReadString('\n')
			require.NoError(t, err)
			all.WriteString(line)
		}
		return all.String()
	}
}

// watched records which token was saved.
type watched struct {
	*redisidverify.TokenStore
	saved chan string
}

func (w *watched) Save(ctx context.Context, key string, token baiduv4.Token) error {
	err := w.TokenStore.Save(ctx, key, token)
	w.saved <- token.Reveal()
	return err
}
