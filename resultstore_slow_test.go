package idverify_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

func TestResultStore_SaveDoesNotDelayTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a", slowPass(t, time.Second))
		c := oneVendor(t, a, idverify.WithResultStore(&slowResults{save: time.Hour}, storeSecret))
		began := time.Now()
		res, err := c.Verify(t.Context(), keyed("k"))
		require.NoError(t, err)
		assert.True(t, res.Passed())
		assert.Equal(t, time.Second, time.Since(began))

		res, err = c.Verify(t.Context(), keyed("k"))
		require.NoError(t, err)
		assert.True(t, res.Passed())
		assert.Equal(t, 1, a.asked, "while it is being saved, a newcomer is given the answer that is there")
		time.Sleep(time.Minute) // the client gives the store up
		_, err = c.Verify(t.Context(), keyed("k"))
		require.NoError(t, err)
		assert.Equal(t, 2, a.asked)
		time.Sleep(time.Minute)
	})
}

// Holds P-PAY-15.
func TestResultStore_LoadTimeLimit(t *testing.T) {
	const none = 0
	for _, test := range []struct{ load, patience, set, took time.Duration }{
		{199 * time.Millisecond, none, none, 199 * time.Millisecond}, {time.Hour, none, none, 200 * time.Millisecond},
		{time.Hour, time.Minute, none, 200 * time.Millisecond}, {time.Hour, time.Second, none, 100 * time.Millisecond},
		{time.Hour, 10 * time.Millisecond, none, time.Millisecond},
		{time.Second, none, 2 * time.Second, time.Second}, {time.Hour, none, 2 * time.Second, 2 * time.Second},
		{time.Hour, none, time.Millisecond, time.Millisecond}, {time.Hour, 5 * time.Second, 2 * time.Second, 500 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			a := vendorNamed("a", pass(t))
			store := &slowResults{}
			opts := []idverify.Option{idverify.WithResultStore(store, storeSecret)}
			if test.set != none {
				opts = append(opts, idverify.WithResultStoreTimeout(test.set))
			}
			c := oneVendor(t, a, opts...)
			_, err := c.Verify(t.Context(), keyed("k"))
			require.NoError(t, err)
			synctest.Wait()
			store.load = test.load

			ctx := t.Context()
			if test.patience != none {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, test.patience)
				defer cancel()
			}
			began := time.Now()
			res, err := c.Verify(ctx, keyed("k"))
			require.NoError(t, err)
			assert.True(t, res.Passed())
			assert.Equal(t, test.took, time.Since(began), "%+v", test)
			if test.took == test.load {
				assert.Equal(t, 1, a.asked, "%+v", test)
				assert.Equal(t, idverify.OriginStore, res.Origin)
			} else {
				assert.Equal(t, 2, a.asked, "%+v", test)
			}
			synctest.Wait()
		})
	}
}

// The deadline of a shared call can move later; the store's time limit does not
// move with it.
func TestResultStore_LoadTimeLimitHoldsForSharedCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := oneVendor(t, vendorNamed("a", slowPass(t, time.Second)), idverify.WithResultStore(&slowResults{load: time.Hour}, storeSecret))
		hasty, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := c.Verify(hasty, keyed("k"))
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
		synctest.Wait()
		began := time.Now()
		res, err := c.Verify(t.Context(), keyed("k"))
		require.NoError(t, err)
		assert.True(t, res.Passed())
		assert.Equal(t, 1100*time.Millisecond, time.Since(began), "a tenth of the first caller's second, and the vendor's")
		wg.Wait()
	})
}

// Holds P-PAY-15.
func TestResultStore_SkippedAfter64UnreturnedCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := deafResults{make(chan struct{})}
		var mu sync.Mutex
		events := map[idverify.StoreEvent]int{}
		a := vendorNamed("a", pass(t))
		c := oneVendor(t, a, idverify.WithResultStore(store, storeSecret), idverify.WithHooks(idverify.Hooks{Store: func(e idverify.StoreEvent) {
			mu.Lock()
			defer mu.Unlock()
			events[e]++
		}}))
		for range 32 {
			began := time.Now()
			_, err := c.Verify(t.Context(), keyed("k"))
			require.NoError(t, err)
			assert.Equal(t, 200*time.Millisecond, time.Since(began))
			time.Sleep(2 * time.Second) // the client gives Save up
			synctest.Wait()
		}
		began := time.Now()
		_, err := c.Verify(t.Context(), keyed("k"))
		require.NoError(t, err)
		assert.Zero(t, time.Since(began), "with 64 questions left behind it is not asked")
		synctest.Wait()
		event := func(operation string, d time.Duration, why idverify.StoreReason) idverify.StoreEvent {
			return idverify.StoreEvent{Store: "result", Operation: operation, Duration: d, Reason: why}
		}
		mu.Lock()
		assert.Equal(t, map[idverify.StoreEvent]int{
			event("load", 200*time.Millisecond, idverify.StoreTimeout): 32, event("save", 2*time.Second, idverify.StoreTimeout): 32,
			event("load", 0, idverify.StorePaused): 1, event("save", 0, idverify.StorePaused): 1,
		}, events)
		mu.Unlock()
		close(store.release)
	})
}

// Holds P-PAY-15.
func TestResultStore_HangingStoreDoesNotBlockLastCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := deafResults{make(chan struct{})}
		c := oneVendor(t, vendorNamed("a", pass(t)), idverify.WithResultStore(store, storeSecret), idverify.WithResultStoreTimeout(time.Hour))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		began := time.Now()
		_, err := c.Verify(ctx, keyed("k"))
		assert.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, time.Second, time.Since(began))
		close(store.release)
	})
}
