package idverifytest

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// complaining is a testing.TB that only records whether it was failed.
type complaining struct {
	testing.TB
	failed bool
}

func (c *complaining) Helper()               {}
func (c *complaining) Error(...any)          { c.failed = true }
func (c *complaining) Errorf(string, ...any) { c.failed = true }

func complainsOf(check func(testing.TB)) bool {
	var tb complaining
	check(&tb)
	return tb.failed
}

var (
	ourRule = idverify.Rule{Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Max: 100}, Pass: idverify.Above, Threshold: 80,
		FAR: []idverify.FARStep{{Threshold: 80, Rate: 1e-4}}}
	answersRule = idverify.Rule{Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByAnswer, Scale: idverify.Scale{Max: 100},
		Pass: idverify.Above, FAR: []idverify.FARStep{{Rate: 1e-3}, {Rate: 1e-4}}, Rate: 1e-4}
	vendorsRule = idverify.Rule{Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByVendor, Scale: idverify.Scale{Max: 100}}
)

// checksOf returns a valid check for each DecidedBy.
func checksOf(t *testing.T) map[idverify.DecidedBy]idverify.Check {
	t.Helper()
	ours, err := ourRule.Check(90)
	require.NoError(t, err)
	filled, err := answersRule.WithRungs([]idverify.FARStep{{Threshold: 62, Rate: 1e-3}, {Threshold: 69, Rate: 1e-4}})
	require.NoError(t, err)
	answers, err := filled.Check(90)
	require.NoError(t, err)
	score := 12.0
	vendors, err := vendorsRule.Verdict(true, &score)
	require.NoError(t, err)
	return map[idverify.DecidedBy]idverify.Check{
		idverify.DecidedByThreshold: ours, idverify.DecidedByAnswer: answers, idverify.DecidedByVendor: vendors,
	}
}

func TestConformance_AcceptsSoundChecks(t *testing.T) {
	rules := map[idverify.DecidedBy]idverify.Rule{
		idverify.DecidedByThreshold: ourRule, idverify.DecidedByAnswer: answersRule, idverify.DecidedByVendor: vendorsRule,
	}
	no, err := vendorsRule.Verdict(false, nil)
	require.NoError(t, err)
	for says, rule := range rules {
		byKind := map[idverify.CheckKind]idverify.Rule{rule.Kind: rule}
		judged := func(c idverify.Check, code idverify.Code) bool {
			return complainsOf(func(tb testing.TB) {
				checkDecided(tb, byKind, &idverify.Result{Code: code, Checks: []idverify.Check{c}})
			})
		}
		for did, check := range checksOf(t) {
			assert.Equal(t, says != did, judged(check, idverify.CodeMatch), "%s for %s", did, says)
		}
		assert.False(t, judged(no, idverify.CodeFaceMismatch), "a vendor's no is valid under every rule")
	}
	assert.True(t, complainsOf(func(tb testing.TB) {
		checkDecided(tb, map[idverify.CheckKind]idverify.Rule{}, &idverify.Result{Checks: []idverify.Check{no}})
	}), "a check without a rule")
	other := ourRule
	other.Threshold = 85
	assert.True(t, complainsOf(func(tb testing.TB) { checkRuled(tb, other, checksOf(t)[idverify.DecidedByThreshold]) }))
	milder := answersRule
	milder.Rate = 1e-3
	assert.True(t, complainsOf(func(tb testing.TB) { checkRuled(tb, milder, checksOf(t)[idverify.DecidedByAnswer]) }))
}

