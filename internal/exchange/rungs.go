package exchange

import (
	"math"
	"slices"

	"github.com/idverify/idverify"
)

// Rungs are an answer's thresholds by false accept rate, an object such as
// {"1e-3":62.1,"1e-4":69.3}. A threshold is a JSON number, not a string. null and a
// missing field are absent. Decoding never fails, so that a bad threshold does not
// lose the request id beside it; [Rungs.Of] then returns an error.
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
		threshold := math.NaN() // outside every scale
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

// Of is the rule with these thresholds if the answer's threshold decides, and the
// unchanged rule otherwise.
func (r Rungs) Of(rule idverify.Rule) (idverify.Rule, error) {
	if rule.DecidedBy != idverify.DecidedByAnswer {
		return rule, nil
	}
	return rule.WithRungs(r.steps)
}

// Steps are the well-formed thresholds in the order of the answer. They are for a
// vendor's Reply, and must not be changed before the answer was judged.
func (r Rungs) Steps() []idverify.FARStep {
	if !slices.ContainsFunc(r.steps, isMalformed) {
		return r.steps
	}
	return slices.DeleteFunc(slices.Clone(r.steps), isMalformed)
}

func isMalformed(step idverify.FARStep) bool { return math.IsNaN(step.Threshold) }

// Pointer is the threshold for a rate, nil if there is no well-formed one. It is for
// a vendor's Reply.
func (r Rungs) Pointer(rate float64) *float64 {
	for i := range r.steps {
		if step := &r.steps[i]; step.Rate == rate && !isMalformed(*step) {
			return &step.Threshold
		}
	}
	return nil
}
