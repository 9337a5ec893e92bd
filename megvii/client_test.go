package megvii_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/megvii"
)

func TestRules_MatchTheVendorsPage(t *testing.T) {
	assert.Equal(t, []idverify.Rule{{
		Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByAnswer, Scale: idverify.Scale{Max: 100}, Pass: idverify.Above,
		FAR: []idverify.FARStep{{Rate: 1e-3}, {Rate: 1e-4}, {Rate: 1e-5}, {Rate: 1e-6}}, Rate: 1e-4,
	}}, newClient(t).Rules())
}

// 75.5 lies between the thresholds for 1e-5 and 1e-6.
func TestFalseAcceptRate_ChoosesTheAnswersThreshold(t *testing.T) {
	for rate, want := range map[float64]struct {
		threshold float64
		code      idverify.Code
	}{
		0: {69, idverify.CodeMatch}, 1e-3: {64, idverify.CodeMatch}, 1e-4: {69, idverify.CodeMatch},
		1e-5: {74, idverify.CodeMatch}, 1e-6: {79.9, idverify.CodeFaceMismatch},
	} {
		c := answering(t, http.StatusOK, fixture(t, "match.json"), func(cfg *megvii.Config) { cfg.FalseAcceptRate = rate })
		res, err := c.Verify(t.Context(), request())
		require.NoError(t, err)
		assert.Equal(t, want.code, res.Code, rate)
		assert.Equal(t, want.threshold, res.Checks[0].Threshold, rate)
		var warnings []idverify.Warning
		if rate == 1e-3 {
			warnings = []idverify.Warning{idverify.WarnThresholdBelowRecommended}
		}
		assert.Equal(t, warnings, res.Warnings, rate)
	}
}

func TestWithMaxFAR_OnlyMakesStricter(t *testing.T) {
	for _, test := range []struct{ from, most, want float64 }{
		{0, 1e-3, 1e-4}, {0, 1e-4, 1e-4}, {0, 5e-5, 1e-5}, {0, 1e-6, 1e-6}, {1e-3, 1e-4, 1e-4}, {1e-5, 1e-4, 1e-5},
	} {
		c := newClient(t, func(cfg *megvii.Config) { cfg.FalseAcceptRate = test.from })
		strict, err := c.WithMaxFAR(test.most)
		require.NoError(t, err)
		assert.Equal(t, test.want, strict.(*megvii.Client).Rules()[0].Rate, test)
	}
	_, err := newClient(t).WithMaxFAR(1e-7)
	assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
}

func TestResult_WarnsOfMilderSettings(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*megvii.Config)
		warns  bool
	}{
		"the defaults":  {func(*megvii.Config) {}, false},
		"the same":      {func(c *megvii.Config) { c.QualityThreshold = megvii.DefaultQualityThreshold }, false},
		"better photos": {func(c *megvii.Config) { c.QualityThreshold = 31 }, false},
		"rotations":     {func(c *megvii.Config) { c.TryRotations, c.ReturnFaces = true, true }, false},
		"poorer photos": {func(c *megvii.Config) { c.QualityThreshold = 29 }, true},
		"several faces": {func(c *megvii.Config) { c.LargestFace = true }, true},
	} {
		res, err := answering(t, http.StatusOK, fixture(t, "match.json"), test.change).Verify(t.Context(), request())
		require.NoError(t, err, name)
		assert.Equal(t, test.warns, len(res.Warnings) == 1, name)
	}
}
