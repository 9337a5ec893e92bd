package idverify_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

func rule(pass idverify.Comparator, threshold float64) idverify.Rule {
	return idverify.Rule{
		Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Min: 0, Max: 100}, Pass: pass, Threshold: threshold,
	}
}

func TestComparatorsAtTheThresholdAndOneStepToEitherSide(t *testing.T) {
	above, below := math.Nextafter(80, 100), math.Nextafter(80, 0)
	for pass, want := range map[idverify.Comparator][3]bool{ // below, at, above
		idverify.AtLeast: {false, true, true},
		idverify.Above:   {false, false, true},
		idverify.AtMost:  {true, true, false},
		idverify.Below:   {true, false, false},
	} {
		for i, value := range []float64{below, 80, above} {
			check, err := rule(pass, 80).Check(value)
			require.NoError(t, err)
			assert.Equal(t, want[i], check.Passed, "%v %s 80", value, pass)
			assert.Equal(t, value, check.Value)
			if value == 80 {
				assert.Zero(t, check.Margin)
			} else {
				assert.Equal(t, want[i], check.Margin > 0, "%v %s 80: margin %v", value, pass, check.Margin)
			}
		}
	}
}

func TestMarginAndNormalizedMeanTheSameInBothDirections(t *testing.T) {
	for _, test := range []struct {
		rule                      idverify.Rule
		value, normalized, margin float64
	}{
		{rule(idverify.Above, 80), 100, 1, 1},
		{rule(idverify.Above, 80), 90, 0.9, 0.5},
		{rule(idverify.Above, 80), 40, 0.4, -0.5},
		{rule(idverify.Above, 80), 0, 0, -1},
		{rule(idverify.AtMost, 20), 0, 1, 1},
		{rule(idverify.AtMost, 20), 10, 0.9, 0.5},
		{rule(idverify.AtMost, 20), 60, 0.4, -0.5},
		{rule(idverify.AtMost, 20), 100, 0, -1},
		{rule(idverify.AtLeast, 100), 100, 1, 0},
		{rule(idverify.AtLeast, 100), 0, 0, -1},
	} {
		check, err := test.rule.Check(test.value)
		require.NoError(t, err)
		assert.InDelta(t, test.normalized, check.Normalized, 1e-12)
		assert.InDelta(t, test.margin, check.Margin, 1e-12)
	}
}

func TestValuesOffTheScaleDecideNothing(t *testing.T) {
	for _, value := range []float64{-0.0001, 100.0001, math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, pass := range []idverify.Comparator{idverify.AtLeast, idverify.Above, idverify.AtMost, idverify.Below} {
			check, err := rule(pass, 50).Check(value)
			assert.Error(t, err)
			assert.False(t, check.Passed)
		}
	}
}

func TestRulesThatCouldNotDecideAreRefused(t *testing.T) {
	nan := math.NaN()
	for name, r := range map[string]idverify.Rule{
		"zero":               {},
		"no kind":            {Scale: idverify.Scale{Max: 1}, Pass: idverify.AtLeast, Threshold: 0.5},
		"no comparator":      rule("", 50),
		"empty scale":        {Kind: "x", Pass: idverify.AtLeast},
		"infinite scale":     {Kind: "x", Pass: idverify.AtLeast, Scale: idverify.Scale{Max: math.Inf(1)}},
		"endless scale":      {Kind: "x", Pass: idverify.AtLeast, Scale: idverify.Scale{Max: math.Inf(1)}, Threshold: 5},
		"NaN threshold":      rule(idverify.AtLeast, nan),
		"below the scale":    rule(idverify.AtLeast, -1),
		"above the scale":    rule(idverify.AtLeast, 101),
		"nothing can pass":   rule(idverify.Above, 100),
		"nothing can pass2":  rule(idverify.Below, 0),
		"everything passes":  rule(idverify.AtLeast, 0),
		"everything passes2": rule(idverify.AtMost, 100),
	} {
		assert.Error(t, r.Validate(), name)
		_, err := r.Check(50)
		assert.Error(t, err, name)
	}
}

func published(threshold float64) idverify.Rule {
	r := rule(idverify.AtLeast, threshold)
	r.FAR = []idverify.FARStep{{Threshold: 60, Rate: 1e-3}, {Threshold: 70, Rate: 1e-4}, {Threshold: 80, Rate: 1e-5}}
	return r
}

func TestFalseAcceptRateIsAStepAndNeverInterpolated(t *testing.T) {
	for threshold, want := range map[float64]float64{60: 1e-3, 69.99: 1e-3, 70: 1e-4, 75: 1e-4, 80: 1e-5, 99: 1e-5} {
		check, err := published(threshold).Check(50)
		require.NoError(t, err)
		rate, ok := check.FalseAcceptRate()
		assert.True(t, ok)
		assert.Equal(t, want, rate, "%v", threshold)
	}
	check, err := published(59.99).Check(50)
	require.NoError(t, err)
	_, ok := check.FalseAcceptRate()
	assert.False(t, ok, "below the lowest published threshold nothing was published")
}

func TestMaxFAROnlyEverRaisesAThreshold(t *testing.T) {
	for _, test := range []struct{ from, rate, want float64 }{
		{70, 1e-5, 80},
		{70, 2e-5, 80},
		{70, 1e-4, 70},
		{70, 1e-2, 70},
		{75, 1e-4, 75},
		{75, 1e-5, 80},
		{50, 1e-3, 60},
		{90, 1e-5, 90},
	} {
		r, err := published(test.from).WithMaxFAR(test.rate)
		require.NoError(t, err)
		assert.Equal(t, test.want, r.Threshold, "%+v", test)
	}
	for _, rate := range []float64{1e-6, 0, 1, -1, 2, math.NaN()} {
		_, err := published(70).WithMaxFAR(rate)
		assert.Error(t, err, "%v", rate)
	}
	_, err := rule(idverify.AtLeast, 70).WithMaxFAR(0.5)
	assert.Error(t, err, "nothing was published")
}

func TestCheckJSONNames(t *testing.T) {
	check, err := published(70).Check(85)
	require.NoError(t, err)
	text, err := json.Marshal(check)
	require.NoError(t, err)
	assert.JSONEq(t, `{"kind":"similarity","value":85,"scale":{"min":0,"max":100},"direction":"higher_is_better",
		"normalized":0.85,"comparator":">=","threshold":70,"passed":true,"margin":0.5,"far":0.0001}`, string(text))
	assert.Equal(t, "similarity 85 >= 70 passed", check.String())
}

func TestEndsOfTheScaleThatDoDecideAreAccepted(t *testing.T) {
	for _, r := range []idverify.Rule{
		rule(idverify.Above, 0), rule(idverify.Below, 100), rule(idverify.AtLeast, 100), rule(idverify.AtMost, 0),
	} {
		assert.NoError(t, r.Validate(), "%+v", r)
	}
}
