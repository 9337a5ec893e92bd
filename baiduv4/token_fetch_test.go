package baiduv4_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
)

// heard collects the arguments of OnTokenFetch.
type heard struct {
	mu  sync.Mutex
	all []baiduv4.TokenFetch
}

func (h *heard) into(c *baiduv4.Config) {
	c.OnTokenFetch = func(_ context.Context, f baiduv4.TokenFetch) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.all = append(h.all, f)
	}
}

// last is the last one, after everybody was told.
func (h *heard) last(t *testing.T, count int) baiduv4.TokenFetch {
	t.Helper()
	synctest.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	require.Len(t, h.all, count)
	return h.all[count-1]
}

func TestOnTokenFetch_ReasonOfEveryFetch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var h heard
		f, down, revoked := &fake{}, false, ""
		f.onFetch = func(_ context.Context, n int) (answer, error) {
			time.Sleep(7 * time.Millisecond)
			if down {
				return answer{status: http.StatusBadGateway, contentType: "text/html", body: "<html>"}, nil
			}
			return tokenAnswer(n, 1000), nil
		}
		f.onCall = func(_ context.Context, token string, _ int) (answer, error) {
			if token == revoked {
				return refusedWith("110"), nil
			}
			return success, nil
		}
		c := newClient(t, f.into, h.into)
		verify(t, c)
		assert.Equal(t, baiduv4.TokenFetch{Reason: baiduv4.FetchCold, Duration: 7 * time.Millisecond}, h.last(t, 1))
		verify(t, c)
		h.last(t, 1)

		down = true
		time.Sleep(901 * time.Second)
		verify(t, c) // the old token serves
		time.Sleep(7 * time.Millisecond)
		failed := h.last(t, 2)
		assert.Equal(t, baiduv4.FetchRenewal, failed.Reason)
		assert.Equal(t, idverify.CodeBadResponse, failed.Err.Code)
		assert.Equal(t, idverify.DeliveryNotSent, failed.Err.Delivery)
		assert.Contains(t, failed.Err.Detail, "access token: ")
		assert.Equal(t, 7*time.Millisecond, failed.Duration)

		down = false
		verify(t, c)
		time.Sleep(7 * time.Millisecond)
		assert.Equal(t, baiduv4.TokenFetch{Reason: baiduv4.FetchRenewal, Duration: 7 * time.Millisecond}, h.last(t, 3))

		revoked = "TOKEN-MARK-3"
		verify(t, c)
		assert.Equal(t, baiduv4.TokenFetch{Reason: baiduv4.FetchRefused, Duration: 7 * time.Millisecond}, h.last(t, 4))
		time.Sleep(time.Hour)
		verify(t, c)
		assert.Equal(t, baiduv4.FetchCold, h.last(t, 5).Reason, "it ran out while nobody called")
	})
}

func TestOnTokenFetch_NotCalledForStoredToken(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var h heard
		f := &fake{}
		verify(t, newClient(t, f.into, h.into, keptIn(given{token: baiduv4.NewToken("EXAMPLE-KEPT", time.Now().Add(time.Hour))})))
		synctest.Wait()
		assert.Empty(t, h.all)
	})
}

func TestOnTokenFetch_DurationExcludesStore(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var h heard
		f := &fake{}
		hang := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		verify(t, newClient(t, f.into, h.into, keptIn(&odd{load: hang, save: hang})))
		time.Sleep(2 * time.Second)
		assert.Zero(t, h.last(t, 1).Duration)
	})
}

func TestOnTokenFetch_AbandonedFetchIsCanceled(t *testing.T) {
	bubble(t, func(t *testing.T) {
		type traceKey struct{}
		var told baiduv4.TokenFetch
		var trace any
		var ended error
		f := &fake{onFetch: func(ctx context.Context, _ int) (answer, error) { <-ctx.Done(); return answer{}, ctx.Err() }}
		c := newClient(t, f.into, func(c *baiduv4.Config) {
			c.OnTokenFetch = func(ctx context.Context, f baiduv4.TokenFetch) {
				told, trace, ended = f, ctx.Value(traceKey{}), ctx.Err()
			}
		})
		ctx, cancel := context.WithCancel(context.WithValue(t.Context(), traceKey{}, "trace"))
		var all outcomes
		all.start(ctx, c, 2)
		synctest.Wait()
		cancel()
		synctest.Wait()
		assert.Equal(t, idverify.CodeCanceled, told.Err.Code)
		assert.Equal(t, "trace", trace)
		assert.NoError(t, ended, "the function can still send what it was told")
	})
}

func TestOnTokenFetch_PanicOrHangHasNoEffect(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for about, told := range map[string]func(context.Context){
			"panics": func(context.Context) { panic("EXAMPLE boom") },
			"hangs":  func(ctx context.Context) { <-ctx.Done() },
		} {
			f, store := &fake{}, &odd{}
			c := newClient(t, f.into, keptIn(store), func(c *baiduv4.Config) {
				c.OnTokenFetch = func(ctx context.Context, _ baiduv4.TokenFetch) { told(ctx) }
			})
			begun := time.Now()
			verifyAndSave(t, c)
			verify(t, c)
			assert.Zero(t, time.Since(begun), about)
			assert.Equal(t, 1, store.saves, about)
			f.assertSeen(t, 1, 2, about)

			f.onFetch = func(context.Context, int) (answer, error) { panic("EXAMPLE other") }
			f.onCall = func(context.Context, string, int) (answer, error) { return refusedWith("110"), nil }
			assert.Equal(t, "EXAMPLE other", panicOfVerify(t, c), about)
			assert.Zero(t, time.Since(begun), about)
			time.Sleep(3 * time.Second)
		}
	})
}

