package idverifytest

import (
	"errors"
	"math"
	"testing"

	"github.com/idverify/idverify"
)

// ruled is a provider that publishes its rules.
type ruled interface{ Rules() []idverify.Rule }

// rulesOf returns a provider's rules by kind, nil where it publishes none.
func rulesOf(p idverify.Provider) map[idverify.CheckKind]idverify.Rule {
	r, ok := p.(ruled)
	if !ok {
		return nil
	}
	all := map[idverify.CheckKind]idverify.Rule{}
	for _, rule := range r.Rules() {
		all[rule.Kind] = rule
	}
	return all
}

func ruleRules(t *testing.T, b *bench) { checkRules(t, b.provider) }

// checkRules checks that a provider's rules are consistent.
func checkRules(tb testing.TB, p idverify.Provider) {
	tb.Helper()
	r, ok := p.(ruled)
	if !ok {
		return
	}
	seen := map[idverify.CheckKind]bool{}
	for _, rule := range r.Rules() {
		if err := rule.Validate(); err != nil {
			tb.Errorf("the rule for %s is invalid: %v", rule.Kind, err)
		}
		if seen[rule.Kind] {
			tb.Errorf("there are two rules for %s", rule.Kind)
		}
		seen[rule.Kind] = true
	}
	if !seen[idverify.CheckSimilarity] {
		tb.Error("there is no rule for similarity, without which nothing passes")
	}
}

// checkDecided compares every check of a decision with its DecidedBy and with the
// provider's rules.
func checkDecided(tb testing.TB, rules map[idverify.CheckKind]idverify.Rule, res *idverify.Result) {
	tb.Helper()
	for _, c := range res.Checks {
		if problem := oddity(c); problem != "" {
			tb.Errorf("%s: %s: %v", c.Kind, problem, c)
		}
		rule, isRuled := rules[c.Kind]
		if !isRuled && rules != nil {
			tb.Errorf("%s: there is no rule for this check", c.Kind)
		}
		if isRuled {
			checkRuled(tb, rule, c)
		}
	}
	for kind := range rules {
		if _, measured := res.Check(kind); !measured && res.Passed() {
			tb.Errorf("a pass without the check of %s that the rules promise", kind)
		}
	}
}

// checkRuled compares a check with its rule. A vendor's no is a no under every
// rule.
func checkRuled(tb testing.TB, rule idverify.Rule, c idverify.Check) {
	tb.Helper()
	way := wayOf(rule.DecidedBy)
	switch {
	case c.DecidedBy == idverify.DecidedByVendor && !c.Passed:
	case c.DecidedBy != way:
		tb.Errorf("%s: decided by %q, but the rule says %q", c.Kind, c.DecidedBy, way)
	case way == idverify.DecidedByThreshold && (c.Threshold != rule.Threshold || c.Comparator != rule.Pass):
		tb.Errorf("%s: compared with %s %v, but the rule says %s %v", c.Kind, c.Comparator, c.Threshold, rule.Pass, rule.Threshold)
	case way == idverify.DecidedByAnswer && (c.Comparator != rule.Pass || *rateOf(c) != rule.Rate):
		tb.Errorf("%s: compared with %s the threshold for %v, but the rule says %s the one for %v", c.Kind, c.Comparator, *rateOf(c), rule.Pass, rule.Rate)
	}
}

func wayOf(d idverify.DecidedBy) idverify.DecidedBy {
	if d == "" {
		return idverify.DecidedByThreshold
	}
	return d
}

// rateOf returns a check's false-accept rate, NaN where it has none.
func rateOf(c idverify.Check) *float64 {
	if c.FAR != nil {
		return c.FAR
	}
	none := math.NaN()
	return &none
}

