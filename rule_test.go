package idverify_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// theirs is a rule where the vendor decides.
func theirs(scale float64) idverify.Rule {
	return idverify.Rule{Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByVendor, Scale: idverify.Scale{Max: scale}}
}

func TestRuleVerdict_ScoreNeverOverrules(t *testing.T) {
	for _, passed := range []bool{true, false} {
		for _, score := range []*float64{nil, ptr(0.0), ptr(12.0), ptr(100.0)} {
			check, err := theirs(100).Verdict(passed, score)
			require.NoError(t, err)
			assert.Equal(t, idverify.DecidedByVendor, check.DecidedBy)
			assert.Equal(t, score, check.Value)
			assert.Equal(t, passed, check.Passed)
			assert.Equal(t, passed, check.Holds())
			assert.Zero(t, check.Comparator)
			assert.Zero(t, check.Margin)
			assert.Nil(t, check.FAR)
			res := &idverify.Result{Code: idverify.CodeMatch, Checks: []idverify.Check{check}}
			assert.Equal(t, passed, res.Passed())
		}
	}
	check, err := theirs(100).Verdict(true, ptr(12.5))
	require.NoError(t, err)
	assert.Equal(t, 0.125, check.Normalized)
	assert.Equal(t, "similarity 12.5 passed by the vendor's verdict", check.String())
	value, ok := check.Score()
	assert.True(t, ok)
	assert.Equal(t, 12.5, value)

	check, err = theirs(0).Verdict(false, nil)
	require.NoError(t, err)
	assert.Equal(t, "similarity failed by the vendor's verdict", check.String())
	_, ok = check.Score()
	assert.False(t, ok)
}

func TestRuleVerdict_RefusesInvalidVerdicts(t *testing.T) {
	for name, score := range map[string]float64{"NaN": math.NaN(), "infinite": math.Inf(1), "off": 101, "negative": -1} {
		_, err := theirs(100).Verdict(true, &score)
		assert.Error(t, err, name)
	}
	for _, score := range []float64{50, 0} {
		_, err := theirs(0).Verdict(true, &score)
		assert.Error(t, err, "a score without a scale")
	}
	_, err := theirs(100).Check(99)
	assert.Error(t, err, "no score decides")
	_, err = theirs(100).WithThreshold(70)
	assert.Error(t, err)
	_, err = theirs(100).WithMaxFAR(1e-4)
	assert.ErrorContains(t, err, "no false-accept rate was published")

	ours := rule(idverify.AtLeast, 70)
	_, err = ours.Verdict(true, ptr(99.0))
	assert.Error(t, err, "a vendor's yes is not enough where a score decides")
	no, err := ours.Verdict(false, ptr(99.0))
	require.NoError(t, err, "and its no always is")
	assert.False(t, no.Holds())

	for name, change := range map[string]func(*idverify.Rule){
		"no kind":        func(r *idverify.Rule) { r.Kind = "" },
		"a comparator":   func(r *idverify.Rule) { r.Pass = idverify.AtLeast },
		"a threshold":    func(r *idverify.Rule) { r.Threshold = 70 },
		"rates":          func(r *idverify.Rule) { r.FAR = []idverify.FARStep{{Threshold: 70, Rate: 1e-4}} },
		"a rate":         func(r *idverify.Rule) { r.Rate = 1e-4 },
		"an empty scale": func(r *idverify.Rule) { r.Scale.Max = -1 },
	} {
		r := theirs(100)
		change(&r)
		assert.Error(t, r.Validate(), name)
		_, err := r.Verdict(true, nil)
		assert.Error(t, err, name)
	}
}

func TestRuleIsMilderThan_DifferentDecidedBy(t *testing.T) {
	all := []idverify.Rule{rule(idverify.AtLeast, 70), laddered(1e-4), theirs(100)}
	for i, a := range all {
		for j, b := range all {
			assert.Equal(t, i != j, a.IsMilderThan(b), "%s, %s", a.DecidedBy, b.DecidedBy)
		}
	}
}

func TestCheckHolds_VerdictHasNoThreshold(t *testing.T) {
	good, err := theirs(100).Verdict(true, ptr(12.0))
	require.NoError(t, err)
	for name, change := range map[string]func(*idverify.Check){
		"a comparator":    func(c *idverify.Check) { c.Comparator = idverify.Above },
		"a threshold":     func(c *idverify.Check) { c.Threshold = 80 },
		"a margin":        func(c *idverify.Check) { c.Margin = -1 },
		"a rate":          func(c *idverify.Check) { c.FAR = ptr(1e-4) },
		"no kind":         func(c *idverify.Check) { c.Kind = "" },
		"off the scale":   func(c *idverify.Check) { c.Value = ptr(101.0) },
		"no scale":        func(c *idverify.Check) { c.Scale = idverify.Scale{} },
		"no score":        func(c *idverify.Check) { c.Value = nil },
		"not a yes":       func(c *idverify.Check) { c.Passed = false },
		"somebody's word": func(c *idverify.Check) { c.DecidedBy = "somebody" },
	} {
		check := good
		change(&check)
		assert.False(t, check.Holds(), name)
	}
	bare, err := theirs(0).Verdict(true, nil)
	require.NoError(t, err)
	assert.True(t, bare.Holds())
	for _, without := range []func(*idverify.Check){
		func(c *idverify.Check) { c.Scale.Max = 100 }, func(c *idverify.Check) { c.Direction = idverify.HigherIsBetter }, func(c *idverify.Check) { c.Normalized = 1 },
	} {
		check := bare
		without(&check)
		assert.False(t, check.Holds(), "no score has %+v", check)
	}
}

func TestRuleIsMilderThan_ByThreshold(t *testing.T) {
	for _, test := range []struct {
		pass        idverify.Comparator
		mild, harsh float64
	}{{idverify.AtLeast, 60, 70}, {idverify.AtMost, 70, 60}} {
		mild, harsh := rule(test.pass, test.mild), rule(test.pass, test.harsh)
		assert.True(t, mild.IsMilderThan(harsh))
		assert.False(t, harsh.IsMilderThan(mild))
		assert.False(t, mild.IsMilderThan(mild))
	}
}
