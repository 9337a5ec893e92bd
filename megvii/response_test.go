package megvii_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/megvii"
)

// The comparison is strict: a confidence exactly at the threshold does not pass.
func TestAnswer_ConfidenceMustBeAboveThreshold(t *testing.T) {
	for confidence, want := range map[string]idverify.Code{
		"68.999": idverify.CodeFaceMismatch, "69": idverify.CodeFaceMismatch, "69.000": idverify.CodeFaceMismatch,
		"69.001": idverify.CodeMatch, "100": idverify.CodeMatch, "0": idverify.CodeFaceMismatch,
	} {
		res, err := answering(t, http.StatusOK, compared(confidence, rungs)).Verify(t.Context(), request())
		require.NoError(t, err, confidence)
		assert.Equal(t, want, res.Code, confidence)
		assert.Equal(t, idverify.DecidedByAnswer, res.Checks[0].DecidedBy)
		assert.Equal(t, 69.0, res.Checks[0].Threshold)
		assert.Equal(t, idverify.BilledYes, res.Billed)
	}
}

// An impossible confidence or threshold decides nothing, whichever threshold it is.
func TestAnswer_ImpossibleNumbersDecideNothing(t *testing.T) {
	bodies := map[string]string{
		"no confidence":      `{"request_id":"R1","result_faceid":{"thresholds":` + rungs + `}}`,
		"no thresholds":      `{"request_id":"R1","result_faceid":{"confidence":90}}`,
		"thresholds of null": compared("90", "null"),
		"a list":             compared("90", "[62,69,74,78]"),
		"a text":             `{"request_id":"R1","result_faceid":"90"}`,
		"an empty object":    `{"request_id":"R1","result_faceid":{}}`,
		"said twice":         `{"request_id":"R1","result_faceid":{"confidence":9,"Confidence":90,"thresholds":` + rungs + `}}`,
		"a rung twice":       compared("90", `{"1e-3":64,"1e-4":69,"0.0001":1,"1e-5":74,"1e-6":79.9}`),
	}
	for _, confidence := range []string{"null", `"x"`, "true", "[90]", "{}", "-0.001", "100.001", "1e999"} {
		bodies["confidence "+confidence] = compared(confidence, rungs)
	}
	for _, thresholds := range []string{
		`{"1e-4":69,"1e-5":74,"1e-6":79.9}`, `{"1e-3":64,"1e-5":74,"1e-6":79.9}`, `{"1e-3":64,"1e-4":69,"1e-6":79.9}`, `{"1e-3":64,"1e-4":69,"1e-5":74}`,
		`{"1e-3":64,"1e-4":"69","1e-5":74,"1e-6":79.9}`, `{"1e-3":"64","1e-4":69,"1e-5":74,"1e-6":79.9}`,
		`{"1e-3":64,"1e-4":null,"1e-5":74,"1e-6":79.9}`, `{"1e-3":64,"1e-4":1e999,"1e-5":74,"1e-6":79.9}`,
		`{"1e-3":69,"1e-4":69,"1e-5":74,"1e-6":79.9}`, `{"1e-3":79.9,"1e-4":74,"1e-5":69,"1e-6":64}`, `{"1e-3":64,"1e-4":69,"1e-5":74,"1e-6":73}`,
		`{"1e-3":-1,"1e-4":69,"1e-5":74,"1e-6":79.9}`, `{"1e-3":64,"1e-4":69,"1e-5":74,"1e-6":101}`, `{"1e-3":0,"1e-4":0,"1e-5":0,"1e-6":0}`,
	} {
		bodies["thresholds "+thresholds] = compared("99", thresholds)
	}
	for what, body := range bodies {
		res, err := answering(t, http.StatusOK, body).Verify(t.Context(), request())
		e := requireError(t, res, err)
		assert.Equal(t, idverify.CodeBadResponse, e.Code, what)
		assert.Equal(t, "R1", e.RequestID, what)
		assert.False(t, e.Repeatable(), what)
	}
}

