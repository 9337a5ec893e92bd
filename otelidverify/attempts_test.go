package otelidverify_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/otelidverify"
)

// limiter returns one result, after a wait.
type limiter struct {
	wait time.Duration
	says error
}

func (l limiter) Acquire(ctx context.Context) (func(), error) {
	select {
	case <-time.After(l.wait):
		return func() {}, l.says
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// asked is the telemetry of one call with the options.
func asked(t *testing.T, ctx context.Context, p provider, opts ...idverify.Option) *telemetry {
	t.Helper()
	tel := newTelemetry(t)
	client, err := idverify.New([]idverify.Provider{p}, append(opts, idverify.WithHooks(otelidverify.Hooks(tel.options)))...)
	require.NoError(t, err)
	_, _ = client.Verify(ctx, about(idverifytest.Match()))
	return tel
}

func TestAttempt_QueueAndBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls int
		p := provider{"own", func(context.Context) (*idverify.Result, error) {
			time.Sleep(2 * time.Second)
			if calls++; calls == 1 {
				return nil, &idverify.Error{Code: idverify.CodeRateLimited, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo}
			}
			return &idverify.Result{Code: idverify.CodeFaceMismatch}, nil
		}}
		tel := asked(t, t.Context(), p,
			idverify.WithVendor("own", idverify.VendorPolicy{Limiter: limiter{wait: time.Second}}),
			idverify.WithRetry(idverify.Retry{Random: func() float64 { return 0.5 }}))
		assert.Equal(t, []string{
			"idverify.verify internal {code=face_mismatch origin=vendor vendor.name=own}",
			"  attempt own client Error: rate_limited {error.type=rate_limited ambiguous=false attempt.number=1 billed=no code=rate_limited delivery=refused next=same_vendor vendor.name=own} [idverify.queued]",
			"  attempt own client {ambiguous=false attempt.number=2 billed=unknown code=face_mismatch delivery=answered vendor.name=own} [idverify.backoff] [idverify.queued]",
		}, tel.tree())
		queued := tel.spans.Ended()[0]
		assert.Equal(t, time.Second, queued.Events()[0].Time.Sub(queued.StartTime()))
		assert.Equal(t, 3*time.Second, queued.EndTime().Sub(queued.StartTime()))
		assert.Equal(t, []string{
			"attempt.duration{ambiguous=false billed=unknown code=face_mismatch vendor.name=own} 1",
			"attempt.duration{error.type=rate_limited ambiguous=false billed=no code=rate_limited vendor.name=own} 1",
			"attempt.queue.duration{vendor.name=own} 2",
			"verify.duration{code=face_mismatch origin=vendor vendor.name=own} 1",
		}, tel.metrics())
	})
}

// For each reason to pass a vendor over: which metrics count it, and whether it is an
// error.
func TestAttempt_PassedOver(t *testing.T) {
	never := provider{"own", says(nil, errors.New("is not asked"))}
	limited := func(l limiter) idverify.Option {
		return idverify.WithVendor("own", idverify.VendorPolicy{Limiter: l})
	}
	const attempt = "  attempt own client "
	for name, test := range map[string]struct {
		limiter      limiter
		patience     time.Duration
		span, metric string
		inLine       bool
	}{
		"over its own limit": {limiter{says: idverify.ErrOverOwnLimit}, time.Hour,
			"Error: rate_limited {error.type=rate_limited ambiguous=false attempt.number=1 billed=no code=rate_limited delivery=not_sent passed_over=true reason=own_limit vendor.name=own}",
			"attempt.passed_over{reason=own_limit vendor.name=own} 1", false},
		"the limiter failed": {limiter{says: errors.New("down")}, time.Hour,
			"Error: store_unavailable {error.type=store_unavailable ambiguous=false attempt.number=1 billed=no code=store_unavailable delivery=not_sent passed_over=true reason=limiter_failed vendor.name=own}",
			"attempt.passed_over{reason=limiter_failed vendor.name=own} 1", false},
		"the caller left": {limiter{wait: time.Hour}, time.Second,
			"Error: timeout {error.type=timeout ambiguous=false attempt.number=1 billed=no code=timeout delivery=not_sent passed_over=true reason=caller_left vendor.name=own} [idverify.queued]",
			"attempt.passed_over{reason=caller_left vendor.name=own} 1", true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), test.patience)
				defer cancel()
				tel := asked(t, ctx, never, limited(test.limiter))
				assert.Equal(t, attempt+test.span, tel.tree()[1])
				assert.Equal(t, test.metric, tel.metrics()[0])
				assert.Equal(t, test.inLine, tel.metrics()[1] == "attempt.queue.duration{vendor.name=own} 1")
			})
		})
	}
}

func TestAttempt_UnsupportedEvidenceIsNoError(t *testing.T) {
	tel := newTelemetry(t)
	_, root := standIn(t)
	client, err := idverify.New([]idverify.Provider{newLinkface(t, at(root, idverifytest.Linkface)),
		provider{"own", says(&idverify.Result{Code: idverify.CodeFaceMismatch}, nil)}}, idverify.WithHooks(otelidverify.Hooks(tel.options)))
	require.NoError(t, err)
	_, err = client.Verify(t.Context(), &idverify.Request{Name: idverifytest.Match().Name, IDNumber: idverifytest.Match().IDNumber,
		Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))}})
	require.NoError(t, err)
	assert.Contains(t, tel.tree()[1], "attempt linkface client {error.type=unsupported_evidence")
	assert.Contains(t, tel.metrics(), "attempt.passed_over{reason=evidence_not_accepted vendor.name=linkface} 1")
}

// A routing decision is no error; a reason that prevented the call is one.
func TestAttempt_WhichReasonsAreErrors(t *testing.T) {
	for reason, want := range map[idverify.Reason]codes.Code{
		idverify.ReasonEvidence: codes.Unset, idverify.ReasonFewerChecks: codes.Unset, idverify.ReasonCircuitOpen: codes.Error,
		idverify.ReasonOwnLimit: codes.Error, idverify.ReasonLimiterFailed: codes.Error, idverify.ReasonCallerLeft: codes.Error,
	} {
		tel := newTelemetry(t)
		_, end := otelidverify.Hooks(tel.options).Attempt(t.Context(), idverify.AttemptStart{Vendor: "own", Number: 1})
		end(idverify.Attempt{Vendor: "own", Code: idverify.CodeNoFace, PassedOver: true, Reason: reason, Err: errors.New("any")})
		assert.Equal(t, want, tel.spans.Ended()[0].Status().Code, reason)
	}
}
