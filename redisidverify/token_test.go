package redisidverify_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/tcpproxy"
	"github.com/idverify/idverify/redisidverify"
)

// processes are n services, each with its own client of Baidu and of Redis.
func processes(t *testing.T, n int, wait func(*redisidverify.TokenStore) *redisidverify.TokenStore, addr, baseURL string, clock func() time.Time, change ...func(*redisidverify.TokenOptions)) []*baiduv4.Client {
	all := make([]*baiduv4.Client, n)
	for i := range all {
		store := newTokens(t, connect(t, addr), append(change, func(o *redisidverify.TokenOptions) { o.Clock = clock })...)
		client, err := baiduv4.New(baiduv4.Config{
			APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey, Tokens: wait(store),
			HTTP: idverify.HTTP{BaseURL: baseURL, Clock: clock},
		})
		require.NoError(t, err)
		all[i] = client
	}
	return all
}

// asSold leaves a store with its limit.
func asSold(s *redisidverify.TokenStore) *redisidverify.TokenStore { return s }

// atOnce makes one call in every process at the same moment.
func atOnce(t *testing.T, all []*baiduv4.Client) {
	t.Helper()
	var done sync.WaitGroup
	for _, client := range all {
		done.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			client, err := idverify.New([]idverify.Provider{client})
			if !assert.NoError(t, err) {
				return
			}
			res, err := client.Verify(ctx, question())
			if assert.NoError(t, err) {
				assert.True(t, res.Passed())
			}
		})
	}
	done.Wait()
}

// At a cold start, after a revocation and at the renewal, 24 processes fetch one
// token. If miniredis is too slow on a busy machine, a process reports it, and may
// fetch its own token.
// Holds P-MANY-1.
func TestTokenStore_ManyProcessesFetchOnce(t *testing.T) {
	m := miniredis.RunT(t)
	c := &clock{mini: m}
	var told atomic.Int64
	vendors := idverifytest.Start(t, idverifytest.WithClock(c.now))
	all := processes(t, 24, patient[*redisidverify.TokenStore], m.Addr(), vendors.BaseURL(idverifytest.BaiduV4), c.now, func(o *redisidverify.TokenOptions) {
		o.OnStore = func(idverify.StoreEvent) { told.Add(1) }
	})
	before := 0
	fetchedOnce := func(when string) {
		t.Helper()
		atOnce(t, all)
		require.Eventually(t, func() bool { return vendors.TokenFetches() > before }, 10*time.Second, 10*time.Millisecond, when)
		atOnce(t, all)
		assert.LessOrEqual(t, vendors.TokenFetches()-before, 1+int(told.Load()), when)
		before = vendors.TokenFetches()
	}
	fetchedOnce("cold")
	vendors.RevokeTokens()
	fetchedOnce("revoked")
	c.wait(29*24*time.Hour + time.Minute) // the token is valid for one more day
	fetchedOnce("renewed")
}

// While Redis is down each process fetches its own token, and reports it.
// Holds P-MANY-1.
func TestTokenStore_OpenWhileRedisIsDown(t *testing.T) {
	var mu sync.Mutex
	told := map[idverify.StoreEvent]int{}
	vendors := idverifytest.Start(t)
	p := tcpproxy.Start(t, miniredis.RunT(t).Addr())
	p.Cut()
	all := processes(t, 3, asSold, p.Addr(), vendors.BaseURL(idverifytest.BaiduV4), time.Now, func(o *redisidverify.TokenOptions) {
		o.OnStore = func(e idverify.StoreEvent) {
			mu.Lock()
			defer mu.Unlock()
			e.Duration = 0
			told[e]++
			panic("EXAMPLE")
		}
	})
	atOnce(t, all)
	assert.Equal(t, 3, vendors.TokenFetches())
	assert.Eventually(t, func() bool {
		mu.Lock()
		defer mu.Unlock()
		return told[idverify.StoreEvent{Store: "token", Operation: "save", Reason: idverify.StorePaused}] == 3
	}, 10*time.Second, 10*time.Millisecond)
}

