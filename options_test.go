package idverify_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

type noLimiter struct{ idverify.Limiter }

func TestOptions_RefusesInvalidValues(t *testing.T) {
	never := func(error) idverify.Option { return nil }
	for name, opt := range map[string]idverify.Option{
		"Retry.Attempts":  idverify.WithRetry(idverify.Retry{Attempts: 11}),
		"Retry.Base":      idverify.WithRetry(idverify.Retry{Base: -1}),
		"Retry.Cap":       idverify.WithRetry(idverify.Retry{Base: time.Hour}),
		"WithVendor":      idverify.WithVendor("linkfase", idverify.VendorPolicy{}),
		"WithWeights":     idverify.WithWeights(map[string]float64{"a": 0}),
		"WithRouter":      idverify.WithRouter(nil),
		"WithLogger":      idverify.WithLogger(nil),
		"WithResultStore": idverify.WithResultStore(nil, make([]byte, 32)),
		"opts":            never(nil),

		"Retry.RateLimitedBase": idverify.WithRetry(idverify.Retry{RateLimitedBase: -1}),
		"PersonLimit.Store":     limitOf(1, (*toldStore)(nil)),

		"VendorPolicy.Timeout":          idverify.WithVendor("a", idverify.VendorPolicy{Timeout: -1}),
		"VendorPolicy.Limiter":          idverify.WithVendor("b", idverify.VendorPolicy{Limiter: (*noLimiter)(nil)}),
		"VendorPolicy.Breaker.OpenFor":  idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{OpenFor: -1}}),
		"VendorPolicy.Breaker.Failures": idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: -1}}),
	} {
		_, err := idverify.New([]idverify.Provider{vendorNamed("a", pass(t))}, opt)
		var e *idverify.Error
		require.ErrorAs(t, err, &e, name)
		assert.Equal(t, idverify.CodeInvalidConfig, e.Code)
		assert.Equal(t, name, e.Field)
		assert.Contains(t, err.Error(), "field "+name, "the message names the field")
	}
	for _, opt := range []idverify.Option{
		idverify.WithVendor("two words", idverify.VendorPolicy{Timeout: -1}), idverify.WithVendor("two words", idverify.VendorPolicy{}),
		idverify.WithWeights(map[string]float64{"two words": 0}), idverify.WithWeights(map[string]float64{"two words": 1}),
	} {
		_, err := idverify.New([]idverify.Provider{vendorNamed("a", pass(t))}, opt)
		assert.ErrorContains(t, err, "[hidden]")
		assert.NotContains(t, err.Error(), "two words")
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.NotContains(t, e.Field, "two words")
	}
	for _, opt := range []idverify.Option{
		idverify.WithRetry(idverify.Retry{Attempts: -1}),
		idverify.WithRetry(idverify.Retry{RateLimitedBase: time.Minute}),
		idverify.WithWeights(map[string]float64{"a": math.Inf(1)}),
		idverify.WithWeights(map[string]float64{"a": math.NaN()}),
		idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: 1001}}),
		idverify.WithRetry(idverify.Retry{Cap: -1}),
		idverify.WithWeights(map[string]float64{"x": 1}),
		idverify.WithResultStore(&memoryResults{}, make([]byte, 31)),
		idverify.WithResultStore((*memoryResults)(nil), storeSecret),
		idverify.WithResultStoreTimeout(0),
		idverify.WithResultStoreTimeout(-time.Second),
	} {
		_, err := idverify.New([]idverify.Provider{vendorNamed("a", pass(t))}, opt)
		assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
	}
}

func TestOptions_AcceptsEndsOfRanges(t *testing.T) {
	for _, opt := range []idverify.Option{
		idverify.WithRetry(idverify.Retry{Attempts: 10}),
		idverify.WithRetry(idverify.Retry{Base: 5 * time.Second, RateLimitedBase: 5 * time.Second}),
		idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: 1000}}),
	} {
		_, err := idverify.New([]idverify.Provider{vendorNamed("a", pass(t))}, opt)
		assert.NoError(t, err)
	}
}

// promising returns itself for any rate.
type promising struct{ ruled }

func (p promising) WithMaxFAR(float64) (idverify.Provider, error) { return p, nil }

func TestWithMaxFAR_RefusesProviderWithoutRate(t *testing.T) {
	for name, test := range map[string]struct {
		rules []idverify.Rule
		met   bool
	}{
		"the vendor's word":   {[]idverify.Rule{theirs(100)}, false},
		"nothing published":   {[]idverify.Rule{rule(idverify.Above, 80)}, false},
		"a higher rate":       {[]idverify.Rule{laddered(1e-3)}, false},
		"the answer's":        {[]idverify.Rule{laddered(1e-4)}, true},
		"a published one":     {[]idverify.Rule{published(70)}, true},
		"no rules to hold to": {nil, true},
	} {
		p := promising{ruled{vendorNamed("a"), test.rules, ""}}
		_, err := idverify.New([]idverify.Provider{p}, idverify.WithMaxFAR(1e-4))
		if test.met {
			assert.NoError(t, err, name)
			continue
		}
		require.ErrorIs(t, err, idverify.ErrInvalidConfig, name)
		assert.ErrorContains(t, err, "WithMaxFAR")
	}
	_, err := idverify.New([]idverify.Provider{ruled{vendorNamed("a"), []idverify.Rule{theirs(100)}, ""}}, idverify.WithMaxFAR(1e-4))
	assert.ErrorContains(t, err, "publishes no false-accept rate")
}
