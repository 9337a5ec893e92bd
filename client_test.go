package idverify_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

// fake is a provider for tests.
type fake struct {
	name    string
	accepts string
	calls   int
	res     *idverify.Result
	err     error
}

func (f *fake) Name() string                      { return f.name }
func (f *fake) Accepts(ev idverify.Evidence) bool { return ev.EvidenceKind() == f.accepts }
func (f *fake) Ask(context.Context, *idverify.Question) (*idverify.Result, error) {
	f.calls++
	return f.res, f.err
}

func passing(t *testing.T) *idverify.Result {
	return &idverify.Result{Code: idverify.CodeMatch, Checks: []idverify.Check{check(t, idverify.CheckSimilarity, 90)}}
}

func askFor(ev ...idverify.Evidence) *idverify.Request {
	return &idverify.Request{Name: aName, IDNumber: aNumber, Evidence: ev}
}

func TestClient_AsksFirstProviderThatAcceptsEvidence(t *testing.T) {
	urls, photos, more := &fake{name: "urls", accepts: "photo_url"}, &fake{name: "photos", accepts: "photo"}, &fake{name: "more", accepts: "photo"}
	photos.res = passing(t)
	c, err := idverify.New([]idverify.Provider{urls, photos, more})
	require.NoError(t, err)
	res, err := c.Verify(t.Context(), askFor(photo()))
	require.NoError(t, err)
	assert.True(t, res.Passed())
	assert.Equal(t, []int{0, 1, 0}, []int{urls.calls, photos.calls, more.calls})
}

// Holds P-PAY-20.
func TestClient_RefusesInvalidRequestBeforeAsking(t *testing.T) {
	p := &fake{name: "p", accepts: "photo_url"}
	c, err := idverify.New([]idverify.Provider{p})
	require.NoError(t, err)
	_, err = c.Verify(t.Context(), askFor(photo()))
	assert.Equal(t, idverify.CodeUnsupportedEvidence, idverify.CodeOf(err))
	_, err = c.Verify(t.Context(), askFor())
	assert.ErrorIs(t, err, idverify.ErrInvalidRequest)
	_, err = c.Verify(t.Context(), nil)
	assert.ErrorIs(t, err, idverify.ErrInvalidRequest)
	assert.Zero(t, p.calls)
}

// A provider of the user's own has to keep the contract too.
// Holds P-PASS-12.
func TestClient_EnforcesProviderContract(t *testing.T) {
	for name, test := range map[string]struct {
		res  *idverify.Result
		err  error
		want idverify.Code
	}{
		"nothing":            {nil, nil, idverify.CodeBadResponse},
		"zero result":        {&idverify.Result{}, nil, idverify.CodeBadResponse},
		"error as result":    {&idverify.Result{Code: idverify.CodeTimeout}, nil, idverify.CodeBadResponse},
		"unearned match":     {&idverify.Result{Code: idverify.CodeMatch}, nil, idverify.CodeBadResponse},
		"foreign error":      {nil, errors.New("MARK"), idverify.CodeUnknown},
		"error and result":   {passing(t), &idverify.Error{Code: idverify.CodeTimeout}, idverify.CodeTimeout},
		"error says match":   {nil, &idverify.Error{Code: idverify.CodeMatch}, idverify.CodeUnknown},
		"error says nothing": {nil, &idverify.Error{}, idverify.CodeUnknown},
		"nil error pointer":  {nil, (*idverify.Error)(nil), idverify.CodeUnknown},
		"wrapped own error":  {nil, fmt.Errorf("w: %w", &idverify.Error{Code: idverify.CodeNoFace}), idverify.CodeNoFace},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := idverify.New([]idverify.Provider{&fake{name: "p", accepts: "photo", res: test.res, err: test.err}})
			require.NoError(t, err)
			res, err := c.Verify(t.Context(), askFor(photo()))
			assert.Nil(t, res)
			assert.Equal(t, test.want, idverify.CodeOf(err))
			assert.NotContains(t, err.Error(), "MARK")
			if name == "foreign error" {
				assert.ErrorContains(t, err, "the provider returned an error without a code of idverify's")
			}
			var e *idverify.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, "p", e.Vendor)
			if test.want == idverify.CodeBadResponse || test.want == idverify.CodeUnknown { // the vendor may have worked, and charged
				assert.Contains(t, e.Detail, "the provider returned ")
				assert.True(t, e.Sent())
				assert.ErrorIs(t, err, idverify.ErrAmbiguous)
				assert.Equal(t, idverify.BilledUnknown, e.Billed)
				assert.False(t, e.Repeatable())
			}
		})
	}
}

func TestClient_SetsMissingVendor(t *testing.T) {
	for given, want := range map[string]string{"": "p", "p-of-beijing": "p-of-beijing"} {
		res := passing(t)
		res.Vendor = given
		p := &fake{name: "p", accepts: "photo", res: res}
		got, err := oneVendor(t, p).Verify(t.Context(), askFor(photo()))
		require.NoError(t, err)
		assert.Equal(t, want, got.Vendor)
		assert.Equal(t, given, res.Vendor, "the provider's own is not changed")

		own := &idverify.Error{Code: idverify.CodeNoFace, Vendor: given}
		p.res, p.err = nil, own
		_, err = oneVendor(t, p).Verify(t.Context(), askFor(photo()))
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, want, e.Vendor)
		assert.Equal(t, given, own.Vendor)
	}
}

func TestClient_ForeignErrorsStayReachable(t *testing.T) {
	cause := errors.New("cause")
	c, err := idverify.New([]idverify.Provider{&fake{name: "p", accepts: "photo", err: cause}})
	require.NoError(t, err)
	_, err = c.Verify(t.Context(), askFor(photo()))
	assert.ErrorIs(t, err, cause)
	assert.Equal(t, idverify.CodeUnknown, idverify.CodeOf(err))
}

