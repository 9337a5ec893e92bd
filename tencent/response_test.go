package tencent_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/tencent"
)

// Holds P-PASS-3.
func TestAnswer_SimilarityDecides(t *testing.T) {
	res, err := verify(t, answeringFile(t, "match.json"))
	require.NoError(t, err)
	require.True(t, res.Passed())
	require.Equal(t, idverify.CodeMatch, res.Code)
	require.Equal(t, "tencent", res.Vendor)
	require.Equal(t, "order-0001", res.RequestID)
	require.Equal(t, "0", res.VendorCode)
	require.Equal(t, http.StatusOK, res.HTTPStatus)
	require.Equal(t, idverify.BilledYes, res.Billed)
	hundred := 100.0
	require.Equal(t, []idverify.Check{{
		Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByThreshold, Value: &hundred, Scale: idverify.Scale{Max: 100},
		Direction: idverify.HigherIsBetter, Normalized: 1,
		Comparator: idverify.Above, Threshold: 75, Passed: true, Margin: 1,
	}}, res.Checks)

	reply, ok := idverify.ReplyAs[*tencent.Reply](res, nil)
	require.True(t, ok)
	require.Equal(t, 100.0, *reply.Similarity)
	require.Equal(t, tencent.Reply{
		Similarity: reply.Similarity, SessionID: "order-0001", Code: "0", Message: "OK",
	}, *reply)

	res, err = verify(t, answeringFile(t, "face_mismatch.json"))
	require.NoError(t, err)
	require.False(t, res.Passed())
	require.Equal(t, idverify.CodeFaceMismatch, res.Code)
	require.Equal(t, idverify.BilledYes, res.Billed)
}

func TestAnswer_SpellingsOfSimilarity(t *testing.T) {
	for score, want := range map[string]idverify.Code{
		"75.0": idverify.CodeFaceMismatch, "-0": idverify.CodeFaceMismatch, "1e2": idverify.CodeMatch,
		`"88.5"`: idverify.CodeMatch, `"75"`: idverify.CodeFaceMismatch,
	} {
		res, err := verify(t, answering(http.StatusOK, "application/json", `{"data":{"similarity":`+score+`},"code":0,"message":"OK"}`))
		require.NoError(t, err, score)
		require.Equal(t, want, res.Code, score)
	}
}

// Holds P-PASS-2.
func TestAnswer_SuccessWithoutSimilarityDecidesNothing(t *testing.T) {
	for _, name := range []string{"success_without_data.json", "success_with_null_data.json", "success_with_list_data.json"} {
		res, err := verify(t, answeringFile(t, name))
		e := failed(t, res, err)
		require.Equal(t, idverify.CodeBadResponse, e.Code, name)
		require.Equal(t, "data.similarity", e.Field, name)
	}
}

func TestAnswer_CodeMayBeText(t *testing.T) {
	res, err := verify(t, answeringFile(t, "code_as_text.json"))
	require.NoError(t, err)
	require.True(t, res.Passed())

	res, err = verify(t, answeringFile(t, "identity_mismatch_as_text.json"))
	require.NoError(t, err)
	require.Equal(t, idverify.CodeIdentityMismatch, res.Code)
}

func TestAnswer_DecisionWithAnyHTTPStatus(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusBadRequest, http.StatusForbidden, http.StatusInternalServerError} {
		res, err := verify(t, answering(status, "application/json", fixture(t, "identity_mismatch.json")))
		require.NoError(t, err)
		require.Equal(t, idverify.CodeIdentityMismatch, res.Code)
		require.False(t, res.Passed())
		require.Equal(t, status, res.HTTPStatus)
		require.Equal(t, "-5803", res.VendorCode)
		require.Equal(t, "order-0001", res.RequestID)
		require.Equal(t, idverify.BilledUnknown, res.Billed)
	}
}

func TestAnswer_SuccessNeedsHTTPStatusOfSuccess(t *testing.T) {
	for _, status := range []int{http.StatusCreated, http.StatusAccepted, http.StatusUnauthorized, http.StatusInternalServerError, http.StatusBadGateway} {
		res, err := verify(t, answering(status, "application/json", fixture(t, "match.json")))
		e := failed(t, res, err)
		require.Equal(t, idverify.CodeBadResponse, e.Code)
		require.Equal(t, "code 0 came with an HTTP status of failure", e.Detail)
		require.Equal(t, status, e.HTTPStatus)
		require.Equal(t, "order-0001", e.RequestID)
		require.True(t, e.Ambiguous())
	}
}

