package baiduv4_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
)

// hanging are the ways in which a store can hang: until its context ends, or
// until it is let go.
func hanging(test func(about string, hang func(context.Context) error)) {
	test("honours its context", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	letGo := make(chan struct{})
	defer time.Sleep(time.Minute) // until all is given up
	defer close(letGo)
	test("deaf to its context", func(context.Context) error { <-letGo; return nil })
}

// Holds P-PAY-6.
func TestTokenStore_HangingStoreTakesAThirdOfTheTimeLeft(t *testing.T) {
	for _, test := range []struct{ left, store time.Duration }{
		{300 * time.Millisecond, 100 * time.Millisecond}, {3 * time.Second, time.Second},
		{6 * time.Second, 2 * time.Second}, {time.Hour, 2 * time.Second},
	} {
		bubble(t, func(t *testing.T) {
			hanging(func(about string, hang func(context.Context) error) {
				f := &fake{}
				c := newClient(t, f.into, keptIn(&odd{load: hang, save: hang, drop: hang}))
				ctx, cancel := context.WithTimeout(t.Context(), test.left)
				defer cancel()
				begun := time.Now()
				res, err := c.Verify(ctx, request())
				require.NoError(t, err, about)
				assert.True(t, res.Passed())
				assert.Equal(t, test.store, time.Since(begun), about)
			})
		})
	}
}

// Load, Drop and the second Load share the time limit.
func TestTokenStore_LoadAndDropShareTheTimeLimit(t *testing.T) {
	bubble(t, func(t *testing.T) {
		hanging(func(about string, hang func(context.Context) error) {
			for _, hangs := range []string{"drop", "second load"} {
				store := &odd{}
				f := &fake{onCall: func(_ context.Context, _ string, n int) (answer, error) {
					if n == 2 {
						return refusedWith("110"), nil
					}
					return success, nil
				}}
				c := newClient(t, f.into, keptIn(store))
				verifyAndSave(t, c)
				store.load = func(ctx context.Context) error {
					if hangs == "second load" && store.drops > 0 {
						return hang(ctx)
					}
					time.Sleep(time.Second)
					return nil
				}
				store.drop = func(ctx context.Context) error {
					if hangs == "drop" {
						return hang(ctx)
					}
					return nil
				}
				begun := time.Now()
				verify(t, c)
				assert.Equal(t, 2*time.Second, time.Since(begun), "%s, %s", about, hangs)
				f.assertSeen(t, 2, 3)
			}
		})
	})
}

// A caller who joins with less time left shortens the wait for all.
// Holds P-PAY-6.
func TestTokenStore_EarliestDeadlineEndsTheWait(t *testing.T) {
	bubble(t, func(t *testing.T) {
		hanging(func(about string, hang func(context.Context) error) {
			f := &fake{}
			c := newClient(t, f.into, keptIn(&odd{load: hang}))
			begun := time.Now()
			var patient, hurried, late outcomes
			patient.start(t.Context(), c, 1)
			time.Sleep(500 * time.Millisecond)
			ctx, cancel := context.WithTimeout(t.Context(), 600*time.Millisecond)
			defer cancel()
			hurried.start(ctx, c, 1)
			synctest.Wait()
			longer, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			late.start(longer, c, 1) // lengthens nothing
			time.Sleep(200*time.Millisecond - time.Nanosecond)
			f.assertSeen(t, 0, 0, about)
			time.Sleep(time.Nanosecond)
			synctest.Wait()
			for _, o := range []*outcomes{&patient, &hurried, &late} {
				o.assert(t, 1, 0)
			}
			f.assertSeen(t, 1, 3)
			assert.Equal(t, 700*time.Millisecond, time.Since(begun), about)
		})
	})
}

// needy is a client whose token has always expired: it asks the store for every call.
func needy(f *fake, store baiduv4.TokenStore) func(*baiduv4.Config) {
	f.onFetch = func(_ context.Context, n int) (answer, error) { return tokenAnswer(n, 1), nil }
	return func(c *baiduv4.Config) {
		f.into(c)
		c.Tokens = store
		runs := time.Now()
		c.HTTP.Clock = func() time.Time { runs = runs.Add(time.Minute); return runs }
	}
}

// Holds P-PAY-6.
func TestTokenStore_IgnoringContextIsSkippedAfterAWhile(t *testing.T) {
	bubble(t, func(t *testing.T) {
		letGo := make(chan struct{})
		store := &odd{load: func(context.Context) error { <-letGo; return nil }}
		f := &fake{}
		c := newClient(t, needy(f, store))
		begun := time.Now()
		for range 64 {
			verifyAndSave(t, c)
		}
		assert.Equal(t, 64*2*time.Second, time.Since(begun))
		assert.Equal(t, 64, store.loads)
		for range 100 {
			verifyAndSave(t, c)
		}
		assert.Equal(t, 64*2*time.Second, time.Since(begun), "passed over at once")
		assert.Equal(t, 64, store.loads)
		close(letGo)
		synctest.Wait()
		verify(t, c)
		assert.Equal(t, 65, store.loads, "asked again once it has come back")
		f.assertSeen(t, 165, 165)
	})
}

// A hanging store is not the vendor's fault.
// Holds P-PAY-6.
func TestTokenStore_HangingStoreDoesNotOpenCircuit(t *testing.T) {
	bubble(t, func(t *testing.T) {
		hanging(func(about string, hang func(context.Context) error) {
			f := &fake{}
			provider := newClient(t, needy(f, &odd{load: hang, save: hang, drop: hang}))
			client, err := idverify.New([]idverify.Provider{provider},
				idverify.WithVendor(baiduv4.Name, idverify.VendorPolicy{Timeout: time.Second, Breaker: idverify.Breaker{Failures: 1}}))
			require.NoError(t, err)
			for _, left := range []time.Duration{30 * time.Millisecond, 300 * time.Millisecond, time.Second, time.Minute} {
				for range 3 {
					ctx, cancel := context.WithTimeout(t.Context(), left)
					res, err := client.Verify(ctx, request())
					cancel()
					require.NoError(t, err, about)
					assert.True(t, res.Passed())
				}
			}
			assert.Equal(t, idverify.CircuitClosed, client.Circuits()[baiduv4.Name])
		})
	})
}

// leased is a store for several processes: Load gives a lease to one of them, and
// the others wait for its token.
type leased struct {
	baiduv4.MemoryStore
	mu    sync.Mutex
	until time.Time // of the lease
}

func (l *leased) Load(ctx context.Context, key string) (baiduv4.Token, bool, error) {
	for {
		token, ok, _ := l.MemoryStore.Load(ctx, key)
		if ok && time.Until(token.ExpiresAt()) > 24*time.Hour {
			// As one that keeps a lifetime and no time would: never twice the same.
			return baiduv4.NewToken(token.Reveal(), token.ExpiresAt().Add(time.Millisecond)), true, nil
		}
		if l.take() {
			return baiduv4.Token{}, false, nil
		}
		select {
		case <-ctx.Done():
			return baiduv4.Token{}, false, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (l *leased) take() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Now().Before(l.until) {
		return false
	}
	l.until = time.Now().Add(5 * time.Second)
	return true
}

func (l *leased) Save(ctx context.Context, key string, token baiduv4.Token) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.until = time.Time{}
	return l.MemoryStore.Save(ctx, key, token)
}

// 24 processes share an account and a store with a lease: at the start, when the
// token expires soon, and when it was revoked.
// Holds P-PAY-6.
func TestTokenStore_LeaseLetsOneProcessFetch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const processes = 24
		store, revoked := &leased{}, ""
		f := &fake{
			onFetch: func(_ context.Context, n int) (answer, error) {
				time.Sleep(300 * time.Millisecond)
				return tokenAnswer(n, month), nil
			},
			onCall: func(_ context.Context, token string, _ int) (answer, error) {
				if token == revoked {
					return refusedWith("110"), nil
				}
				return success, nil
			},
		}
		var clients []*baiduv4.Client
		for range processes {
			clients = append(clients, newClient(t, f.into, keptIn(store)))
		}
		all := func() {
			var calls outcomes
			for i, c := range clients {
				time.Sleep(time.Duration(i%3) * time.Millisecond)
				calls.start(t.Context(), c, 2)
			}
			time.Sleep(2 * time.Second)
			calls.assert(t, 2*processes, 0)
		}
		all()
		f.assertSeen(t, 1, 2*processes, "cold")

		revoked = "TOKEN-MARK-1"
		all()
		fetches, _ := f.seen()
		assert.Equal(t, 2, fetches, "revoked")

		time.Sleep((month - 24*3600) * time.Second)
		all()
		synctest.Wait()
		fetches, _ = f.seen()
		assert.Equal(t, 3, fetches, "renewed early")
		all()
		used := f.used()
		assert.Equal(t, "TOKEN-MARK-3", used[len(used)-1])
	})
}

// A store that computes the expiry from a lifetime returns a different one each
// time.
func TestTokenStore_SameTokenWithLaterExpiryIsIgnored(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f, store := &fake{}, &odd{}
		f.onFetch = func(_ context.Context, n int) (answer, error) { return tokenAnswer(n, 1000), nil }
		c := newClient(t, f.into, keptIn(store))
		verifyAndSave(t, c)
		for key := range store.keys {
			require.NoError(t, store.MemoryStore.Save(t.Context(), key, baiduv4.NewToken("TOKEN-MARK-1", time.Now().Add(2000*time.Second))))
		}
		time.Sleep(901 * time.Second)
		verifyAndSave(t, c)
		f.assertSeen(t, 2, 2, "renewed all the same")
		verify(t, c)
		assert.Equal(t, []string{"TOKEN-MARK-1", "TOKEN-MARK-1", "TOKEN-MARK-2"}, f.used())
	})
}

// An empty token counts as none, whatever its expiry.
func TestTokenStore_EmptyTokenIsIgnored(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f, store := &fake{}, &odd{}
		f.onFetch = func(_ context.Context, n int) (answer, error) { return tokenAnswer(n, 1000), nil }
		f.onCall = func(_ context.Context, _ string, n int) (answer, error) {
			if n == 1 {
				return refusedWith("110"), nil
			}
			return success, nil
		}
		c := newClient(t, f.into, keptIn(store))
		verifyAndSave(t, c)
		for key := range store.keys {
			require.NoError(t, store.MemoryStore.Save(t.Context(), key, baiduv4.NewToken("", time.Now().Add(month*time.Second))))
		}
		time.Sleep(901 * time.Second)
		verifyAndSave(t, c)
		verify(t, c)
		assert.Equal(t, []string{"TOKEN-MARK-1", "TOKEN-MARK-2", "TOKEN-MARK-2", "TOKEN-MARK-3"}, f.used())
	})
}

// given is a store that always returns one token.
type given struct {
	baiduv4.TokenStore
	token baiduv4.Token
}

func (g given) Load(context.Context, string) (baiduv4.Token, bool, error) { return g.token, true, nil }
func (g given) Save(context.Context, string, baiduv4.Token) error         { return errors.New("read-only") }
func (g given) Drop(context.Context, string, baiduv4.Token) error         { return errors.New("read-only") }

// A Save that timed out may still overwrite a newer token later. The newer one is
// then saved again.
func TestTokenStore_LateSaveIsCorrected(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store := &slow{open: make(chan struct{})}
		f := &fake{onCall: func(_ context.Context, _ string, n int) (answer, error) {
			if n == 2 {
				return refusedWith("110"), nil
			}
			return success, nil
		}}
		c := newClient(t, f.into, keptIn(store))
		verify(t, c)
		time.Sleep(3 * time.Second) // the first Save is left behind
		verifyAndSave(t, c)         // the first token is refused, and the second saved
		close(store.open)
		synctest.Wait()
		assert.Equal(t, []string{"TOKEN-MARK-2", "TOKEN-MARK-1", "TOKEN-MARK-2"}, store.saved)
	})
}

func TestTokenStore_PanicOfSaveDoesNotStopSaving(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var h heard
		store := &odd{save: boom}
		f := &fake{onCall: func(_ context.Context, _ string, n int) (answer, error) {
			if n == 2 {
				return refusedWith("110"), nil
			}
			return success, nil
		}}
		c := newClient(t, f.into, h.into, keptIn(store))
		verifyAndSave(t, c)
		verifyAndSave(t, c)
		assert.Equal(t, 2, store.saves)
		h.last(t, 2)
	})
}

// Holds P-PAY-6.
func TestTokenStore_KeyChangesWithSecret(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f, store := &fake{}, &odd{}
		verifyAndSave(t, newClient(t, f.into, keptIn(store)))
		verifyAndSave(t, newClient(t, f.into, keptIn(store), func(c *baiduv4.Config) { c.SecretKey = "EXAMPLE-NEW-SECRET" }))
		f.assertSeen(t, 2, 2)
		assert.Len(t, store.keys, 2)
	})
}
