package idverify_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// checking is a provider that says which kinds of checks it makes.
type checking struct {
	*byScript
	kinds []idverify.CheckKind
}

func (c checking) Rules() []idverify.Rule {
	rules := make([]idverify.Rule, len(c.kinds))
	for i, kind := range c.kinds {
		rules[i] = idverify.Rule{Kind: kind, Scale: idverify.Scale{Max: 1}, Pass: idverify.AtLeast, Threshold: 0.5}
	}
	return rules
}

func strict(name string, steps ...step) checking {
	return checking{vendorNamed(name, steps...), []idverify.CheckKind{idverify.CheckSimilarity, idverify.CheckLiveness}}
}

func TestFailover_InputCannotSelectVendorWithFewerChecks(t *testing.T) {
	for _, code := range []idverify.Code{
		idverify.CodeUnsupportedEvidence, idverify.CodeUnreadableEvidence, idverify.CodeUnsupportedFormat,
		idverify.CodeTooLarge, idverify.CodeEvidenceExpired,
	} {
		a, mild, b := strict("a", fail(code, unsent)), vendorNamed("mild", pass(t)), strict("b", fail(code, unsent))
		c, err := idverify.New([]idverify.Provider{a, mild, b})
		require.NoError(t, err)
		_, err = c.Verify(t.Context(), askFor(photo()))
		assert.Equal(t, code, idverify.CodeOf(err))
		assert.Zero(t, mild.asked, "%s: it checks less", code)
		assert.Equal(t, 1, b.asked, "%s: it checks as much", code)
		attempts := attemptsOf(nil, err)
		require.Len(t, attempts, 3)
		assert.Equal(t, idverify.ReasonFewerChecks, attempts[1].Reason)
		assert.True(t, attempts[1].PassedOver)
	}
}

// The end user may have caused a firewall's page, for example with a name that it
// does not let through.
func TestFailover_FirewallPageCannotSelectVendorWithFewerChecks(t *testing.T) {
	for status4xx, wantMild := range map[int]int{400: 0, 403: 0, 404: 0, 414: 0, 451: 0, 499: 0, 408: 1, 500: 1, 502: 1, 200: 1} {
		a, mild := strict("a", fail(idverify.CodeBadResponse, ambiguous, status(status4xx))), vendorNamed("mild", pass(t))
		b := strict("b", fail(idverify.CodeNoFace))
		c, err := idverify.New([]idverify.Provider{a, mild, b})
		require.NoError(t, err)
		_, err = c.Verify(t.Context(), askFor(photo()))
		assert.Equal(t, wantMild, mild.asked, "HTTP %d", status4xx)
		assert.Equal(t, 1-wantMild, b.asked, "HTTP %d", status4xx)
		assert.Equal(t, wantMild == 0, err != nil)
	}
}

func TestFailover_OutageMayGoToAnyVendor(t *testing.T) {
	for _, outage := range []step{
		fail(idverify.CodeVendorUnavailable), fail(idverify.CodeRateLimited, safe, status(429)), fail(idverify.CodeUnauthorized, safe, status(401)),
	} {
		a, mild := strict("a", outage), vendorNamed("mild", pass(t))
		c, err := idverify.New([]idverify.Provider{a, mild}, half(idverify.Retry{Attempts: 1}))
		require.NoError(t, err)
		res, err := c.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err)
		assert.True(t, res.Passed())
	}
}

// After input was refused, an outage of the next vendor does not lower the required
// number of kinds of checks.
func TestFailover_RequiredNumberOfChecksHoldsForWholeCall(t *testing.T) {
	a, b, mild := strict("a", fail(idverify.CodeTooLarge, unsent)), strict("b", fail(idverify.CodeVendorUnavailable)), vendorNamed("mild", pass(t))
	c, err := idverify.New([]idverify.Provider{a, b, mild})
	require.NoError(t, err)
	_, err = c.Verify(t.Context(), askFor(photo()))
	assert.Equal(t, idverify.CodeVendorUnavailable, idverify.CodeOf(err))
	assert.Zero(t, mild.asked)
}

