package idverify_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// laddered is a rule where the answer decides, by its threshold for rate.
func laddered(rate float64) idverify.Rule {
	return idverify.Rule{
		Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByAnswer, Scale: idverify.Scale{Max: 100}, Pass: idverify.Above,
		FAR:  []idverify.FARStep{{Rate: 1e-3}, {Rate: 1e-4}, {Rate: 1e-5}, {Rate: 1e-6}},
		Rate: rate,
	}
}

func rungs(thresholds ...float64) []idverify.FARStep {
	var steps []idverify.FARStep
	for i, rate := range []float64{1e-3, 1e-4, 1e-5, 1e-6}[:len(thresholds)] {
		steps = append(steps, idverify.FARStep{Threshold: thresholds[i], Rate: rate})
	}
	return steps
}

func TestRuleWithRungs_UsesThresholdForRate(t *testing.T) {
	for rate, threshold := range map[float64]float64{1e-3: 62, 1e-4: 69, 1e-5: 74, 1e-6: 79.9} {
		rule, err := laddered(rate).WithRungs(append(rungs(62, 69, 74, 79.9), idverify.FARStep{Rate: 1e-2}))
		require.NoError(t, err)
		for value, want := range map[float64]bool{threshold - 0.1: false, threshold: false, threshold + 0.1: true} {
			check, err := rule.Check(value)
			require.NoError(t, err)
			assert.Equal(t, idverify.DecidedByAnswer, check.DecidedBy)
			assert.Equal(t, threshold, check.Threshold)
			assert.Equal(t, rate, *check.FAR)
			assert.Equal(t, want, check.Passed, "%v at %v", value, threshold)
			assert.Equal(t, want, check.Holds())
		}
	}
	before := laddered(1e-4)
	_, err := before.WithRungs(rungs(62, 69, 74, 79.9))
	require.NoError(t, err)
	assert.Equal(t, laddered(1e-4), before, "no answer's thresholds are kept")
	_, err = before.Check(99)
	assert.Error(t, err, "a rule without an answer decides nothing")
}

func TestRuleWithRungs_RefusesInvalidThresholds(t *testing.T) {
	for name, given := range map[string][]idverify.FARStep{
		"none":                nil,
		"one missing":         rungs(62, 69, 74),
		"the mildest missing": {{Threshold: 69, Rate: 1e-4}, {Threshold: 74, Rate: 1e-5}, {Threshold: 79, Rate: 1e-6}},
		"the rate missing":    {{Threshold: 62, Rate: 1e-3}, {Threshold: 74, Rate: 1e-5}, {Threshold: 79, Rate: 1e-6}},
		"falling":             rungs(62, 69, 68, 79),
		"upside down":         rungs(79, 74, 69, 62),
		"level":               rungs(62, 69, 69, 79),
		"all the same":        rungs(0, 0, 0, 0),
		"NaN":                 rungs(62, math.NaN(), 74, 79),
		"NaN elsewhere":       rungs(62, 69, 74, math.NaN()),
		"infinite":            rungs(62, 69, 74, math.Inf(1)),
		"off the scale":       rungs(62, 69, 74, 100.1),
		"negative":            rungs(-1, 69, 74, 79),
		"twice":               append(rungs(62, 69, 74, 79), idverify.FARStep{Threshold: 1, Rate: 1e-4}),
		"twice, and rising":   append(rungs(62, 69, 74, 79), idverify.FARStep{Threshold: 70, Rate: 1e-4}),
	} {
		rule, err := laddered(1e-4).WithRungs(given)
		require.Error(t, err, name)
		_, err = rule.Check(99)
		assert.Error(t, err, name)
	}
	_, err := laddered(1e-6).WithRungs(rungs(62, 69, 74, 100))
	assert.ErrorContains(t, err, "could never be passed")
	_, err = rule(idverify.AtLeast, 70).WithRungs(rungs(62, 69, 74, 79))
	assert.Error(t, err, "a threshold of ours is not the answer's to change")
}

