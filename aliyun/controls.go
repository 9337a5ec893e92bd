package aliyun

import "strconv"

// Model says how the vendor checks the still photo for presentation attacks: a
// photo of a screen, of a print, of a mask.
type Model string

// The models, with the vendor's names.
const (
	// FrontCamera is for photos of a front camera, the vendor's default.
	FrontCamera Model = "FRONT_CAMERA_LIVENESS"
	// RearCamera is for photos of a rear camera.
	RearCamera Model = "REAR_CAMERA_LIVENESS"
	// NoLiveness turns the check off: a photo of a photo passes. Every result has
	// the warning [idverify.WarnThresholdBelowRecommended].
	NoLiveness Model = "NO_LIVENESS"
)

func (m Model) isKnown() bool { return m == FrontCamera || m == RearCamera || m == NoLiveness }

// DecidesBy returns the settings that a decision depends on: a decision kept in an
// [idverify.ResultStore] under other settings is not used.
func (c *Client) DecidesBy() string { return string(c.model) + " " + strconv.FormatBool(c.crop) }
