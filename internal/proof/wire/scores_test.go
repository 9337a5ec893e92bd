package wire_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// literal writes a number so that parsing gives the same number.
func literal(f float64) string { return fmt.Sprintf("%.17g", f) }

// around is a number, with its nearest neighbours that are on the scale.
func around(f float64, scale idverify.Scale) []float64 {
	var all []float64
	for _, value := range []float64{math.Nextafter(f, math.Inf(-1)), f, math.Nextafter(f, math.Inf(1))} {
		if value >= scale.Min && value <= scale.Max {
			all = append(all, value)
		}
	}
	return all
}

func passes(r idverify.Rule, value float64) bool {
	switch r.Pass {
	case idverify.AtLeast:
		return value >= r.Threshold
	case idverify.Above:
		return value > r.Threshold
	case idverify.AtMost:
		return value <= r.Threshold
	case idverify.Below:
		return value < r.Threshold
	}
	panic("no such comparator: " + r.Pass)
}

// scored calls a vendor that gives these scores, and passing scores otherwise.
func scored(t *testing.T, v vendors.Vendor, scores map[idverify.CheckKind]string, change ...func(*vendors.Account)) (*idverify.Result, error) {
	t.Helper()
	var s script
	res, err := s.provider(t, v, vendors.Answer{Body: v.Scored(scores)}, change...).Verify(t.Context(), v.Match())
	assert.Equal(t, 1, s.verifications)
	return res, err
}

// rules are a vendor's checks with a threshold of ours, similarity first. A vendor
// that decides by itself has none.
func rules(t *testing.T, v vendors.Vendor, change ...func(*vendors.Account)) []idverify.Rule {
	t.Helper()
	var s script
	all := s.provider(t, v, vendors.Answer{}, change...).Rules()
	return slices.DeleteFunc(all, func(r idverify.Rule) bool { _, ours := v.Scores[r.Kind]; return !ours })
}

// Each score at its threshold, one step below and above it, and at the ends of its
// scale.
// Holds P-PASS-3.
func TestScores_AroundTheThreshold(t *testing.T) {
	for _, v := range vendors.All() {
		kinds := map[idverify.CheckKind]bool{}
		for _, r := range rules(t, v) {
			require.NoError(t, r.Validate())
			kinds[r.Kind] = true
			for _, value := range append(around(r.Threshold, r.Scale), r.Scale.Min, r.Scale.Max) {
				res, err := scored(t, v, map[idverify.CheckKind]string{r.Kind: literal(value)})
				if v.FixesLine && !passes(r, value) {
					var e *idverify.Error
					require.ErrorAs(t, err, &e)
					assert.True(t, e.Contradiction, "%s calls it a success, and says %v", v.Name, value)
					continue
				}
				require.NoError(t, err, "%s, %s %v", v.Name, r.Kind, value)
				want := idverify.CodeMatch
				switch {
				case passes(r, value):
				case r.Kind == idverify.CheckSimilarity:
					want = idverify.CodeFaceMismatch
				default:
					want = idverify.CodeAttackSuspected
				}
				assert.Equal(t, want, res.Code, "%s, %s %v", v.Name, r.Kind, value)
				assert.Equal(t, want == idverify.CodeMatch, res.Passed())
				assert.GreaterOrEqual(t, len(res.Checks), len(v.Scores))
				check, measured := res.Check(r.Kind)
				assert.True(t, measured)
				assert.Equal(t, value, *check.Value)
			}
		}
		for kind := range v.Scores {
			assert.True(t, kinds[kind], "%s has no rule for %s", v.Name, kind)
		}
	}
}

// A face that fails both similarity and liveness is reported as an attack.
func TestScores_AttackComesBeforeMismatch(t *testing.T) {
	for _, v := range vendors.All() {
		all := rules(t, v)
		if len(all) == 0 || v.FixesLine {
			continue
		}
		worst := map[idverify.CheckKind]string{}
		for _, r := range all {
			value := r.Scale.Min
			if passes(r, value) {
				value = r.Scale.Max
			}
			worst[r.Kind] = literal(value)
		}
		res, err := scored(t, v, worst)
		require.NoError(t, err)
		want := idverify.CodeFaceMismatch
		if len(all) > 1 {
			want = idverify.CodeAttackSuspected
		}
		assert.Equal(t, want, res.Code, v.Name)
	}
}

