package redisidverify_test

import (
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/tcpproxy"
	"github.com/idverify/idverify/redisidverify"
)

// setting breaks a store with a proxy. works calls the latest store.
func setting(p *tcpproxy.Proxy, c *clock, works func() error) idverifytest.StoreSetting {
	tick := 200 * time.Millisecond
	if c.mini == nil {
		tick = 400 * time.Millisecond
	}
	return idverifytest.StoreSetting{
		Wait: c.wait, Tick: tick,
		Break: func(testing.TB) { p.Cut() },
		Heal: func(tb testing.TB) {
			p.Heal()
			mended(tb, works)
		},
	}
}

// Holds P-MANY-1.
func TestTokenStore_Conforms(t *testing.T) {
	onServers(t, func(t *testing.T, addr string, c *clock) {
		p := tcpproxy.Start(t, addr)
		client := connect(t, p.Addr())
		var last *redisidverify.TokenStore
		idverifytest.TestTokenStore(t, idverifytest.TokenStoreHarness[baiduv4.Token]{
			StoreSetting: setting(p, c, func() error { _, _, err := last.Load(t.Context(), digits(64)); return err }),
			New: func(tb testing.TB) idverifytest.TokenStore[baiduv4.Token] {
				last = patient(newTokens(tb, client, func(o *redisidverify.TokenOptions) { o.Clock = c.now }))
				return last
			},
			Token: func(value string, life time.Duration) baiduv4.Token {
				return baiduv4.NewToken(value, c.now().Add(life))
			},
			Read: func(token baiduv4.Token) (string, time.Duration) {
				return token.Reveal(), token.ExpiresAt().Sub(c.now())
			},
			Lease: true, LeaseTime: 5 * time.Second,
			Dump: func(tb testing.TB) string { return dump(tb, connect(t, addr)) },
		})
	})
}

// Holds P-MANY-3.
func TestPersonStore_Conforms(t *testing.T) {
	onServers(t, func(t *testing.T, addr string, c *clock) {
		p := tcpproxy.Start(t, addr)
		client := connect(t, p.Addr())
		var last *redisidverify.PersonStore
		idverifytest.TestPersonStore(t, idverifytest.PersonStoreHarness{
			StoreSetting: setting(p, c, func() error { return last.Return(t.Context(), tryOf(digits(64), 1)) }),
			New: func(tb testing.TB) idverify.PersonStore {
				last = patient(newPersons(tb, client))
				return last
			},
		})
	})
}

// Holds P-MANY-2.
func TestLimiter_Conforms(t *testing.T) {
	limiters := func(t *testing.T, addr string) {
		client := connect(t, addr)
		idverifytest.TestLimiter(t, idverifytest.LimiterHarness{
			New: func(tb testing.TB, name string, r idverify.Rate) idverify.Limiter {
				// 5 % below the purchased rate, as NewLimiter advises
				l, err := redisidverify.NewLimiter(client, name, idverify.SharedRate{PerSecond: 0.95 * r.PerSecond, Processes: 2, InFlight: r.InFlight})
				require.NoError(tb, err)
				return l
			},
		})
	}
	t.Run("miniredis", func(t *testing.T) { limiters(t, miniredis.RunT(t).Addr()) })
	t.Run("redis", func(t *testing.T) { limiters(t, realRedis(t)) })
}

// dump is all our keys with their values.
func dump(tb testing.TB, client *redis.Client) string {
	tb.Helper()
	var all strings.Builder
	keys, err := client.Keys(tb.Context(), "idverify:*").Result()
	require.NoError(tb, err)
	for _, key := range keys {
		all.WriteString(key + "\n")
		switch kind, _ := client.Type(tb.Context(), key).Result(); kind {
		case "hash":
			fields, _ := client.HGetAll(tb.Context(), key).Result()
			for name, value := range fields {
				all.WriteString(name + " " + value + "\n")
			}
		case "zset":
			members, _ := client.ZRange(tb.Context(), key, 0, -1).Result()
			all.WriteString(strings.Join(members, "\n"))
		case "string":
			value, _ := client.Get(tb.Context(), key).Result()
			all.WriteString(value + "\n")
		}
	}
	return all.String()
}
