package idverify_test

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
	"github.com/idverify/idverify/idverifytest"
)

func slowPass(t *testing.T, after time.Duration) step {
	s := pass(t)
	s.after = after
	return s
}

func keyed(key string) *idverify.Request {
	req := askFor(photo())
	req.Key = key
	return req
}

func oneVendor(t *testing.T, p idverify.Provider, opts ...idverify.Option) *idverify.Client {
	t.Helper()
	c, err := idverify.New([]idverify.Provider{p}, opts...)
	require.NoError(t, err)
	return c
}

func TestTwoCallsWithOneKeyAreOneExchange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a", slowPass(t, time.Second))
		c := oneVendor(t, a)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				res, err := c.Verify(t.Context(), keyed("order-1"))
				assert.NoError(t, err)
				assert.True(t, res.Passed())
				res.Code = "changed" // nobody else's answer
			})
		}
		wg.Wait()
		assert.Equal(t, 1, a.asked)

		_, err := c.Verify(t.Context(), keyed("order-1"))
		require.NoError(t, err)
		assert.Equal(t, 2, a.asked, "a finished answer is not kept")
		_, err = c.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err)
		assert.Equal(t, 3, a.asked)
	})
}

func TestKeyUnderWayForAnotherPersonIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a", slowPass(t, time.Second))
		c := oneVendor(t, a)
		var wg sync.WaitGroup
		wg.Go(func() {
			res, err := c.Verify(t.Context(), keyed("order-1"))
			assert.NoError(t, err)
			assert.True(t, res.Passed())
		})
		synctest.Wait()
		other := keyed("order-1")
		other.Name = "测试乙"
		_, err := c.Verify(t.Context(), other)
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "Key", e.Field)
		wg.Wait()
		assert.Equal(t, 1, a.asked)
	})
}

func TestOneOfTwoLeavesAndTheOtherGetsTheAnswer(t *testing.T) {
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
		})
		synctest.Wait()
		wg.Go(func() {
			res, err := c.Verify(t.Context(), keyed("order-1"))
			assert.NoError(t, err)
			assert.True(t, res.Passed())
		})
		time.Sleep(500 * time.Millisecond)
		leave()
		wg.Wait()
		assert.Equal(t, 1, a.asked)
	})
}

func TestLastToLeaveEndsTheCallAndLearnsHowFarItCame(t *testing.T) {
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
		assert.True(t, e.Sent)
		assert.Len(t, e.Attempts, 1)

		a.steps = []step{pass(t)}
		res, err := c.Verify(t.Context(), keyed("order-1"))
		require.NoError(t, err, "a newcomer starts anew")
		assert.True(t, res.Passed())
	})
}

func TestSharedCallFitsTheLatestDeadline(t *testing.T) {
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

func TestErrorsAreSharedToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failing := fail(idverify.CodeNoFace)
		failing.after = time.Second
		a := vendorNamed("a", failing)
		c := oneVendor(t, a)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				_, err := c.Verify(t.Context(), keyed("k"))
				assert.ErrorIs(t, err, idverify.ErrNoFace)
			})
		}
		wg.Wait()
		assert.Equal(t, 1, a.asked)
	})
}

// The deadline of a shared call moves; the time limit of an attempt does not go
// with it.
func TestSharedCallKeepsTheLimitOfAnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := vendorNamed("a", slowPass(t, 2*time.Hour)), vendorNamed("b", pass(t))
		c, err := idverify.New([]idverify.Provider{a, b})
		require.NoError(t, err)
		var wg sync.WaitGroup
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			_, err := c.Verify(ctx, keyed("k"))
			assert.Equal(t, idverify.CodeTimeout, idverify.CodeOf(err))
		})
		time.Sleep(time.Second)
		began := time.Now()
		res, err := c.Verify(t.Context(), keyed("k"))
		require.NoError(t, err)
		assert.Equal(t, []string{"a timeout → another_vendor", "b match"}, told(res.Attempts))
		assert.Equal(t, 29*time.Second, time.Since(began))
		wg.Wait()
	})
}

func TestCallersOfOneKeyShareNothingThatCanChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := oneVendor(t, vendorNamed("a", slowPass(t, time.Second)))
		results := make([]*idverify.Result, 2)
		var wg sync.WaitGroup
		for i := range results {
			wg.Go(func() { results[i], _ = c.Verify(t.Context(), keyed("k")) })
		}
		wg.Wait()
		results[0].Checks[0].Passed = false
		results[0].Attempts[0].Vendor = "changed"
		assert.True(t, results[1].Passed())
		assert.Equal(t, "a", results[1].Attempts[0].Vendor)
	})
}

// slowResults is a store that takes its time, or hangs.
type slowResults struct {
	memoryResults
	save time.Duration
}

