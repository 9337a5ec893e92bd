package linkface_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/linkface"
)

func TestMatch(t *testing.T) {
	c, _ := answering(t, http.StatusOK, fixture(t, "ok.json"))
	res, err := c.Verify(t.Context(), request(linkface.CaptureID("EXAMPLE-another-capture")))
	require.NoError(t, err)
	assert.True(t, res.Passed())
	assert.Equal(t, idverify.BilledYes, res.Billed)
	assert.Equal(t, "TID00000000000000000000000000000001", res.RequestID)

	similarity, _ := res.Check(idverify.CheckSimilarity)
	rate, published := similarity.FalseAcceptRate()
	assert.True(t, published)
	assert.Equal(t, 1e-4, rate)
	assert.Equal(t, idverify.AtLeast, similarity.Comparator)
	liveness, _ := res.Check(idverify.CheckLiveness)
	assert.Equal(t, idverify.LowerIsBetter, liveness.Direction)

	reply, ok := idverify.ReplyAs[*linkface.Reply](res, nil)
	require.True(t, ok)
	assert.Equal(t, "00000000000000000000000000000002", reply.LivenessDataID)
	assert.Equal(t, 0.9312345678901234, *reply.VerifyScore)
	assert.Equal(t, 0.0123456789012345, *reply.HackScore)
}

func TestAnswer_MissingScoresDecideNothing(t *testing.T) {
	for _, body := range []string{
		`{"request_id":"TID1","status":"OK","verify_score":0.9}`,
		`{"request_id":"TID1","status":"OK","hack_score":0.1}`,
		`{"request_id":"TID1","status":"OK"}`,
	} {
		c, _ := answering(t, http.StatusOK, body)
		res, err := c.Verify(t.Context(), request())
		assert.Equal(t, idverify.CodeBadResponse, requireError(t, res, err).Code, body)
	}
}

// The page spells its reasons in several ways.
func TestAnswer_ReasonsInAnySpelling(t *testing.T) {
	for _, row := range linkface.Codes() {
		if row.VendorReason == "" {
			continue
		}
		for _, reason := range []string{row.VendorReason, strings.ToUpper(row.VendorReason), strings.ReplaceAll(row.VendorReason, "’", "'"), " " + row.VendorReason + " "} {
			c, _ := answering(t, row.HTTPStatus, fmt.Sprintf(`{"request_id":"TID1","status":%q,"reason":%q}`, row.VendorCode, reason))
			res, err := c.Verify(t.Context(), request())
			if row.Code.IsDecision() {
				require.NoError(t, err)
				assert.Equal(t, []any{row.Code, row.VendorReason}, []any{res.Code, res.VendorReason}, "%q", reason)
				continue
			}
			e := requireError(t, res, err)
			assert.Equal(t, []any{row.Code, row.VendorReason}, []any{e.Code, e.VendorReason}, "%q", reason)
			reply, ok := idverify.ReplyAs[*linkface.Reply](nil, err)
			require.True(t, ok)
			assert.Equal(t, row.VendorCode, reply.Status)
		}
	}
}

func TestCodes_CoverTheVendorsPage(t *testing.T) {
	type key struct{ status, reason string }
	page := map[key]idverify.Billed{
		{"OK", ""}: idverify.BilledYes,
		{"PHOTO_SERVICE_ERROR", "Gongan photo doesn’t exist"}:                idverify.BilledYes,
		{"PHOTO_SERVICE_ERROR", "Name and idcard number doesn’t match"}:      idverify.BilledYes,
		{"PHOTO_SERVICE_ERROR", "Invalid idcard number"}:                     idverify.BilledNo,
		{"PHOTO_SERVICE_ERROR", "Gongan service timeout"}:                    idverify.BilledNo,
		{"PHOTO_SERVICE_ERROR", "Gongan service is unavailable temporarily"}: idverify.BilledNo,
		{"PHOTO_SERVICE_ERROR", "Network error"}:                             idverify.BilledNo,
		{"PHOTO_SERVICE_ERROR", "Unknown error"}:                             idverify.BilledNo,
		{"INVALID_ARGUMENT", "Invalid name"}:                                 idverify.BilledUnknown,
		{"INVALID_ARGUMENT", "Invalid idcard number"}:                        idverify.BilledUnknown,
		{"NO_FACE_DETECTED", "poor picture quality"}:                         idverify.BilledYes,
		{"WRONG_LIVENESS_DATA", "poor picture quality"}:                      idverify.BilledYes,
	}
	for _, status := range []string{"ENCODING_ERROR", "DOWNLOAD_TIMEOUT", "DOWNLOAD_ERROR", "WRONG_LIVENESS_DATA", "NO_FACE_DETECTED",
		"INVALID_ARGUMENT", "UNAUTHORIZED", "KEY_EXPIRED", "RATE_LIMIT_EXCEEDED", "NO_PERMISSION", "OUT_OF_QUOTA", "NOT_FOUND",
		"INTERNAL_ERROR", "PHOTO_SERVICE_ERROR"} {
		page[key{status, ""}] = idverify.BilledUnknown
	}
	rows := map[key]idverify.Billed{}
	for _, row := range linkface.Codes() {
		rows[key{row.VendorCode, row.VendorReason}] = row.Billed
		assert.NotEmpty(t, row.Note)
		assert.NotEmpty(t, row.NoteZH)
		assert.False(t, row.Repeatable() && row.Billed == idverify.BilledYes)
	}
	assert.Equal(t, page, rows)
}

func TestAnswer_UnusableCaptureAfterSourceAnswerIsNoPass(t *testing.T) {
	c, _ := answering(t, http.StatusBadRequest, fixture(t, "no_face_after_source.json"))
	res, err := c.Verify(t.Context(), request())
	e := requireError(t, res, err)
	assert.Equal(t, idverify.CodeNoFace, e.Code)
	assert.Equal(t, idverify.BilledUnknown, e.Billed)
	reply, ok := idverify.ReplyAs[*linkface.Reply](nil, err)
	require.True(t, ok)
	assert.True(t, reply.Identity.Validity)
	assert.Equal(t, "liveness", reply.Image)
	assert.Equal(t, "00000000000000000000000000000004", reply.Identity.PhotoID)
}

// Holds P-PAY-19.
func TestAnswer_ReasonInIdentityDecidesBilled(t *testing.T) {
	body := `{"status":"WRONG_LIVENESS_DATA","request_id":"T","identity":{"validity":true,"photo_id":null,"reason":"Poor picture quality"}}`
	c, _ := answering(t, http.StatusBadRequest, body)
	res, err := c.Verify(t.Context(), request())
	e := requireError(t, res, err)
	assert.Equal(t, idverify.CodePoorPhoto, e.Code)
	assert.Equal(t, idverify.BilledYes, e.Billed)
}

func TestAnswer_DecisionSentAsErrorIsAResult(t *testing.T) {
	c, _ := answering(t, http.StatusBadRequest, fixture(t, "no_photo.json"))
	res, err := c.Verify(t.Context(), request())
	require.NoError(t, err)
	assert.Equal(t, idverify.CodeReferencePhotoUnavailable, res.Code)
	assert.Empty(t, res.Checks)
	assert.Equal(t, http.StatusBadRequest, res.HTTPStatus)
}

// Holds P-PASS-5.
func TestAnswer_UnlistedStatusIsUnknownAndKept(t *testing.T) {
	for body, want := range map[string]struct {
		code, message string
	}{
		`{"status":"SOMETHING_NEW","reason":"of ` + name + ` and ` + number + `","request_id":"T"}`: {"SOMETHING_NEW", "of [hidden] and [hidden]"},
		`{"status":"PHOTO_SERVICE_ERROR","reason":"a new reason","request_id":"T"}`:                 {"PHOTO_SERVICE_ERROR", "a new reason"},
		`{"status":"ok","verify_score":1,"hack_score":0,"request_id":"T"}`:                          {"ok", ""},
	} {
		c, _ := answering(t, http.StatusOK, body)
		res, err := c.Verify(t.Context(), request())
		e := requireError(t, res, err)
		assert.Equal(t, idverify.CodeUnknown, e.Code, body)
		assert.Equal(t, want.code, e.VendorCode)
		assert.Equal(t, want.message, e.VendorMessage.Reveal())
		assert.Equal(t, idverify.BilledUnknown, e.Billed)
		assert.False(t, e.Repeatable())
		assert.NotContains(t, err.Error(), "new reason", "a vendor's free text is not printed")
	}
}

