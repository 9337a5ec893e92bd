package baiduv4

import (
	"cmp"
	"slices"
	"strings"

	"github.com/idverify/idverify/internal/exchange"
)

// QualityControl is how good a picture must be before anything else is checked. A
// picture that fails is an error: poor_photo, or no_face.
type QualityControl string

// The levels of quality control, with the vendor's limits: how much of a part of
// the face may be covered and how blurred the face may be, both 0..1 with 1 the
// worst, and how well it must be lit, 0..255.
const (
	// QualityNone turns the control off.
	QualityNone QualityControl = "NONE"
	// QualityLow: covered and blurred up to 0.8, light from 20.
	QualityLow QualityControl = "LOW"
	// QualityNormal: covered and blurred up to 0.6, light from 40.
	QualityNormal QualityControl = "NORMAL"
	// QualityHigh: eyes, cheeks and chin covered up to 0.3, nose and mouth up to
	// 0.2, blurred up to 0.2, light from 50, and the whole face in the picture.
	QualityHigh QualityControl = "HIGH"
)

// LivenessControl is how much a picture must look like a living face rather than a
// screen, a print or a mask. A liveness_score, 0..1, at or above the level's
// threshold passes; below it the answer is attack_suspected.
type LivenessControl string

// The levels of liveness control, with what the vendor publishes: the share of
// living faces that fail (FRR) and of attacks that are caught (TRR).
const (
	// LivenessNone turns the check off: no score is asked for.
	LivenessNone LivenessControl = "NONE"
	// LivenessLow: threshold 0.05, FRR 0.01 %, TRR 97.75 %.
	LivenessLow LivenessControl = "LOW"
	// LivenessNormal: threshold 0.3, FRR 0.1 %, TRR 98.82 %. Recommended by
	// the vendor.
	LivenessNormal LivenessControl = "NORMAL"
	// LivenessHigh: threshold 0.9, FRR 1 %, TRR 99.77 %. The strictest.
	LivenessHigh LivenessControl = "HIGH"
)

// SyntheticControl is how little a picture may look synthetic: retouched,
// morphed, generated. A spoofing_score, 0..1, above the level's threshold is
// attack_suspected.
//
// Note the direction: the level names the threshold, so [SyntheticLow] is the
// STRICTEST level, while [LivenessLow] is the most lenient.
type SyntheticControl string

// The levels of the control, with what the vendor publishes: the share of
// genuine pictures that fail (FRR) and of attacks that are caught (TRR).
const (
	// SyntheticNone turns the check off: no score is asked for.
	SyntheticNone SyntheticControl = "NONE"
	// SyntheticLow: threshold 0.00023, FRR 5 %, TRR 94.93 %. The strictest.
	SyntheticLow SyntheticControl = "LOW"
	// SyntheticNormal: threshold 0.00048, FRR 1 %, TRR 89.71 %. Recommended by
	// the vendor.
	SyntheticNormal SyntheticControl = "NORMAL"
	// SyntheticHigh: threshold 0.00109, FRR 0.1 %, TRR 84.57 %. The most lenient.
	SyntheticHigh SyntheticControl = "HIGH"
)

// RiskControl says what to do about a capture whose device the vendor rates as
// dangerous (risk_level 1).
type RiskControl string

const (
	// RiskReject makes it CodeAttackSuspected, whatever the scores are.
	RiskReject RiskControl = "REJECT"
	// RiskWarn only adds the warning risky_device.
	RiskWarn RiskControl = "WARN"
)

// controls are the levels that are sent.
type controls struct {
	quality   QualityControl
	liveness  LivenessControl
	synthetic SyntheticControl
	risk      RiskControl // stays here
}

// DecidesBy returns the settings that a decision depends on: a decision kept in an
// [idverify.ResultStore] under other settings is not used.
func (c *Client) DecidesBy() string {
	set := c.controls
	return strings.Join([]string{string(set.quality), string(set.liveness), string(set.synthetic), string(set.risk)}, " ")
}

// controls are the levels that the configuration asks for.
func (c Config) controls(vendor *exchange.Vendor) (controls, error) {
	set := controls{
		quality:   cmp.Or(c.Quality, QualityNone),
		liveness:  cmp.Or(c.Liveness, LivenessNormal),
		synthetic: cmp.Or(c.Synthetic, SyntheticNormal),
		risk:      cmp.Or(c.Risk, RiskReject),
	}
	const problem = "must be NONE, LOW, NORMAL or HIGH"
	if !slices.Contains(qualityLevels, set.quality) {
		return set, vendor.Misconfigured("Quality", problem)
	}
	if _, known := livenessRules[set.liveness]; !known {
		return set, vendor.Misconfigured("Liveness", problem)
	}
	if _, known := syntheticRules[set.synthetic]; !known {
		return set, vendor.Misconfigured("Synthetic", problem)
	}
	if set.risk != RiskReject && set.risk != RiskWarn {
		return set, vendor.Misconfigured("Risk", "must be REJECT or WARN")
	}
	return set, nil
}