func (s *slowResults) Save(ctx context.Context, id string, res *idverify.Result) error {
	select {
	case <-time.After(s.save):
		return s.memoryResults.Save(ctx, id, res)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestNobodyWaitsForTheStoreToSave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a", slowPass(t, time.Second))
		c := oneVendor(t, a, idverify.WithResultStore(&slowResults{save: time.Hour}, make([]byte, 32)))
		began := time.Now()
		res, err := c.Verify(t.Context(), keyed("k"))
		require.NoError(t, err)
		assert.True(t, res.Passed())
		assert.Equal(t, time.Second, time.Since(began))

		res, err = c.Verify(t.Context(), keyed("k"))
		require.NoError(t, err)
		assert.True(t, res.Passed())
		assert.Equal(t, 1, a.asked, "while it is being saved, a newcomer is given the answer that is there")
		time.Sleep(time.Minute) // the store is given up
		_, err = c.Verify(t.Context(), keyed("k"))
		require.NoError(t, err)
		assert.Equal(t, 2, a.asked)
		time.Sleep(time.Minute)
	})
}

func TestStricterRateIsAnotherQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, secret := &memoryResults{}, make([]byte, 32)
		lax := vendorNamed("p", pass(t))
		for range 2 {
			_, err := oneVendor(t, lax, idverify.WithResultStore(store, secret)).Verify(t.Context(), keyed("k"))
			require.NoError(t, err)
			synctest.Wait()
		}
		assert.Equal(t, 1, lax.asked)
		strict := &strictable{fake: fake{name: "p", accepts: "photo"}} // fails when it is asked
		c := oneVendor(t, strict, idverify.WithResultStore(store, secret), idverify.WithMaxFAR(1e-5))
		_, err := c.Verify(t.Context(), keyed("k"))
		assert.ErrorIs(t, err, idverify.ErrNoFace, "it was asked, and not given the lax answer")
	})
}

type panicking struct{ byScript }

func (panicking) Verify(context.Context, *idverify.Request) (*idverify.Result, error) {
	panic("a provider of a user's own")
}

func TestPanicReachesTheCaller(t *testing.T) {
	c := oneVendor(t, &panicking{byScript{name: "a"}})
	assert.PanicsWithValue(t, "a provider of a user's own", func() { _, _ = c.Verify(t.Context(), keyed("k")) })
	assert.PanicsWithValue(t, "a provider of a user's own", func() { _, _ = c.Verify(t.Context(), askFor(photo())) })
}

func TestResultStoreAnswersTheSameQuestionOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a", pass(t))
		store := &memoryResults{}
		c := oneVendor(t, a, idverify.WithResultStore(store, []byte("EXAMPLE-SECRET-EXAMPLE-SECRET-32")))
		verify := func(req *idverify.Request) (*idverify.Result, error) {
			defer synctest.Wait() // until the store has been told
			return c.Verify(t.Context(), req)
		}
		for range 3 {
			res, err := verify(keyed("order-1"))
			require.NoError(t, err)
			assert.True(t, res.Passed())
		}
		assert.Equal(t, 1, a.asked)
		for id := range store.byID {
			assert.Regexp(t, "^[0-9a-f]{64}$", id)
		}

		other := keyed("order-1")
		other.Name = "测试乙"
		a.steps, a.asked = []step{decide(idverify.CodeFaceMismatch)}, 0
		res, err := verify(other)
		require.NoError(t, err)
		assert.Equal(t, idverify.CodeFaceMismatch, res.Code, "another person's pass is not given away")

		for id := range store.byID {
			store.byID[id] = &idverify.Result{Code: idverify.CodeMatch} // a pass that was never earned
		}
		res, err = verify(keyed("order-1"))
		require.NoError(t, err)
		assert.Equal(t, idverify.CodeFaceMismatch, res.Code)

		a.steps, a.asked = []step{fail(idverify.CodeNoFace)}, 0
		for range 2 {
			_, err = verify(keyed("order-2"))
			assert.ErrorIs(t, err, idverify.ErrNoFace)
		}
		assert.Equal(t, 2, a.asked, "errors are not kept")
	})
}

type brokenResults struct{}

func (brokenResults) Load(context.Context, string) (*idverify.Result, error) {
	return nil, errors.New("down")
}
func (brokenResults) Save(context.Context, string, *idverify.Result) error { return errors.New("down") }

func TestResultStoreThatFailsDoesNotFailTheCall(t *testing.T) {
	c := oneVendor(t, vendorNamed("a", pass(t)), idverify.WithResultStore(brokenResults{}, make([]byte, 32)))
	res, err := c.Verify(t.Context(), keyed("order-1"))
	require.NoError(t, err)
	assert.True(t, res.Passed())
}

func TestClientPrintsNoSecret(t *testing.T) {
	secret := []byte("EXAMPLE-SECRET-EXAMPLE-SECRET-32")
	c := oneVendor(t, vendorNamed("a", pass(t)), idverify.WithResultStore(&memoryResults{}, secret), idverify.WithPersonLimit(secret, 3, time.Hour, nil))
	for _, text := range idverifytest.Spoken(c) {
		assert.NotContains(t, text, "EXAMPLE-SECRET")
		assert.NotContains(t, text, "69 88 65 77") // its bytes
	}
}