func TestAnswer_UnreadableAnswerDecidesNothing(t *testing.T) {
	const (
		jsonType = "application/json"
		htmlType = "text/html; charset=utf-8"
	)
	for what, tt := range map[string]struct {
		status            int
		contentType, file string
	}{
		"gateway's page":         {http.StatusBadGateway, htmlType, "gateway.html"},
		"page with success":      {http.StatusOK, htmlType, "gateway.html"},
		"page said to be JSON":   {http.StatusOK, jsonType, "gateway.html"},
		"JSON said to be a page": {http.StatusOK, htmlType, "match.json"},
		"empty":                  {http.StatusOK, jsonType, "empty.json"},
		"truncated":              {http.StatusOK, jsonType, "truncated.json"},
		"trailing":               {http.StatusOK, jsonType, "trailing.json"},
		"comma too many":         {http.StatusOK, jsonType, "vendor_sample.json"},
		"without a code":         {http.StatusOK, jsonType, "without_code.json"},
		"null for a code":        {http.StatusOK, jsonType, "null_code.json"},
		"object for a code":      {http.StatusOK, jsonType, "object_code.json"},
	} {
		t.Run(what, func(t *testing.T) {
			v := serve(t, answering(tt.status, tt.contentType, fixture(t, tt.file)))
			cfg := config(v.URL)
			cfg.Rand = fixedRandomness()
			res, err := newClient(t, cfg).Verify(t.Context(), photoRequest(jpegPhoto))
			e := failed(t, res, err)
			require.Equal(t, idverify.CodeBadResponse, e.Code)
			require.Equal(t, tt.status, e.HTTPStatus)
			require.Equal(t, generatedSession, e.RequestID)
			require.True(t, e.Sent())
			require.True(t, e.Ambiguous())
			require.False(t, e.Repeatable())
			require.Equal(t, idverify.BilledUnknown, e.Billed)
		})
	}
}

func TestAnswer_JSONContentTypes(t *testing.T) {
	for _, contentType := range []string{"application/json;charset=UTF-8", "text/json", "text/plain; charset=utf-8"} {
		res, err := verify(t, answering(http.StatusOK, contentType, fixture(t, "match.json")))
		require.NoError(t, err, contentType)
		require.True(t, res.Passed(), contentType)
	}
}

// Holds P-PASS-5.
func TestAnswer_UnlistedCodeIsUnknownAndKept(t *testing.T) {
	res, err := verify(t, answeringFile(t, "unlisted.json"))
	e := failed(t, res, err)
	require.Equal(t, idverify.CodeUnknown, e.Code)
	require.Equal(t, "-9999", e.VendorCode)
	require.Equal(t, "unheard-of vendor words", e.VendorMessage.Reveal())
	require.Equal(t, "order-0001", e.RequestID)
	require.Equal(t, idverify.BilledUnknown, e.Billed)
	require.False(t, e.Repeatable())
	require.Contains(t, err.Error(), "-9999")
	require.NotContains(t, fmt.Sprintf("%+v", err), "unheard-of")

	reply, ok := idverify.ReplyAs[*tencent.Reply](nil, err)
	require.True(t, ok)
	require.Equal(t, "unheard-of vendor words", reply.Message)
}

// Holds P-PASS-5, P-PASS-7.
func TestAnswer_CodeSimilarToSuccessIsNone(t *testing.T) {
	for _, code := range []string{"0.0", "-0", "00", `" 0"`, `"OK"`, "false", "0e0", `"0 "`} {
		res, err := verify(t, answering(http.StatusOK, "application/json", `{"data":{"similarity":99},"code":`+code+`,"message":"OK"}`))
		failed(t, res, err)
	}
}

func TestAnswer_MessageOfCode3DistinguishesArrears(t *testing.T) {
	for name, want := range map[string]idverify.Code{
		"arrears_ascii_colon.json": idverify.CodeAccountSuspended,
		"arrears_wide_colon.json":  idverify.CodeAccountSuspended,
		"arrears_capitals.json":    idverify.CodeAccountSuspended,
		"bad_request.json":         idverify.CodeInvalidRequest,
	} {
		res, err := verify(t, answeringFile(t, name))
		e := failed(t, res, err)
		require.Equal(t, want, e.Code, name)
		require.Equal(t, "3", e.VendorCode, name)
		require.Equal(t, want == idverify.CodeAccountSuspended, e.VendorReason == "account abnormal", name)
	}
}

