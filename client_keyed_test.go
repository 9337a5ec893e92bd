package idverify_test

import (
	"context"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

func slowPass(t *testing.T, after time.Duration) step {
	s := pass(t)
	s.after = after
	return s
}

func keyed(key string) *idverify.Request {
	req := askFor(photo())
	req.IdempotencyKey = key
	return req
}

func oneVendor(t *testing.T, p idverify.Provider, opts ...idverify.Option) *idverify.Client {
	t.Helper()
	c, err := idverify.New([]idverify.Provider{p}, opts...)
	require.NoError(t, err)
	return c
}

// Holds P-PAY-7.
func TestSharedCall_TwoCallsOneExchange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a", slowPass(t, time.Second))
		c := oneVendor(t, a)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				res, err := c.Verify(t.Context(), keyed("order-1"))
				assert.NoError(t, err)
				assert.True(t, res.Passed())
				res.Code = "changed" // must not change the other caller's answer
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

// One person may be asked about for two purposes at the same time.
func TestSharedCall_OtherKeyIsAnotherCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a", slowPass(t, time.Second))
		c := oneVendor(t, a)
		var wg sync.WaitGroup
		for _, key := range []string{"order-1", "order-2"} {
			wg.Go(func() {
				res, err := c.Verify(t.Context(), keyed(key))
				assert.NoError(t, err)
				assert.Equal(t, idverify.OriginVendor, res.Origin)
			})
			synctest.Wait()
		}
		wg.Wait()
		assert.Equal(t, 2, a.asked)
	})
}

// Holds P-PASS-9, P-LIVE-5.
func TestSharedCall_OtherQuestionIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a", slowPass(t, time.Second))
		store := &slowResults{save: time.Second}
		c := oneVendor(t, a, idverify.WithResultStore(store, storeSecret))
		var wg sync.WaitGroup
		wg.Go(func() {
			res, err := c.Verify(t.Context(), keyed("order-1"))
			assert.NoError(t, err)
			assert.True(t, res.Passed())
			assert.Equal(t, idverify.OriginVendor, res.Origin)
		})
		synctest.Wait()
		for range 2 { // while the call is in progress, and while it is being saved
			for name, other := range anotherQuestion("order-1") {
				_, err := c.Verify(t.Context(), other)
				assertOtherQuestion(t, err, name)
			}
			same := keyed("order-1")
			same.Evidence = []idverify.Evidence{idverify.Photo(idverify.MediaFunc(photo().(idverify.PhotoEvidence).Media().Open))} // the same content from another source
			res, err := c.Verify(t.Context(), same)
			assert.NoError(t, err)
			assert.True(t, res.Passed())
			assert.Equal(t, idverify.OriginShared, res.Origin)
		}
		wg.Wait()
		assert.Equal(t, 1, a.asked)
		time.Sleep(time.Second)
	})
}

// forgetful is evidence whose copies show no content.
type forgetful struct{ silentEvidence }

func (forgetful) EvidenceContent(func(string), func(idverify.Media) idverify.Media) idverify.Evidence {
	return silentEvidence{}
}

// Evidence that cannot be bound to a key is refused when there is a key, and only
// then.
// Holds P-PASS-9.
func TestIdempotencyKey_NeedsContentEvidence(t *testing.T) {
	silent := &fake{name: "a", accepts: "silent", res: passing(t)}
	c := oneVendor(t, silent)
	req := askFor(silentEvidence{})
	_, err := c.Verify(t.Context(), req)
	require.NoError(t, err)
	req.IdempotencyKey = "k"
	_, err = c.Verify(t.Context(), req)
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, idverify.CodeInvalidRequest, e.Code)
	assert.Equal(t, "Evidence", e.Field)
	assert.Equal(t, 1, silent.calls)

	req.Evidence = []idverify.Evidence{forgetful{}}
	_, err = c.Verify(t.Context(), req)
	assert.Equal(t, idverify.CodeInvalidRequest, idverify.CodeOf(err), "a copy that shows nothing could not be taken back")
	assert.Equal(t, 1, silent.calls)

	own := &fake{name: "a", accepts: "own", res: passing(t)}
	req.Evidence = []idverify.Evidence{ownEvidence{mediaOf("x"), true}}
	_, err = oneVendor(t, own).Verify(t.Context(), req)
	assert.NoError(t, err)
}

// Hanging media cost a call with a key at most a third of its time, for all its
// evidence together.
func TestIdempotencyKey_HangingMediaFailOnlyTheirVendor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		hangs := ownEvidence{idverify.MediaFunc(func() (io.ReadCloser, int64, error) { <-release; return nil, 0, io.EOF }), true}
		c := oneVendor(t, vendorNamed("a", slowPass(t, 5*time.Second)))
		req := askFor(hangs, photo())
		req.IdempotencyKey = "k"
		ctx, cancel := context.WithTimeout(t.Context(), 9*time.Second)
		defer cancel()
		began := time.Now()
		res, err := c.Verify(ctx, req)
		require.NoError(t, err)
		assert.True(t, res.Passed())
		assert.Equal(t, 6500*time.Millisecond, time.Since(began))
	})
}

// counting fails each time and counts its calls.
type counting struct {
	byScript
	asked atomic.Int64
}

func (c *counting) Ask(context.Context, *idverify.Question) (*idverify.Result, error) {
	return nil, &idverify.Error{Code: idverify.CodeNoFace, HTTPStatus: int(c.asked.Add(1)), Delivery: idverify.DeliveryAnswered}
}

// A caller who retries as soon as it sees an error starts a new call.
func TestSharedCall_ErrorIsForgottenBeforeItIsReturned(t *testing.T) {
	c := oneVendor(t, &counting{byScript: byScript{name: "a"}})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			last := 0
			for range 500 {
				_, err := c.Verify(t.Context(), keyed("k"))
				var e *idverify.Error
				if !assert.ErrorAs(t, err, &e) || !assert.Greater(t, e.HTTPStatus, last) {
					return
				}
				last = e.HTTPStatus
			}
		})
	}
	wg.Wait()
}

func TestSharedCall_ErrorsAreShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failing := fail(idverify.CodeNoFace)
		failing.after = time.Second
		a := vendorNamed("a", failing)
		c := oneVendor(t, a)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				_, err := c.Verify(t.Context(), keyed("k"))
				assert.Equal(t, idverify.CodeNoFace, idverify.CodeOf(err))
			})
		}
		wg.Wait()
		assert.Equal(t, 1, a.asked)
	})
}

// The deadline of a shared call can move later; the time limit of an attempt does
// not move with it.
func TestSharedCall_KeepsAttemptTimeout(t *testing.T) {
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

type panicking struct{ byScript }

func (panicking) Ask(context.Context, *idverify.Question) (*idverify.Result, error) {
	panic("a provider of a user's own")
}

// Holds P-DATA-6.
func TestSharedCall_PanicReachesCaller(t *testing.T) {
	c := oneVendor(t, &panicking{byScript{name: "a"}})
	assert.PanicsWithValue(t, "a provider of a user's own", func() { _, _ = c.Verify(t.Context(), keyed("k")) })
	assert.PanicsWithValue(t, "a provider of a user's own", func() { _, _ = c.Verify(t.Context(), askFor(photo())) })
}

// quitting is a provider that calls runtime.Goexit at the first call, as a test's
// fake does when require fails.
type quitting struct{ asked int }

func (*quitting) Name() string                   { return "quitting" }
func (*quitting) Accepts(idverify.Evidence) bool { return true }
func (q *quitting) Ask(context.Context, *idverify.Question) (*idverify.Result, error) {
	if q.asked++; q.asked == 1 {
		runtime.Goexit()
	}
	return mismatch()
}

// A call with a key runs in a goroutine of the Client's. Its callers must be told
// when it ends, in whatever way, and the key must be free again.
func TestSharedCall_GoexitOfProviderEndsCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // where waiting for ever is a deadlock and fails at once
		c := oneVendor(t, &quitting{})
		_, err := c.Verify(t.Context(), keyed("k"))
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, idverify.CodeUnknown, e.Code)
		assert.True(t, e.Sent())
		assert.ErrorIs(t, err, idverify.ErrAmbiguous, "nobody knows how far it came")
		assert.Equal(t, idverify.BilledUnknown, e.Billed)
		assert.False(t, e.Repeatable())

		res, err := c.Verify(t.Context(), keyed("k"))
		require.NoError(t, err)
		assert.Equal(t, idverify.CodeFaceMismatch, res.Code)
	})
}
