package baiduv4_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
)

// panicOfVerify is what a call panics with, nil when it does not.
func panicOfVerify(t *testing.T, c *baiduv4.Client) (v any) {
	defer func() { v = recover() }()
	_, _ = c.Verify(t.Context(), request())
	return nil
}

func boom(context.Context) error { panic("EXAMPLE boom") }

func TestAPanicOfTheStoreReachesEverybodyWhoWaits(t *testing.T) {
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

func TestAPanicOfTheTransportReachesTheCaller(t *testing.T) {
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

func TestAPanicThatNobodyWaitsForIsDropped(t *testing.T) {
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

func TestAPanicOfDropReachesTheCaller(t *testing.T) {
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

// A store that ends its goroutine, as one that fails a test does, has given no token.
func TestAStoreThatEndsItsGoroutineFailsNoCall(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := &fake{}
		goexit := func(context.Context) error { runtime.Goexit(); return nil }
		verifyAndSave(t, newClient(t, f.into, keptIn(&odd{load: goexit, save: goexit, drop: goexit})))
		f.assertSeen(t, 1, 1)
	})
}
