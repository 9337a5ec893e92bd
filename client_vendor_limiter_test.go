package idverify_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// toldLimiter answers as the test says.
type toldLimiter struct {
	release func()
	err     error
	asked   int
}

func (l *toldLimiter) Acquire(context.Context) (func(), error) {
	l.asked++
	return l.release, l.err
}

func TestLimiterOfVendor_IsUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a", pass(t))
		c := oneVendor(t, a, idverify.WithVendor("a", idverify.VendorPolicy{Limiter: limiterOf(t, 1, 0), Breaker: idverify.Breaker{Off: true}}))
		began := time.Now()
		for range 4 {
			_, err := c.Verify(t.Context(), askFor(photo()))
			require.NoError(t, err)
		}
		assert.Equal(t, 3*time.Second, time.Since(began))

		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		_, err := c.Verify(ctx, askFor(photo()))
		assert.ErrorIs(t, err, idverify.ErrOverOwnLimit)
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "a", e.Vendor)
		assert.Equal(t, idverify.CodeRateLimited, e.Code)
		assert.Equal(t, idverify.BilledNo, e.Billed)
		assert.False(t, e.Sent())
		assert.Equal(t, time.Second, e.RetryAfter)
		assert.True(t, e.Attempts[0].PassedOver)
		assert.Equal(t, 4, a.asked)
	})
}

func TestLimiterOfVendor_CancelWhileQueued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a", pass(t))
		c := oneVendor(t, a, idverify.WithVendor("a", idverify.VendorPolicy{Limiter: limiterOf(t, 1, 0)}))
		_, err := c.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second/2, cancel)
		_, err = c.Verify(ctx, askFor(photo()))
		assert.Equal(t, idverify.CodeCanceled, idverify.CodeOf(err))
		assert.ErrorIs(t, err, context.Canceled)
		assert.NotErrorIs(t, err, idverify.ErrRateLimited)
		assert.Equal(t, 1, a.asked)
	})
}

// deafLimiter admits when the test says so, even after the caller has left.
type deafLimiter struct {
	let      chan struct{}
	released atomic.Int64
}

func (l *deafLimiter) Acquire(context.Context) (func(), error) {
	<-l.let
	return func() { l.released.Add(1) }, nil
}

// Holds P-PAY-14.
func TestLimiterOfVendor_IgnoringContextDoesNotBlockCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const left = 64 // no more calls than these may be left hanging
		l := &deafLimiter{let: make(chan struct{})}
		a := vendorNamed("a", pass(t))
		c := oneVendor(t, a, idverify.WithVendor("a", idverify.VendorPolicy{Limiter: l}))
		for range left {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			began := time.Now()
			_, err := c.Verify(ctx, askFor(photo()))
			assert.Equal(t, idverify.CodeTimeout, idverify.CodeOf(err))
			assert.Equal(t, idverify.ReasonCallerLeft, attemptsOf(nil, err)[0].Reason)
			assert.Less(t, time.Since(began), 1100*time.Millisecond)
			cancel()
		}
		began := time.Now()
		_, err := c.Verify(t.Context(), askFor(photo()))
		assert.Equal(t, idverify.CodeStoreUnavailable, idverify.CodeOf(err))
		assert.Equal(t, idverify.ReasonLimiterFailed, attemptsOf(nil, err)[0].Reason)
		assert.Zero(t, time.Since(began))
		assert.Zero(t, a.asked)
		assert.Equal(t, idverify.CircuitClosed, c.Circuits()["a"])

		close(l.let)
		synctest.Wait()
		assert.EqualValues(t, left, l.released.Load(), "what is given late is given back")
		_, err = c.Verify(t.Context(), askFor(photo()))
		assert.NoError(t, err)
		assert.EqualValues(t, left+1, l.released.Load())
	})
}

func TestLimiterOfVendor_ResultsOfForeignLimiter(t *testing.T) {
	cause := errors.New("the limiter's store is down")
	for name, test := range map[string]struct {
		limiter toldLimiter
		asked   int
		code    idverify.Code
		reason  idverify.Reason
	}{
		"admits, and has nothing to release": {toldLimiter{}, 1, "", ""},
		"turns away":                         {toldLimiter{err: fmt.Errorf("%w: %w", idverify.ErrOverOwnLimit, cause)}, 0, idverify.CodeRateLimited, idverify.ReasonOwnLimit},
		"fails":                              {toldLimiter{err: cause}, 0, idverify.CodeStoreUnavailable, idverify.ReasonLimiterFailed},
	} {
		a := vendorNamed("a", pass(t))
		c := oneVendor(t, a, idverify.WithVendor("a", idverify.VendorPolicy{Limiter: &test.limiter}))
		_, err := c.Verify(t.Context(), askFor(photo()))
		assert.Equal(t, test.code, idverify.CodeOf(err), name)
		assert.Equal(t, test.limiter.err != nil, errors.Is(err, cause), name)
		if err != nil {
			assert.Equal(t, test.reason, attemptsOf(nil, err)[0].Reason, name)
		}

		assert.Equal(t, test.asked, a.asked, name)

		b := vendorNamed("b", pass(t))
		both, err := idverify.New([]idverify.Provider{a, b}, idverify.WithVendor("a", idverify.VendorPolicy{Limiter: &test.limiter}))
		require.NoError(t, err)
		res, err := both.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err, name)
		assert.True(t, res.Passed(), "the next vendor is asked")
	}
}

func TestLimiterOfVendor_SkippedWhileBreakerOpen(t *testing.T) {
	released := 0
	limiter := &toldLimiter{release: func() { released++ }}
	c := oneVendor(t, vendorNamed("a", fail(idverify.CodeVendorUnavailable)),
		idverify.WithVendor("a", idverify.VendorPolicy{Limiter: limiter, Breaker: idverify.Breaker{Failures: 1, OpenFor: time.Hour}}))
	for range 3 {
		_, err := c.Verify(t.Context(), askFor(photo()))
		assert.Error(t, err)
	}
	assert.Equal(t, 1, limiter.asked)
	assert.Equal(t, 1, released)
}
