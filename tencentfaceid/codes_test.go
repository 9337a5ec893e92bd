package tencentfaceid_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/tencentfaceid"
)

// meanings is what each code means, written a second time. F. stands for
// FailedOperation, and so on: see long.
var meanings = map[idverify.Code]string{
	idverify.CodeMatch:                     "Success",
	idverify.CodeFaceMismatch:              "F.CompareLowSimilarity",
	idverify.CodeIdentityMismatch:          "F.IdNameMisMatch",
	idverify.CodeIdentityNotFound:          "F.IdNoExistSystem",
	idverify.CodeReferencePhotoUnavailable: "F.IdPhotoNoExist F.IdPhotoPoorQuality",
	idverify.CodeAttackSuspected:           "F.LifePhotoDetectFake F.LivessDetectFake F.SilentPictureLiveFail",
	idverify.CodeNoFace:                    "F.LifePhotoDetectNoFaces",
	idverify.CodeMultipleFaces:             "F.LifePhotoDetectFaces",
	idverify.CodePoorPhoto: "F.LifePhotoPoorQuality F.LifePhotoSizeError F.CompareFail F.CoveredFace F.IncompleteFace F.PoorImageQuality F.ImageBlur " +
		"F.ImageDecodeFailed F.LipFaceIncomplete",
	idverify.CodeInvalidIDNumber:   "F.IdFormatError",
	idverify.CodeInvalidName:       "F.NameFormatError",
	idverify.CodeTooManyAttempts:   "F.IdentityAuthLimitExceeded",
	idverify.CodeSourceUnavailable: "F.CompareLibServiceUnavailable F.IdPhotoSystemNoanswer",
	idverify.CodeVendorUnavailable: "F.CompareSystemError F.UnKnown F.DetectEngineSystemError F.DbError F.EncryptSystemError F.FileSaveError F.LivessSystemError " +
		"InternalError InternalError.EncryptSystemError InternalError.UnKnown ServiceUnavailable ResourceUnavailable ResourceInsufficient ResponseSizeLimitExceeded FailedOperation",
	idverify.CodeInvalidRequest: "F.DecryptSystemError InvalidParameter InvalidParameter.UnsupportEncryptField InvalidParameterValue UnsupportedOperation MissingParameter " +
		"UnknownParameter InvalidRequest F.EmptyImageError F.ImageNoIdCard F.OcrFailed F.InvalidTokenParameter F.UnregisteredEid InvalidParameterValue.BizTokenExpired " +
		"InvalidParameterValue.BizTokenIllegal InvalidParameterValue.RuleIdDisabled InvalidParameterValue.RuleIdNotExist",
	idverify.CodeTooLarge:            "RequestSizeLimitExceeded F.ImageSizeTooLarge",
	idverify.CodeEvidenceUnreachable: "F.DownLoadError F.DownLoadTimeoutError F.LipNetFailed",
	idverify.CodePermissionDenied: "F.StsUnAuthErrError U.NonAuthorize U.Nonactivated U.ActivateError U.Activating UnauthorizedOperation OperationDenied " +
		"A.UnauthorizedOperation IpInBlacklist IpNotInWhitelist R.NotExist R.NotReady",
	idverify.CodeAccountSuspended: "U.Arrears U.ChargeStatusException R.InArrears R.LowBalance R.ChargeStatusException R.Freeze",
	idverify.CodeUnauthorized:     "A.SignatureFailure A.InvalidAuthorization A.SecretIdNotFound A.InvalidSecretId A.TokenFailure A.MFAFailure",
	idverify.CodeSignatureExpired: "A.SignatureExpire",
	idverify.CodeRateLimited: "RequestLimitExceeded RequestLimitExceeded.IPLimitExceeded RequestLimitExceeded.UinLimitExceeded " +
		"RequestLimitExceeded.GlobalRegionUinLimitExceeded F.RequestLimitExceeded",
	idverify.CodeQuotaExceeded: "LimitExceeded",
	idverify.CodeInvalidConfig: "InvalidAction NoSuchVersion NoSuchProduct ActionOffline UnsupportedProtocol UnsupportedRegion",
	idverify.CodeUnknown:       "ResourceInUse ResourceNotFound DryRunOperation",
	idverify.CodeBadCapture: "F.ActionCloseEye F.ActionFaceClose F.ActionFaceFar F.ActionFaceLeft F.ActionFaceRight F.ActionFirstAction F.ActionLightDark F.ActionLightStrong " +
		"F.ActionNodetectFace F.ActionOpenMouth F.CompressVideoError F.LipMoveSmall F.LipSizeError F.LipVideoInvalid F.LipVideoQuaility F.LipVoiceDetect F.LipVoiceLow " +
		"F.LipVoiceRecognize F.LivessBestFrameError F.LivessDetectFail F.LivessUnknownError F.SilentDetectFail F.SilentEyeLiveFail F.SilentFaceDetectFail " +
		"F.SilentFaceQualityFail F.SilentFaceWithMaskFail F.SilentMouthLiveFail F.SilentMultiFaceFail F.SilentThreshold F.SilentTooShort F.VideoDecodeFailed F.VideoDurationExceeded",
}

func long(codes string) []string {
	all := strings.Fields(codes)
	for i, code := range all {
		for short, whole := range map[string]string{"F.": "FailedOperation.", "A.": "AuthFailure.", "U.": "UnauthorizedOperation.", "R.": "ResourceUnavailable."} {
			if rest, found := strings.CutPrefix(code, short); found {
				all[i] = whole + rest
			}
		}
	}
	return all
}

func TestCodes_MeanWhatTheVendorsPagesSay(t *testing.T) {
	got := map[idverify.Code][]string{}
	for _, row := range tencentfaceid.Codes() {
		require.Empty(t, row.VendorReason)
		got[row.Code] = append(got[row.Code], row.VendorCode)
	}
	for meaning, codes := range meanings {
		require.ElementsMatch(t, long(codes), got[meaning], meaning)
	}
	require.Len(t, got, len(meanings))
}

// The price table lists three codes as charged and some as free. What the gateway
// refuses is free. For all others it is not documented.
func TestCodes_BillingFollowsTheDocuments(t *testing.T) {
	got := map[idverify.Billed][]string{}
	for _, row := range tencentfaceid.Codes() {
		got[row.Billed] = append(got[row.Billed], row.VendorCode)
	}
	require.ElementsMatch(t, long("Success F.CompareLowSimilarity F.IdNameMisMatch"), got[idverify.BilledYes])
	require.ElementsMatch(t, long("F.IdPhotoPoorQuality F.LifePhotoDetectFake F.LifePhotoDetectNoFaces F.LifePhotoDetectFaces F.CompareFail F.CoveredFace F.ImageDecodeFailed F.DetectEngineSystemError "+
		"A.SignatureExpire A.SignatureFailure A.InvalidAuthorization A.SecretIdNotFound A.InvalidSecretId A.TokenFailure A.MFAFailure A.UnauthorizedOperation IpInBlacklist IpNotInWhitelist "+
		"RequestLimitExceeded RequestLimitExceeded.IPLimitExceeded RequestLimitExceeded.UinLimitExceeded RequestLimitExceeded.GlobalRegionUinLimitExceeded "+
		"MissingParameter UnknownParameter InvalidRequest RequestSizeLimitExceeded InvalidAction NoSuchVersion NoSuchProduct ActionOffline UnsupportedProtocol UnsupportedRegion"), got[idverify.BilledNo])
}
