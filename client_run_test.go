package idverify_test

import (
	"context"
	"errors"
	"testing"
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

func TestInputChoosesNoMilderVendor(t *testing.T) {
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
		legs := attemptsOf(nil, err)
		require.Len(t, legs, 3)
		assert.Equal(t, idverify.ReasonFewerChecks, legs[1].Reason)
		assert.True(t, legs[1].PassedOver)
	}
}

// A page about the request may be what the end user wanted: a name that a firewall
// does not let through.
func TestAFirewallsPageChoosesNoMilderVendor(t *testing.T) {
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

func TestAnOutageMayGoToAnyVendor(t *testing.T) {
	a, mild := strict("a", fail(idverify.CodeVendorUnavailable)), vendorNamed("mild", pass(t))
	c, err := idverify.New([]idverify.Provider{a, mild})
	require.NoError(t, err)
	res, err := c.Verify(t.Context(), askFor(photo()))
	require.NoError(t, err)
	assert.True(t, res.Passed())
}

// Once input was refused, an outage of the next vendor does not lower the floor.
func TestTheFloorHoldsForTheRestOfTheCall(t *testing.T) {
	a, b, mild := strict("a", fail(idverify.CodeTooLarge, unsent)), strict("b", fail(idverify.CodeVendorUnavailable)), vendorNamed("mild", pass(t))
	c, err := idverify.New([]idverify.Provider{a, b, mild})
	require.NoError(t, err)
	_, err = c.Verify(t.Context(), askFor(photo()))
	assert.ErrorIs(t, err, idverify.ErrVendorUnavailable)
	assert.Zero(t, mild.asked)
}

func TestAVendorThatReadsNoneOfTheEvidenceIsNamed(t *testing.T) {
	deaf := &fake{name: "deaf"}
	b := vendorNamed("b", pass(t))
	c, err := idverify.New([]idverify.Provider{deaf, b})
	require.NoError(t, err)
	res, err := c.Verify(t.Context(), askFor(photo()))
	require.NoError(t, err)
	require.Len(t, res.Attempts, 2)
	assert.Equal(t, idverify.ReasonEvidence, res.Attempts[0].Reason)
	assert.Equal(t, idverify.CodeUnsupportedEvidence, res.Attempts[0].Code)
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

func TestRequiredChecks(t *testing.T) {
	live := idverify.WithRequiredChecks(idverify.CheckLiveness)
	_, err := idverify.New([]idverify.Provider{strict("a", pass(t)), vendorNamed("mild", pass(t))}, live)
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "WithRequiredChecks", e.Field)
	assert.Contains(t, e.Detail, "mild")
	_, err = idverify.New([]idverify.Provider{strict("a", pass(t))}, idverify.WithRequiredChecks(""))
	assert.ErrorIs(t, err, idverify.ErrInvalidConfig)

	// It promises liveness, and its pass has none.
	c := oneVendor(t, strict("a", pass(t)), live)
	_, err = c.Verify(t.Context(), askFor(photo()))
	assert.ErrorIs(t, err, idverify.ErrBadResponse)

	c = oneVendor(t, strict("a", decide(idverify.CodeFaceMismatch)), live)
	res, err := c.Verify(t.Context(), askFor(photo()))
	require.NoError(t, err, "what is no pass needs no check")
	assert.Equal(t, idverify.CodeFaceMismatch, res.Code)
}

func TestTheLastWordIsTheCalls(t *testing.T) {
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

func TestAnswersSayWhenAndWhereFrom(t *testing.T) {
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

// fragile is an error whose nil pointer panics when it is asked anything.
type fragile struct{ cause error }

func (f *fragile) Error() string      { return f.cause.Error() }
func (f *fragile) Unwrap() error      { return f.cause }
func (f *fragile) Is(err error) bool  { return f.cause == err }
func (f *fragile) As(target any) bool { return errors.As(f.cause, target) }

// nilError returns what a constructor returned beside an error that nobody looked
// at: a nil pointer as an error. It is a provider, a limiter and both stores.
type nilError struct{ err error }

func (nilError) Name() string                   { return "nil" }
func (nilError) Accepts(idverify.Evidence) bool { return true }
func (n nilError) Ask(context.Context, *idverify.Question) (*idverify.Result, error) {
	return nil, n.err
}
func (n nilError) Acquire(context.Context) (func(), error) { return nil, n.err }
func (n nilError) Take(context.Context, idverify.Try) (idverify.Taken, error) {
	return idverify.Taken{OK: true}, n.err
}
func (n nilError) Return(context.Context, idverify.Try) error { return n.err }
func (n nilError) Load(context.Context, string) (idverify.Stored, bool, error) {
	return idverify.Stored{}, false, n.err
}
func (n nilError) Save(context.Context, string, idverify.Stored) error { return n.err }

func TestATypedNilErrorPanicsNobody(t *testing.T) {
	for _, nothing := range []error{(*idverify.Error)(nil), (*fragile)(nil)} {
		n := nilError{nothing}
		a := vendorNamed("a", pass(t))
		for name, test := range map[string]struct {
			provider idverify.Provider
			opts     []idverify.Option
			want     idverify.Code
		}{
			"provider":     {n, nil, idverify.CodeUnknown},
			"limiter":      {a, []idverify.Option{idverify.WithVendor("a", idverify.VendorPolicy{Limiter: n})}, idverify.CodeStoreUnavailable},
			"person store": {a, []idverify.Option{limitOf(2, n)}, idverify.CodeStoreUnavailable},
			"result store": {a, []idverify.Option{idverify.WithResultStore(n, personKey)}, ""},
		} {
			for _, key := range []string{"", "order-1"} {
				var told noting
				c := oneVendor(t, test.provider, append(test.opts, half(idverify.Retry{Attempts: 1}), told.option())...)
				req := askFor(photo())
				req.IdempotencyKey = key
				_, err := c.Verify(t.Context(), req)
				assert.Equal(t, test.want, idverify.CodeOf(err), name)
				if err != nil {
					assert.NotErrorIs(t, err, idverify.ErrNetwork)
					assert.NotEmpty(t, err.Error())
				}
			}
		}
	}
}
