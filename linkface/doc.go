// Package linkface verifies a person with Linkface's
// liveness_idnumber_verification: a capture made by the vendor's phone SDK is
// checked for liveness and compared with the public security authority's photo
// of the person that name and ID number identify.
//
// Evidence: [Capture], [CaptureURL] and [CaptureID]; no plain photo.
//
// Checks: similarity (verify_score, 0..1, passes at or above 0.7) and liveness
// (hack_score, 0..1, where 1 is the worst, fails above 0.98). A pass needs both. The
// vendor publishes false-accept rates for the similarity thresholds 0.4 to 0.9.
//
// Credentials are sent in the form, never in the URL. The vendor has no idempotency
// key, so a call whose answer was lost is reported as ambiguous and left to the
// caller.
//
// The vendor's page is "/identity/liveness_idnumber_verification" of
// https://cloudapi.linkface.cn.
package linkface