func TestClient_RecordsVendorThatReadsNoEvidence(t *testing.T) {
	deaf := &fake{name: "deaf"}
	b := vendorNamed("b", pass(t))
	c, err := idverify.New([]idverify.Provider{deaf, b})
	require.NoError(t, err)
	res, err := c.Verify(t.Context(), askFor(photo()))
	require.NoError(t, err)
	require.Len(t, res.Attempts, 2)
	assert.Equal(t, idverify.ReasonEvidence, res.Attempts[0].Reason)
	assert.Equal(t, idverify.CodeUnsupportedEvidence, res.Attempts[0].Code)
	assert.Zero(t, res.Attempts[0].Duration)
	assert.Equal(t, idverify.DeliveryNotSent, res.Attempts[0].Delivery)
	assert.Equal(t, idverify.OriginVendor, res.Origin)

	alone := oneVendor(t, deaf)
	_, err = alone.Verify(t.Context(), askFor(photo()))
	assert.Equal(t, idverify.CodeUnsupportedEvidence, idverify.CodeOf(err))
	require.Len(t, attemptsOf(nil, err), 1)
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, idverify.OriginRefused, e.Origin)
}

func TestWithRequiredChecks_PassWithoutOne(t *testing.T) {
	live := idverify.WithRequiredChecks(idverify.CheckLiveness)
	_, err := idverify.New([]idverify.Provider{strict("a", pass(t)), vendorNamed("mild", pass(t))}, live)
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "WithRequiredChecks", e.Field)
	assert.Contains(t, e.Detail, "mild")
	for _, nothing := range []idverify.Option{idverify.WithRequiredChecks(""), idverify.WithRequiredChecks()} {
		_, err = idverify.New([]idverify.Provider{strict("a", pass(t))}, nothing)
		assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
	}

	// The provider promises liveness, but its pass has no liveness check.
	c := oneVendor(t, strict("a", pass(t)), live)
	_, err = c.Verify(t.Context(), askFor(photo()))
	assert.Equal(t, idverify.CodeBadResponse, idverify.CodeOf(err))

	c = oneVendor(t, strict("a", decide(idverify.CodeFaceMismatch)), live)
	res, err := c.Verify(t.Context(), askFor(photo()))
	require.NoError(t, err, "what is no pass needs no check")
	assert.Equal(t, idverify.CodeFaceMismatch, res.Code)
}

func TestClient_AdviceIsAboutTheWholeCall(t *testing.T) {
	missing := decide(idverify.CodeReferencePhotoUnavailable)
	onMissing := idverify.WithFailover(idverify.Failover{OnMissingPhoto: true})
	advice := func(opts []idverify.Option, providers ...idverify.Provider) idverify.Advice {
		c, err := idverify.New(providers, opts...)
		require.NoError(t, err)
		_, said := idverify.Outcome(c.Verify(t.Context(), askFor(photo())))
		return said
	}
	once := []idverify.Option{idverify.WithRetry(idverify.Retry{Attempts: 1})}
	assert.Equal(t, idverify.AdviceReview, advice(nil, vendorNamed("a", missing)), "there is no other")
	assert.Equal(t, idverify.AdviceTryAnotherVendor, advice(nil, vendorNamed("a", missing), vendorNamed("b", pass(t))), "it was not asked")
	assert.Equal(t, idverify.AdviceReview, advice([]idverify.Option{onMissing}, vendorNamed("a", missing), vendorNamed("b", missing)))
	assert.Equal(t, idverify.AdviceReview, advice(nil, vendorNamed("a", missing), &fake{name: "deaf"}), "it could not be asked")
	assert.Equal(t, idverify.AdviceReview, advice(nil, vendorNamed("a", fail(idverify.CodeBadResponse, ambiguous))))
	stops := append(once, idverify.WithFailover(idverify.Failover{StopAfterAmbiguous: true}))
	assert.Equal(t, idverify.AdviceTryAnotherVendor, advice(stops, vendorNamed("a", fail(idverify.CodeBadResponse, ambiguous)), vendorNamed("b", pass(t))))
	assert.Equal(t, idverify.AdviceTryLater, advice(once, vendorNamed("a", fail(idverify.CodeBadResponse, unsent))))
	assert.Equal(t, idverify.AdviceFixAccount, advice(once, vendorNamed("a", fail(idverify.CodeQuotaExceeded))))
}