func TestAnswer_SuccessNeedsBothStatuses(t *testing.T) {
	for _, status := range []int{201, 400, 403, 500, 503} {
		c, _ := answering(t, status, fixture(t, "ok.json"))
		res, err := c.Verify(t.Context(), request())
		e := requireError(t, res, err)
		assert.Equal(t, idverify.CodeBadResponse, e.Code)
		assert.Equal(t, "status OK came with an HTTP status of failure", e.Detail)
		assert.Equal(t, status, e.HTTPStatus)
		assert.Equal(t, "TID00000000000000000000000000000001", e.RequestID)
	}
}

// Holds P-PASS-6.
func TestAnswer_ContradictorySuccessDecidesNothing(t *testing.T) {
	c, _ := answering(t, http.StatusOK, `{"request_id":"T","status":"OK","verify_score":0.9,"hack_score":0.1,"identity":{"validity":false}}`)
	res, err := c.Verify(t.Context(), request())
	e := requireError(t, res, err)
	assert.Equal(t, idverify.CodeBadResponse, e.Code)
	assert.Equal(t, "status OK came with an identity that does not hold", e.Detail)
}

// A success that comes with a contradicting field, in any form, decides nothing;
// with an empty field it counts.
// Holds P-PASS-6.
func TestAnswer_SuccessWithContradictingFieldDecidesNothing(t *testing.T) {
	for beside, passes := range map[string]bool{
		`"identity":{"validity":true}`:                      true,
		`"identity":{"validity":"true","reason":""}`:        true,
		`"identity":null`:                                   true,
		`"identity":""`:                                     true,
		`"identity":[]`:                                     true,
		`"identity":{}`:                                     true,
		`"reason":"all fine"`:                               true,
		`"identity":{"validity":"false"}`:                   false,
		`"identity":{"validity":0}`:                         false,
		`"identity":{"validity":null}`:                      false,
		`"identity":{"valid":true}`:                         false,
		`"identity":false`:                                  false,
		`"identity":"false"`:                                false,
		`"identity":0`:                                      false,
		`"identity":[{"validity":false}]`:                   false,
		`"reason":"Invalid idcard number"`:                  false,
		`"reason":" name and idcard number doesn't match "`: false,
		`"identity":{"validity":true,"reason":"Gongan photo doesn’t exist"}`: false,
	} {
		c, _ := answering(t, http.StatusOK, `{"request_id":"T","status":"OK","verify_score":0.9,"hack_score":0.1,`+beside+`}`)
		res, err := c.Verify(t.Context(), request())
		if passes {
			require.NoError(t, err, beside)
			assert.True(t, res.Passed(), beside)
			continue
		}
		e := requireError(t, res, err)
		assert.Equal(t, idverify.CodeBadResponse, e.Code, beside)
	}
}

// An identity with validity false contradicts only a success. With a failure it
// explains the failure, whose row keeps its meaning and bill.
func TestAnswer_InvalidIdentityExplainsFailure(t *testing.T) {
	c, _ := answering(t, http.StatusBadRequest,
		`{"request_id":"T","status":"PHOTO_SERVICE_ERROR","reason":"Invalid idcard number","identity":{"validity":false,"reason":"Invalid idcard number"}}`)
	res, err := c.Verify(t.Context(), request())
	require.NoError(t, err)
	assert.Equal(t, idverify.CodeIdentityNotFound, res.Code)
	assert.Equal(t, idverify.BilledNo, res.Billed)
	reply, ok := idverify.ReplyAs[*linkface.Reply](res, nil)
	require.True(t, ok)
	assert.Equal(t, &linkface.Identity{Reason: "Invalid idcard number"}, reply.Identity)
}

// Anything but an object counts as no identity.
func TestAnswer_NonObjectIdentityIsAbsent(t *testing.T) {
	for _, identity := range []string{`null`, `[]`, `""`, `true`, `"{}"`} {
		c, _ := answering(t, http.StatusBadRequest, `{"request_id":"T","status":"NEW","reason":"7","identity":`+identity+`}`)
		res, err := c.Verify(t.Context(), request())
		e := requireError(t, res, err)
		assert.Equal(t, "7", e.VendorReason, "a small number that nobody listed can be shown")
		var reply *linkface.Reply
		reply, ok := idverify.ReplyAs[*linkface.Reply](nil, err)
		require.True(t, ok)
		assert.Nil(t, reply.Identity, identity)
	}
}

