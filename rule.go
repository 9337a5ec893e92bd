package idverify

import (
	"fmt"
	"math"
)

// Comparator says how a value must stand to its threshold for a check to pass.
type Comparator string

// The comparators: a check passes when "value comparator threshold" holds.
const (
	AtLeast Comparator = ">="
	Above   Comparator = ">"
	AtMost  Comparator = "<="
	Below   Comparator = "<"
)

func (c Comparator) holds(value, threshold float64) bool {
	switch c {
	case AtLeast:
		return value >= threshold
	case Above:
		return value > threshold
	case AtMost:
		return value <= threshold
	case Below:
		return value < threshold
	}
	return false
}

// Direction says which end of a scale is the good one.
type Direction string

// The directions.
const (
	HigherIsBetter Direction = "higher_is_better"
	LowerIsBetter  Direction = "lower_is_better"
)

func (c Comparator) direction() Direction {
	if c == AtMost || c == Below {
		return LowerIsBetter
	}
	return HigherIsBetter
}

// asStrict reports whether the threshold a lets nothing pass that b does not.
func (c Comparator) asStrict(a, b float64) bool {
	if c.direction() == LowerIsBetter {
		return a <= b
	}
	return a >= b
}

// Scale is the closed range of a vendor's score.
type Scale struct {
	Min float64 `json:"min"`
	Max float64 `json:"max"`
}

func (s Scale) contains(v float64) bool { return v >= s.Min && v <= s.Max }

// FARStep is one published pair: at this threshold the vendor states this
// false-accept rate, the share of impostors who pass.
type FARStep struct {
	Threshold float64 `json:"threshold"`
	Rate      float64 `json:"rate"`
}

// Rule is how one score of a vendor decides: its scale, the threshold and the
// comparator the vendor documents. [Rule.Check] applies it.
type Rule struct {
	Kind      CheckKind  `json:"kind"`
	Scale     Scale      `json:"scale"`
	Pass      Comparator `json:"comparator"`
	Threshold float64    `json:"threshold"`
	// FAR is the false-accept rates as published. Empty when the vendor
	// published none.
	FAR []FARStep `json:"far,omitempty"`
}

// Validate fails when the rule could not tell a pass from a failure: no known
// comparator, an empty or infinite scale, a threshold outside of it or one
// that no value can pass.
func (r Rule) Validate() error {
	switch {
	case r.Kind == "":
		return fmt.Errorf("kind is missing")
	case r.Pass != AtLeast && r.Pass != Above && r.Pass != AtMost && r.Pass != Below:
		return fmt.Errorf("comparator is none of >=, >, <=, <")
	case !(r.Scale.Min < r.Scale.Max) || math.IsInf(r.Scale.Max-r.Scale.Min, 0):
		return fmt.Errorf("scale is empty or not finite")
	case !r.Scale.contains(r.Threshold):
		return fmt.Errorf("threshold must lie in %s..%s", number(r.Scale.Min), number(r.Scale.Max))
	case r.Pass == Above && r.Threshold == r.Scale.Max, r.Pass == Below && r.Threshold == r.Scale.Min:
		return fmt.Errorf("threshold %s could never be passed", number(r.Threshold))
	case r.Pass.holds(r.Scale.Min, r.Threshold) && r.Pass.holds(r.Scale.Max, r.Threshold):
		return fmt.Errorf("threshold %s lets every value pass", number(r.Threshold))
	}
	return nil
}

// WithThreshold is the rule with another threshold, on the vendor's scale. It
// fails as [Rule.Validate] does.
func (r Rule) WithThreshold(threshold float64) (Rule, error) {
	r.Threshold = threshold
	return r, r.Validate()
}

// WithMaxFAR is the rule at the mildest published threshold whose false-accept
// rate is at most rate (above 0, below 1). A threshold is only ever made
// stricter: one that promises as much already is kept. It fails when the
// vendor published no such threshold; nothing is interpolated.
func (r Rule) WithMaxFAR(rate float64) (Rule, error) {
	if !(rate > 0 && rate < 1) {
		return r, fmt.Errorf("false-accept rate must lie between 0 and 1")
	}
	if far, ok := r.publishedFAR(); ok && far <= rate {
		return r, nil
	}
	mildest, found := 0.0, false
	for _, step := range r.FAR {
		if step.Rate <= rate && r.Pass.asStrict(step.Threshold, r.Threshold) && (!found || r.Pass.asStrict(mildest, step.Threshold)) {
			mildest, found = step.Threshold, true
		}
	}
	if !found {
		return r, fmt.Errorf("no threshold with a false-accept rate of %s or less was published", number(rate))
	}
	return r.WithThreshold(mildest)
}

// publishedFAR is the rate of the strictest published threshold that this
// rule's threshold reaches.
func (r Rule) publishedFAR() (rate float64, ok bool) {
	strictest := 0.0
	for _, step := range r.FAR {
		if r.Pass.asStrict(r.Threshold, step.Threshold) && (!ok || r.Pass.asStrict(step.Threshold, strictest)) {
			strictest, rate, ok = step.Threshold, step.Rate, true
		}
	}
	return rate, ok
}

// IsMilderThan reports whether the rule lets something pass that the other one
// does not, on the same scale.
func (r Rule) IsMilderThan(other Rule) bool {
	return !r.Pass.asStrict(r.Threshold, other.Threshold)
}

// Check applies the rule to a vendor's value. It fails when the rule is
// invalid, or the value is NaN, infinite or outside the scale: such a score
// decides nothing.
func (r Rule) Check(value float64) (Check, error) {
	if err := r.Validate(); err != nil {
		return Check{}, err
	}
	if !r.Scale.contains(value) {
		return Check{}, fmt.Errorf("%s score is outside %s..%s", r.Kind, number(r.Scale.Min), number(r.Scale.Max))
	}
	check := Check{
		Kind:       r.Kind,
		Value:      value,
		Scale:      r.Scale,
		Direction:  r.Pass.direction(),
		Normalized: r.normalize(value),
		Comparator: r.Pass,
		Threshold:  r.Threshold,
		Passed:     r.Pass.holds(value, r.Threshold),
		Margin:     r.margin(value),
	}
	if rate, ok := r.publishedFAR(); ok {
		check.FAR = &rate
	}
	return check, nil
}

func (r Rule) normalize(value float64) float64 {
	share := (value - r.Scale.Min) / (r.Scale.Max - r.Scale.Min)
	if r.Pass.direction() == LowerIsBetter {
		return 1 - share
	}
	return share
}

// margin measures each side of the threshold by its own length, so that ±1 is
// the end of the scale at every vendor.
func (r Rule) margin(value float64) float64 {
	distance := value - r.Threshold
	var margin float64
	switch {
	case distance > 0:
		margin = distance / (r.Scale.Max - r.Threshold)
	case distance < 0:
		margin = distance / (r.Threshold - r.Scale.Min)
	default:
		return 0
	}
	if r.Pass.direction() == LowerIsBetter {
		return -margin
	}
	return margin
}