// A lease that is not used, for example because its process was killed, expires.
func TestTokenStore_LeaseEndsAfterFiveSeconds(t *testing.T) {
	m := miniredis.RunT(t)
	dead, alive := patient(newTokens(t, connect(t, m.Addr()))), patient(newTokens(t, connect(t, m.Addr())))
	key := digits(64)
	_, ok, err := dead.Load(t.Context(), key)
	require.NoError(t, err)
	require.False(t, ok)
	answered := make(chan error, 1)
	go func() {
		_, ok, err := alive.Load(t.Context(), key)
		assert.False(t, ok)
		answered <- err
	}()
	m.FastForward(5*time.Second - time.Millisecond)
	assert.Len(t, m.Keys(), 1)
	m.FastForward(time.Millisecond)
	require.NoError(t, <-answered)
}

// A command repeated because its answer was lost gets the same lease.
func TestTokenStore_LostAnswerKeepsLease(t *testing.T) {
	m := miniredis.RunT(t)
	store := patient(newTokens(t, twice{connect(t, m.Addr())}))
	key := digits(64)
	_, ok, err := store.Load(t.Context(), key)
	require.NoError(t, err)
	assert.False(t, ok, "the second answer says that the lease is this caller's")
	require.NoError(t, store.Save(t.Context(), key, tokenFor(time.Hour)))
	assert.Len(t, m.Keys(), 1, "Save gives the lease back")
}

// twice sends every command twice and returns the second answer.
type twice struct{ redis.Scripter }

func (w twice) EvalSha(ctx context.Context, sha string, keys []string, args ...any) *redis.Cmd {
	w.Scripter.EvalSha(ctx, sha, keys, args...)
	return w.Scripter.EvalSha(ctx, sha, keys, args...)
}

func (w twice) Eval(ctx context.Context, script string, keys []string, args ...any) *redis.Cmd {
	w.Scripter.Eval(ctx, script, keys, args...)
	return w.Scripter.Eval(ctx, script, keys, args...)
}

// between repeats every command, and calls then in between.
type between struct {
	redis.Scripter
	then func()
}

func (b between) EvalSha(ctx context.Context, sha string, keys []string, args ...any) *redis.Cmd {
	b.Scripter.EvalSha(ctx, sha, keys, args...)
	b.then()
	return b.Scripter.EvalSha(ctx, sha, keys, args...)
}

func (b between) Eval(ctx context.Context, script string, keys []string, args ...any) *redis.Cmd {
	b.Scripter.Eval(ctx, script, keys, args...)
	b.then()
	return b.Scripter.Eval(ctx, script, keys, args...)
}

// If Redis's clock goes back an hour, a token is not given out for longer than it lives,
// and a lease whose holder is gone lasts no longer than any other.
func TestTokenStore_ClockOfRedisGoesBack(t *testing.T) {
	onServers(t, func(t *testing.T, addr string, _ *clock) {
		client, key := connect(t, addr), digits(64)
		store := patient(newTokens(t, client))
		sum := sha256.Sum256([]byte(key))
		name := "idverify:{t:" + hex.EncodeToString(sum[:16]) + "}:"
		keptAnHourLonger := func(key string) {
			t.Helper()
			left, err := client.PTTL(t.Context(), name+key).Result()
			require.NoError(t, err)
			require.True(t, client.PExpire(t.Context(), name+key, left+time.Hour).Val(), key)
		}
		_, ok, err := store.Load(t.Context(), key)
		require.NoError(t, err)
		require.False(t, ok)
		keptAnHourLonger("lease")
		late, end := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer end()
		_, _, err = store.Load(late, key)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.LessOrEqual(t, client.PTTL(t.Context(), name+"lease").Val(), 5*time.Second)

		token := tokenFor(30 * 24 * time.Hour)
		require.NoError(t, store.Save(t.Context(), key, token))
		keptAnHourLonger("token")
		kept, ok, err := store.Load(t.Context(), key)
		require.NoError(t, err)
		require.True(t, ok)
		assert.WithinDuration(t, token.ExpiresAt(), kept.ExpiresAt(), time.Minute)
		assert.LessOrEqual(t, client.PTTL(t.Context(), name+"token").Val(), 30*24*time.Hour)
	})
}

