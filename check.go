package idverify

import (
	"fmt"
	"strconv"
)

// CheckKind says what a score measures.
type CheckKind string

const (
	// CheckSimilarity compares the face with the source's reference photo.
	CheckSimilarity CheckKind = "similarity"
	// CheckLiveness tells a living face from a presentation attack: a photo
	// of a photo, a screen, a mask.
	CheckLiveness CheckKind = "liveness"
	// CheckSynthetic looks for synthetic pictures: retouched, morphed, generated.
	CheckSynthetic CheckKind = "synthetic"
	// CheckHack looks for captures that did not come from a camera's live
	// stream.
	CheckHack CheckKind = "hack"
)

// Check is one score with its threshold and verdict. Its JSON names are stable.
type Check struct {
	Kind CheckKind `json:"kind"`
	// Value is the score as the vendor gave it, on the vendor's Scale.
	Value     float64   `json:"value"`
	Scale     Scale     `json:"scale"`
	Direction Direction `json:"direction"`
	// Normalized is the value on 0..1, 1 being good. It keeps the vendor's
	// proportions: 0.8 at two vendors does not mean the same certainty.
	Normalized float64 `json:"normalized"`
	// The check passed when "Value Comparator Threshold" holds.
	Comparator Comparator `json:"comparator"`
	Threshold  float64    `json:"threshold"`
	Passed     bool       `json:"passed"`
	// Margin is the distance of the value from the threshold, as a share of the
	// scale on that side: from −1 (worst) over 0 (at the threshold) to 1 (best).
	// It serves to sort and is no probability: 0.5 at two vendors does not mean
	// the same certainty. At 0 the Comparator decides, so look at Passed.
	Margin float64 `json:"margin"`
	// FAR is the false-accept rate that the vendor published for the strictest
	// published threshold that Threshold reaches, nil where it published none.
	// It speaks of similarity only.
	FAR *float64 `json:"far,omitempty"`
}

// Holds reports whether the numbers earn a pass: a finite value on the scale, and
// a comparator and threshold that could also fail, which the value satisfies.
// Passed is not asked.
func (c Check) Holds() bool {
	rule := Rule{Kind: c.Kind, Scale: c.Scale, Pass: c.Comparator, Threshold: c.Threshold}
	return rule.Validate() == nil && c.Scale.contains(c.Value) && c.Comparator.holds(c.Value, c.Threshold)
}

// isOff reports whether the check contradicts itself: its numbers are none, or say
// something else than Passed.
func (c Check) isOff() bool {
	rule := Rule{Kind: c.Kind, Scale: c.Scale, Pass: c.Comparator, Threshold: c.Threshold}
	return rule.Validate() != nil || !c.Scale.contains(c.Value) || c.Passed != c.Holds()
}

// FalseAcceptRate is FAR, and whether the vendor published one.
func (c Check) FalseAcceptRate() (rate float64, published bool) {
	if c.FAR == nil {
		return 0, false
	}
	return *c.FAR, true
}

// String is, for example, "similarity 91.2 > 80 passed".
func (c Check) String() string {
	verdict := "failed"
	if c.Passed {
		verdict = "passed"
	}
	return fmt.Sprintf("%s %s %s %s %s", c.Kind, number(c.Value), c.Comparator, number(c.Threshold), verdict)
}

func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }
