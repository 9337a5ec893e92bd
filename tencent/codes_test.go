package tencent_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/tencent"
)

// documented lists every code of the vendor's page, and after the empty line those
// known from other sources.
var documented = []string{
	"3", "4", "5", "6", "9", "10", "11", "12", "13", "14", "15", "16", "21", "23", "24", "107", "108", "213",
	"-4006", "-4007", "-4009", "-4010", "-4011", "-4012", "-4015", "-4016", "-4017", "-4018",
	"-5001", "-5002", "-5005", "-5007", "-5008", "-5009", "-5010", "-5011", "-5012", "-5013", "-5014", "-5015", "-5016",
	"-5801", "-5802", "-5803", "-5804", "-5805", "-5809", "-5817",

	"0", "7", "8", "17", "18", "19", "20", "25", "200", "201", "202", "203",
	"-1101", "-1102", "-1300", "-1304", "-1308", "-1400", "-1403", "-1404", "-1505", "-1506", "-1507",
	"-4008", "-5003", "-5004", "-5006", // in known ranges, without a documented meaning
}

func TestCodes_ExactlyTheDocumentedCodes(t *testing.T) {
	var listed []string
	for _, row := range tencent.Codes() {
		require.Zero(t, row.HTTPStatus, row.VendorCode)
		if row.VendorReason == "" {
			listed = append(listed, row.VendorCode)
		}
	}
	require.ElementsMatch(t, documented, listed)
}

// Holds P-PAY-19.
func TestCodes_RepeatableOnlyBeforeComparison(t *testing.T) {
	var repeatable []string
	for _, row := range tencent.Codes() {
		if row.Repeatable() {
			repeatable = append(repeatable, row.VendorCode)
		}
		require.Equal(t, row.VendorCode == "0", row.Billed == idverify.BilledYes, row.VendorCode)
		require.NotEqual(t, idverify.BilledNo, row.Billed, row.VendorCode)
	}
	require.ElementsMatch(t, []string{"15", "107", "108"}, repeatable)
}

func TestCodes_Decisions(t *testing.T) {
	decisions := map[string]idverify.Code{}
	for _, row := range tencent.Codes() {
		if row.Code.IsDecision() {
			decisions[row.VendorCode] = row.Code
		}
	}
	require.Equal(t, map[string]idverify.Code{
		"0":     idverify.CodeMatch, // if the similarity passes
		"-5803": idverify.CodeIdentityMismatch,
		"-5804": idverify.CodeIdentityNotFound,
		"-5809": idverify.CodeReferencePhotoUnavailable,
		"-5817": idverify.CodeReferencePhotoUnavailable,
		"-5016": idverify.CodeAttackSuspected,
	}, decisions)
}

// What each row means, written a second time: the table is data, and the documents
// are generated from it.
func TestCodes_MeanWhatTheVendorsPageSays(t *testing.T) {
	got := map[idverify.Code][]string{}
	for _, row := range tencent.Codes() {
		key := strings.TrimSuffix(row.VendorCode+"/"+row.VendorReason, "/")
		got[row.Code] = append(got[row.Code], key)
	}
	want := map[idverify.Code][]string{
		idverify.CodeMatch:                     {"0"},
		idverify.CodeIdentityMismatch:          {"-5803"},
		idverify.CodeIdentityNotFound:          {"-5804"},
		idverify.CodeReferencePhotoUnavailable: {"-5809", "-5817"},
		idverify.CodeAttackSuspected:           {"-5016"},
		idverify.CodeInvalidRequest:            {"3", "17", "18", "19", "21", "-5801", "-1300", "-1304", "-1505", "-5014"},
		idverify.CodeTooLarge:                  {"20", "23"},
		idverify.CodeEvidenceUnreachable:       {"-5805", "-1308", "-1403", "-1506", "-1507"},
		idverify.CodeUnsupportedFormat:         {"-1400"},
		idverify.CodeNoFace:                    {"-1101", "-4012", "-4015", "-4017"},
		idverify.CodePoorPhoto:                 {"-1404", "-1102", "-4011", "-4016", "-4009", "-4010", "-4018"},
		idverify.CodeBadCapture: {"-4006", "-4007", "-4008", "-5001", "-5002", "-5003", "-5004", "-5005", "-5006", "-5007", "-5008", "-5009", "-5010", "-5011",
			"-5012", "-5013", "-5015"},
		idverify.CodeUnauthorized:      {"4", "5", "6", "7", "8", "10", "11", "12", "13", "14", "16"},
		idverify.CodeSignatureExpired:  {"9"},
		idverify.CodePermissionDenied:  {"24"},
		idverify.CodeAccountSuspended:  {"3/account abnormal"},
		idverify.CodeQuotaExceeded:     {"25"},
		idverify.CodeRateLimited:       {"15"},
		idverify.CodeVendorUnavailable: {"107", "108", "200", "201", "202", "203", "213", "-5802"},
	}
	for meaning, codes := range want {
		require.ElementsMatch(t, codes, got[meaning], meaning)
	}
	require.Len(t, got, len(want))
}