// A success together with an error, or a decision with an unexpected HTTP status,
// decides nothing.
func TestAnswer_ContradictionsDecideNothing(t *testing.T) {
	success := strings.TrimSuffix(compared("90", rungs), "}")
	for _, answer := range []struct {
		status int
		body   string
	}{
		{200, success + `,"error_message":"NO_SUCH_ID_NUMBER"}`}, {400, success + `,"error_message":"NO_SUCH_ID_NUMBER"}`},
		{200, success + `,"error_message":" "}`}, {200, success + `,"error_message":"\t"}`},
		{400, success + "}"}, {201, success + "}"}, {500, success + "}"}, {413, success + "}"},
		{200, success + `,"error":"IDCARD_NO_MATCH"}`}, {200, success + `,"error":{"code":1}}`}, {200, success + `,"error":false}`},
		{200, `{"request_id":"R1","error_message":"ID_NUMBER_NAME_NOT_MATCH"}`}, {200, `{"request_id":"R1","error_message":"LOW_QUALITY"}`},
		{500, `{"request_id":"R1","error_message":"NO_SUCH_ID_NUMBER"}`}, {403, `{"request_id":"R1","error_message":"NO_FACE_FOUND:data_source"}`},
		{200, `{"request_id":"R1"}`}, {400, `{"request_id":"R1"}`}, {400, `{"request_id":"R1","error":"NO_SUCH_PERSON"}`},
		{200, `{"request_id":"R1","result_faceid":null}`}, {400, `{"request_id":"R1","error_message":"result_faceid"}`},
	} {
		res, err := answering(t, answer.status, answer.body).Verify(t.Context(), request())
		assert.Equal(t, idverify.CodeBadResponse, requireError(t, res, err).Code, "%d %s", answer.status, answer.body)
	}
	for _, beside := range []string{`"error_message":"NO_SUCH_ID_NUMBER"`, `"error_message":" "`, `"error":"IDCARD_NO_MATCH"`} {
		res, err := answering(t, 200, success+","+beside+"}").Verify(t.Context(), request())
		e := requireError(t, res, err)
		assert.True(t, e.Contradiction, "no other vendor is asked")
		assert.Equal(t, []any{"result_faceid", idverify.BilledYes}, []any{e.VendorCode, e.Billed}, beside)
	}
	for _, beside := range []string{`"error_message":""`, `"error_message":null`, `"error":null`, `"error":""`, `"result_idcard":{}`, `"face_genuineness":null`} {
		res, err := answering(t, 200, success+","+beside+"}").Verify(t.Context(), request())
		require.NoError(t, err, beside)
		assert.True(t, res.Passed(), beside)
	}
}

// The page spells one reason in several ways.
func TestAnswer_SpellingsOfReasons(t *testing.T) {
	for message, want := range map[string]struct {
		code   idverify.Code
		reason string
	}{
		"AUTHORIZATION_ERROR:Limit reached":              {idverify.CodeQuotaExceeded, "Limit reached"},
		"AUTHORIZATION_ERROR: \"Limit reached.\"":        {idverify.CodeQuotaExceeded, "Limit reached"},
		"AUTHORIZATION_ERROR:LIMIT_REACHED":              {idverify.CodeQuotaExceeded, "Limit reached"},
		"AUTHORIZATION_ERROR : Denied.":                  {idverify.CodePermissionDenied, "Denied"},
		"AUTHORIZATION_ERROR:No data source permission.": {idverify.CodePermissionDenied, "No data source permission"},
		"AUTHORIZATION_ERROR:Api key be discontinued":    {idverify.CodePermissionDenied, ""},
		"AUTHORIZATION_ERROR":                            {idverify.CodePermissionDenied, ""},
		"NO_FACE_FOUND:image":                            {idverify.CodeNoFace, "image"},
		"NO_FACE_FOUND":                                  {idverify.CodeUnknown, ""},
		"NO_FACE_FOUND:somewhere":                        {idverify.CodeUnknown, ""},
		"MULTIPLE_FACES: image":                          {idverify.CodeMultipleFaces, ""},
		"IMAGE_ERROR_UNSUPPORTED_FORMAT":                 {idverify.CodeUnknown, ""},
		"IMAGE_ERROR_UNSUPPORTED_FORMAT: image_ref2":     {idverify.CodeUnsupportedFormat, "image_ref2"},
		"SOMETHING_NEW:image":                            {idverify.CodeUnknown, ""},
		"no_face_found:image":                            {idverify.CodeUnknown, ""},
		"CONCURRENCY_LIMIT_EXCEEDED":                     {idverify.CodeRateLimited, ""},
		"INVALID_FACE_TOKEN:token":                       {idverify.CodeEvidenceExpired, ""},
	} {
		res, err := answering(t, http.StatusBadRequest, fmt.Sprintf(`{"request_id":"R1","error_message":%q}`, message)).Verify(t.Context(), request())
		e := requireError(t, res, err)
		assert.Equal(t, want.code, e.Code, message)
		assert.Equal(t, want.reason, e.VendorReason, message)
		if want.code == idverify.CodeUnknown {
			assert.Equal(t, idverify.BilledUnknown, e.Billed, message)
			assert.False(t, e.Repeatable(), message)
		}
	}
	for _, message := range []string{"NO_FACE_FOUND:data_source", "NO_FACE_FOUND: datasource", "IMAGE_ERROR_UNSUPPORTED_FORMAT:data_source"} {
		res, err := answering(t, http.StatusBadRequest, fmt.Sprintf(`{"error_message":%q}`, message)).Verify(t.Context(), request())
		require.NoError(t, err, message)
		assert.Equal(t, idverify.CodeReferencePhotoUnavailable, res.Code, message)
		assert.Equal(t, idverify.BilledYes, res.Billed, message)
	}
}

// An error names the form field, and nothing else from the message.
func TestAnswer_ErrorNamesTheField(t *testing.T) {
	for message, want := range map[string]string{
		"MISSING_ARGUMENTS:idcard_name": "idcard_name", "BAD_ARGUMENTS: face_quality_threshold": "face_quality_threshold",
		"BAD_ARGUMENTS:" + number: "", "BAD_ARGUMENTS": "", "LOW_QUALITY:image": "",
	} {
		res, err := answering(t, http.StatusBadRequest, fmt.Sprintf(`{"error_message":%q}`, message)).Verify(t.Context(), request())
		assert.Equal(t, want, requireError(t, res, err).Field, message)
	}
}

func TestAnswer_PlainText413IsTooLarge(t *testing.T) {
	for _, body := range []string{"Request Entity Too Large", "<html>413</html>", ""} {
		res, err := answering(t, http.StatusRequestEntityTooLarge, body).Verify(t.Context(), request())
		e := requireError(t, res, err)
		assert.Equal(t, idverify.CodeTooLarge, e.Code, body)
		assert.Equal(t, idverify.DeliveryRefused, e.Delivery, body)
		assert.Equal(t, idverify.BilledNo, e.Billed, body)
	}
	res, err := answering(t, http.StatusBadRequest, "Request Entity Too Large").Verify(t.Context(), request())
	assert.Equal(t, idverify.CodeBadResponse, requireError(t, res, err).Code)
	res, err = answering(t, http.StatusRequestEntityTooLarge, `{"result_faceid":{"confidence":90},"result_faceid":{}}`).Verify(t.Context(), request())
	assert.True(t, requireError(t, res, err).MayHaveCost(), "an object may be the vendor's own answer")
}

// What is not worked on has no findings: nobody asks again, and pays again, where it has.
func TestAnswer_FindingsWithRefusalAreNotRepeated(t *testing.T) {
	for member, looked := range map[string]bool{
		`"id_exceptions":{"id_attacked":1}`: true, `"id_exceptions":{"id_photo_monochrome":1}`: true, `"faces":[{"quality":50}]`: true,
		`"id_exceptions":{"id_attacked":0,"id_photo_monochrome":0}`: false, `"faces":[]`: false, `"faces":null`: false,
	} {
		res, err := answering(t, http.StatusForbidden, `{"request_id":"R1","error_message":"CONCURRENCY_LIMIT_EXCEEDED",`+member+`}`).Verify(t.Context(), request())
		e := requireError(t, res, err)
		assert.Equal(t, []any{looked, !looked}, []any{e.Contradiction, e.Repeatable()}, member)
		res, err = answering(t, http.StatusTooManyRequests, `{"request_id":"R1",`+member+`}`).Verify(t.Context(), request())
		assert.Equal(t, !looked, requireError(t, res, err).Repeatable(), member)
	}
}