func TestOutcome(t *testing.T) {
	for _, test := range []struct {
		res    *idverify.Result
		err    error
		code   idverify.Code
		advice idverify.Advice
	}{
		{&idverify.Result{Code: idverify.CodeFaceMismatch}, nil, idverify.CodeFaceMismatch, idverify.AdviceReject},
		{nil, &idverify.Error{Code: idverify.CodeNoFace}, idverify.CodeNoFace, idverify.AdviceRetakePhoto},
		{nil, errors.New("foreign"), idverify.CodeUnknown, idverify.AdviceReview},
		{nil, (*idverify.Error)(nil), idverify.CodeUnknown, idverify.AdviceReview},
		{nil, nil, idverify.CodeUnknown, idverify.AdviceReview},
		{nil, (*fragile)(nil), idverify.CodeUnknown, idverify.AdviceReview},
		{nil, &idverify.Error{Code: idverify.CodeMatch}, idverify.CodeUnknown, idverify.AdviceReview}, // an error decides nothing
		{passing(t), &idverify.Error{Code: idverify.CodeMatch}, idverify.CodeUnknown, idverify.AdviceReview},
		{nil, &idverify.Error{}, idverify.CodeUnknown, idverify.AdviceReview},
		{&idverify.Result{}, nil, idverify.CodeUnknown, idverify.AdviceReview},
		{&idverify.Result{Code: idverify.CodeMatch}, nil, idverify.CodeMatch, idverify.AdviceReview}, // not earned
	} {
		code, advice := idverify.Outcome(test.res, test.err)
		assert.Equal(t, test.code, code)
		assert.Equal(t, test.advice, advice)
	}
}

func TestClient_SetsAtAndOrigin(t *testing.T) {
	began := time.Now().Add(-time.Second)
	c := oneVendor(t, vendorNamed("a", pass(t), fail(idverify.CodeNoFace)))
	res, err := c.Verify(t.Context(), askFor(photo()))
	require.NoError(t, err)
	assert.True(t, res.At.After(began) && res.Attempts[0].At.After(began))
	assert.Equal(t, idverify.OriginVendor, res.Origin)
	_, err = c.Verify(t.Context(), askFor(photo()))
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	assert.True(t, e.At.After(began))
	assert.Equal(t, idverify.OriginVendor, e.Origin)
	_, err = c.Verify(t.Context(), askFor())
	require.ErrorAs(t, err, &e)
	assert.True(t, e.At.After(began))
	assert.Equal(t, idverify.OriginRefused, e.Origin)
}

func TestClient_ErrorListsAllAttempts(t *testing.T) {
	cause := errors.New("cause")
	a := vendorNamed("a", step{err: &idverify.Error{Code: idverify.CodeTimeout, Delivery: idverify.DeliveryUnanswered, RequestID: "r1", Err: cause}})
	b := vendorNamed("b", step{err: &idverify.Error{Code: idverify.CodeQuotaExceeded, VendorCode: "17", Delivery: idverify.DeliveryAnswered, Billed: idverify.BilledNo, HTTPStatus: 200}})
	c, err := idverify.New([]idverify.Provider{a, b})
	require.NoError(t, err)
	_, err = c.Verify(t.Context(), askFor(photo()))
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, idverify.CodeQuotaExceeded, e.Code)
	assert.Equal(t, "b", e.Vendor)
	assert.True(t, e.Ambiguous(), "the first attempt may have been billed")
	assert.Equal(t, idverify.BilledUnknown, e.Billed)
	assert.ErrorIs(t, err, idverify.ErrTimeout)
	assert.ErrorIs(t, err, idverify.ErrQuotaExceeded)
	assert.ErrorIs(t, err, idverify.ErrAmbiguous)
	assert.ErrorIs(t, err, cause)
	assert.Contains(t, err.Error(), "attempts: a timeout (unanswered, billed unknown), b quota_exceeded (answered, billed no)")
	assert.Equal(t, "r1", e.Attempts[0].RequestID)
	assert.Equal(t, "17", e.Attempts[1].VendorCode)
}