func TestNew_RefusesInvalidProvidersAndOptions(t *testing.T) {
	p := &fake{name: "p"}
	for name, test := range map[string]struct {
		providers []idverify.Provider
		opts      []idverify.Option
		field     string
	}{
		"no provider":       {nil, nil, "providers"},
		"nil provider":      {[]idverify.Provider{p, nil}, nil, "providers"},
		"nil pointer":       {[]idverify.Provider{(*fake)(nil)}, nil, "providers"},
		"no name":           {[]idverify.Provider{&fake{}}, nil, "providers"},
		"none for a rate":   {[]idverify.Provider{&providerless{fake{name: "p"}}}, []idverify.Option{idverify.WithMaxFAR(1e-4)}, "WithMaxFAR"},
		"nil option":        {[]idverify.Provider{p}, []idverify.Option{nil}, "opts"},
		"same name twice":   {[]idverify.Provider{p, &fake{name: "p"}}, nil, "providers"},
		"FAR of 0":          {[]idverify.Provider{p}, []idverify.Option{idverify.WithMaxFAR(0)}, "WithMaxFAR"},
		"FAR of 1":          {[]idverify.Provider{p}, []idverify.Option{idverify.WithMaxFAR(1)}, "WithMaxFAR"},
		"FAR not published": {[]idverify.Provider{p}, []idverify.Option{idverify.WithMaxFAR(1e-4)}, "WithMaxFAR"},
	} {
		c, err := idverify.New(test.providers, test.opts...)
		assert.Nil(t, c, name)
		var e *idverify.Error
		require.ErrorAs(t, err, &e, name)
		assert.Equal(t, idverify.CodeInvalidConfig, e.Code)
		assert.Equal(t, test.field, e.Field)
		assert.Equal(t, idverify.BilledNo, e.Billed)
	}
}

// providerless returns neither provider nor error from WithMaxFAR.
type providerless struct{ fake }

func (*providerless) WithMaxFAR(float64) (idverify.Provider, error) { return nil, nil }

// idle has connections to close.
type idle struct {
	fake
	closed int
}

func (i *idle) CloseIdleConnections() { i.closed++ }

func TestClient_CloseIdleConnections(t *testing.T) {
	one, two := &idle{fake: fake{name: "one"}}, &idle{fake: fake{name: "two"}}
	c, err := idverify.New([]idverify.Provider{one, &fake{name: "none"}, two})
	require.NoError(t, err)
	c.CloseIdleConnections()
	assert.Equal(t, []int{1, 1}, []int{one.closed, two.closed})
}

type strictable struct {
	fake
	rate float64
	err  error
}

func (s *strictable) WithMaxFAR(rate float64) (idverify.Provider, error) {
	return &strictable{fake: fake{name: s.name, accepts: "photo", err: &idverify.Error{Code: idverify.CodeNoFace}}, rate: rate}, s.err
}

func TestWithMaxFAR_ReplacesProvider(t *testing.T) {
	original := &strictable{fake: fake{name: "p", accepts: "photo"}}
	c, err := idverify.New([]idverify.Provider{original}, idverify.WithMaxFAR(1e-5))
	require.NoError(t, err)
	_, err = c.Verify(t.Context(), askFor(photo()))
	assert.Equal(t, idverify.CodeNoFace, idverify.CodeOf(err))
	assert.Zero(t, original.calls)

	for _, rate := range []float64{0, 1, -1, 2, math.NaN()} {
		_, err = idverify.New([]idverify.Provider{original}, idverify.WithMaxFAR(rate))
		assert.ErrorIs(t, err, idverify.ErrInvalidConfig, "%v", rate)
	}
	original.err = errors.New("cannot")
	_, err = idverify.New([]idverify.Provider{original}, idverify.WithMaxFAR(1e-5))
	assert.Error(t, err)
}

func TestClient_PrintsProviderNames(t *testing.T) {
	c, err := idverify.New([]idverify.Provider{&fake{name: "a"}, &fake{name: "b"}})
	require.NoError(t, err)
	assert.Equal(t, "idverify.Client(a, b)", fmt.Sprintf("%+v", c))
	for _, text := range idverifytest.Spoken(c) {
		assert.NotContains(t, text, "fake")
	}
}

func TestClient_HidesMalformedProviderName(t *testing.T) {
	c, err := idverify.New([]idverify.Provider{&fake{name: "two words"}})
	require.NoError(t, err)
	assert.Equal(t, "idverify.Client([hidden])", fmt.Sprint(c))
	assert.Equal(t, "idverify.Client([hidden])", c.LogValue().String())
}

func TestClient_NilEvidenceReachesNoProvider(t *testing.T) {
	_, err := askFor(nil, photo()).Question(&fake{accepts: "photo"})
	assert.ErrorIs(t, err, idverify.ErrInvalidRequest)
}

func TestNew_HidesMalformedProviderName(t *testing.T) {
	p := &fake{name: "two words"}
	_, err := idverify.New([]idverify.Provider{p, p})
	require.ErrorContains(t, err, "[hidden]")
	_, err = idverify.New([]idverify.Provider{p}, idverify.WithMaxFAR(1e-4))
	require.ErrorContains(t, err, "[hidden]")
}

func TestClient_ZeroValueIsRefused(t *testing.T) {
	req := askFor(photo())
	for _, req.IdempotencyKey = range []string{"", "key-1"} {
		res, err := new(idverify.Client).Verify(t.Context(), req)
		assert.Nil(t, res)
		assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
		assert.ErrorContains(t, err, "a Client is made by New")
	}
}