// The process that renews early does not get the token that it already has.
func TestTokenStore_RenewingProcessGetsNoOldToken(t *testing.T) {
	for life, given := range map[time.Duration]time.Duration{
		30 * 24 * time.Hour: 24*time.Hour + time.Minute,
		1000 * time.Second:  110 * time.Second,
	} {
		m := miniredis.RunT(t)
		c := &clock{mini: m}
		store := patient(newTokens(t, connect(t, m.Addr()), func(o *redisidverify.TokenOptions) { o.Clock = c.now }))
		key := digits(64)
		require.NoError(t, store.Save(t.Context(), key, baiduv4.NewToken("EXAMPLE", c.now().Add(life))))
		c.wait(life - given - 30*time.Second)
		_, ok, err := store.Load(t.Context(), key)
		require.NoError(t, err)
		assert.True(t, ok, life)
		c.wait(31 * time.Second)
		_, ok, err = store.Load(t.Context(), key)
		require.NoError(t, err)
		assert.False(t, ok, life)
	}
}

// A process whose clock is two days wrong still reads the correct remaining life.
func TestTokenStore_SendsOnlyDurations(t *testing.T) {
	m := miniredis.RunT(t)
	off := func(d time.Duration) *redisidverify.TokenStore {
		return patient(newTokens(t, connect(t, m.Addr()), func(o *redisidverify.TokenOptions) {
			o.Clock = func() time.Time { return time.Now().Add(d) }
		}))
	}
	key, ahead := digits(64), 48*time.Hour
	require.NoError(t, off(ahead).Save(t.Context(), key, baiduv4.NewToken("EXAMPLE", time.Now().Add(ahead+time.Hour))))
	token, ok, err := off(-ahead).Load(t.Context(), key)
	require.NoError(t, err)
	require.True(t, ok)
	assert.WithinDuration(t, time.Now().Add(time.Hour-ahead), token.ExpiresAt(), time.Minute)
}

// The caller left before the answer came, so another process may fetch.
func TestTokenStore_UnclaimedLeaseIsGivenBack(t *testing.T) {
	client := &delayed{Scripter: connect(t, miniredis.RunT(t).Addr()), pass: make(chan struct{}), sent: make(chan struct{}, 9)}
	store := newTokens(t, client)
	key := digits(64)
	ctx, leave := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer leave()
	_, _, err := store.Load(ctx, key)
	require.Equal(t, context.DeadlineExceeded, err)
	close(client.pass)
	<-client.sent // takes the lease
	<-client.sent // gives it back
	_, ok, err := store.Load(t.Context(), key)
	require.NoError(t, err)
	assert.False(t, ok)
}

// delayed delays commands until the test allows them, and tells when they are done.
type delayed struct {
	redis.Scripter
	pass, sent chan struct{}
}

func (d *delayed) EvalSha(ctx context.Context, sha string, keys []string, args ...any) *redis.Cmd {
	<-d.pass
	cmd := d.Scripter.EvalSha(context.WithoutCancel(ctx), sha, keys, args...)
	if err := cmd.Err(); err != nil && redis.HasErrorPrefix(err, "NOSCRIPT") {
		return cmd // which makes go-redis send Eval
	}
	d.sent <- struct{}{}
	return cmd
}

func (d *delayed) Eval(ctx context.Context, script string, keys []string, args ...any) *redis.Cmd {
	cmd := d.Scripter.Eval(context.WithoutCancel(ctx), script, keys, args...)
	d.sent <- struct{}{}
	return cmd
}
