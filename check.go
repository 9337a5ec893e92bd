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
	// CheckLiveness tells a living face from a presentation attack: a photo
	// of a photo, a screen, a mask.
	CheckLiveness CheckKind = "liveness"
	// CheckSynthetic looks for synthetic pictures: retouched, morphed, generated.
	CheckSynthetic CheckKind = "synthetic"
	// CheckHack looks for captures that did not come from a camera's live
	// stream.
	CheckHack CheckKind = "hack"
)

// DecidedBy says who drew the line between pass and failure of a check.
type DecidedBy string

const (
	// DecidedByThreshold: a threshold that is known before the call, the one that
	// the vendor published or one of the caller's. "" counts as this.
	DecidedByThreshold DecidedBy = "threshold"
	// DecidedByAnswer: a threshold that came with the answer and is good for it
	// alone. It is chosen by its false-accept rate.
	DecidedByAnswer DecidedBy = "answer"
	// DecidedByVendor: the vendor's own yes or no. A score that comes with it is
	// carried and overrules nothing.
	DecidedByVendor DecidedBy = "vendor"
)

// known is d with its zero value spelled out.
func (d DecidedBy) known() DecidedBy { return cmp.Or(d, DecidedByThreshold) }

// Check is one score with its threshold and verdict, or the vendor's verdict, which
// may have no score. Its JSON names are stable.
type Check struct {
	Kind CheckKind `json:"kind"`
	// DecidedBy says what Passed rests on. JSON of before has no such member, and is
	// read as DecidedByThreshold.
	DecidedBy DecidedBy `json:"decided_by"`
	// Value is the score as the vendor gave it, on the vendor's Scale; [Check.Score]
	// reads it. It is nil where the vendor gave a verdict without a score: then
	// Scale, Direction and Normalized are zero.
	Value     *float64  `json:"value,omitempty"`
	Scale     Scale     `json:"scale"`
	Direction Direction `json:"direction"`
	// Normalized is the value on 0..1, 1 being good. It keeps the vendor's
	// proportions: 0.8 at two vendors does not mean the same certainty.
	Normalized float64 `json:"normalized"`
	// The check passed when "Value Comparator Threshold" holds, unless the vendor
	// decided: then Comparator, Threshold and Margin are zero, and FAR is nil.
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
	// Where the answer decided, it is that of the threshold that was chosen.
	// It speaks of similarity only.
	FAR *float64 `json:"far,omitempty"`
}

// Score is Value, and whether there is one.
func (c Check) Score() (value float64, ok bool) {
	if c.Value == nil {
		return 0, false
	}
	return *c.Value, true
}

// Holds reports whether the check has earned a pass. Of a score it takes the numbers
// and does not ask Passed: a finite value on the scale, and a comparator and threshold
// that could also fail, which the value satisfies. Of a vendor's verdict it takes
// Passed, and wants no threshold beside it.
func (c Check) Holds() bool {
	switch {
	case !c.isSound():
		return false
	case c.DecidedBy == DecidedByVendor:
		return c.Passed
	}
	return c.Comparator.holds(*c.Value, c.Threshold)
}

// isOff reports whether the check contradicts itself: it lacks what its kind of
// decision needs, or its numbers say something else than Passed.
func (c Check) isOff() bool { return !c.isSound() || c.Passed != c.Holds() }

// isSound reports whether everything is there that the way of deciding needs,
// nothing that belongs to another one, and nothing that could not be kept as JSON.
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

// isCarried reports whether the score beside a verdict is on its scale, or there is
// neither.
func (c Check) isCarried() bool {
	if c.Value == nil {
		return c.Scale == Scale{} && c.Direction == "" && c.Normalized == 0
	}
	return c.Scale.isRange() && c.Scale.contains(*c.Value)
}

// FalseAcceptRate is FAR, and whether the vendor published one.
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
