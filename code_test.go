package idverify_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

func TestCodes_EveryCodeHasItsMeaning(t *testing.T) {
	seen := map[idverify.Code]bool{}
	for _, c := range idverify.Codes() {
		assert.False(t, seen[c], "%s stands twice", c)
		seen[c] = true
		assert.Contains(t, idverify.Advices(), c.Advice())
		assert.Regexp(t, "^[a-z_]+$", string(c))
	}
	decisions := 0
	for c := range seen {
		if c.IsDecision() {
			decisions++
		}
		assert.Equal(t, c == idverify.CodeMatch, c.Advice() == idverify.AdviceAccept, "only a match is to be accepted")
	}
	assert.Equal(t, 6, decisions)
	assert.Len(t, idverify.Advices(), 8)
}

// Services store codes and switch on advices, so the advice of a code must not
// change.
func TestCodes_AdviceNeverChanges(t *testing.T) {
	given := map[idverify.Advice][]idverify.Code{
		idverify.AdviceAccept: {idverify.CodeMatch},
		idverify.AdviceReject: {idverify.CodeFaceMismatch, idverify.CodeIdentityMismatch, idverify.CodeAttackSuspected},
		idverify.AdviceRetakePhoto: {idverify.CodeEvidenceExpired, idverify.CodeNoFace, idverify.CodeMultipleFaces, idverify.CodePoorPhoto,
			idverify.CodePhotoRefused, idverify.CodeBadCapture},
		idverify.AdviceFixInput: {idverify.CodeInvalidRequest, idverify.CodeInvalidName, idverify.CodeInvalidIDNumber, idverify.CodeUnsupportedEvidence,
			idverify.CodeUnreadableEvidence, idverify.CodeEvidenceUnreachable, idverify.CodeUnsupportedFormat, idverify.CodeTooLarge},
		idverify.AdviceTryLater: {idverify.CodeRateLimited, idverify.CodeCircuitOpen, idverify.CodeStoreUnavailable, idverify.CodeVendorUnavailable,
			idverify.CodeSourceUnavailable, idverify.CodeNetwork, idverify.CodeTimeout, idverify.CodeCanceled},
		idverify.AdviceTryAnotherVendor: {idverify.CodeReferencePhotoUnavailable, idverify.CodeBadResponse},
		idverify.AdviceFixAccount: {idverify.CodeInvalidConfig, idverify.CodeUnauthorized, idverify.CodeSignatureExpired, idverify.CodePermissionDenied,
			idverify.CodeAccountSuspended, idverify.CodeQuotaExceeded},
		idverify.AdviceReview: {idverify.CodeIdentityNotFound, idverify.CodeTooManyAttempts, idverify.CodePersonRestricted, idverify.CodeInterrupted, idverify.CodeUnknown},
	}
	listed := 0
	for _, advice := range idverify.Advices() {
		for _, code := range given[advice] {
			assert.Equal(t, advice, code.Advice(), code)
			listed++
		}
	}
	assert.Len(t, idverify.Codes(), listed)
}

// Holds P-PASS-5.
func TestCodes_UnknownCodeIsReviewedByHand(t *testing.T) {
	for _, c := range []idverify.Code{"", "MATCH", "something"} {
		assert.Equal(t, idverify.AdviceReview, c.Advice())
		assert.False(t, c.IsDecision())
	}
}

func TestCodes_ReturnsACopy(t *testing.T) {
	idverify.Codes()[0] = "changed"
	assert.Equal(t, idverify.CodeMatch, idverify.Codes()[0])
}

// Holds P-PAY-19.
func TestBilled_DefaultIsUnknown(t *testing.T) {
	var zero idverify.Billed
	assert.Equal(t, idverify.BilledUnknown, zero)
	for b, text := range map[idverify.Billed]string{
		idverify.BilledUnknown: `"unknown"`, idverify.BilledNo: `"no"`, idverify.BilledYes: `"yes"`,
	} {
		out, err := json.Marshal(b)
		require.NoError(t, err)
		assert.Equal(t, text, string(out))
		var back idverify.Billed
		require.NoError(t, json.Unmarshal(out, &back))
		assert.Equal(t, b, back)
	}
	assert.Equal(t, "unknown", idverify.Billed(99).String())
	assert.Equal(t, "unknown", (idverify.BilledYes + 1).String())
	assert.Equal(t, "unknown", idverify.Billed(-1).String())
	var b idverify.Billed
	assert.Error(t, json.Unmarshal([]byte(`"maybe"`), &b))
}
