package idverify_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// A dead first vendor whose circuit is open costs next to nothing: passing it
// over allocates less than a call, which times need not be asserted for.
func TestPassingOverADeadVendorIsCheap(t *testing.T) {
	dead := vendorNamed("dead", fail(idverify.CodeNetwork, ambiguous))
	alive := vendorNamed("alive", pass(t))
	both, err := idverify.New([]idverify.Provider{dead, alive})
	require.NoError(t, err)
	one, err := idverify.New([]idverify.Provider{alive})
	require.NoError(t, err)
	req := askFor(photo())
	for range 5 {
		_, err := both.Verify(t.Context(), req)
		require.NoError(t, err)
	}
	asked := dead.asked
	verify := func(c *idverify.Client) float64 {
		return testing.AllocsPerRun(100, func() { _, _ = c.Verify(t.Context(), req) })
	}
	extra := verify(both) - verify(one)
	assert.Equal(t, asked, dead.asked)
	assert.LessOrEqual(t, extra, 5.0)
}

func BenchmarkClientOverhead(b *testing.B) {
	res := &idverify.Result{Code: idverify.CodeFaceMismatch}
	p := vendorNamed("a", step{res: res})
	c, err := idverify.New([]idverify.Provider{p})
	if err != nil {
		b.Fatal(err)
	}
	dead := vendorNamed("dead", fail(idverify.CodeNetwork, ambiguous))
	both, err := idverify.New([]idverify.Provider{dead, p})
	if err != nil {
		b.Fatal(err)
	}
	req := askFor(photo())
	for range 5 {
		_, _ = both.Verify(b.Context(), req)
	}
	for name, v := range map[string]idverify.Verifier{"client": c, "client past a dead vendor": both} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = v.Verify(b.Context(), req)
			}
		})
	}
}

func TestAPassIsDecidedAsTheProvidersRulesSay(t *testing.T) {
	decided := func(rule idverify.Rule, err error) *idverify.Result {
		require.NoError(t, err)
		check, err := rule.Check(90)
		require.NoError(t, err)
		return &idverify.Result{Code: idverify.CodeMatch, Checks: []idverify.Check{check}}
	}
	yes, err := theirs(100).Verdict(true, ptr(90.0))
	require.NoError(t, err)
	no, err := theirs(100).Verdict(false, ptr(90.0))
	require.NoError(t, err)
	ways := map[string]struct {
		rule idverify.Rule
		pass *idverify.Result
	}{
		"threshold": {rule(idverify.Above, 80), decided(rule(idverify.Above, 80), nil)},
		"answer":    {laddered(1e-4), decided(laddered(1e-4).WithRungs(rungs(62, 69, 74, 79)))},
		"vendor":    {theirs(100), &idverify.Result{Code: idverify.CodeMatch, Checks: []idverify.Check{yes}}},
	}
	for says, way := range ways {
		for did, other := range ways {
			p := ruled{vendorNamed("a", step{res: other.pass}), []idverify.Rule{way.rule}, ""}
			res, err := oneVendor(t, p).Verify(t.Context(), askFor(photo()))
			if says != did {
				assert.ErrorIs(t, err, idverify.ErrBadResponse, "%s for %s", did, says)
				continue
			}
			require.NoError(t, err, says)
			assert.True(t, res.Passed(), says)
		}
		mismatch := &idverify.Result{Code: idverify.CodeFaceMismatch, Checks: []idverify.Check{no}}
		_, err := oneVendor(t, ruled{vendorNamed("a", step{res: mismatch}), []idverify.Rule{way.rule}, ""}).Verify(t.Context(), askFor(photo()))
		assert.NoError(t, err, "a vendor's no is one under every rule")
	}
}

func TestWithRequiredChecksTakesEveryWayToDecide(t *testing.T) {
	alive := theirs(0)
	alive.Kind = idverify.CheckLiveness
	yes, err := alive.Verdict(true, nil)
	require.NoError(t, err)
	similar, err := theirs(100).Verdict(true, nil)
	require.NoError(t, err)
	both := &idverify.Result{Code: idverify.CodeMatch, Checks: []idverify.Check{similar, yes}}
	p := ruled{vendorNamed("a", step{res: both}), []idverify.Rule{theirs(100), alive}, ""}
	res, err := oneVendor(t, p, idverify.WithRequiredChecks(idverify.CheckLiveness)).Verify(t.Context(), askFor(photo()))
	require.NoError(t, err)
	assert.True(t, res.Passed())
	_, err = idverify.New([]idverify.Provider{ruled{vendorNamed("a"), []idverify.Rule{theirs(100)}, ""}}, idverify.WithRequiredChecks(idverify.CheckLiveness))
	assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
}

// promising gives itself for any rate.
type promising struct{ ruled }

func (p promising) WithMaxFAR(float64) (idverify.Provider, error) { return p, nil }

func TestWithMaxFARRefusesAProviderWhoseRulePromisesNone(t *testing.T) {
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