func TestRuleWithRungs_LowerIsBetter(t *testing.T) {
	down := laddered(1e-4)
	down.Pass, down.Scale.Max = idverify.AtMost, 1
	filled, err := down.WithRungs(rungs(0.6, 0.5, 0.4, 0.3))
	require.NoError(t, err)
	assert.Equal(t, 0.5, filled.Threshold)
	_, err = down.WithRungs(rungs(0.3, 0.4, 0.5, 0.6))
	assert.Error(t, err)
}

func TestRuleValidate_DecidedByAnswer(t *testing.T) {
	require.NoError(t, laddered(1e-4).Validate())
	for name, change := range map[string]func(*idverify.Rule){
		"no kind":           func(r *idverify.Rule) { r.Kind = "" },
		"no comparator":     func(r *idverify.Rule) { r.Pass = "" },
		"no scale":          func(r *idverify.Rule) { r.Scale = idverify.Scale{} },
		"no rates":          func(r *idverify.Rule) { r.FAR = nil },
		"no rate":           func(r *idverify.Rule) { r.Rate = 0 },
		"another rate":      func(r *idverify.Rule) { r.Rate = 2e-4 },
		"a rate of 1":       func(r *idverify.Rule) { r.FAR = append(r.FAR, idverify.FARStep{Rate: 1}) },
		"a rate of 0":       func(r *idverify.Rule) { r.FAR = append(r.FAR, idverify.FARStep{}) },
		"a rate of NaN":     func(r *idverify.Rule) { r.FAR[0].Rate = math.NaN() },
		"a rate twice":      func(r *idverify.Rule) { r.FAR[0].Rate = 1e-4 },
		"a threshold":       func(r *idverify.Rule) { r.Threshold = 69 },
		"nobody decides":    func(r *idverify.Rule) { r.DecidedBy = "nobody" },
		"a rate of another": func(r *idverify.Rule) { *r = rule(idverify.AtLeast, 70); r.Rate = 1e-4 },
	} {
		r := laddered(1e-4)
		change(&r)
		assert.Error(t, r.Validate(), name)
		_, err := r.Check(99)
		assert.Error(t, err, name)
	}
	// The thresholds of an answer cannot be changed afterwards.
	filled, err := laddered(1e-4).WithRungs(rungs(62, 69, 74, 79))
	require.NoError(t, err)
	filled.Threshold = -1
	_, err = filled.Check(99)
	assert.Error(t, err)
}

func TestRuleWithRate_AndMaxFAR(t *testing.T) {
	for _, test := range []struct{ from, asked, want float64 }{
		{1e-4, 1e-3, 1e-4}, {1e-4, 1e-4, 1e-4}, {1e-4, 5e-5, 1e-5}, {1e-4, 1e-5, 1e-5}, {1e-3, 1e-6, 1e-6}, {1e-3, 2e-4, 1e-4},
	} {
		strict, err := laddered(test.from).WithMaxFAR(test.asked)
		require.NoError(t, err, "%+v", test)
		assert.Equal(t, test.want, strict.Rate, "%+v", test)
		assert.False(t, strict.IsMilderThan(laddered(test.from)))
	}
	for _, never := range []float64{1e-7, 0, 1, math.NaN()} {
		_, err := laddered(1e-4).WithMaxFAR(never)
		assert.Error(t, err, "%v", never)
	}

	milder, err := laddered(1e-4).WithRate(1e-3)
	require.NoError(t, err)
	assert.True(t, milder.IsMilderThan(laddered(1e-4)))
	_, err = milder.Check(99)
	assert.ErrorContains(t, err, "comes with the answer", "no threshold is left over from another rate")
	filled, err := laddered(1e-4).WithRungs(rungs(62, 69, 74, 79))
	require.NoError(t, err)
	again, err := filled.WithRate(1e-3)
	require.NoError(t, err)
	_, err = again.Check(99)
	assert.ErrorContains(t, err, "comes with the answer", "nor from another answer")
	assert.False(t, laddered(1e-4).IsMilderThan(laddered(1e-4)))
	_, err = laddered(1e-4).WithRate(2e-3)
	assert.ErrorContains(t, err, "0.001, 0.0001, 1e-05, 1e-06")
	_, err = rule(idverify.AtLeast, 70).WithRate(1e-3)
	assert.Error(t, err)
	_, err = laddered(1e-4).WithThreshold(60)
	assert.ErrorContains(t, err, "the answer decides")
}