// oddity says what is impossible about a check for its DecidedBy, "" for a sound
// one. It reads the numbers itself and uses none of the check's methods.
func oddity(c idverify.Check) string {
	if c.Value != nil {
		switch v := *c.Value; {
		case math.IsNaN(v) || v < c.Scale.Min || v > c.Scale.Max:
			return "the score is off its scale"
		case c.Normalized < 0 || c.Normalized > 1:
			return "normalized is outside 0..1"
		}
	}
	switch c.DecidedBy {
	case idverify.DecidedByVendor:
		return verdictOddity(c)
	case idverify.DecidedByThreshold, idverify.DecidedByAnswer:
		return lineOddity(c)
	}
	return "DecidedBy is missing or unknown"
}

func verdictOddity(c idverify.Check) string {
	switch {
	case c.Comparator != "" || c.Threshold != 0 || c.Margin != 0 || c.FAR != nil:
		return "a vendor's verdict has a threshold"
	case c.Value == nil && (c.Scale != idverify.Scale{} || c.Normalized != 0):
		return "a scale without a score"
	}
	return ""
}

func lineOddity(c idverify.Check) string {
	if c.Value == nil {
		return "a threshold decided, but there is no score"
	}
	earned := false
	switch v := *c.Value; c.Comparator {
	case idverify.AtLeast:
		earned = v >= c.Threshold
	case idverify.Above:
		earned = v > c.Threshold
	case idverify.AtMost:
		earned = v <= c.Threshold
	case idverify.Below:
		earned = v < c.Threshold
	}
	switch {
	case earned != c.Passed:
		return "Passed contradicts the numbers"
	case !(c.Margin >= -1 && c.Margin <= 1), c.Margin > 0 && !c.Passed, c.Margin < 0 && c.Passed:
		return "Margin does not follow from the numbers"
	case c.DecidedBy == idverify.DecidedByAnswer && c.FAR == nil:
		return "the answer's threshold decided, but there is no FAR"
	}
	return ""
}

func ruleMaxFAR(t *testing.T, b *bench) {
	if p, ok := b.provider.(idverify.FARProvider); ok {
		checkMaxFAR(t, p)
	}
}

// checkMaxFAR requires that a rate is promised or refused. A provider that
// publishes no rules cannot be checked.
func checkMaxFAR(tb testing.TB, p idverify.FARProvider) {
	tb.Helper()
	before := rulesOf(p)[idverify.CheckSimilarity]
	for _, rate := range []float64{0.5, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-12} {
		strict, err := p.WithMaxFAR(rate)
		var e *idverify.Error
		switch {
		case err != nil && (!errors.As(err, &e) || e.Code != idverify.CodeInvalidConfig):
			tb.Errorf("WithMaxFAR(%v) fails with %v, want %s", rate, err, idverify.CodeInvalidConfig)
		case err != nil:
		case strict == nil:
			tb.Errorf("WithMaxFAR(%v) returns neither a provider nor an error", rate)
		case rulesOf(strict) != nil:
			after := rulesOf(strict)[idverify.CheckSimilarity]
			if !(promised(after) <= rate) {
				tb.Errorf("WithMaxFAR(%v) returns a provider whose rule promises no such rate", rate)
			}
			if after.IsMilderThan(before) {
				tb.Errorf("WithMaxFAR(%v) lowers the threshold", rate)
			}
		}
	}
	for _, rate := range []float64{0, 1, -1, math.NaN()} {
		if _, err := p.WithMaxFAR(rate); err == nil {
			tb.Errorf("WithMaxFAR(%v) is not refused", rate)
		}
	}
}

// promised returns the lowest rate that a rule's own threshold meets, NaN where none
// was published.
func promised(rule idverify.Rule) float64 {
	lowest := math.NaN()
	switch wayOf(rule.DecidedBy) {
	case idverify.DecidedByVendor:
		return lowest
	case idverify.DecidedByAnswer:
		return rule.Rate
	}
	isDown := rule.Pass == idverify.AtMost || rule.Pass == idverify.Below
	for _, step := range rule.FAR {
		isReached := rule.Threshold >= step.Threshold
		if isDown {
			isReached = rule.Threshold <= step.Threshold
		}
		if isReached && !(lowest <= step.Rate) {
			lowest = step.Rate
		}
	}
	return lowest
}
