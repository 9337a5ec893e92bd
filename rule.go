package idverify

import (
	"fmt"
	"math"
)

// Comparator says how a value must compare with its threshold for a check to pass.
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

// Direction says which end of a scale is better.
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

// asStrict reports whether every value that passes threshold a also passes b.
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

// isRange reports whether the scale is finite and not empty.
func (s Scale) isRange() bool { return s.Min < s.Max && !math.IsInf(s.Max-s.Min, 0) }

// FARStep is one published pair of threshold and false-accept rate, the share of
// impostors who pass.
type FARStep struct {
	Threshold float64 `json:"threshold"`
	Rate      float64 `json:"rate"`
}

// Rule is how one kind of check is decided, in one of three ways:
//
//   - by a threshold: scale, threshold and comparator that the vendor documents.
//     [Rule.Check] applies it.
//   - by the answer: scale and comparator are documented, the thresholds come with
//     each answer. [Rule.WithRungs] takes them from there, and [Rule.Check] applies it.
//   - by the vendor: [Rule.Verdict] takes the vendor's yes or no.
type Rule struct {
	Kind CheckKind `json:"kind"`
	// DecidedBy is one of the three ways; "" counts as DecidedByThreshold.
	DecidedBy DecidedBy `json:"decided_by,omitempty"`
	// Scale may be zero where the vendor decides: there is then no score.
	Scale Scale `json:"scale"`
	// Pass is empty where the vendor decides.
	Pass Comparator `json:"comparator"`
	// Threshold is zero where the vendor or the answer decides.
	Threshold float64 `json:"threshold"`
	// FAR are the published false-accept rates. Empty when the vendor published
	// none. Where the answer decides, it lists the rates for which every answer has
	// a threshold, with a zero Threshold.
	FAR []FARStep `json:"far,omitempty"`
	// Rate is the false-accept rate whose threshold is used where the answer
	// decides: one of FAR. Zero for the other ways.
	Rate float64 `json:"rate,omitempty"`

	filled bool // the thresholds come from an answer
}

// Validate fails when the rule cannot separate a pass from a failure: an unknown
// comparator, an empty or infinite scale, a threshold outside the scale, one that
// every value passes or one that no value passes. Where the answer decides, Rate
// must be one of the rates in FAR; where the vendor decides, only Kind and Scale may
// be set.
func (r Rule) Validate() error {
	switch r.DecidedBy.known() {
	case DecidedByThreshold:
		if r.Rate != 0 {
			return fmt.Errorf("rate must be 0 unless the answer decides")
		}
		return r.validateLine()
	case DecidedByAnswer:
		return r.validateRates()
	case DecidedByVendor:
		return r.validateVerdict()
	}
	return fmt.Errorf("decided_by must be threshold, answer or vendor")
}

func (r Rule) validateVerdict() error {
	switch {
	case r.Kind == "":
		return fmt.Errorf("kind is missing")
	case r.Pass != "" || r.Threshold != 0 || len(r.FAR) > 0 || r.Rate != 0:
		return fmt.Errorf("where the vendor decides there is no comparator, threshold or rate")
	case r.Scale != Scale{} && !r.Scale.isRange():
		return fmt.Errorf("scale is empty or not finite")
	}
	return nil
}

