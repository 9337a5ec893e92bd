package exchange

import (
	"math"
	"slices"

	"github.com/idverify/idverify"
)

// Rungs are the thresholds of an answer by their false-accept rates, an object such
// as {"1e-3":62.1,"1e-4":69.3}. A threshold is a JSON number, and no text. null and a
// missing field are absent. Decoding never fails, so that a bad rung does not cost the
// request id beside it: it decides nothing when [Rungs.Of] is asked.
type Rungs struct {
	steps []idverify.FARStep
}

// UnmarshalJSON implements [json.Unmarshaler].
func (r *Rungs) UnmarshalJSON(text []byte) error {
	*r = Rungs{}
	steps := make([]idverify.FARStep, 0, 4)
	err := members(text, func(key, value []byte) error {
		if len(steps) == maxRungs {
			return errTooMuch
		}
		rate, isRate := finite(key)
		if !isRate || string(value) == "null" {
			return nil
		}
		threshold := math.NaN() // on no scale
		if len(value) <= maxNumber {
			if number, ok := finite(value); ok {
				threshold = number
			}
		}
		steps = append(steps, idverify.FARStep{Threshold: threshold, Rate: rate})
		return nil
	})
	if err == nil && len(steps) > 0 {
		r.steps = steps
	}
	return nil
}

// maxRungs is more than any vendor's answer has.
const maxRungs = 16

// Of is the rule with these thresholds where the answer decides, and the rule itself
// where it does not.
func (r Rungs) Of(rule idverify.Rule) (idverify.Rule, error) {
	if rule.DecidedBy != idverify.DecidedByAnswer {
		return rule, nil
	}
	return rule.WithRungs(r.steps)
}

// Steps are the thresholds as the answer lists them, without those that are not
// well-formed. They are for a vendor's Reply, and must not be changed before the
// answer was judged.
func (r Rungs) Steps() []idverify.FARStep {
	if !slices.ContainsFunc(r.steps, isMalformed) {
		return r.steps
	}
	return slices.DeleteFunc(slices.Clone(r.steps), isMalformed)
}

func isMalformed(step idverify.FARStep) bool { return math.IsNaN(step.Threshold) }

// Pointer is the threshold for a rate, nil when there is no well-formed one. It is
// for a vendor's Reply.
func (r Rungs) Pointer(rate float64) *float64 {
	for i := range r.steps {
		if step := &r.steps[i]; step.Rate == rate && !isMalformed(*step) {
			return &step.Threshold
		}
	}
	return nil
}
