package baiduv4_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
)

// The codes that the vendor's documents list for this interface.
var listed = []int{
	1, 2, 3, 4, 6, 13, 14, 15, 17, 18, 19, 23, 100, 110, 111,
	216100, 216101, 216102, 216103, 216110, 216111, 216200, 216201, 216202,
	216300, 216400, 216401, 216430, 216431, 216432, 216433, 216434, 216500, 216501, 216505, 216506, 216507,
	216600, 216601, 216612, 216908,
	222001, 222002, 222003, 222004, 222005, 222006, 222007, 222008, 222009, 222010, 222011, 222012, 222013, 222014, 222015,
	222016, 222017, 222018, 222019, 222020, 222021, 222022, 222023, 222024, 222025, 222026, 222027, 222028, 222029, 222030,
	222039, 222043, 222046, 222101, 222102, 222152, 222154,
	222200, 222201, 222202, 222203, 222204, 222205, 222206, 222209, 222213, 222214,
	222300, 222301, 222302, 222303, 222304, 222307, 222308, 222309,
	222350, 222351, 222352, 222353, 222354, 222355, 222356, 222360, 222361,
	222901, 222902, 222903, 222904, 222905, 222906, 222907, 222908, 222909, 222910, 222911, 222912, 222913, 222914, 222915, 222916,
	223113, 223114, 223115, 223116, 223118, 223119, 223120, 223121, 223122, 223123, 223124, 223125, 223126, 223127,
	223129, 223130, 223131,
	283421, 283435, 283436, 283437, 283456, 283457, 283460, 283512, 283513, 283520,
}

type key struct{ code, reason string }

func rows() map[key]idverify.CodeRow {
	all := map[key]idverify.CodeRow{}
	for _, row := range baiduv4.Codes() {
		all[key{row.VendorCode, row.VendorReason}] = row
	}
	return all
}

func TestCodes_ExactlyTheListedCodes(t *testing.T) {
	want := map[key]bool{
		{"0", ""}: true, {"verify_status", "1"}: true, {"verify_status", "2"}: true,
		{"invalid_client", ""}: true, {"invalid_client", "unknown client id"}: true, {"invalid_client", "Client authentication failed"}: true,
		{"unsupported_grant_type", ""}: true, {"invalid_request", ""}: true,
	}
	for _, code := range listed {
		want[key{strconv.Itoa(code), ""}] = true
	}
	for k, row := range rows() {
		assert.True(t, want[k], "%v is not listed", k)
		delete(want, k)
		assert.NotEmpty(t, row.Note)
		assert.NotEmpty(t, row.NoteZH)
		assert.NotEmpty(t, row.Code)
	}
	assert.Empty(t, want, "without a row")
}

// Only what the vendor refuses before it processes the request is free and may be
// repeated.
// Holds P-PAY-19.
func TestCodes_BillingFollowsTheDocuments(t *testing.T) {
	free := map[string]bool{
		"4": true, "6": true, "13": true, "14": true, "15": true, "17": true, "18": true, "19": true, "23": true,
		"100": true, "110": true, "111": true, "invalid_client": true, "unsupported_grant_type": true, "invalid_request": true,
	}
	repeatable := map[string]bool{"4": true, "13": true, "18": true}
	for k, row := range rows() {
		want := idverify.BilledUnknown
		if free[k.code] {
			want = idverify.BilledNo
		}
		if k.code == "0" {
			want = idverify.BilledYes
		}
		assert.Equal(t, want, row.Billed, "%v", k)
		assert.Equal(t, repeatable[k.code], row.Repeatable(), "%v", k)
	}
}

func TestCodes_EasilyConfusedMeanings(t *testing.T) {
	all := rows()
	for code, want := range map[string]idverify.Code{
		"216200": idverify.CodeInvalidRequest, "216201": idverify.CodeUnsupportedFormat, "216202": idverify.CodeTooLarge,
		"216434": idverify.CodeAttackSuspected, "223120": idverify.CodeAttackSuspected,
		"223131": idverify.CodeAttackSuspected, "283457": idverify.CodeAttackSuspected,
		"216501": idverify.CodeNoFace, "222202": idverify.CodeNoFace, "222203": idverify.CodeNoFace,
		"216507": idverify.CodeMultipleFaces, "216908": idverify.CodePoorPhoto, "222356": idverify.CodePoorPhoto,
		"216600": idverify.CodeInvalidIDNumber, "222022": idverify.CodeInvalidIDNumber, "222353": idverify.CodeInvalidIDNumber,
		"222023": idverify.CodeInvalidName, "222352": idverify.CodeInvalidName,
		"216601": idverify.CodeIdentityMismatch, "222351": idverify.CodeIdentityMismatch, "222360": idverify.CodeIdentityMismatch,
		"222354": idverify.CodeIdentityNotFound,
		"222350": idverify.CodeReferencePhotoUnavailable, "222355": idverify.CodeReferencePhotoUnavailable,
		"222204": idverify.CodeEvidenceUnreachable, "222209": idverify.CodeEvidenceExpired, "222304": idverify.CodeTooLarge,
		"222307": idverify.CodePhotoRefused, "222308": idverify.CodePhotoRefused, "222361": idverify.CodeSourceUnavailable,
		"3": idverify.CodeInvalidConfig, "6": idverify.CodePermissionDenied, "13": idverify.CodeVendorUnavailable,
		"17": idverify.CodeQuotaExceeded, "19": idverify.CodeQuotaExceeded, "18": idverify.CodeRateLimited,
	} {
		assert.Equal(t, want, all[key{code, ""}].Code, code)
	}
}

// What each row means, written a second time: the table is data, and the documents
// are generated from it.
func TestCodes_MeanWhatTheVendorsPageSays(t *testing.T) {
	want := map[key]idverify.Code{}
	for meaning, codes := range map[idverify.Code][]string{
		idverify.CodeMatch:                     {"0"},
		idverify.CodeIdentityMismatch:          {"verify_status/1", "216601", "222351", "222360"},
		idverify.CodeIdentityNotFound:          {"222354"},
		idverify.CodeReferencePhotoUnavailable: {"verify_status/2", "222350", "222355"},
		idverify.CodeAttackSuspected:           {"216434", "223120", "223131", "283457"},
		idverify.CodeInvalidConfig:             {"3", "283421", "283435", "unsupported_grant_type", "invalid_request"},
		idverify.CodeUnauthorized: {"14", "15", "23", "100", "110", "111",
			"invalid_client", "invalid_client/unknown client id", "invalid_client/Client authentication failed"},
		idverify.CodePermissionDenied:    {"6"},
		idverify.CodeQuotaExceeded:       {"17", "19"},
		idverify.CodeRateLimited:         {"4", "18"},
		idverify.CodeSourceUnavailable:   {"222361"},
		idverify.CodeInvalidName:         {"222023", "222352"},
		idverify.CodeInvalidIDNumber:     {"216600", "222022", "222353"},
		idverify.CodeUnsupportedFormat:   {"216201"},
		idverify.CodeTooLarge:            {"216202", "222304"},
		idverify.CodeEvidenceUnreachable: {"222204"},
		idverify.CodeEvidenceExpired:     {"222209"},
		idverify.CodeNoFace:              {"216501", "222202", "222203"},
		idverify.CodeMultipleFaces:       {"216507"},
		idverify.CodePhotoRefused:        {"222307", "222308"},
		idverify.CodePoorPhoto: {"216908", "222213", "222214", "222309", "222356", "223113", "223114", "223115", "223116",
			"223121", "223122", "223123", "223124", "223125", "223126", "223127", "223129"},
		idverify.CodeVendorUnavailable: {"1", "2", "13", "216300", "216400", "216401", "216430", "216431", "216432", "216433",
			"216500", "216505", "216506", "216612", "222201", "222205", "222206", "222300", "222301", "222302", "222303",
			"222901", "222902", "222903", "222904", "222905", "222906", "222907", "222908", "222909", "222910", "222911",
			"222912", "222913", "222914", "222915", "222916", "283460", "283512", "283513"},
	} {
		for _, code := range codes {
			code, reason, _ := strings.Cut(code, "/")
			want[key{code, reason}] = meaning
		}
	}
	for k, row := range rows() {
		meaning, listed := want[k]
		if !listed {
			meaning = idverify.CodeInvalidRequest
		}
		assert.Equal(t, meaning, row.Code, "%v", k)
		delete(want, k)
	}
	assert.Empty(t, want, "without a row")
}
