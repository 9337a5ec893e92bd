package idverify

import (
	"cmp"
	"math"
	"strconv"
	"strings"
)

// CheckKind says what a score measures.
type CheckKind string

const (
	// CheckSimilarity compares the face with the source's reference photo.
	CheckSimilarity CheckKind = "similarity"
	// CheckLiveness looks for presentation attacks: a photo of a photo, a screen, a
	// mask. A vendor scores either the living face or the attack, so lower may be
	// better: see [Check.Direction].
	CheckLiveness CheckKind = "liveness"
	// CheckSynthetic looks for synthetic faces: retouched, morphed or generated
	// pictures.
	CheckSynthetic CheckKind = "synthetic"
)

// DecidedBy says who set the line between pass and failure of a check.
type DecidedBy string

const (
	// DecidedByThreshold: a threshold known before the call, either the vendor's
	// published one or the caller's. "" counts as this.
	DecidedByThreshold DecidedBy = "threshold"
	// DecidedByAnswer: a threshold that came with the answer and holds for that
	// answer only. It is chosen by its false-accept rate.
	DecidedByAnswer DecidedBy = "answer"
	// DecidedByVendor: the vendor's own yes or no. A score that comes with it is
	// reported and never overrules it.
	DecidedByVendor DecidedBy = "vendor"
)

// known turns the zero value into DecidedByThreshold.
func (d DecidedBy) known() DecidedBy { return cmp.Or(d, DecidedByThreshold) }

// Check is one score with its threshold and verdict, or the vendor's verdict, which
// may have no score. Its JSON names are stable.
type Check struct {
	Kind CheckKind `json:"kind"`
	// DecidedBy says how Passed was decided. JSON written before this field existed
	// is read as DecidedByThreshold.
	DecidedBy DecidedBy `json:"decided_by"`
	// Value is the score as the vendor gave it, on the vendor's Scale; [Check.Score]
	// reads it. It is nil where the vendor gave a verdict without a score: then
	// Scale, Direction and Normalized are zero.
	Value     *float64  `json:"value,omitempty"`
	Scale     Scale     `json:"scale"`
	Direction Direction `json:"direction"`
	// Normalized is the value mapped to 0..1, where 1 is best. It keeps the
	// vendor's proportions: 0.8 at two vendors does not mean the same certainty.
	Normalized float64 `json:"normalized"`
	// The check passed when "Value Comparator Threshold" holds, unless the vendor
	// decided: then Comparator, Threshold and Margin are zero, and FAR is nil.
	Comparator Comparator `json:"comparator"`
	Threshold  float64    `json:"threshold"`
	Passed     bool       `json:"passed"`
	// Margin is the distance of the value from the threshold, as a share of the
	// scale on that side: −1 is the worst value, 0 the threshold, 1 the best value.
	// Use it for sorting only; it is not a probability, and 0.5 at two vendors does
	// not mean the same certainty. At 0 the Comparator decides, so look at Passed.
	Margin float64 `json:"margin"`
	// FAR is the false-accept rate that the vendor published for Threshold, or for
	// the strictest published threshold that Threshold meets; nil where the vendor published
	// none. With DecidedByAnswer it is the rate of the chosen threshold. It is
	// about similarity only.
	FAR *float64 `json:"far,omitempty"`
}

// Score returns Value, and whether there is one.
func (c Check) Score() (value float64, ok bool) {
	if c.Value == nil {
		return 0, false
	}
	return *c.Value, true
}

// Holds reports whether the check has earned a pass. It does not trust Passed for a
// score, but compares the numbers again: the value must be finite, on the scale and
// satisfy the comparator, and the threshold must be one that a value can fail. For a
// vendor's verdict it uses Passed, and requires that there is no threshold.
func (c Check) Holds() bool {
	switch {
	case !c.isSound():
		return false
	case c.DecidedBy == DecidedByVendor:
		return c.Passed
	}
	return c.Comparator.holds(*c.Value, c.Threshold)
}

// isOff reports whether the check contradicts itself: a part that DecidedBy needs
// is missing, or the numbers disagree with Passed.
func (c Check) isOff() bool { return !c.isSound() || c.Passed != c.Holds() }

// isSound reports whether the check has every part that its DecidedBy needs, none
// that belongs to another DecidedBy, and only numbers that JSON can hold.
func (c Check) isSound() bool {
	if !isNumber(c.Normalized) || !isNumber(c.Margin) || c.FAR != nil && !isNumber(*c.FAR) {
		return false
	}
	if c.DecidedBy == DecidedByVendor {
		return c.Kind != "" && c.Comparator == "" && c.Threshold == 0 && c.Margin == 0 && c.FAR == nil && c.isCarried()
	}
	line := Rule{Kind: c.Kind, Scale: c.Scale, Pass: c.Comparator, Threshold: c.Threshold}
	isKnown := c.DecidedBy.known() == DecidedByThreshold || c.DecidedBy == DecidedByAnswer
	return isKnown && c.Value != nil && line.Validate() == nil && c.Scale.contains(*c.Value)
}

func isNumber(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// isCarried reports whether the score that came with a verdict is on its scale, or
// score and scale are both absent.
func (c Check) isCarried() bool {
	if c.Value == nil {
		return c.Scale == Scale{} && c.Direction == "" && c.Normalized == 0
	}
	return c.Scale.isRange() && c.Scale.contains(*c.Value)
}

// FalseAcceptRate returns FAR, and whether the vendor published one.
func (c Check) FalseAcceptRate() (rate float64, published bool) {
	if c.FAR == nil {
		return 0, false
	}
	return *c.FAR, true
}

// String is, for example, "similarity 91.2 > 80 passed", or "similarity passed by
// the vendor's verdict".
func (c Check) String() string {
	outcome := "failed"
	if c.Passed {
		outcome = "passed"
	}
	parts := []string{string(c.Kind)}
	if value, ok := c.Score(); ok {
		parts = append(parts, number(value))
	}
	switch c.DecidedBy {
	case DecidedByVendor:
		return strings.Join(append(parts, outcome, "by the vendor's verdict"), " ")
	case DecidedByAnswer:
		return strings.Join(append(parts, string(c.Comparator), number(c.Threshold), "of the answer", outcome), " ")
	}
	return strings.Join(append(parts, string(c.Comparator), number(c.Threshold), outcome), " ")
}

func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }
