package aliyun_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/aliyun"
	"github.com/idverify/idverify/idverifytest"
)

func TestAnswer_VendorsSampleIsAPass(t *testing.T) {
	res, err := verify(t, http.StatusOK, fixture(t, "vendor_sample.json"))
	require.NoError(t, err)
	require.True(t, res.Passed())
	require.Equal(t, []idverify.Check{{Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByVendor, Passed: true}}, res.Checks)
	require.Equal(t, []any{"200", "200", idverify.BilledYes, "130A2C10-B9EE-4D84-88E3-5384FF039795"},
		[]any{res.VendorCode, res.VendorReason, res.Billed, res.RequestID})
	reply, ok := idverify.ReplyAs[*aliyun.Reply](res, nil)
	require.True(t, ok)
	require.Equal(t, 50.28594166529785, *reply.Material.VerifyScore)
	require.Equal(t, 88.3615493774414, *reply.Material.QualityScore)
	require.Equal(t, []string{"200", "200", "T", "F", "success"}, []string{reply.Code, reply.SubCode, reply.Passed, reply.Material.FaceAttack, reply.Message})
	require.Nil(t, reply.Material.FaceAttackScore)
}

// A score decides nothing, and neither do the attack fields of the material; only
// SubCode counts.
func TestAnswer_ScoreNeverOverrules(t *testing.T) {
	res, err := verify(t, http.StatusOK, fixture(t, "face_mismatch.json"))
	require.NoError(t, err)
	require.Equal(t, idverify.CodeFaceMismatch, res.Code)
	require.Equal(t, []idverify.Check{{Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByVendor}}, res.Checks)
	reply, _ := idverify.ReplyAs[*aliyun.Reply](res, nil)
	require.Equal(t, 0.00008, *reply.Material.FaceAttackScore)
	require.Equal(t, []string{"T", "F", "bucket", "faces/1"}, []string{reply.Material.FaceAttack, reply.Material.FaceOcclusion,
		reply.Material.OSSBucketName, reply.Material.OSSObjectName})
}

func TestAnswer_PassNeedsPassedSubCodeCodeAndStatus(t *testing.T) {
	const whole = `{"RequestId":"R","Code":%s,"ResultObject":%s}`
	for _, tt := range []struct {
		status       int
		code, result string
		contradicts  bool
		billed       idverify.Billed
	}{
		{200, `"200"`, `{"Passed":"T","SubCode":"204"}`, true, idverify.BilledYes},
		{200, `"200"`, `{"Passed":"T","SubCode":"299"}`, true, idverify.BilledUnknown},
		{200, `"200"`, `{"Passed":"F","SubCode":"200"}`, true, idverify.BilledYes},
		{200, `"417"`, `{"Passed":"T","SubCode":"200"}`, true, idverify.BilledUnknown},
		{200, `"Throttling"`, `{"Passed":"T","SubCode":"200"}`, true, idverify.BilledUnknown},
		{200, `"Throttling"`, `{"Passed":"F","SubCode":"204"}`, true, idverify.BilledUnknown},
		{429, `"Throttling.Other"`, `{"Passed":"F","SubCode":"204"}`, true, idverify.BilledUnknown},
		{413, `"Other"`, `{"Passed":"F","SubCode":"204"}`, true, idverify.BilledUnknown},
		{200, `"200"`, `{"SubCode":"200"}`, false, idverify.BilledYes},
		{200, `"200"`, `{"Passed":null,"SubCode":"200"}`, false, idverify.BilledYes},
		{200, `"200"`, `{"Passed":true,"SubCode":"200"}`, false, idverify.BilledYes},
		{200, `"200"`, `{"Passed":"t","SubCode":"200"}`, false, idverify.BilledYes},
		{200, `"200"`, `{"Passed":" T","SubCode":"200"}`, false, idverify.BilledYes},
		{200, `"200"`, `{"Passed":"T"}`, false, idverify.BilledUnknown},
		{200, `"200"`, `{"Passed":"","SubCode":"204"}`, false, idverify.BilledUnknown},
		{200, `"200"`, `null`, false, idverify.BilledUnknown},
		{200, `"200"`, `"{\"Passed\":\"T\",\"SubCode\":\"200\"}"`, false, idverify.BilledUnknown},
		{200, `"200"`, `{"Passed":"T","SubCode":"200","passed":"F"}`, false, idverify.BilledUnknown},
		{200, `"200"`, `{"Passed":{},"SubCode":"200"}`, false, idverify.BilledUnknown},
		{201, `"200"`, `{"Passed":"T","SubCode":"200"}`, false, idverify.BilledUnknown},
		{500, `"200"`, `{"Passed":"T","SubCode":"200"}`, false, idverify.BilledUnknown},
		{500, `"200"`, `{"Passed":"F","SubCode":"204"}`, false, idverify.BilledUnknown},
		{200, `""`, `{"Passed":"T","SubCode":"200"}`, false, idverify.BilledUnknown},
		{200, `null`, `{"Passed":"T","SubCode":"200"}`, false, idverify.BilledUnknown},
	} {
		body := fmt.Sprintf(whole, tt.code, tt.result)
		res, err := verify(t, tt.status, body)
		e := failed(t, res, err)
		assert.Equal(t, idverify.CodeBadResponse, e.Code, body)
		assert.Equal(t, tt.contradicts, e.Contradiction, body)
		assert.Equal(t, tt.billed, e.Billed, body)
		assert.False(t, e.Repeatable())
		assert.Equal(t, "R", e.RequestID)
	}
	for _, code := range []string{`"200"`, `200`, `200.0`} {
		res, err := verify(t, http.StatusOK, fmt.Sprintf(whole, code, `{"Passed":"T","SubCode":200}`))
		require.NoError(t, err)
		require.True(t, res.Passed())
	}
}