// A score that is not a number on its scale decides nothing, and the error names its
// field.
// Holds P-PASS-2.
func TestScores_InvalidOnesDecideNothing(t *testing.T) {
	for _, v := range vendors.All() {
		for _, r := range rules(t, v) {
			for _, bad := range []string{
				`null`, `"NaN"`, `"xxx"`, `""`, `1e400`, `true`, `[1]`, `{}`, `"Infinity"`, `"0x1F"`, `"1%"`,
				literal(math.Nextafter(r.Scale.Min, -1) - 1e-4), literal(r.Scale.Max + 1e-4), literal(r.Scale.Max + 1), "-1",
			} {
				res, err := scored(t, v, map[idverify.CheckKind]string{r.Kind: bad})
				require.Nil(t, res, "%s, %s %s", v.Name, r.Kind, bad)
				var e *idverify.Error
				require.ErrorAs(t, err, &e)
				assert.Equal(t, idverify.CodeBadResponse, e.Code)
				assert.Equal(t, v.Scores[r.Kind], e.Field, "%s, %s %s", v.Name, r.Kind, bad)
				assert.NotEmpty(t, e.RequestID)
				assert.Equal(t, idverify.BilledYes, e.Billed, "the vendor compared, whatever its code")
				assert.False(t, e.Repeatable())
			}
		}
	}
}

func withThreshold(threshold float64) func(*vendors.Account) {
	return func(a *vendors.Account) { a.Threshold = threshold }
}

// The Config's threshold decides instead of the default.
func TestScores_ConfigThresholdDecides(t *testing.T) {
	for _, v := range vendors.All() {
		if !v.OwnThreshold {
			continue
		}
		usual := rules(t, v)[0]
		require.Equal(t, idverify.CheckSimilarity, usual.Kind)
		for _, own := range []float64{(usual.Threshold + usual.Scale.Max) / 2, (usual.Threshold + usual.Scale.Min) / 2} {
			if v.FixesLine && own < usual.Threshold {
				continue
			}
			r := rules(t, v, withThreshold(own))[0]
			assert.Equal(t, own, r.Threshold)
			for _, value := range append(around(own, r.Scale), usual.Threshold) {
				res, err := scored(t, v, map[idverify.CheckKind]string{r.Kind: literal(value)}, withThreshold(own))
				require.NoError(t, err)
				assert.Equal(t, passes(r, value), res.Passed(), "%s, %v against %v", v.Name, value, own)
			}
		}
	}
}

// The lowest published threshold for the rate is used, unless the client's own is
// higher. A rate that is not published is refused.
// Holds P-PASS-4.
func TestMaxFAR_ChoosesPublishedThreshold(t *testing.T) {
	for _, v := range vendors.All() {
		if len(v.Scores) == 0 {
			continue
		}
		usual := rules(t, v)[0]
		for _, own := range []float64{0, (usual.Threshold + usual.Scale.Min) / 2, (usual.Threshold + usual.Scale.Max) / 2} {
			if v.FixesLine && own != 0 && own < usual.Threshold {
				continue
			}
			var s script
			p := s.provider(t, v, vendors.Answer{}, withThreshold(own))
			limited, ok := p.(idverify.FARProvider)
			require.True(t, ok, v.Name)
			before := slices.Clone(p.Rules())
			lowest := 1.0
			for _, asked := range before[0].FAR {
				lowest = min(lowest, asked.Rate)
				for _, rate := range []float64{asked.Rate, min(asked.Rate*1.5, 0.5)} {
					strict, err := limited.WithMaxFAR(rate)
					require.NoError(t, err)
					after := strict.(vendors.Provider).Rules()[0]
					if before[0].DecidedBy == idverify.DecidedByAnswer {
						assert.Equal(t, min(asked.Rate, before[0].Rate), after.Rate, "%s, %v", v.Name, rate)
						continue
					}
					assert.Equal(t, publishedFor(before[0], rate), after.Threshold, "%s, %v", v.Name, rate)
				}
			}
			for _, never := range []float64{lowest / 2, 0, -1, 1, math.NaN()} {
				strict, err := limited.WithMaxFAR(never)
				assert.Nil(t, strict)
				assert.ErrorIs(t, err, idverify.ErrInvalidConfig, "%s, %v", v.Name, never)
			}
			assert.Equal(t, before, p.Rules(), "the client itself is not changed")
			_, err := idverify.New([]idverify.Provider{p}, idverify.WithMaxFAR(lowest/2))
			assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
			assert.ErrorContains(t, err, "WithMaxFAR")
			assert.ErrorContains(t, err, v.Name)
		}
	}
}

func publishedFor(r idverify.Rule, rate float64) float64 {
	best := math.Inf(1)
	for _, step := range r.FAR {
		if step.Rate <= rate {
			best = min(best, step.Threshold)
		}
	}
	return max(best, r.Threshold)
}
