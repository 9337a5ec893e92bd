package idverify_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

func TestRouter_DuplicatesAreIgnored(t *testing.T) {
	a := vendorNamed("a", fail(idverify.CodeTimeout, ambiguous))
	c := oneVendor(t, a, idverify.WithRouter(func(_ context.Context, _ *idverify.Request, all []idverify.Provider) []idverify.Provider {
		return append(all, all...)
	}))
	_, err := c.Verify(t.Context(), askFor(photo()))
	assert.ErrorIs(t, err, idverify.ErrTimeout)
	assert.Equal(t, 1, a.asked)
}

func TestRouter_Orders(t *testing.T) {
	a, b, d := vendorNamed("a", pass(t)), vendorNamed("b", pass(t)), vendorNamed("d", pass(t))
	providers := []idverify.Provider{a, b, d}
	first := func(opts ...idverify.Option) string {
		c, err := idverify.New(providers, opts...)
		require.NoError(t, err)
		res, err := c.Verify(t.Context(), askFor(photo()))
		if err != nil {
			return string(idverify.CodeOf(err))
		}
		return res.Attempts[0].Vendor
	}
	assert.Equal(t, "a", first())
	assert.Equal(t, "d", first(idverify.WithRouter(func(_ context.Context, _ *idverify.Request, all []idverify.Provider) []idverify.Provider {
		return []idverify.Provider{nil, vendorNamed("stranger"), all[2], all[0]}
	})))
	assert.Equal(t, "unsupported_evidence", first(idverify.WithRouter(func(context.Context, *idverify.Request, []idverify.Provider) []idverify.Provider {
		return nil
	})))
	drawn := map[string]int{}
	weights := idverify.WithWeights(map[string]float64{"b": 3, "d": 1})
	for range 4000 {
		drawn[first(weights)]++
	}
	assert.Zero(t, drawn["a"], "without a weight it comes last")
	assert.InDelta(t, 3.0, float64(drawn["b"])/float64(drawn["d"]), 0.5)

	clear(drawn)
	weights = idverify.WithWeights(map[string]float64{"a": 1, "b": 1, "d": 2})
	for range 4000 {
		drawn[first(weights)]++
	}
	assert.InDelta(t, 1000, drawn["a"], 200)
	assert.InDelta(t, 1000, drawn["b"], 200)
	assert.InDelta(t, 2000, drawn["d"], 200)
}

func TestWithWeights_UnweightedProvidersComeLast(t *testing.T) {
	var all []idverify.Provider
	for _, name := range []string{"a", "b", "d", "e"} {
		all = append(all, vendorNamed(name, fail(idverify.CodeQuotaExceeded)))
	}
	c, err := idverify.New(all, idverify.WithWeights(map[string]float64{"d": 1}))
	require.NoError(t, err)
	for range 20 {
		var asked []string
		for _, attempt := range attemptsOf(c.Verify(t.Context(), askFor(photo()))) {
			asked = append(asked, attempt.Vendor)
		}
		assert.Equal(t, []string{"d", "a", "b", "e"}, asked)
	}
}