// A code of the gateway's leaves no trace of a verification. One of the service's own may.
func TestAnswer_WorkWithRefusalIsNotRepeated(t *testing.T) {
	for _, result := range []string{`{"SubCode":"204"}`, `{"CertifyId":"c"}`, `{"MaterialInfo":"{\"facialPictureFront\":{\"verifyScore\":50.2}}"}`} {
		for code, contradicts := range map[string]bool{`"Throttling.User"`: true, `null`: false} {
			res, err := verify(t, http.StatusTooManyRequests, fmt.Sprintf(`{"RequestId":"R","Code":%s,"ResultObject":%s}`, code, result))
			e := failed(t, res, err)
			assert.Equal(t, []any{idverify.CodeBadResponse, contradicts, false, idverify.BilledUnknown},
				[]any{e.Code, e.Contradiction, e.Repeatable(), e.Billed}, code+result)
		}
		res, err := verify(t, http.StatusOK, `{"RequestId":"R","Code":"412","ResultObject":`+result+`}`)
		assert.Equal(t, idverify.CodeAccountSuspended, failed(t, res, err).Code, result)
		res, err = verify(t, http.StatusTooManyRequests, `{"RequestId":"R","Code":"999","ResultObject":`+result+`}`)
		assert.Equal(t, idverify.CodeUnknown, failed(t, res, err).Code, result)
	}
	for _, passed := range []string{"T", "F"} {
		res, err := verify(t, http.StatusTooManyRequests, `{"RequestId":"R","ResultObject":{"Passed":"`+passed+`"}}`)
		assert.False(t, failed(t, res, err).Repeatable())
	}
	res, err := verify(t, http.StatusOK, `{"RequestId":"R","Code":"Throttling.User","ResultObject":{"MaterialInfo":"{\"facialPictureFront\":{\"verifyScore\":0}}"}}`)
	assert.True(t, failed(t, res, err).Repeatable())
}

func TestAnswer_UnreadableMaterialKeepsTheDecision(t *testing.T) {
	for _, material := range []string{`null`, `""`, `"null"`, `"{"`, `[]`, `7`, `"{\"facialPictureFront\":7}"`,
		`"{\"facialPictureFront\":{\"verifyScore\":\"x\"}}"`, `"{\"faceAttack\":\"F\",\"faceAttack\":\"T\"}"`, `{"facialPictureFront":{"verifyScore":1}}`} {
		res, err := verify(t, http.StatusOK, `{"Code":"200","ResultObject":{"Passed":"T","SubCode":"200","MaterialInfo":`+material+`}}`)
		require.NoError(t, err, material)
		require.True(t, res.Passed())
	}
}

func TestAnswer_GatewayErrorsMatchByPrefix(t *testing.T) {
	for word, want := range map[string]struct {
		status     int
		code       idverify.Code
		vendorCode string
	}{
		"Throttling.User":                    {400, idverify.CodeRateLimited, "Throttling.User"},
		"Throttling.Resource":                {503, idverify.CodeRateLimited, "Throttling"},
		"Forbidden.Anything":                 {403, idverify.CodePermissionDenied, "Forbidden"},
		"Forbidden.AccessKeyDisabled":        {403, idverify.CodeUnauthorized, "Forbidden.AccessKeyDisabled"},
		"InvalidSecurityToken.Other":         {400, idverify.CodeUnauthorized, "InvalidSecurityToken"},
		"InvalidAccessKeyId.Other":           {400, idverify.CodeUnauthorized, "InvalidAccessKeyId"},
		"MissingSceneId":                     {400, idverify.CodeInvalidRequest, "MissingParameter"},
		"MissingParameter.SceneId":           {400, idverify.CodeInvalidRequest, "MissingParameter"},
		"InvalidParameterValue":              {400, idverify.CodeInvalidRequest, "InvalidParameter"},
		"InternalError.Timeout":              {500, idverify.CodeVendorUnavailable, "InternalError"},
		"ServiceUnavailable.Region":          {503, idverify.CodeVendorUnavailable, "ServiceUnavailable"},
		"InvalidAction.Other":                {404, idverify.CodeUnknown, "InvalidAction.Other"},
		"SomethingNew":                       {400, idverify.CodeUnknown, "SomethingNew"},
		"SomethingNew.AtTheServer":           {502, idverify.CodeVendorUnavailable, "InternalError"},
		"SignatureNonceUsed":                 {400, idverify.CodeUnauthorized, "SignatureNonceUsed"},
		"InvalidSecurityToken.MismatchOther": {403, idverify.CodeUnauthorized, "InvalidSecurityToken"},
	} {
		res, err := verify(t, want.status, fmt.Sprintf(`{"RequestId":"R","HostId":"H","Code":%q,"Message":"m","Recommend":"r"}`, word))
		e := failed(t, res, err)
		assert.Equal(t, []any{want.code, want.vendorCode}, []any{e.Code, e.VendorCode}, word)
		reply, ok := idverify.ReplyAs[*aliyun.Reply](nil, err)
		require.True(t, ok)
		assert.Equal(t, word, reply.Code, "whole")
		assert.Equal(t, word == "SignatureNonceUsed" || e.Code == idverify.CodeVendorUnavailable, e.Ambiguous(), word)
	}
}