func TestReply_HasAllFields(t *testing.T) {
	pointer := func(f float64) *float64 { return &f }
	res, err := answering(t, http.StatusOK, fixture(t, "match_with_remarks.json")).Verify(t.Context(), request())
	require.NoError(t, err)
	assert.Equal(t, []idverify.Warning{idverify.WarnNumberUsedInAttacks, idverify.WarnReferenceMonochrome}, res.Warnings)
	reply, ok := idverify.ReplyAs[*megvii.Reply](res, nil)
	require.True(t, ok)
	assert.Equal(t, &megvii.Reply{
		RequestID: "1700000000,00000000-0000-0000-0000-000000000002", TimeUsed: 990 * time.Millisecond, Confidence: pointer(86.63),
		Thresholds: []idverify.FARStep{{Threshold: 78.038, Rate: 1e-6}, {Threshold: 74.399, Rate: 1e-5}, {Threshold: 69.315, Rate: 1e-4}, {Threshold: 62.169, Rate: 1e-3}},
		IDAttacked: true, IDPhotoMonochrome: true,
		Faces: []megvii.Face{{Quality: pointer(76.5), QualityThreshold: pointer(30), Orientation: pointer(90)}},
	}, reply)

	res, err = answering(t, http.StatusBadRequest, fixture(t, "low_quality.json")).Verify(t.Context(), request())
	require.Equal(t, idverify.CodePoorPhoto, requireError(t, res, err).Code)
	reply, ok = idverify.ReplyAs[*megvii.Reply](nil, err)
	require.True(t, ok)
	assert.Equal(t, []megvii.Face{{Quality: pointer(12.5), QualityThreshold: pointer(30)}}, reply.Faces)
	assert.Equal(t, "LOW_QUALITY", reply.ErrorMessage)
}

// Remarks in another shape cost no decision.
func TestAnswer_MalformedRemarksKeepTheDecision(t *testing.T) {
	for _, remark := range []string{`"id_exceptions":null`, `"id_exceptions":[1]`, `"id_exceptions":"x"`, `"faces":{}`, `"faces":null`, `"faces":[{"quality":1,"x":"` + strings.Repeat("x", 64<<10) + `"}]`, `"time_used":"x"`, `"time_used":1e300`} {
		res, err := answering(t, http.StatusOK, strings.TrimSuffix(strings.Replace(compared("90", rungs), `"time_used":1020,`, "", 1), "}")+","+remark+"}").Verify(t.Context(), request())
		require.NoError(t, err, remark)
		assert.True(t, res.Passed(), remark)
		assert.Empty(t, res.Warnings, remark)
	}
}

// Secret, name and number that the vendor echoes are in no text of an error.
func TestError_HasNoSecret(t *testing.T) {
	for _, status := range []int{200, 400, 403, 404, 413, 500} {
		for _, body := range []string{
			fmt.Sprintf(`{"request_id":%[1]q,"error_message":"BAD_ARGUMENTS:%[1]s %[2]s %[3]s"}`, apiSecret, name, number),
			fmt.Sprintf(`{"request_id":"R1","error_message":"%[1]s:%[1]s"}`, apiSecret),
			apiSecret + apiKey,
		} {
			res, err := answering(t, status, body).Verify(t.Context(), request())
			e := requireError(t, res, err)
			for _, secret := range []string{apiSecret, name, number} {
				assert.NotContains(t, fmt.Sprintf("%v %+v %s %s %s %s", e, e, e.Detail, e.VendorMessage.Reveal(), e.VendorCode, e.RequestID), secret, body)
			}
		}
	}
}