func TestAnswer_ExpiredSignatureStatesClockSkew(t *testing.T) {
	const note = "the signature had expired when it arrived"
	for what, tt := range map[string]struct {
		date string
		want string
	}{
		"ahead":         {httpDate(-12 * time.Minute), note + "; this machine's clock is 12m0s ahead of the vendor's"},
		"behind":        {httpDate(90 * time.Second), note + "; this machine's clock is 1m30s behind the vendor's"},
		"just too much": {httpDate(-31 * time.Second), note + "; this machine's clock is 31s ahead of the vendor's"},
		"tolerable":     {httpDate(30 * time.Second), note},
		"tolerable too": {httpDate(-30 * time.Second), note},
		"right":         {httpDate(0), note},
		"no date":       {"yesterday", note},
	} {
		t.Run(what, func(t *testing.T) {
			res, err := verify(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Date", tt.date)
				answeringFile(t, "signature_expired.json")(w, r)
			})
			e := failed(t, res, err)
			require.Equal(t, idverify.CodeSignatureExpired, e.Code)
			require.Equal(t, tt.want, e.Detail)
			require.Equal(t, "9", e.VendorCode)
		})
	}
}

func httpDate(offset time.Duration) string { return signedAt.Add(offset).UTC().Format(http.TimeFormat) }

// Holds P-PASS-6.
func TestAnswer_DuplicateFieldDecidesNothing(t *testing.T) {
	for _, content := range []string{
		`{"code":-5803,"CODE":0,"data":{"similarity":99}}`,
		`{"code":0,"data":{"similarity":9,"similarity":99}}`,
		`{"code":0,"data":{"similarity":9},"data":{"similarity":99}}`,
	} {
		res, err := verify(t, answering(http.StatusOK, "application/json", content))
		e := failed(t, res, err)
		require.Equal(t, idverify.CodeBadResponse, e.Code, content)
		require.True(t, e.Sent())
		require.True(t, e.Ambiguous())
	}
}

func TestAnswer_OtherErrorsDoNotMentionTheClock(t *testing.T) {
	res, err := verify(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", httpDate(time.Hour))
		answeringFile(t, "bad_request.json")(w, r)
	})
	require.NotContains(t, failed(t, res, err).Detail, "clock")
}

// An answer with another call's session id is about another person.
// Holds P-PASS-6.
func TestAnswer_OfAnotherCallDecidesNothing(t *testing.T) {
	for _, answer := range []string{
		`{"code":0,"message":"OK","data":{"similarity":99,"session_id":"order-0002"}}`,
		`{"code":-5803,"message":"m","data":{"session_id":"order-0002"}}`,
		`{"code":-1101,"message":"m","data":{"session_id":"ORDER-0001"}}`,
	} {
		res, err := verify(t, answering(http.StatusOK, "application/json", answer))
		e := failed(t, res, err)
		require.Equal(t, idverify.CodeBadResponse, e.Code)
		require.True(t, e.Ambiguous(), "what became of ours nobody knows")
		require.Equal(t, "order-0001", e.RequestID)
		require.True(t, e.Contradiction, "no other vendor is asked")
		require.Equal(t, "data.session_id", e.Field)
	}
}

func TestResult_WarnsOfMilderThreshold(t *testing.T) {
	for threshold, warned := range map[float64]bool{74.9: true, 75: false, 80: false} {
		for _, answer := range []string{"match.json", "identity_mismatch.json"} {
			cfg := config(serve(t, answeringFile(t, answer)).URL)
			cfg.Threshold = threshold
			res, err := newClient(t, cfg).Verify(t.Context(), photoRequest(jpegPhoto))
			require.NoError(t, err)
			require.Equal(t, warned, len(res.Warnings) == 1, "%v", threshold)
			if warned {
				require.Equal(t, idverify.WarnThresholdBelowRecommended, res.Warnings[0])
			}
		}
	}
}

func TestAnswer_GeneratedSessionIDIsNotScrubbed(t *testing.T) {
	v := serve(t, answering(http.StatusOK, "application/json", `{"data":{"session_id":"`+generatedSession+`","similarity":99},"code":0}`))
	cfg := config(v.URL)
	cfg.Rand = fixedRandomness()
	req := photoRequest(jpegPhoto)
	req.Name = "a"
	res, err := newClient(t, cfg).Verify(t.Context(), req)
	require.NoError(t, err)
	require.Equal(t, generatedSession, res.RequestID)
}

// What is not worked on has no similarity: nobody asks again, and pays again, where it has.
func TestAnswer_SimilarityWithRefusalIsNotRepeated(t *testing.T) {
	repeatable := ""
	for _, row := range tencent.Codes() {
		if row.Repeatable() {
			repeatable = row.VendorCode
		}
	}
	require.NotEmpty(t, repeatable)
	for similarity, contradicts := range map[string]bool{"91": true, "0": false, "null": false} {
		res, err := verify(t, answering(http.StatusOK, "application/json", `{"code":`+repeatable+`,"data":{"similarity":`+similarity+`}}`))
		e := failed(t, res, err)
		require.Equal(t, []any{contradicts, !contradicts}, []any{e.Contradiction, e.Repeatable()}, similarity)
	}
}