func TestClient_ErrorIsOfTheLastVendorAsked(t *testing.T) {
	for _, restsFirst := range []bool{true, false} {
		providers := []idverify.Provider{vendorNamed("resting", fail(idverify.CodeBadResponse)), vendorNamed("asked", fail(idverify.CodeQuotaExceeded))}
		if !restsFirst {
			slices.Reverse(providers)
		}
		c, err := idverify.New(providers, idverify.WithVendor("resting", idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: 1, OpenFor: time.Hour}}))
		require.NoError(t, err)
		_, _ = c.Verify(t.Context(), askFor(photo()))
		_, err = c.Verify(t.Context(), askFor(photo()))
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.Contains(t, told(e.Attempts)[0]+told(e.Attempts)[1], "resting circuit_open passed over")
		assert.Equal(t, idverify.CodeQuotaExceeded, e.Code)
		assert.Equal(t, "asked", e.Vendor)
	}
}

func TestClient_NoFailoverAfterDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := vendorNamed("a", slowPass(t, time.Hour)), vendorNamed("b", pass(t))
		c, err := idverify.New([]idverify.Provider{a, b})
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		res, err := c.Verify(ctx, askFor(photo()))
		assert.ErrorIs(t, err, idverify.ErrTimeout)
		assert.Equal(t, []string{"a timeout"}, told(attemptsOf(res, err)))
		assert.Zero(t, b.asked, "nobody would hear what it says, and it would be paid for")
	})
}

// Holds P-LIVE-4.
func TestClient_CancelDuringBackoffReturnsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := vendorNamed("a", fail(idverify.CodeRateLimited, safe, retryAfter(4*time.Second))), vendorNamed("b", pass(t))
		c, err := idverify.New([]idverify.Provider{a, b})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		began := time.Now()
		_, err = c.Verify(ctx, askFor(photo()))
		assert.Equal(t, time.Second, time.Since(began))
		assert.Equal(t, idverify.CodeCanceled, idverify.CodeOf(err))
		assert.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, idverify.ErrRateLimited)
		assert.ErrorContains(t, err, "the caller's context was cancelled while waiting to try again")
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "a", e.Vendor)
		assert.Zero(t, b.asked)
	})
}

// An error that a provider calls both repeatable and perhaps billed is not
// repeated.
// Holds P-PAY-2.
func TestClient_RepeatableButPerhapsBilledIsNotRepeated(t *testing.T) {
	billed := func(e *idverify.Error) { e.Billed = idverify.BilledYes }
	for _, facts := range [][]func(*idverify.Error){{safe, ambiguous}, {safe, billed}} {
		a := vendorNamed("a", fail(idverify.CodeNetwork, facts...))
		_, err := oneVendor(t, a).Verify(t.Context(), askFor(photo()))
		assert.Error(t, err)
		assert.Equal(t, 1, a.asked)
	}
}

func TestClient_CancelledCallSendsNothing(t *testing.T) {
	a := vendorNamed("a", pass(t))
	c := oneVendor(t, a)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, req := range []*idverify.Request{askFor(photo()), keyed("k")} {
		_, err := c.Verify(ctx, req)
		assert.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, idverify.CodeCanceled, idverify.CodeOf(err))
	}
	assert.Zero(t, a.asked)
}

// Holds P-PAY-20.
func TestClient_UnsendableRequestDoesNotCountAsTry(t *testing.T) {
	a := vendorNamed("a", pass(t))
	c := oneVendor(t, a, idverify.WithPersonLimit(idverify.PersonLimit{Secret: []byte("EXAMPLE-SECRET-EXAMPLE-SECRET-32"), Tries: 1, Window: time.Hour}))
	for range 3 {
		_, err := c.Verify(t.Context(), askFor(idverify.PhotoURL("https://media.example/x")))
		assert.Equal(t, idverify.CodeUnsupportedEvidence, idverify.CodeOf(err))
	}
	res, err := c.Verify(t.Context(), askFor(photo()))
	require.NoError(t, err)
	assert.True(t, res.Passed())
	_, err = c.Verify(t.Context(), askFor(photo()))
	assert.ErrorIs(t, err, idverify.ErrTooManyAttempts)
}

