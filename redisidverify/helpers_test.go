package redisidverify_test

import (
	"crypto/rand"
	"encoding/hex"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/redisidverify"
)

// clock is the clock of a process; a test can move it.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
	mini  *miniredis.Miniredis // its clock and times to live move too, if any
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) wait(d time.Duration) {
	if c.mini == nil {
		time.Sleep(d) // a real server's clock cannot be moved
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
	c.mini.SetTime(time.Now().Add(c.ahead))
	c.mini.FastForward(d)
}

// set moves the clock of miniredis, and leaves times to live as they are.
func (c *clock) set(ahead time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead = ahead
	c.mini.SetTime(time.Now().Add(ahead))
}

// onServers runs a test on miniredis, and on the server of IDVERIFY_TEST_REDIS.
func onServers(t *testing.T, test func(t *testing.T, addr string, c *clock)) {
	t.Helper()
	t.Run("miniredis", func(t *testing.T) {
		m := miniredis.RunT(t)
		test(t, m.Addr(), &clock{mini: m})
	})
	t.Run("redis", func(t *testing.T) { test(t, realRedis(t), &clock{}) })
}

// realRedis is a server that tests never empty, configure or stop: every test has its
// own keys.
func realRedis(t *testing.T) string {
	t.Helper()
	addr := os.Getenv("IDVERIFY_TEST_REDIS")
	if addr == "" {
		t.Skip("IDVERIFY_TEST_REDIS is not set")
	}
	return addr
}

// connect makes a go-redis client with its defaults, without the settings that the
// README recommends.
func connect(tb testing.TB, addr string) *redis.Client {
	tb.Helper()
	client := redis.NewClient(&redis.Options{Addr: addr})
	tb.Cleanup(func() { _ = client.Close() })
	return client
}

func sealKeys() []redisidverify.SealKey {
	return []redisidverify.SealKey{{Name: "EXAMPLE-1", Secret: []byte("EXAMPLE-SECRET-OF-32-BYTES-OR-MORE")}}
}

// patient gives a store more time than 300 ms, for tests of what a server does, not of
// how long it may take: a busy machine may need it.
func patient[S interface{ Patient() }](store S) S {
	store.Patient()
	return store
}

func newTokens(tb testing.TB, client redis.Scripter, change ...func(*redisidverify.TokenOptions)) *redisidverify.TokenStore {
	tb.Helper()
	o := redisidverify.TokenOptions{Keys: sealKeys()}
	for _, c := range change {
		c(&o)
	}
	store, err := redisidverify.NewTokenStore(client, o)
	require.NoError(tb, err)
	return store
}

func newPersons(tb testing.TB, client redis.Scripter) *redisidverify.PersonStore {
	tb.Helper()
	store, err := redisidverify.NewPersonStore(client)
	require.NoError(tb, err)
	return store
}

func newStarts(tb testing.TB, client redis.Scripter, perSecond float64) *redisidverify.StartSource {
	tb.Helper()
	source, err := redisidverify.NewStartSource(client, redisidverify.Rate{Name: digits(16), PerSecond: perSecond})
	require.NoError(tb, err)
	return source
}

func tryOf(person string, limit int) idverify.Try {
	return idverify.Try{Person: person, ID: digits(32), Limit: limit, Window: time.Hour}
}

func tokenFor(life time.Duration) baiduv4.Token {
	return baiduv4.NewToken("EXAMPLE-TOKEN-"+digits(16), time.Now().Add(life))
}

// digits are n hexadecimal digits that no other test uses.
func digits(n int) string {
	random := make([]byte, n/2)
	_, _ = rand.Read(random)
	return hex.EncodeToString(random)
}

// mended waits until a store works again: it may pause for a second.
func mended(tb testing.TB, works func() error) {
	tb.Helper()
	require.Eventually(tb, func() bool { return works() == nil }, 10*time.Second, 50*time.Millisecond)
}

// clientOf is a client of Baidu's stand-in.
func clientOf(tb testing.TB, vendors *idverifytest.Server, opts ...idverify.Option) *idverify.Client {
	tb.Helper()
	baidu, err := baiduv4.New(baiduv4.Config{APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey,
		HTTP: idverify.HTTP{BaseURL: vendors.BaseURL(idverifytest.BaiduV4)}})
	require.NoError(tb, err)
	client, err := idverify.New([]idverify.Provider{baidu}, opts...)
	require.NoError(tb, err)
	return client
}

func question() *idverify.Request {
	person := idverifytest.Match()
	return &idverify.Request{Name: person.Name, IDNumber: person.IDNumber,
		Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))}}
}
