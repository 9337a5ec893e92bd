package baiduv4_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/baiduv4"
)

func TestMemoryStore_DropsOnlyTheSameToken(t *testing.T) {
	ctx := t.Context()
	for _, store := range []*baiduv4.MemoryStore{baiduv4.NewMemoryStore(), new(baiduv4.MemoryStore)} {
		_, ok, err := store.Load(ctx, "key")
		require.NoError(t, err)
		assert.False(t, ok)
		until := time.Now().Add(time.Hour)
		one, two := baiduv4.NewToken("one", until), baiduv4.NewToken("two", until)
		require.NoError(t, store.Drop(ctx, "key", one))
		require.NoError(t, store.Save(ctx, "key", one))
		require.NoError(t, store.Save(ctx, "other", two))
		require.NoError(t, store.Drop(ctx, "key", two))
		got, ok, err := store.Load(ctx, "key")
		require.NoError(t, err)
		assert.True(t, ok)
		assert.True(t, got.Equal(one))
		assert.True(t, got.ExpiresAt().Equal(until))
		require.NoError(t, store.Drop(ctx, "key", baiduv4.NewToken("one", until.Add(1))))
		_, ok, _ = store.Load(ctx, "key")
		assert.False(t, ok)
	}
}

func TestTokenStore_ClientsShareToken(t *testing.T) {
	bubble(t, func(t *testing.T) {
		inTime := func(ctx context.Context) error {
			until, ok := ctx.Deadline()
			assert.True(t, ok)
			assert.Equal(t, 2*time.Second, time.Until(until))
			return ctx.Err()
		}
		f, store := &fake{}, &odd{load: inTime, save: inTime}
		one, two := newClient(t, f.into, keptIn(store)), newClient(t, f.into, keptIn(store))
		for range 3 {
			verifyAndSave(t, one)
			verifyAndSave(t, two)
		}
		f.assertSeen(t, 1, 6)
		assert.Equal(t, 2, store.loads, "once for each client: they keep copies")
		assert.Equal(t, 1, store.saves)
	})
}

// Holds P-PAY-6.
func TestTokenStore_AccountsDoNotShareTokens(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f, store := &fake{}, &odd{}
		for _, change := range []func(*baiduv4.Config){
			func(*baiduv4.Config) {},
			func(c *baiduv4.Config) { c.APIKey = "EXAMPLE-ANOTHER-KEY" },
			func(c *baiduv4.Config) { c.HTTP.BaseURL = "https://another.example" },
		} {
			verifyAndSave(t, newClient(t, f.into, keptIn(store), change))
		}
		verifyAndSave(t, newClient(t, f.into, keptIn(store), func(c *baiduv4.Config) { c.HTTP.BaseURL = baiduv4.DefaultBaseURL + "/" }))
		f.assertSeen(t, 3, 4)
		assert.Len(t, store.keys, 3)
		for key := range store.keys {
			assert.True(t, strings.HasPrefix(key, "baiduv4:"), key)
			assert.NotContains(t, key, apiKey)
			assert.NotContains(t, key, "aip")
		}
	})
}

func TestTokenStore_TokenRenewedByAnotherProcessIsUsed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f, store := &fake{}, &odd{}
		f.onCall = func(_ context.Context, token string, _ int) (answer, error) {
			if token == "TOKEN-MARK-1" && f.fetches > 0 && len(f.used()) > 2 {
				return refusedWith("110"), nil
			}
			return success, nil
		}
		one, two := newClient(t, f.into, keptIn(store)), newClient(t, f.into, keptIn(store))
		verifyAndSave(t, one)
		verifyAndSave(t, two)
		verifyAndSave(t, one) // refused; fetches the second token
		f.assertSeen(t, 2, 4)
		verifyAndSave(t, two) // refused; finds it in the store
		f.assertSeen(t, 2, 6)
		assert.Equal(t, "TOKEN-MARK-2", f.used()[5])
		assert.Equal(t, 1, store.drops)
	})
}

func TestTokenStore_RefusedTokenIsNotLoadedAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store := &odd{drop: func(context.Context) error { return errors.New("read-only") }}
		f := &fake{onCall: func(_ context.Context, token string, _ int) (answer, error) {
			if token == "TOKEN-MARK-1" {
				return refusedWith("110"), nil
			}
			return success, nil
		}}
		store.save = func(context.Context) error {
			if store.saves > 1 {
				return errors.New("read-only")
			}
			return nil
		}
		verifyAndSave(t, newClient(t, f.into, keptIn(store)))
		f.assertSeen(t, 2, 2)
	})
}

// A token is refused while a renewal is loading the same token from the store.
func TestTokenStore_TokenRefusedDuringLoadIsNotUsed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		open := make(chan struct{})
		store := &odd{}
		store.load = func(context.Context) error {
			if store.loads == 2 {
				<-open
			}
			return nil
		}
		f := &fake{
			onFetch: func(_ context.Context, n int) (answer, error) { return tokenAnswer(n, 1000), nil },
			onCall: func(_ context.Context, token string, n int) (answer, error) {
				if token == "TOKEN-MARK-1" && n == 3 {
					return refusedWith("110"), nil
				}
				return success, nil
			},
		}
		c := newClient(t, f.into, keptIn(store))
		verify(t, c)
		time.Sleep(901 * time.Second)
		verify(t, c) // sets the renewal off
		synctest.Wait()
		var refused outcomes
		refused.start(t.Context(), c, 1)
		synctest.Wait()
		close(open)
		synctest.Wait()
		refused.assert(t, 1, 0)
		assert.Equal(t, []string{"TOKEN-MARK-1", "TOKEN-MARK-1", "TOKEN-MARK-1", "TOKEN-MARK-2"}, f.used())
		f.assertSeen(t, 2, 4)
	})
}

func TestTokenStore_ExpiredTokensAreNotUsed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for about, token := range map[string]baiduv4.Token{
			"expired": baiduv4.NewToken("EXAMPLE-OLD", time.Now()),
			"zero":    {},
			"empty":   baiduv4.NewToken("", time.Now().Add(time.Hour)),
		} {
			f, store := &fake{}, &odd{}
			verify(t, newClient(t, f.into, keptIn(store)))
			synctest.Wait() // until the token is saved
			for key := range store.keys {
				require.NoError(t, store.Save(t.Context(), key, token))
			}
			verify(t, newClient(t, f.into, keptIn(store)))
			assert.Equal(t, []string{"TOKEN-MARK-1", "TOKEN-MARK-2"}, f.used(), about)
		}
	})
}

// An empty token counts as none, also for a client whose token was refused.
func TestTokenStore_EmptyTokenReplacesNoRefusedOne(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f, store := &fake{}, &odd{}
		f.onCall = func(_ context.Context, _ string, n int) (answer, error) {
			if n == 2 || n == 4 {
				return refusedWith("110"), nil
			}
			return success, nil
		}
		c := newClient(t, f.into, keptIn(store))
		verifyAndSave(t, c)
		verifyAndSave(t, c) // refused, and fetched anew
		for key := range store.keys {
			require.NoError(t, store.MemoryStore.Save(t.Context(), key, baiduv4.NewToken("", time.Now().Add(2*month*time.Second))))
		}
		verifyAndSave(t, c) // refused, and nothing found
		assert.Equal(t, "TOKEN-MARK-3", f.used()[4])
		f.assertSeen(t, 3, 5)
	})
}

func TestTokenStore_RenewalLoadsFirst(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f, store := &fake{}, &odd{}
		f.onFetch = func(_ context.Context, n int) (answer, error) { return tokenAnswer(n, 1000), nil }
		c := newClient(t, f.into, keptIn(store))
		verify(t, c)
		time.Sleep(950 * time.Second)
		synctest.Wait()
		for key := range store.keys {
			require.NoError(t, store.Save(t.Context(), key, baiduv4.NewToken("EXAMPLE-RENEWED-ELSEWHERE", time.Now().Add(time.Hour))))
		}
		verify(t, c)
		synctest.Wait()
		verify(t, c)
		f.assertSeen(t, 1, 3)
		assert.Equal(t, "EXAMPLE-RENEWED-ELSEWHERE", f.used()[2])
	})
}

// Holds P-PAY-6.
func TestTokenStore_FailureFailsNoCall(t *testing.T) {
	f := &fake{}
	c := newClient(t, f.into, keptIn(noStore()))
	verify(t, c)
	verify(t, c)
	f.assertSeen(t, 1, 2)
}

// Holds P-PAY-6.
func TestTokenStore_HangFailsNoCall(t *testing.T) {
	bubble(t, func(t *testing.T) {
		hang := func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}
		store := &odd{load: hang, save: hang, drop: hang}
		f := &fake{}
		c := newClient(t, f.into, keptIn(store))
		begun := time.Now()
		var first, second outcomes
		first.start(t.Context(), c, 1)
		time.Sleep(3 * time.Second) // the token is there, and is being saved
		first.assert(t, 1, 0)
		second.start(t.Context(), c, 1)
		synctest.Wait()
		second.assert(t, 1, 0)
		assert.Equal(t, 3*time.Second, time.Since(begun))
		f.assertSeen(t, 1, 2)
		time.Sleep(time.Second) // the store is given up
	})
}

func TestTokenStore_CancelWhileStoreHangs(t *testing.T) {
	bubble(t, func(t *testing.T) {
		type traceKey struct{}
		var seen any
		store := &odd{load: func(ctx context.Context) error {
			seen = ctx.Value(traceKey{})
			<-ctx.Done()
			return ctx.Err()
		}}
		f := &fake{}
		c := newClient(t, f.into, keptIn(store))
		ctx, cancel := context.WithCancel(context.WithValue(t.Context(), traceKey{}, "trace"))
		begun := time.Now()
		var all outcomes
		all.start(ctx, c, 2)
		synctest.Wait()
		cancel()
		synctest.Wait()
		all.assert(t, 2, 2)
		assert.Zero(t, time.Since(begun))
		assert.Equal(t, "trace", seen, "the store sees the caller's values")
		f.assertSeen(t, 0, 0)
	})
}

// careless returns a token together with ok == false.
type careless struct {
	baiduv4.MemoryStore
	ok  bool
	err error
}

func (c *careless) Load(context.Context, string) (baiduv4.Token, bool, error) {
	return baiduv4.NewToken("EXAMPLE-CARELESS", time.Now().Add(time.Hour)), c.ok, c.err
}

func TestTokenStore_TokenWithOKFalseIsIgnored(t *testing.T) {
	for _, store := range []*careless{{ok: false}, {ok: true, err: errors.New("down")}} {
		f := &fake{}
		verify(t, newClient(t, f.into, keptIn(store)))
		assert.Equal(t, []string{"TOKEN-MARK-1"}, f.used())
	}
}

// slow is a store that is slow to save the first token.
type slow struct {
	baiduv4.MemoryStore
	open chan struct{}

	mu    sync.Mutex
	saved []string
}

func (s *slow) Save(ctx context.Context, key string, token baiduv4.Token) error {
	if token.Reveal() == "TOKEN-MARK-1" {
		<-s.open
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saved = append(s.saved, token.Reveal())
	return s.MemoryStore.Save(ctx, key, token)
}

// Two tokens are fetched, and the first of them refused, while the one before
// is still being saved.
func TestTokenStore_SlowSaveLeavesNoRefusedToken(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store := &slow{open: make(chan struct{})}
		f := &fake{onCall: func(_ context.Context, _ string, n int) (answer, error) {
			if n == 2 || n == 4 {
				return refusedWith("110"), nil
			}
			return success, nil
		}}
		c := newClient(t, f.into, keptIn(store))
		verifyAndSave(t, c) // the store is being told of the first
		verify(t, c)        // refused; fetches the second
		verify(t, c)        // refused; fetches the third
		f.assertSeen(t, 3, 5)
		for range 1000 {
			runtime.Gosched() // not synctest.Wait: who waits for a mutex is not idle for it
		}
		close(store.open)
		synctest.Wait()
		assert.Equal(t, []string{"TOKEN-MARK-1", "TOKEN-MARK-3"}, store.saved, "one at a time, and none that was refused")

		verify(t, newClient(t, f.into, keptIn(store)))
		assert.Equal(t, "TOKEN-MARK-3", f.used()[5], "what another process finds")
		f.assertSeen(t, 3, 6)
	})
}
