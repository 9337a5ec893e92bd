package aliyun

import "strconv"

// Model is how the vendor looks for an attack in the still photo: a photo of a
// screen, of a print, of a mask.
type Model string

// The models, in the vendor's words.
const (
	// FrontCamera is for photos of a front camera, the vendor's default.
	FrontCamera Model = "FRONT_CAMERA_LIVENESS"
	// RearCamera is for photos of a rear camera.
	RearCamera Model = "REAR_CAMERA_LIVENESS"
	// NoLiveness looks for no attack: a photo of a photo passes. Every result warns
	// of it, with [idverify.WarnThresholdBelowRecommended].
	NoLiveness Model = "NO_LIVENESS"
)

func (m Model) isKnown() bool { return m == FrontCamera || m == RearCamera || m == NoLiveness }

// DecidesBy returns the settings that a decision depends on: a decision kept in an
// [idverify.ResultStore] under other settings is not used.
func (c *Client) DecidesBy() string { return string(c.model) + " " + strconv.FormatBool(c.crop) }
