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
		for _, other := range []*idverify.Request{{Name: "测试乙", IDNumber: aNumber}, {Name: aName, IDNumber: anotherNumber}} {
			other.Key, other.Evidence = "order-1", []idverify.Evidence{photo()}
			_, err := c.Verify(t.Context(), other)
			var e *idverify.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, idverify.CodeInvalidRequest, e.Code)
			assert.Equal(t, idverify.BilledNo, e.Billed)
			assert.Equal(t, "Key", e.Field)
		}
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
			assert.ErrorContains(t, err, "the call goes on for others with the same key")
			var e *idverify.Error
			if assert.ErrorAs(t, err, &e) {
				assert.True(t, e.Sent())
				assert.Equal(t, idverify.BilledUnknown, e.Billed)
			}
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

func TestSharedCallHasAsMuchTimeAsTheMostPatientCaller(t *testing.T) {
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

// stubborn is a provider that does not look at its context: it answers when it
// is done. It may be asked again meanwhile.
type stubborn struct {
	byScript
	mu sync.Mutex
}

func (s *stubborn) Verify(context.Context, *idverify.Request) (*idverify.Result, error) {
	s.mu.Lock()
	now := s.steps[min(s.asked, len(s.steps)-1)]
	s.asked++
	s.mu.Unlock()
	time.Sleep(now.after)
	return now.res, now.err
}

func TestAnswerThatComesAlthoughAllHaveLeftIsNotThrownAway(t *testing.T) {
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

func TestNewcomerDoesNotJoinACallThatEverybodyLeft(t *testing.T) {
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
		for range 2 { // one while the first call is on its way to its end, and one after it
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
		warned := slowPass(t, time.Second)
		warned.res.Warnings = []idverify.Warning{idverify.WarnRiskyDevice}
		c := oneVendor(t, vendorNamed("a", warned))
		results := make([]*idverify.Result, 2)
		var wg sync.WaitGroup
		for i := range results {
			wg.Go(func() { results[i], _ = c.Verify(t.Context(), keyed("k")) })
		}
		wg.Wait()
		results[0].Checks[0].Passed = false
		results[0].Attempts[0].Vendor = "changed"
		results[0].Warnings[0] = "changed"
		assert.True(t, results[1].Passed())
		assert.Equal(t, []idverify.Warning{idverify.WarnRiskyDevice}, results[1].Warnings)
		assert.Equal(t, "a", results[1].Attempts[0].Vendor)
	})
	synctest.Test(t, func(t *testing.T) {
		failing := fail(idverify.CodeNoFace)
		failing.after = time.Second
		c := oneVendor(t, vendorNamed("a", failing))
		errs := make([]*idverify.Error, 2)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() {
				_, err := c.Verify(t.Context(), keyed("k"))
				errs[i], _ = err.(*idverify.Error)
			})
		}
		wg.Wait()
		errs[0].Code, errs[0].Attempts[0].Vendor = "changed", "changed"
		assert.Equal(t, idverify.CodeNoFace, errs[1].Code)
		assert.Equal(t, "a", errs[1].Attempts[0].Vendor)
	})
}

// slowResults is a store that takes its time, or hangs.
type slowResults struct {
	memoryResults
	load, save time.Duration
}

func (s *slowResults) Load(ctx context.Context, id string) (*idverify.Result, error) {
	select {
	case <-time.After(s.load):
		return s.memoryResults.Load(ctx, id)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
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
		time.Sleep(time.Minute) // the store is given up
		_, err = c.Verify(t.Context(), keyed("k"))
		require.NoError(t, err)
		assert.Equal(t, 2, a.asked)
		time.Sleep(time.Minute)
	})
}

func TestAStoreIsGivenSomeTimeToLoadAndNoMore(t *testing.T) {
	for load, asked := range map[time.Duration]int{0: 1, time.Second: 1, 3 * time.Second: 2, time.Hour: 2} {
		synctest.Test(t, func(t *testing.T) {
			a := vendorNamed("a", pass(t))
			store := &slowResults{}
			c := oneVendor(t, a, idverify.WithResultStore(store, storeSecret))
			for range 2 {
				began := time.Now()
				res, err := c.Verify(t.Context(), keyed("k"))
				require.NoError(t, err)
				assert.True(t, res.Passed())
				assert.LessOrEqual(t, time.Since(began), 2*time.Second, "%s", load)
				synctest.Wait()
				store.load = load
			}
			assert.Equal(t, asked, a.asked, "%s", load)
		})
	}
}

// The deadline of a shared call moves; the time of a store does not go with it.
func TestAStoreThatHangsHoldsUpNoSharedCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := oneVendor(t, vendorNamed("a", pass(t)), idverify.WithResultStore(&slowResults{load: time.Hour}, storeSecret))
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
		assert.Equal(t, 2*time.Second, time.Since(began))
		wg.Wait()
	})
}

// lastingResults keeps the contexts it is given.
type lastingResults struct {
	memoryResults
	contexts []context.Context
}

func (l *lastingResults) Load(ctx context.Context, id string) (*idverify.Result, error) {
	l.contexts = append(l.contexts, ctx)
	return l.memoryResults.Load(ctx, id)
}

func (l *lastingResults) Save(ctx context.Context, id string, res *idverify.Result) error {
	l.contexts = append(l.contexts, ctx)
	return l.memoryResults.Save(ctx, id, res)
}

func TestTheContextsOfAStoreEndWithItsWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &lastingResults{}
		c := oneVendor(t, vendorNamed("a", pass(t)), idverify.WithResultStore(store, storeSecret))
		_, err := c.Verify(t.Context(), keyed("k"))
		require.NoError(t, err)
		synctest.Wait()
		require.Len(t, store.contexts, 2)
		for _, ctx := range store.contexts {
			assert.ErrorIs(t, ctx.Err(), context.Canceled)
		}
	})
}

// countingResults counts what it is told to keep.
type countingResults struct {
	memoryResults
	saved int
}

func (c *countingResults) Save(ctx context.Context, id string, res *idverify.Result) error {
	c.saved++
	return c.memoryResults.Save(ctx, id, res)
}

// A store that forgets after a while must not be told again of what it told.
func TestWhatAStoreGaveIsNotSavedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &countingResults{}
		c := oneVendor(t, vendorNamed("a", pass(t)), idverify.WithResultStore(store, storeSecret))
		for range 3 {
			_, err := c.Verify(t.Context(), keyed("k"))
			require.NoError(t, err)
			synctest.Wait()
		}
		assert.Equal(t, 1, store.saved)
	})
}

// Key, name and number are told apart where one ends and the next begins.
func TestPartsOfAQuestionDoNotRunIntoEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a", pass(t))
		c := oneVendor(t, a, idverify.WithResultStore(&memoryResults{}, storeSecret))
		for i, q := range []struct{ key, name string }{{"order-1A", "测试甲"}, {"order-1", "A测试甲"}, {"order-", "1A测试甲"}} {
			req := keyed(q.key)
			req.Name = q.name
			_, err := c.Verify(t.Context(), req)
			require.NoError(t, err)
			synctest.Wait()
			assert.Equal(t, i+1, a.asked, "%+v is a question of its own", q)
		}
	})
}

func TestStricterRateIsAnotherQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, secret := &memoryResults{}, storeSecret
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

		a.steps, a.asked = []step{decide(idverify.CodeFaceMismatch)}, 0
		for _, other := range []*idverify.Request{
			{Name: "测试乙", IDNumber: aNumber, Key: "order-1"}, {Name: aName, IDNumber: anotherNumber, Key: "order-1"}, {Name: aName, IDNumber: aNumber, Key: "order-3"},
		} {
			other.Evidence = []idverify.Evidence{photo()}
			res, err := verify(other)
			require.NoError(t, err)
			assert.Equal(t, idverify.CodeFaceMismatch, res.Code, "another question's pass is not given away")
		}

		for id := range store.byID {
			store.byID[id] = &idverify.Result{Code: idverify.CodeMatch} // a pass that was never earned
		}
		res, err := verify(keyed("order-1"))
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

// doubtfulResults gives an error and a result beside it.
type doubtfulResults struct {
	brokenResults
	res *idverify.Result
}

func (d doubtfulResults) Load(context.Context, string) (*idverify.Result, error) {
	return d.res, errors.New("of the day before yesterday")
}

func TestAResultBesideAnErrorOfTheStoreIsNotBelieved(t *testing.T) {
	a := vendorNamed("a", decide(idverify.CodeFaceMismatch))
	c := oneVendor(t, a, idverify.WithResultStore(doubtfulResults{res: passing(t)}, storeSecret))
	res, err := c.Verify(t.Context(), keyed("order-1"))
	require.NoError(t, err)
	assert.Equal(t, idverify.CodeFaceMismatch, res.Code)
}

func TestResultStoreThatFailsDoesNotFailTheCall(t *testing.T) {
	c := oneVendor(t, vendorNamed("a", pass(t)), idverify.WithResultStore(brokenResults{}, storeSecret))
	res, err := c.Verify(t.Context(), keyed("order-1"))
	require.NoError(t, err)
	assert.True(t, res.Passed())
}

// panickyResults is a store that panics, where it is told to.
type panickyResults struct {
	memoryResults
	onLoad, onSave bool
}

func (p *panickyResults) Load(ctx context.Context, id string) (*idverify.Result, error) {
	if p.onLoad {
		panic("load")
	}
	return p.memoryResults.Load(ctx, id)
}

func (p *panickyResults) Save(ctx context.Context, id string, res *idverify.Result) error {
	if p.onSave {
		panic("save")
	}
	return p.memoryResults.Save(ctx, id, res)
}

func TestPanicOfAStoreReachesWhoWaitsForItAndIsDroppedWhereNobodyDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, store := vendorNamed("a", pass(t)), &panickyResults{onSave: true}
		c := oneVendor(t, a, idverify.WithResultStore(store, storeSecret))
		for range 2 {
			res, err := c.Verify(t.Context(), keyed("k"))
			require.NoError(t, err)
			assert.True(t, res.Passed())
			synctest.Wait()
		}
		assert.Equal(t, 2, a.asked, "nothing was kept")

		store.onLoad = true
		assert.PanicsWithValue(t, "load", func() { _, _ = c.Verify(t.Context(), keyed("k")) })
		assert.Equal(t, 2, a.asked)
	})
}

func TestClientPrintsNoSecret(t *testing.T) {
	secret := []byte("EXAMPLE-SECRET-EXAMPLE-SECRET-32")
	c := oneVendor(t, vendorNamed("a", pass(t)), idverify.WithResultStore(&memoryResults{}, secret), idverify.WithPersonLimit(idverify.PersonLimit{Secret: secret, Tries: 3, Window: time.Hour}))
	for _, text := range idverifytest.Spoken(c) {
		assert.NotContains(t, text, "EXAMPLE-SECRET")
		assert.NotContains(t, text, "69 88 65 77") // its bytes
	}
}

// storeSecret is of a store of results.
var storeSecret = []byte("EXAMPLE secret of a result store")