func TestOnTokenFetch_TransportPanic(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var h heard
		f := &fake{onFetch: func(ctx context.Context, _ int) (answer, error) { return answer{}, boom(ctx) }}
		assert.Equal(t, "EXAMPLE boom", panicOfVerify(t, newClient(t, f.into, h.into)))
		assert.Equal(t, idverify.CodeUnknown, h.last(t, 1).Err.Code)
	})
}

func TestTokenFetch_PrintsNoSecret(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var h heard
		f := &fake{onFetch: func(context.Context, int) (answer, error) {
			return answer{}, errors.New("no route to " + apiKey + " with " + secretKey)
		}}
		verifyFails(t, newClient(t, f.into, h.into))
		told := h.last(t, 1)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			assert.NotContains(t, fmt.Sprintf(verb, told), "EXAMPLE", verb)
		}
	})
}

// panicOfVerify is what a call panics with, nil when it does not.
func panicOfVerify(t *testing.T, c *baiduv4.Client) (v any) {
	defer func() { v = recover() }()
	_, _ = c.Verify(t.Context(), request())
	return nil
}

func boom(context.Context) error { panic("EXAMPLE boom") }

// Holds P-DATA-6.
func TestTokenStore_PanicReachesAllWaitingCallers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		open := make(gate)
		f := &fake{}
		store := &odd{load: func(ctx context.Context) error {
			_ = open.pass(ctx)
			return boom(ctx)
		}}
		c := newClient(t, f.into, keptIn(store))
		panics := make(chan any, 10)
		for range cap(panics) {
			go func() { panics <- panicOfVerify(t, c) }()
		}
		synctest.Wait()
		close(open)
		for range cap(panics) {
			assert.Equal(t, "EXAMPLE boom", <-panics)
		}
		assert.Equal(t, 1, store.loads)
		f.assertSeen(t, 0, 0)

		for range 3 {
			assert.Equal(t, "EXAMPLE boom", panicOfVerify(t, c), "no pause, for the vendor has no fault")
		}
		store.load = nil
		verify(t, c)
	})
}

func TestTokenFetch_TransportPanicReachesCaller(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := &fake{onFetch: func(ctx context.Context, n int) (answer, error) { return answer{}, boom(ctx) }}
		c := newClient(t, f.into)
		for range 2 {
			assert.Equal(t, "EXAMPLE boom", panicOfVerify(t, c))
		}
		e := verifyFails(t, c) // from the second on there is a pause, as after any failure
		assert.Positive(t, e.RetryAfter)
		assert.Equal(t, idverify.CodeUnknown, e.Code)
		assert.Equal(t, baiduv4.Name, e.Vendor)
		assert.Equal(t, "access token: the transport panicked", e.Detail)
		assert.Equal(t, idverify.BilledNo, e.Billed)
		assert.False(t, e.Sent())
		assert.False(t, e.Repeatable())
		f.assertSeen(t, 2, 0)
	})
}

// Holds P-DATA-6.
func TestTokenStore_PanicWithoutWaitingCallerIsDropped(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f, store := &fake{}, &odd{save: boom}
		c := newClient(t, f.into, keptIn(store))
		verifyAndSave(t, c)
		assert.Equal(t, 1, store.saves)

		store.load = func(ctx context.Context) error { <-ctx.Done(); return boom(ctx) }
		c = newClient(t, f.into, keptIn(store))
		ctx, cancel := context.WithCancel(t.Context())
		var all outcomes
		all.start(ctx, c, 3)
		synctest.Wait()
		cancel() // everybody leaves, and then the store panics
		synctest.Wait()
		all.assert(t, 3, 3)
		assert.Equal(t, 2, store.loads)
	})
}

func TestTokenStore_PanicOfDropReachesCaller(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f, store := &fake{}, &odd{drop: boom}
		c := newClient(t, f.into, keptIn(store))
		verifyAndSave(t, c)
		f.onCall = func(_ context.Context, token string, n int) (answer, error) {
			if n == 2 {
				return refusedWith("110"), nil
			}
			return success, nil
		}
		assert.Equal(t, "EXAMPLE boom", panicOfVerify(t, c), "the refused token stands in the store still")
		assert.Equal(t, 1, store.drops)
	})
}

// A store that ends its goroutine, as require does in a test, has returned no token.
func TestTokenStore_GoexitFailsNoCall(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := &fake{}
		goexit := func(context.Context) error { runtime.Goexit(); return nil }
		verifyAndSave(t, newClient(t, f.into, keptIn(&odd{load: goexit, save: goexit, drop: goexit})))
		f.assertSeen(t, 1, 1)
	})
}