func TestConformance_DetectsImpossibleChecks(t *testing.T) {
	low, high := 10.0, 200.0
	for name, test := range map[string]struct {
		of     idverify.DecidedBy
		change func(*idverify.Check)
	}{
		"nobody decided":             {idverify.DecidedByThreshold, func(c *idverify.Check) { c.DecidedBy = "" }},
		"no score":                   {idverify.DecidedByThreshold, func(c *idverify.Check) { c.Value = nil }},
		"a low score that passed":    {idverify.DecidedByThreshold, func(c *idverify.Check) { c.Value = &low }},
		"a score off the scale":      {idverify.DecidedByThreshold, func(c *idverify.Check) { c.Value = &high }},
		"a good score that failed":   {idverify.DecidedByAnswer, func(c *idverify.Check) { c.Passed = false }},
		"a margin of failure":        {idverify.DecidedByAnswer, func(c *idverify.Check) { c.Margin = -0.5 }},
		"a margin beyond":            {idverify.DecidedByAnswer, func(c *idverify.Check) { c.Margin = 2 }},
		"normalized beyond":          {idverify.DecidedByAnswer, func(c *idverify.Check) { c.Normalized = 2 }},
		"no rate":                    {idverify.DecidedByAnswer, func(c *idverify.Check) { c.FAR = nil }},
		"no comparator":              {idverify.DecidedByAnswer, func(c *idverify.Check) { c.Comparator = "" }},
		"a threshold and a verdict":  {idverify.DecidedByVendor, func(c *idverify.Check) { c.Threshold = 80 }},
		"a comparator and a verdict": {idverify.DecidedByVendor, func(c *idverify.Check) { c.Comparator = idverify.Above }},
		"a scale and no score":       {idverify.DecidedByVendor, func(c *idverify.Check) { c.Value = nil }},
		"a verdict off the scale":    {idverify.DecidedByVendor, func(c *idverify.Check) { c.Value = &high }},
	} {
		check := checksOf(t)[test.of]
		require.Empty(t, oddity(check), name)
		test.change(&check)
		assert.NotEmpty(t, oddity(check), name)
	}
}

func TestConformance_DetectsInvalidRules(t *testing.T) {
	broken, live := ourRule, vendorsRule
	broken.Threshold, live.Kind = 200, idverify.CheckLiveness
	for name, test := range map[string]struct {
		rules []idverify.Rule
		wrong bool
	}{
		"ours":          {[]idverify.Rule{ourRule}, false},
		"the answer's":  {[]idverify.Rule{answersRule, live}, false},
		"broken":        {[]idverify.Rule{broken}, true},
		"twice":         {[]idverify.Rule{ourRule, vendorsRule}, true},
		"no similarity": {[]idverify.Rule{live}, true},
	} {
		assert.Equal(t, test.wrong, complainsOf(func(tb testing.TB) { checkRules(tb, rated{rules: test.rules}) }), name)
	}
}

// rated is a provider whose WithMaxFAR returns what the test says.
type rated struct {
	idverify.Provider // asked for nothing

	rules []idverify.Rule
	to    func(rated, float64) (idverify.Provider, error)
}

func (r rated) Rules() []idverify.Rule                             { return r.rules }
func (r rated) WithMaxFAR(rate float64) (idverify.Provider, error) { return r.to(r, rate) }

func TestConformance_DetectsBrokenWithMaxFAR(t *testing.T) {
	refused := &idverify.Error{Code: idverify.CodeInvalidConfig, Vendor: "rated"}
	honest := func(r rated, rate float64) (idverify.Provider, error) {
		rule, err := r.rules[0].WithMaxFAR(rate)
		if err != nil {
			return nil, refused
		}
		return rated{rules: []idverify.Rule{rule}, to: r.to}, nil
	}
	for name, test := range map[string]struct {
		rule  idverify.Rule
		to    func(rated, float64) (idverify.Provider, error)
		wrong bool
	}{
		"ours":                {ourRule, honest, false},
		"the answer's":        {answersRule, honest, false},
		"the vendor's":        {vendorsRule, honest, false},
		"an unpublished rate": {ourRule, func(r rated, _ float64) (idverify.Provider, error) { return r, nil }, true},
		"a word for any":      {vendorsRule, func(r rated, _ float64) (idverify.Provider, error) { return r, nil }, true},
		"nothing":             {ourRule, func(rated, float64) (idverify.Provider, error) { return nil, nil }, true},
		"another error":       {ourRule, func(rated, float64) (idverify.Provider, error) { return nil, errors.New("no") }, true},
		"a lower one": {answersRule, func(r rated, rate float64) (idverify.Provider, error) {
			if !(rate > 0 && rate < 1) {
				return nil, refused
			}
			milder := r.rules[0]
			milder.Rate = 1e-3
			return rated{rules: []idverify.Rule{milder}, to: r.to}, nil
		}, true},
	} {
		p := rated{rules: []idverify.Rule{test.rule}, to: test.to}
		assert.Equal(t, test.wrong, complainsOf(func(tb testing.TB) { checkMaxFAR(tb, p) }), name)
	}
}
