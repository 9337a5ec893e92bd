package baiduv4_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
)

func TestRules_FollowTheControls(t *testing.T) {
	thresholds := func(c *baiduv4.Client) map[idverify.CheckKind]float64 {
		found := map[idverify.CheckKind]float64{}
		for _, r := range c.Rules() {
			require.NoError(t, r.Validate())
			found[r.Kind] = r.Threshold
		}
		return found
	}
	set := func(threshold float64, l baiduv4.LivenessControl, s baiduv4.SyntheticControl) func(*baiduv4.Config) {
		return func(c *baiduv4.Config) { c.Threshold, c.Liveness, c.Synthetic = threshold, l, s }
	}
	for _, test := range []struct {
		change func(*baiduv4.Config)
		want   map[idverify.CheckKind]float64
	}{
		{set(0, "", ""), map[idverify.CheckKind]float64{"similarity": 80, "liveness": 0.3, "synthetic": 0.00048}},
		{set(90, baiduv4.LivenessLow, baiduv4.SyntheticLow), map[idverify.CheckKind]float64{"similarity": 90, "liveness": 0.05, "synthetic": 0.00023}},
		{set(70, baiduv4.LivenessHigh, baiduv4.SyntheticHigh), map[idverify.CheckKind]float64{"similarity": 70, "liveness": 0.9, "synthetic": 0.00109}},
		{set(0, baiduv4.LivenessNone, ""), map[idverify.CheckKind]float64{"similarity": 80, "synthetic": 0.00048}},
		{set(0, "", baiduv4.SyntheticNone), map[idverify.CheckKind]float64{"similarity": 80, "liveness": 0.3}},
		{set(0, baiduv4.LivenessNone, baiduv4.SyntheticNone), map[idverify.CheckKind]float64{"similarity": 80}},
	} {
		assert.Equal(t, test.want, thresholds(newClient(t, test.change)))
	}
}

func TestWithMaxFAR_KeepsTheToken(t *testing.T) {
	f := &fake{}
	c := newClient(t, f.into)
	strict, err := c.WithMaxFAR(1e-4)
	require.NoError(t, err)
	for _, p := range []idverify.Provider{c, strict} {
		_, err := idverify.VerifyWith(t.Context(), p, request())
		require.NoError(t, err)
	}
	f.assertSeen(t, 1, 2)
}

// A caller who leaves returns at once: inside the synctest bubble time does not
// pass unless all goroutines wait for it.
func TestVerify_CancelReturnsAtOnce(t *testing.T) {
	hang := func(ctx context.Context) (answer, error) {
		<-ctx.Done()
		return answer{}, ctx.Err()
	}
	for _, test := range []struct {
		during string
		fake   *fake
		sent   bool
	}{
		{"token", &fake{onFetch: func(ctx context.Context, _ int) (answer, error) { return hang(ctx) }}, false},
		{"call", &fake{onCall: func(ctx context.Context, _ string, _ int) (answer, error) { return hang(ctx) }}, true},
	} {
		t.Run(test.during, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, test.fake.into)
				begun := time.Now()
				ctx, cancel := context.WithCancel(t.Context())
				var res *idverify.Result
				var err error
				go func() { res, err = c.Verify(ctx, request()) }()
				synctest.Wait()
				cancel()
				synctest.Wait()
				e := requireError(t, res, err)
				assert.Equal(t, idverify.CodeCanceled, e.Code)
				assert.ErrorIs(t, err, context.Canceled)
				assert.Equal(t, test.sent, e.Sent())
				assert.Equal(t, test.sent, e.Ambiguous())
				assert.Equal(t, !test.sent, e.Repeatable())
				assert.Zero(t, time.Since(begun))
			})
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, test.fake.into)
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				begun := time.Now()
				res, err := c.Verify(ctx, request())
				e := requireError(t, res, err)
				assert.Equal(t, idverify.CodeTimeout, e.Code)
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				assert.Equal(t, test.sent, e.Sent())
				assert.Equal(t, time.Second, time.Since(begun))
			})
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, test.fake.into, func(c *baiduv4.Config) { c.HTTP.Timeout = 2 * time.Second })
				begun := time.Now()
				res, err := c.Verify(t.Context(), request())
				e := requireError(t, res, err)
				assert.Equal(t, idverify.CodeTimeout, e.Code)
				assert.Equal(t, test.sent, e.Sent())
				assert.Equal(t, test.sent, e.Ambiguous())
				assert.Equal(t, 2*time.Second, time.Since(begun))
			})
		})
	}
}

func TestVerify_CancelledContextSendsNothing(t *testing.T) {
	f := &fake{}
	c := newClient(t, f.into)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	res, err := c.Verify(ctx, request())
	assert.Equal(t, idverify.CodeCanceled, requireError(t, res, err).Code)
	assert.ErrorIs(t, err, context.Canceled)
	f.assertSeen(t, 0, 0)
}

func TestNew_CallersHTTPClientIsNotChanged(t *testing.T) {
	f := &fake{}
	given := &http.Client{Transport: f}
	c := newClient(t, func(cfg *baiduv4.Config) { cfg.HTTP.Client = given })
	_, err := c.Verify(t.Context(), request())
	require.NoError(t, err)
	assert.Same(t, f, given.Transport)
	assert.Nil(t, given.CheckRedirect)
	assert.Nil(t, given.Jar)
}
