package idverify_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// Inside a synctest bubble, a caller that waits for a place that is never released
// is a deadlock, which fails the test at once.
func TestClient_ReleasesLimiterAfterEveryAttempt(t *testing.T) {
	for _, opts := range [][]idverify.Option{nil, {silentHooks}} {
		synctest.Test(t, func(t *testing.T) {
			limiter, err := idverify.NewLimiter(idverify.Rate{InFlight: 1})
			require.NoError(t, err)
			a := vendorNamed("a", fail(idverify.CodeNetwork, unsent), pass(t))
			c := oneVendor(t, a, append(opts, idverify.WithVendor("a", idverify.VendorPolicy{Limiter: limiter}))...)
			for range 3 {
				_, err := c.Verify(t.Context(), askFor(photo()))
				require.NoError(t, err)
			}
		})
	}
}

func TestClient_NoBackoffBeyondDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := vendorNamed("a", fail(idverify.CodeRateLimited, safe, retryAfter(2*time.Second))), vendorNamed("b", pass(t))
		c, err := idverify.New([]idverify.Provider{a, b})
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		began := time.Now()
		res, err := c.Verify(ctx, askFor(photo()))
		require.NoError(t, err)
		assert.True(t, res.Passed())
		assert.Zero(t, time.Since(began), "the wait would not have fitted, so the other vendor is asked at once")
	})
}

func TestClient_AttemptTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := pass(t)
		slow.after = time.Hour
		a, b := vendorNamed("a", slow), vendorNamed("b", pass(t))
		c, err := idverify.New([]idverify.Provider{a, b}, idverify.WithVendor("a", idverify.VendorPolicy{Timeout: 3 * time.Second}))
		require.NoError(t, err)
		began := time.Now()
		res, err := c.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err)
		assert.Equal(t, 3*time.Second, time.Since(began))
		assert.Equal(t, []string{"a timeout → another_vendor", "b match"}, told(res.Attempts))
		assert.Equal(t, 3*time.Second, res.Attempts[0].Duration)

		c, err = idverify.New([]idverify.Provider{vendorNamed("a", slow)})
		require.NoError(t, err)
		began = time.Now()
		_, err = c.Verify(t.Context(), askFor(photo()))
		assert.ErrorIs(t, err, idverify.ErrTimeout)
		assert.Equal(t, 30*time.Second, time.Since(began), "the default")
	})
}

// lasting stores the context of its last call.
type lasting struct {
	byScript
	ctx context.Context
}

func (l *lasting) Ask(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
	l.ctx = ctx
	return l.byScript.Ask(ctx, q)
}

func TestClient_AttemptContextEndsWithAttempt(t *testing.T) {
	a := &lasting{byScript: *vendorNamed("a", pass(t))}
	for _, req := range []*idverify.Request{askFor(photo()), keyed("k")} {
		_, err := oneVendor(t, a).Verify(t.Context(), req)
		require.NoError(t, err)
		assert.ErrorIs(t, a.ctx.Err(), context.Canceled)
	}
}