// validateLine checks scale, comparator and threshold.
func (r Rule) validateLine() error {
	switch {
	case r.Kind == "":
		return fmt.Errorf("kind is missing")
	case r.Pass != AtLeast && r.Pass != Above && r.Pass != AtMost && r.Pass != Below:
		return fmt.Errorf("comparator must be one of >=, >, <=, <")
	case !r.Scale.isRange():
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

// WithThreshold returns the rule with another threshold, on the vendor's scale. It
// fails as [Rule.Validate] does, and where the answer or the vendor decides.
func (r Rule) WithThreshold(threshold float64) (Rule, error) {
	if r.DecidedBy.known() != DecidedByThreshold {
		return r, fmt.Errorf("the threshold cannot be set: the %s decides", r.DecidedBy)
	}
	r.Threshold = threshold
	return r, r.Validate()
}

// WithMaxFAR returns the rule with the least strict published threshold whose
// false-accept rate is at most rate (above 0, below 1). It only makes a threshold
// stricter: one that already promises the rate is kept. It fails when the vendor
// published no such threshold, because nothing is interpolated. It also fails where
// the vendor decides.
func (r Rule) WithMaxFAR(rate float64) (Rule, error) {
	if !(rate > 0 && rate < 1) {
		return r, fmt.Errorf("false-accept rate must lie between 0 and 1")
	}
	switch r.DecidedBy {
	case DecidedByAnswer:
		return r.withMaxRate(rate)
	case DecidedByVendor:
		return r, fmt.Errorf("the vendor's verdict decides, and no false-accept rate was published for it")
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
		return r, noSuchRate(rate)
	}
	return r.WithThreshold(mildest)
}

func noSuchRate(rate float64) error {
	return fmt.Errorf("no threshold with a false-accept rate of %s or less was published", number(rate))
}

// publishedFAR returns the rate of the strictest published threshold that this
// rule's threshold meets.
func (r Rule) publishedFAR() (rate float64, ok bool) {
	if r.DecidedBy == DecidedByAnswer {
		return r.Rate, true
	}
	strictest := 0.0
	for _, step := range r.FAR {
		if r.Pass.asStrict(r.Threshold, step.Threshold) && (!ok || r.Pass.asStrict(step.Threshold, strictest)) {
			strictest, rate, ok = step.Threshold, step.Rate, true
		}
	}
	return rate, ok
}

// IsMilderThan reports whether some value passes this rule but not the other one, on
// the same scale. Where the answer decides, the rule with the higher rate is milder.
// Two rules decided by the vendor are equally strict; rules decided in different
// ways cannot be compared, so each counts as milder than the other.
func (r Rule) IsMilderThan(other Rule) bool {
	switch {
	case r.DecidedBy.known() != other.DecidedBy.known():
		return true
	case r.DecidedBy == DecidedByAnswer:
		return r.Rate > other.Rate
	}
	return !r.Pass.asStrict(r.Threshold, other.Threshold)
}

// Check applies the rule to a vendor's value. It fails when the rule is invalid, or
// when the value is NaN, infinite or outside the scale. Where the answer decides,
// call [Rule.WithRungs] first; where the vendor decides, it fails.
func (r Rule) Check(value float64) (Check, error) {
	if err := r.Validate(); err != nil {
		return Check{}, err
	}
	switch {
	case r.DecidedBy == DecidedByVendor:
		return Check{}, fmt.Errorf("the vendor's verdict decides, not a score")
	case r.DecidedBy == DecidedByAnswer && !r.filled:
		return Check{}, fmt.Errorf("the threshold comes with the answer")
	case !r.Scale.contains(value):
		return Check{}, r.offScale()
	}
	var check Check
	if rate, ok := r.publishedFAR(); ok {
		numbers := &[2]float64{value, rate} // one allocation for both
		check = r.scored(&numbers[0])
		check.FAR = &numbers[1]
	} else {
		own := value
		check = r.scored(&own)
	}
	check.DecidedBy = r.DecidedBy.known()
	check.Comparator = r.Pass
	check.Threshold = r.Threshold
	check.Passed = r.Pass.holds(value, r.Threshold)
	check.Margin = r.margin(value)
	return check, nil
}

// Verdict makes the check for a vendor's yes or no. score is the score that came with
// it, on Scale, or nil; it never overrules the verdict. It fails when the rule is
// invalid, when the score is NaN, infinite, outside the scale or has no scale, and for
// a yes where the vendor does not decide. A vendor's no is accepted under every rule.
func (r Rule) Verdict(passed bool, score *float64) (Check, error) {
	if err := r.Validate(); err != nil {
		return Check{}, err
	}
	check := Check{Kind: r.Kind}
	switch {
	case passed && r.DecidedBy != DecidedByVendor:
		return Check{}, fmt.Errorf("a score decides, not the vendor's verdict")
	case score == nil:
	case !r.Scale.isRange():
		return Check{}, fmt.Errorf("%s has a score, but the rule has no scale", r.Kind)
	case !r.Scale.contains(*score):
		return Check{}, r.offScale()
	default:
		own := *score
		check = r.scored(&own)
	}
	check.DecidedBy, check.Passed = DecidedByVendor, passed
	return check, nil
}

func (r Rule) offScale() error {
	return fmt.Errorf("%s score is outside %s..%s", r.Kind, number(r.Scale.Min), number(r.Scale.Max))
}

// scored makes a check with its score and no decision yet.
func (r Rule) scored(value *float64) Check {
	return Check{Kind: r.Kind, Value: value, Scale: r.Scale, Direction: r.Pass.direction(), Normalized: r.normalize(*value)}
}

func (r Rule) normalize(value float64) float64 {
	share := (value - r.Scale.Min) / (r.Scale.Max - r.Scale.Min)
	if r.Pass.direction() == LowerIsBetter {
		return 1 - share
	}
	return share
}

// margin measures each side of the threshold by its own length, so that ±1 is the
// end of the scale for every vendor.
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