func TestAnswer_GatewayRetryAfter(t *testing.T) {
	for header, want := range map[string]time.Duration{
		"Limit:50,Remain:0,TimeLeft:800": 800 * time.Millisecond, "timeleft: 1500": 1500 * time.Millisecond,
		"TimeLeft:-1": 0, "TimeLeft:x": 0, "TimeLeft:99999999999": 0, "Limit:50": 0, "": 0,
	} {
		for _, name := range []string{"X-Ratelimit-User-Api", "X-Ratelimit-User"} {
			v := &vendor{status: 400, header: http.Header{name: {header}}, body: fixture(t, "gateway.json")}
			res, err := newClient(t, v.config()).Verify(t.Context(), requestWith(photo()))
			e := failed(t, res, err)
			assert.Equal(t, want, e.RetryAfter, header)
			assert.True(t, e.Repeatable())
			v.body = `{"Code":"418","RequestId":"R"}`
			res, err = newClient(t, v.config()).Verify(t.Context(), requestWith(photo()))
			assert.Zero(t, failed(t, res, err).RetryAfter, "nobody is to wait it out")
		}
	}
}

// The vendor's message about a signature may repeat every parameter of the request.
func TestAnswer_SignatureMessagesAreHidden(t *testing.T) {
	for _, word := range []string{"SignatureDoesNotMatch", "IncompleteSignature", " SignatureDoesNotMatch "} {
		res, err := verify(t, http.StatusBadRequest, fmt.Sprintf(`{"RequestId":"R","Code":%q,"Message":"server string to sign is: CertName%%253D"}`, word))
		e := failed(t, res, err)
		reply, _ := idverify.ReplyAs[*aliyun.Reply](nil, err)
		assert.Empty(t, reply.Message)
		assert.Empty(t, e.VendorMessage.Reveal())
	}
}

// One code covers every fault of a picture, and 401 every parameter.
func TestAnswer_ReasonsNarrowACode(t *testing.T) {
	for _, tt := range []struct {
		body string
		ev   idverify.Evidence
		want idverify.Code
	}{
		{`{"Code":"419","RequestId":"R"}`, photo(), idverify.CodePoorPhoto},
		{`{"Code":"419","RequestId":"R"}`, idverify.PhotoURL(idverifytest.MediaURL), idverify.CodeEvidenceUnreachable},
		{`{"Code":"419","RequestId":"R"}`, aliyun.OSSObject("b", "o"), idverify.CodeEvidenceUnreachable},
		{`{"Code":"419","RequestId":"R"}`, aliyun.CertifyID("c"), idverify.CodePoorPhoto},
		{`{"Code":"401","Message":"certName is invalid","RequestId":"R"}`, photo(), idverify.CodeInvalidName},
		{`{"Code":"401","Message":"CERTNO","RequestId":"R"}`, photo(), idverify.CodeInvalidIDNumber},
		{`{"Code":"401","Message":"model","RequestId":"R"}`, photo(), idverify.CodeInvalidRequest},
		{`{"Code":"400","RequestId":"R"}`, photo(), idverify.CodeInvalidRequest},
		{`{"Code":"400"}`, photo(), idverify.CodeBadResponse}, // at HTTP 400: anybody's
	} {
		v := &vendor{body: tt.body}
		if tt.want == idverify.CodeBadResponse {
			v.status = http.StatusBadRequest
		}
		cfg := v.config()
		cfg.PhotoURLs = true
		_, err := newClient(t, cfg).Verify(t.Context(), requestWith(tt.ev))
		assert.Equal(t, tt.want, idverify.CodeOf(err), tt.body)
	}
}