func TestAnswer_MalformedRemarksKeepTheError(t *testing.T) {
	c, _ := answering(t, http.StatusBadRequest, `{"request_id":[1],"status":"NO_FACE_DETECTED","image":{},"identity":"x"}`)
	res, err := c.Verify(t.Context(), request())
	assert.Equal(t, idverify.CodeNoFace, requireError(t, res, err).Code)
}

func TestAnswer_TruncatedKeepsRequestID(t *testing.T) {
	whole := fixture(t, "ok.json")
	c, _ := answering(t, http.StatusOK, whole[:len(whole)-20])
	res, err := c.Verify(t.Context(), request())
	e := requireError(t, res, err)
	assert.Equal(t, idverify.CodeBadResponse, e.Code)
	assert.Equal(t, "TID00000000000000000000000000000001", e.RequestID)
	assert.ErrorIs(t, err, idverify.ErrAmbiguous)
}

func TestAnswer_RetryAfter(t *testing.T) {
	transport := httpmock.NewMockTransport()
	transport.RegisterResponder(http.MethodPost, endpoint, func(*http.Request) (*http.Response, error) {
		resp := httpmock.NewStringResponse(http.StatusForbidden, `{"status":"RATE_LIMIT_EXCEEDED","request_id":"T"}`)
		resp.Header.Set("Retry-After", "3")
		return resp, nil
	})
	c := newClient(t, func(cfg *linkface.Config) { cfg.HTTP.Client = &http.Client{Transport: transport} })
	_, err := c.Verify(t.Context(), request())
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	assert.ErrorIs(t, err, idverify.ErrRateLimited)
	assert.EqualValues(t, 3e9, e.RetryAfter)
	assert.True(t, e.Repeatable())
}

// Holds P-PASS-6.
func TestAnswer_DuplicateFieldDecidesNothing(t *testing.T) {
	for _, body := range []string{
		`{"request_id":"TID1","status":"PHOTO_SERVICE_ERROR","status":"OK","verify_score":1,"hack_score":0}`,
		`{"request_id":"TID1","status":"OK","verify_score":0.1,"VERIFY_SCORE":1,"hack_score":0}`,
		`{"request_id":"TID1","status":"OK","verify_score":1,"hack_score":1,"hack_score":0}`,
	} {
		c, _ := answering(t, http.StatusOK, body)
		res, err := c.Verify(t.Context(), request())
		e := requireError(t, res, err)
		assert.Equal(t, idverify.CodeBadResponse, e.Code, body)
		assert.Equal(t, "TID1", e.RequestID)
		assert.True(t, e.Sent())
		assert.ErrorIs(t, err, idverify.ErrAmbiguous)
	}
}

