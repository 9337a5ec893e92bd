package volcengine_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/volcengine"
)

// What each row means, written a second time: the table is data, and the documents
// are generated from it.
func TestCodes_MeanWhatTheVendorsPagesSay(t *testing.T) {
	got := map[idverify.Code]string{}
	for _, row := range volcengine.Codes() {
		key := strings.TrimSuffix(row.VendorCode+"/"+row.VendorReason, "/")
		got[row.Code] = strings.TrimSpace(got[row.Code] + " " + key)
	}
	want := map[idverify.Code]string{
		idverify.CodeMatch:                     "10000",
		idverify.CodeFaceMismatch:              "210311 210313",
		idverify.CodeIdentityMismatch:          "210207",
		idverify.CodeIdentityNotFound:          "210205 210102",
		idverify.CodeReferencePhotoUnavailable: "210308 210309",
		idverify.CodePoorPhoto:                 "210314 210302 210303 210307 201304 210701 210702",
		idverify.CodeUnsupportedFormat:         "210301 201302 50207",
		idverify.CodeNoFace:                    "210305 203101 60102",
		idverify.CodeMultipleFaces:             "210306",
		idverify.CodeTooLarge:                  "210310 50205 50213",
		idverify.CodeBadCapture:                "210312",
		idverify.CodeInvalidRequest: "210304 201301 201201 201202 210101 50200 50201 50204 50206 50209 50210 50211 50214 50215 " +
			"MissingParameter MissingRequestInfo",
		idverify.CodeInvalidIDNumber:   "210201 210202",
		idverify.CodeInvalidName:       "210203 210204",
		idverify.CodeTooManyAttempts:   "201403",
		idverify.CodeVendorUnavailable: "100000 50500 50501 InternalError FailToConnect",
		idverify.CodeSourceUnavailable: "100001",
		idverify.CodeTimeout:           "InternalServiceTimeout",
		idverify.CodeSignatureExpired:  "50400/timestamp InvalidTimestamp",
		idverify.CodeUnauthorized: "50400/signature MissingAuthenticationToken MissingSignature InvalidAuthorization InvalidCredential " +
			"InvalidAccessKey SignatureDoesNotMatch InvalidSecretToken",
		idverify.CodePermissionDenied: "50400 LackPolicy AccessDenied LackProjectPolicy",
		idverify.CodeInvalidConfig:    "50402 ServiceNotFound InvalidActionOrVersion",
		idverify.CodeRateLimited:      "50429 50430 FlowLimitExceeded",
	}
	require.Equal(t, want, got)
}

// The vendor's page marks these as charged for and others as free. For the rest it
// is unknown.
func TestCodes_BilledAsTheVendorsPageSays(t *testing.T) {
	billed := map[idverify.Billed][]string{}
	for _, row := range volcengine.Codes() {
		billed[row.Billed] = append(billed[row.Billed], row.VendorCode)
	}
	assert.ElementsMatch(t, strings.Fields("10000 210311 210313 210308 210314 210301 210302 210303"), billed[idverify.BilledYes])
	assert.ElementsMatch(t, strings.Fields("210702 50430 50500 50501 InternalError FailToConnect InternalServiceTimeout"), billed[idverify.BilledUnknown])
}

func TestCodes_OnlyFreeOnesAreRepeatable(t *testing.T) {
	var repeatable, lost []string
	for _, row := range volcengine.Codes() {
		if row.Repeatable() {
			repeatable = append(repeatable, row.VendorCode)
		}
		if row.Delivery == idverify.DeliveryUnanswered {
			lost = append(lost, row.VendorCode)
		}
	}
	assert.ElementsMatch(t, strings.Fields("100000 100001 50429 FlowLimitExceeded"), repeatable)
	assert.ElementsMatch(t, strings.Fields("InternalError FailToConnect InternalServiceTimeout"), lost)
}