func TestError_RepeatableIsAboutAllAttempts(t *testing.T) {
	turnedAway := func(e *idverify.Error) { e.Delivery = idverify.DeliveryRefused }
	for name, test := range map[string]struct {
		a, b step
		want bool
	}{
		"both turned away":        {fail(idverify.CodeRateLimited, turnedAway), fail(idverify.CodeNetwork, unsent), true},
		"one lost":                {fail(idverify.CodeTimeout, ambiguous), fail(idverify.CodeNetwork, unsent), false},
		"one lost, and said free": {fail(idverify.CodeTimeout, ambiguous, free), fail(idverify.CodeNetwork, unsent), false},
		"one perhaps billed":      {fail(idverify.CodeVendorUnavailable), fail(idverify.CodeNetwork, unsent), false},
		"one free of charge":      {fail(idverify.CodeQuotaExceeded, free), fail(idverify.CodeNetwork, unsent), true},
		"last one not":            {fail(idverify.CodeNetwork, unsent), fail(idverify.CodeQuotaExceeded, free), false},
		"one not to be repeated":  {fail(idverify.CodeVendorUnavailable, safe, notAgain), fail(idverify.CodeNetwork, unsent), false},
	} {
		assert.Equal(t, test.want, failBoth(t, test.a, test.b).Repeatable(), name)
	}
}

// failBoth asks two vendors, each once.
func failBoth(t *testing.T, a, b step) *idverify.Error {
	t.Helper()
	c, err := idverify.New([]idverify.Provider{vendorNamed("a", a), vendorNamed("b", b)}, half(idverify.Retry{Attempts: 1}))
	require.NoError(t, err)
	_, err = c.Verify(t.Context(), askFor(photo()))
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	require.Len(t, e.Attempts, 2)
	return e
}

func TestError_MayHaveCostIsAboutAllAttempts(t *testing.T) {
	charged := func(e *idverify.Error) { e.Billed = idverify.BilledYes }
	for name, test := range map[string]struct {
		a, b            step
		sent, ambiguous bool
		billed          idverify.Billed
	}{
		"nothing was sent":                            {fail(idverify.CodeNetwork, unsent), fail(idverify.CodeNetwork, unsent), false, false, idverify.BilledNo},
		"the first was sent":                          {fail(idverify.CodeQuotaExceeded, free), fail(idverify.CodeNetwork, unsent), true, false, idverify.BilledNo},
		"the last was sent":                           {fail(idverify.CodeNetwork, unsent), fail(idverify.CodeQuotaExceeded, free), true, false, idverify.BilledNo},
		"the first was lost":                          {fail(idverify.CodeTimeout, ambiguous), fail(idverify.CodeNetwork, unsent), true, true, idverify.BilledUnknown},
		"the last was lost":                           {fail(idverify.CodeNetwork, unsent), fail(idverify.CodeTimeout, ambiguous), true, true, idverify.BilledUnknown},
		"the first was charged for, the last not":     {fail(idverify.CodeBadResponse, charged), fail(idverify.CodeNetwork, unsent), true, false, idverify.BilledYes},
		"the last was charged for, the first not":     {fail(idverify.CodeNetwork, unsent), fail(idverify.CodeBadResponse, charged), true, false, idverify.BilledYes},
		"the first was charged for, the last lost":    {fail(idverify.CodeBadResponse, charged), fail(idverify.CodeTimeout, ambiguous), true, true, idverify.BilledYes},
		"the last was charged for, the first lost":    {fail(idverify.CodeTimeout, ambiguous), fail(idverify.CodeBadResponse, charged), true, true, idverify.BilledYes},
		"both free of charge, as far as one was told": {fail(idverify.CodeQuotaExceeded), fail(idverify.CodeQuotaExceeded, free), true, false, idverify.BilledUnknown},
	} {
		e := failBoth(t, test.a, test.b)
		assert.Equal(t, test.sent, e.Sent(), name)
		assert.Equal(t, test.ambiguous, e.Ambiguous(), name)
		assert.Equal(t, test.billed, e.Billed, name)
	}
}