// What each row means, written a second time: the table is data, and the documents
// are generated from it.
func TestCodes_MeanWhatTheVendorsPageSays(t *testing.T) {
	got := map[idverify.Code][]string{}
	var repeatable []string
	statuses := map[int][]string{}
	for _, row := range linkface.Codes() {
		key := strings.TrimSuffix(row.VendorCode+"/"+row.VendorReason, "/")
		got[row.Code] = append(got[row.Code], key)
		if row.Repeatable() {
			repeatable = append(repeatable, key)
		}
		if row.HTTPStatus != http.StatusBadRequest {
			statuses[row.HTTPStatus] = append(statuses[row.HTTPStatus], key)
		}
	}
	source := "PHOTO_SERVICE_ERROR/"
	down := []string{source + "Gongan service timeout", source + "Gongan service is unavailable temporarily", source + "Network error", source + "Unknown error"}
	assert.Equal(t, map[idverify.Code][]string{
		idverify.CodeMatch:                     {"OK"},
		idverify.CodeReferencePhotoUnavailable: {source + "Gongan photo doesn’t exist"},
		idverify.CodeIdentityMismatch:          {source + "Name and idcard number doesn’t match"},
		idverify.CodeIdentityNotFound:          {source + "Invalid idcard number"},
		idverify.CodeSourceUnavailable:         down,
		idverify.CodeUnknown:                   {"PHOTO_SERVICE_ERROR"},
		idverify.CodeInvalidName:               {"INVALID_ARGUMENT/Invalid name"},
		idverify.CodeInvalidIDNumber:           {"INVALID_ARGUMENT/Invalid idcard number"},
		idverify.CodeInvalidRequest:            {"INVALID_ARGUMENT", "ENCODING_ERROR"},
		idverify.CodeEvidenceUnreachable:       {"DOWNLOAD_TIMEOUT", "DOWNLOAD_ERROR"},
		idverify.CodePoorPhoto:                 {"WRONG_LIVENESS_DATA/poor picture quality", "NO_FACE_DETECTED/poor picture quality"},
		idverify.CodeBadCapture:                {"WRONG_LIVENESS_DATA"},
		idverify.CodeNoFace:                    {"NO_FACE_DETECTED"},
		idverify.CodeUnauthorized:              {"UNAUTHORIZED"},
		idverify.CodeAccountSuspended:          {"KEY_EXPIRED"},
		idverify.CodeRateLimited:               {"RATE_LIMIT_EXCEEDED"},
		idverify.CodeQuotaExceeded:             {"OUT_OF_QUOTA"},
		idverify.CodePermissionDenied:          {"NO_PERMISSION"},
		idverify.CodeInvalidConfig:             {"NOT_FOUND"},
		idverify.CodeVendorUnavailable:         {"INTERNAL_ERROR"},
	}, got)
	assert.ElementsMatch(t, append(down, "RATE_LIMIT_EXCEEDED"), repeatable)
	assert.Equal(t, map[int][]string{
		http.StatusOK:                  {"OK"},
		http.StatusUnauthorized:        {"UNAUTHORIZED", "KEY_EXPIRED"},
		http.StatusForbidden:           {"RATE_LIMIT_EXCEEDED", "OUT_OF_QUOTA", "NO_PERMISSION"},
		http.StatusNotFound:            {"NOT_FOUND"},
		http.StatusInternalServerError: {"INTERNAL_ERROR"},
	}, statuses)
}

func TestResult_HasWarningsAboutTheName(t *testing.T) {
	for _, answer := range []struct {
		status int
		body   string
	}{
		{http.StatusOK, fixture(t, "ok.json")},
		{http.StatusBadRequest, fixture(t, "no_photo.json")},
	} {
		c, _ := answering(t, answer.status, answer.body)
		req := request()
		req.Name = "测\ue863"
		res, err := c.Verify(t.Context(), req)
		require.NoError(t, err)
		assert.Equal(t, []idverify.Warning{idverify.WarnPrivateUseName}, res.Warnings)
	}
}

func TestAnswer_RetryAfterDateUsesConfiguredClock(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	transport := httpmock.NewMockTransport()
	transport.RegisterResponder(http.MethodPost, endpoint, func(*http.Request) (*http.Response, error) {
		resp := httpmock.NewStringResponse(http.StatusForbidden, `{"status":"RATE_LIMIT_EXCEEDED","request_id":"T"}`)
		resp.Header.Set("Retry-After", now.Add(time.Minute).Format(http.TimeFormat))
		return resp, nil
	})
	c := newClient(t, func(cfg *linkface.Config) {
		cfg.HTTP.Client, cfg.HTTP.Clock = &http.Client{Transport: transport}, func() time.Time { return now }
	})
	res, err := c.Verify(t.Context(), request())
	assert.Equal(t, time.Minute, requireError(t, res, err).RetryAfter)
}

// Holds P-DATA-3.
func TestReply_PersonalDataIsRemovedFromEveryText(t *testing.T) {
	c, _ := answering(t, http.StatusBadRequest, fmt.Sprintf(
		`{"request_id":"T","status":"S%[1]s","reason":"R%[1]s","image":"I%[1]s","liveness_data_id":"L%[1]s",
			"identity":{"validity":true,"photo_id":"H%[1]s","reason":"P%[1]s"}}`, number))
	res, err := c.Verify(t.Context(), request())
	assert.Equal(t, "[hidden]", requireError(t, res, err).VendorCode)
	reply, ok := idverify.ReplyAs[*linkface.Reply](nil, err)
	require.True(t, ok)
	assert.Equal(t, linkface.Reply{RequestID: "T", Status: "S[hidden]", Reason: "R[hidden]", Image: "I[hidden]",
		Identity: &linkface.Identity{Validity: true, PhotoID: "H[hidden]", Reason: "P[hidden]"}}, *reply)
}
