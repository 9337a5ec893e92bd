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

func TestSharedCall_GoesOnWhenOneCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a", slowPass(t, time.Second))
		c := oneVendor(t, a)
		leaving, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { // the first, whose context the call must not depend on
			began := time.Now()
			_, err := c.Verify(leaving, keyed("order-1"))
			assert.Equal(t, 500*time.Millisecond, time.Since(began))
			assert.ErrorIs(t, err, context.Canceled)
			assert.ErrorIs(t, err, idverify.ErrAmbiguous, "the call goes on, and may be billed")
			assert.ErrorContains(t, err, "the call goes on for others with the same key")
			var e *idverify.Error
			if assert.ErrorAs(t, err, &e) {
				assert.True(t, e.Sent())
				assert.Equal(t, idverify.BilledUnknown, e.Billed)
				assert.Equal(t, idverify.OriginVendor, e.Origin)
				assert.False(t, e.At.IsZero())
			}
		})
		synctest.Wait()
		wg.Go(func() {
			res, err := c.Verify(t.Context(), keyed("order-1"))
			assert.NoError(t, err)
			assert.True(t, res.Passed())
			assert.Equal(t, idverify.OriginShared, res.Origin)
		})
		time.Sleep(500 * time.Millisecond)
		leave()
		wg.Wait()
		assert.Equal(t, 1, a.asked)
	})
}

func TestSharedCall_CancelledWhenLastCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a", slowPass(t, time.Hour))
		c := oneVendor(t, a)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err := c.Verify(ctx, keyed("order-1"))
		assert.Equal(t, time.Second, time.Since(began))
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.True(t, e.Sent())
		assert.Len(t, e.Attempts, 1)
		assert.Equal(t, idverify.CodeTimeout, e.Code, "in this caller's words, whose deadline it was")
		assert.ErrorIs(t, e.Err, context.DeadlineExceeded)

		canceled, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err = c.Verify(canceled, keyed("order-1"))
		assert.Equal(t, idverify.CodeCanceled, idverify.CodeOf(err))

		a.steps = []step{pass(t)}
		res, err := c.Verify(t.Context(), keyed("order-1"))
		require.NoError(t, err, "a newcomer starts anew")
		assert.True(t, res.Passed())
	})
}

func TestSharedCall_BackoffFitsLatestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a", fail(idverify.CodeRateLimited, safe, retryAfter(2*time.Second)), pass(t))
		c := oneVendor(t, a)
		within := func(d time.Duration) (*idverify.Result, error) {
			ctx, cancel := context.WithTimeout(t.Context(), d)
			defer cancel()
			return c.Verify(ctx, keyed("order-1"))
		}
		began := time.Now()
		_, err := within(time.Second)
		assert.ErrorIs(t, err, idverify.ErrRateLimited)
		assert.Zero(t, time.Since(began), "a wait that does not fit is not begun")

		a.asked = 0
		a.steps[0].after = 500 * time.Millisecond
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := within(time.Second)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
		synctest.Wait()
		res, err := within(time.Minute)
		require.NoError(t, err, "the second caller has time")
		assert.True(t, res.Passed())
		wg.Wait()
	})
}

func TestSharedCall_HasTheLatestDeadline(t *testing.T) {
	const none = 0
	for _, test := range []struct{ first, second time.Duration }{
		{time.Second, none}, {none, time.Second}, {time.Minute, time.Second}, {time.Second, time.Minute}, {none, none},
	} {
		synctest.Test(t, func(t *testing.T) {
			turnedAway := fail(idverify.CodeRateLimited, safe, retryAfter(2*time.Second))
			turnedAway.after = 500 * time.Millisecond
			a := vendorNamed("a", turnedAway, turnedAway, pass(t))
			c := oneVendor(t, a)
			var wg sync.WaitGroup
			for _, patience := range []time.Duration{test.first, test.second} {
				wg.Go(func() {
					ctx, cancel := context.WithCancel(t.Context())
					if patience != none {
						ctx, cancel = context.WithTimeout(t.Context(), patience)
					}
					defer cancel()
					res, err := c.Verify(ctx, keyed("order-1"))
					if patience == time.Second {
						assert.ErrorIs(t, err, context.DeadlineExceeded, "%+v", test)
						return
					}
					assert.NoError(t, err, "%+v", test)
					assert.True(t, res.Passed())
				})
				synctest.Wait()
			}
			wg.Wait()
			assert.Equal(t, 3, a.asked)
		})
	}
}

