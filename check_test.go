package idverify_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
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

// Holds P-PASS-3.
func TestRuleCheck_ComparatorsAroundTheThreshold(t *testing.T) {
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
			assert.Equal(t, ptr(value), check.Value)
			if value == 80 {
				assert.Zero(t, check.Margin)
			} else {
				assert.Equal(t, want[i], check.Margin > 0, "%v %s 80: margin %v", value, pass, check.Margin)
			}
		}
	}
}

func TestRuleCheck_MarginAndNormalizedInBothDirections(t *testing.T) {
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

// A scale need not begin at 0: some vendors count from −1 to 1.
func TestRuleCheck_MarginAndNormalizedOnNegativeScale(t *testing.T) {
	for _, test := range []struct {
		pass                                 idverify.Comparator
		threshold, value, normalized, margin float64
	}{
		{idverify.Above, 0.5, 1, 1, 1},
		{idverify.Above, 0.5, 0.75, 0.875, 0.5},
		{idverify.Above, 0.5, -0.25, 0.375, -0.5},
		{idverify.Above, 0.5, -1, 0, -1},
		{idverify.Below, -0.5, -1, 1, 1},
		{idverify.Below, -0.5, 0.25, 0.375, -0.5},
	} {
		r := rule(test.pass, test.threshold)
		r.Scale = idverify.Scale{Min: -1, Max: 1}
		check, err := r.Check(test.value)
		require.NoError(t, err)
		assert.InDelta(t, test.normalized, check.Normalized, 1e-12, "%+v", test)
		assert.InDelta(t, test.margin, check.Margin, 1e-12, "%+v", test)
	}
}

// NaN would make a Check that JSON cannot hold, and −0 would print oddly.
func TestRuleCheck_MarginAtThresholdIsZero(t *testing.T) {
	for _, r := range []idverify.Rule{
		rule(idverify.AtMost, 0), rule(idverify.AtMost, 50), rule(idverify.Below, 50), rule(idverify.AtLeast, 100), rule(idverify.AtLeast, 50),
	} {
		check, err := r.Check(r.Threshold)
		require.NoError(t, err)
		text, err := json.Marshal(check)
		require.NoError(t, err)
		assert.Contains(t, string(text), `"margin":0}`)
	}
}

// Holds P-PASS-2.
func TestRuleCheck_RefusesValuesOffTheScale(t *testing.T) {
	for _, value := range []float64{-0.0001, 100.0001, math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, pass := range []idverify.Comparator{idverify.AtLeast, idverify.Above, idverify.AtMost, idverify.Below} {
			check, err := rule(pass, 50).Check(value)
			assert.Error(t, err)
			assert.False(t, check.Passed)
		}
	}
}

// Holds P-PASS-4.
func TestRuleValidate_RefusesRulesThatCannotDecide(t *testing.T) {
	nan := math.NaN()
	for name, r := range map[string]idverify.Rule{
		"zero":               {},
		"no kind":            {Scale: idverify.Scale{Max: 1}, Pass: idverify.AtLeast, Threshold: 0.5},
		"no comparator":      rule("", 50),
		"empty scale":        {Kind: "x", Pass: idverify.AtLeast},
		"scale of one value": {Kind: "x", Pass: idverify.AtLeast, Scale: idverify.Scale{Min: 50, Max: 50}, Threshold: 50},
		"scale of one, less": {Kind: "x", Pass: idverify.Below, Scale: idverify.Scale{Min: 50, Max: 50}, Threshold: 50},
		"scale upside down":  {Kind: "x", Pass: idverify.AtLeast, Scale: idverify.Scale{Min: 100}, Threshold: 50},
		"scale without end":  {Kind: "x", Pass: idverify.AtLeast, Scale: idverify.Scale{Min: -math.MaxFloat64, Max: math.MaxFloat64}, Threshold: 50},
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
		err := r.Validate()
		assert.Error(t, err, name)
		if strings.HasPrefix(name, "scale ") {
			assert.EqualError(t, err, "scale is empty or not finite", name)
		}
		_, err = r.Check(50)
		assert.Error(t, err, name)
		_, err = r.WithThreshold(r.Threshold)
		assert.Error(t, err, name)
	}
}

func published(threshold float64) idverify.Rule {
	r := rule(idverify.AtLeast, threshold)
	r.FAR = []idverify.FARStep{{Threshold: 60, Rate: 1e-3}, {Threshold: 70, Rate: 1e-4}, {Threshold: 80, Rate: 1e-5}}
	return r
}

// Holds P-PASS-4.
func TestRuleCheck_FARIsNeverInterpolated(t *testing.T) {
	for threshold, want := range map[float64]float64{60: 1e-3, 69.99: 1e-3, 70: 1e-4, 75: 1e-4, 80: 1e-5, 99: 1e-5} {
		check, err := published(threshold).Check(50)
		require.NoError(t, err)
		rate, ok := check.FalseAcceptRate()
		assert.True(t, ok)
		assert.Equal(t, want, rate, "%v", threshold)
	}
	check, err := published(59.99).Check(50)
	require.NoError(t, err)
	rate, ok := check.FalseAcceptRate()
	assert.Zero(t, rate)
	assert.False(t, ok, "below the lowest published threshold nothing was published")
}

// Holds P-PASS-4.
func TestRuleWithMaxFAR_NeverLowersThreshold(t *testing.T) {
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
		if rate != 1e-6 {
			assert.EqualError(t, err, "false-accept rate must lie between 0 and 1", "%v", rate)
		}
	}
	_, err := rule(idverify.AtLeast, 70).WithMaxFAR(0.5)
	assert.Error(t, err, "nothing was published")
}

// A table that contradicts itself promises no more than its strictest step, and no
// WithMaxFAR may lower the configured threshold.
func TestRuleWithMaxFAR_ContradictoryTable(t *testing.T) {
	r := rule(idverify.AtLeast, 70)
	r.FAR = []idverify.FARStep{{Threshold: 60, Rate: 1e-5}, {Threshold: 70, Rate: 1e-3}}
	check, err := r.Check(90)
	require.NoError(t, err)
	assert.Equal(t, 1e-3, *check.FAR)
	_, err = r.WithMaxFAR(1e-4)
	assert.Error(t, err)

	for range 2 { // in either order
		slices.Reverse(r.FAR)
		r.FAR = append(r.FAR, idverify.FARStep{Threshold: 90, Rate: 1e-6}, idverify.FARStep{Threshold: 80, Rate: 1e-6})
		stricter, err := r.WithMaxFAR(1e-4)
		require.NoError(t, err)
		assert.Equal(t, 80.0, stricter.Threshold)
	}
}

// Where a low score is better, such as a distance, the lower threshold is the
// stricter.
// Holds P-PASS-4.
func TestRuleWithMaxFAR_LowerScoreIsBetter(t *testing.T) {
	distance := func(threshold float64) idverify.Rule {
		return idverify.Rule{Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Max: 1}, Pass: idverify.Below, Threshold: threshold,
			FAR: []idverify.FARStep{{Threshold: 0.3, Rate: 1e-5}, {Threshold: 0.4, Rate: 1e-4}, {Threshold: 0.6, Rate: 1e-3}}}
	}
	for threshold, want := range map[float64]float64{0.6: 1e-3, 0.45: 1e-3, 0.4: 1e-4, 0.35: 1e-4, 0.3: 1e-5, 0.1: 1e-5, 0.7: 0} {
		check, err := distance(threshold).Check(0.2)
		require.NoError(t, err)
		rate, _ := check.FalseAcceptRate()
		assert.Equal(t, want, rate, "%v", threshold)
	}
	for _, test := range []struct{ from, rate, want float64 }{
		{0.45, 1e-4, 0.4}, {0.7, 1e-3, 0.6}, {0.45, 1e-3, 0.45}, {0.7, 1e-5, 0.3}, {0.2, 1e-5, 0.2},
	} {
		r, err := distance(test.from).WithMaxFAR(test.rate)
		require.NoError(t, err)
		assert.Equal(t, test.want, r.Threshold, "%+v", test)
	}
	_, err := distance(0.45).WithMaxFAR(1e-6)
	assert.Error(t, err)
}

func TestCheckJSONNames(t *testing.T) {
	check, err := published(70).Check(85)
	require.NoError(t, err)
	text, err := json.Marshal(check)
	require.NoError(t, err)
	assert.JSONEq(t, `{"kind":"similarity","decided_by":"threshold","value":85,"scale":{"min":0,"max":100},"direction":"higher_is_better",
		"normalized":0.85,"comparator":">=","threshold":70,"passed":true,"margin":0.5,"far":0.0001}`, string(text))
	assert.Equal(t, "similarity 85 >= 70 passed", check.String())
}

func TestRuleValidate_AcceptsUsableEndsOfScale(t *testing.T) {
	for _, r := range []idverify.Rule{
		rule(idverify.Above, 0), rule(idverify.Below, 100), rule(idverify.AtLeast, 100), rule(idverify.AtMost, 0),
	} {
		assert.NoError(t, r.Validate(), "%+v", r)
	}
}

// claimed is a check that says it passed, with one thing about it changed.
func claimed(t *testing.T, change func(*idverify.Check)) *idverify.Result {
	t.Helper()
	check, err := rule(idverify.Above, 80).Check(90)
	require.NoError(t, err)
	change(&check)
	return &idverify.Result{Code: idverify.CodeMatch, Billed: idverify.BilledYes, Checks: []idverify.Check{check}}
}

// Holds P-PASS-1.
func TestCheckHolds_IgnoresPassed(t *testing.T) {
	assert.True(t, claimed(t, func(*idverify.Check) {}).Passed())
	for name, change := range map[string]func(*idverify.Check){
		"12 > 80":                       func(c *idverify.Check) { c.Value = ptr(12.0) },
		"at the threshold":              func(c *idverify.Check) { c.Value = ptr(80.0) },
		"NaN":                           func(c *idverify.Check) { c.Value = ptr(math.NaN()) },
		"infinite":                      func(c *idverify.Check) { c.Value = ptr(math.Inf(1)) },
		"800 of 100":                    func(c *idverify.Check) { c.Value = ptr(800.0) },
		"a NaN threshold":               func(c *idverify.Check) { c.Threshold = math.NaN() },
		"a threshold off":               func(c *idverify.Check) { c.Threshold = -1 },
		"a threshold for all":           func(c *idverify.Check) { c.Comparator, c.Threshold = idverify.AtLeast, 0 },
		"no comparator":                 func(c *idverify.Check) { c.Comparator = "" },
		"the other direction":           func(c *idverify.Check) { c.Comparator = idverify.Below },
		"no scale":                      func(c *idverify.Check) { c.Scale = idverify.Scale{} },
		"an infinite scale":             func(c *idverify.Check) { c.Scale.Max = math.Inf(1) },
		"no score":                      func(c *idverify.Check) { c.Value = nil },
		"a word for nobody":             func(c *idverify.Check) { c.DecidedBy = "somebody" },
		"the vendor's, and a threshold": func(c *idverify.Check) { c.DecidedBy = idverify.DecidedByVendor },
		"says it failed":                func(c *idverify.Check) { c.Passed = false },
		// No store, ledger or journal could keep these.
		"a share that no JSON has":  func(c *idverify.Check) { c.Normalized = math.NaN() },
		"a margin that no JSON has": func(c *idverify.Check) { c.Margin = math.Inf(1) },
		"a rate that no JSON has":   func(c *idverify.Check) { c.FAR = ptr(math.NaN()) },
		"a verdict's share, the same": func(c *idverify.Check) {
			*c = idverify.Check{Kind: c.Kind, DecidedBy: idverify.DecidedByVendor, Passed: true, Value: c.Value, Scale: c.Scale, Normalized: math.NaN()}
		},
	} {
		res := claimed(t, change)
		assert.False(t, res.Passed(), name)
		assert.NotEqual(t, idverify.AdviceAccept, res.Advice(), name)

		c := oneVendor(t, vendorNamed("a", step{res: res}))
		_, err := c.Verify(t.Context(), askFor(photo()))
		assert.Equal(t, idverify.CodeBadResponse, idverify.CodeOf(err), name)
	}
	// A contradictory check is not believed for another decision either.
	res := claimed(t, func(c *idverify.Check) { c.Value = ptr(12.0) })
	res.Code = idverify.CodeFaceMismatch
	_, err := oneVendor(t, vendorNamed("a", step{res: res})).Verify(t.Context(), askFor(photo()))
	assert.Equal(t, idverify.CodeBadResponse, idverify.CodeOf(err))
}