// stubborn is a provider that ignores its context: it answers when it is done. It
// may be asked again meanwhile.
type stubborn struct {
	byScript
	mu sync.Mutex
}

func (s *stubborn) Ask(context.Context, *idverify.Question) (*idverify.Result, error) {
	s.mu.Lock()
	now := s.steps[min(s.asked, len(s.steps)-1)]
	s.asked++
	s.mu.Unlock()
	time.Sleep(now.after)
	return now.res, now.err
}

func TestSharedCall_AnswerAfterAllLeftIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &slowResults{save: time.Second}
		c := oneVendor(t, &stubborn{byScript: *vendorNamed("a", slowPass(t, 2*time.Second))}, idverify.WithResultStore(store, storeSecret))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		res, err := c.Verify(ctx, keyed("order-1"))
		require.NoError(t, err)
		assert.True(t, res.Passed(), "it is paid for")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		assert.Len(t, store.byID, 1, "and kept")

		failing := fail(idverify.CodePoorPhoto, func(e *idverify.Error) { e.Billed = idverify.BilledYes })
		failing.after = 2 * time.Second
		c = oneVendor(t, &stubborn{byScript: *vendorNamed("a", failing)})
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = c.Verify(ctx, keyed("order-1"))
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, idverify.CodePoorPhoto, e.Code)
		assert.Equal(t, idverify.BilledYes, e.Billed)
	})
}

func TestSharedCall_NewcomerDoesNotJoinCancelledCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lost := fail(idverify.CodeCanceled, ambiguous)
		lost.after = 2 * time.Second
		a := &stubborn{byScript: *vendorNamed("a", lost, slowPass(t, 3*time.Second))}
		c := oneVendor(t, a)
		var wg sync.WaitGroup
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := c.Verify(ctx, keyed("order-1"))
			assert.ErrorIs(t, err, idverify.ErrAmbiguous)
		})
		for range 2 { // one while the first call is being cancelled, and one after it
			time.Sleep(1500 * time.Millisecond)
			wg.Go(func() {
				res, err := c.Verify(t.Context(), keyed("order-1"))
				assert.NoError(t, err)
				assert.True(t, res.Passed())
			})
		}
		wg.Wait()
		assert.Equal(t, 2, a.asked, "the two newcomers share one call")
	})
}

// After every caller of a key has left, the key may be used for another question.
func TestSharedCall_KeyIsFreeAfterAllLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &stubborn{byScript: *vendorNamed("a", slowPass(t, 3*time.Second))}
		c := oneVendor(t, a)
		var wg sync.WaitGroup
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := c.Verify(ctx, keyed("order-1"))
			assert.NoError(t, err, "the answer came all the same")
		})
		time.Sleep(2 * time.Second)
		for _, other := range anotherQuestion("order-1") {
			if other.Evidence[0].EvidenceKind() != "photo" {
				continue
			}
			res, err := c.Verify(t.Context(), other)
			assert.NoError(t, err)
			assert.True(t, res.Passed())
		}
		wg.Wait()
	})
}

// The vendor is asked in the moment in which the only caller leaves: there is no
// request to lend any more.
func TestSharedCall_LastCallerLeavesWhileItIsRouted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		leaves := func(_ context.Context, _ *idverify.Request, all []idverify.Provider) []idverify.Provider {
			cancel()
			time.Sleep(time.Millisecond) // in the bubble: until the caller has left
			return all
		}
		a := vendorNamed("a", slowPass(t, time.Hour))
		_, err := oneVendor(t, a, idverify.WithRouter(leaves)).Verify(ctx, keyed("k"))
		assert.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, idverify.ErrCanceled)
	})
}
