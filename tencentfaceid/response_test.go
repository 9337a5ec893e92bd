package tencentfaceid_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/tencentfaceid"
)

func TestAnswer_SimilarityDecides(t *testing.T) {
	res, err := verify(t, fixture(t, "match.json"))
	require.NoError(t, err)
	require.True(t, res.Passed())
	require.Equal(t, []any{idverify.CodeMatch, "tencentfaceid", "Success", idverify.BilledYes, "11111111-2222-4333-8444-555555555501"},
		[]any{res.Code, res.Vendor, res.VendorCode, res.Billed, res.RequestID})
	value, far := 91.27, 1e-4
	check := res.Checks[0]
	require.Equal(t, []any{idverify.CheckSimilarity, idverify.DecidedByThreshold, &value, idverify.AtLeast, 70.0, true, &far},
		[]any{check.Kind, check.DecidedBy, check.Value, check.Comparator, check.Threshold, check.Passed, check.FAR})
	reply, ok := idverify.ReplyAs[*tencentfaceid.Reply](res, nil)
	require.True(t, ok)
	require.Equal(t, &tencentfaceid.Reply{Sim: &value, Result: "Success", Description: "成功", RequestID: res.RequestID}, reply)
}

// The vendor's no stands whatever the score says, and carries it where it can be used.
func TestAnswer_LowSimilarityIsAMismatchWhateverSim(t *testing.T) {
	for sim, carried := range map[string]bool{
		`"Sim":31.5,`: true, `"Sim":0,`: true, `"Sim":70,`: true, `"Sim":99.9,`: true, `"Sim":"31.5",`: true,
		"": false, `"Sim":null,`: false, `"Sim":101,`: false, `"Sim":-1,`: false, `"Sim":"x",`: false,
	} {
		res, err := verify(t, `{"Response":{`+sim+`"Result":"FailedOperation.CompareLowSimilarity","RequestId":"r"}}`)
		require.NoError(t, err, sim)
		assert.Equal(t, []any{idverify.CodeFaceMismatch, false, idverify.BilledYes}, []any{res.Code, res.Passed(), res.Billed}, sim)
		require.Len(t, res.Checks, 1)
		assert.Equal(t, idverify.DecidedByVendor, res.Checks[0].DecidedBy)
		assert.False(t, res.Checks[0].Passed)
		assert.Equal(t, carried, res.Checks[0].Value != nil, sim)
	}
}

// The vendor itself says no below 70: a success there contradicts itself.
func TestAnswer_SuccessBelowVendorsThresholdIsAContradiction(t *testing.T) {
	for sim, want := range map[string]idverify.Code{"70": idverify.CodeMatch, "70.0": idverify.CodeMatch, "100": idverify.CodeMatch, "98.819999694824": idverify.CodeMatch,
		"69.999": idverify.CodeBadResponse, "0": idverify.CodeBadResponse, `"69"`: idverify.CodeBadResponse} {
		res, err := verify(t, `{"Response":{"Sim":`+sim+`,"Result":"Success","RequestId":"r"}}`)
		if want == idverify.CodeMatch {
			require.NoError(t, err, sim)
			assert.True(t, res.Passed(), sim)
			continue
		}
		e := failed(t, res, err)
		assert.Equal(t, []any{want, true, "Response.Sim", idverify.BilledYes}, []any{e.Code, e.Contradiction, e.Field, e.Billed}, sim)
	}
}

// Agreement is tested at the vendor's own line: a yes below the caller's is a mismatch.
func TestAnswer_BelowCallersThresholdIsAMismatch(t *testing.T) {
	for sim, want := range map[string]idverify.Code{"79.99": idverify.CodeFaceMismatch, "80": idverify.CodeMatch, "70": idverify.CodeFaceMismatch} {
		cfg := config(&vendor{answer: `{"Response":{"Sim":` + sim + `,"Result":"Success","RequestId":"r"}}`})
		cfg.Threshold = 80
		res, err := newClient(t, cfg).Verify(t.Context(), photoRequest(jpegPhoto))
		require.NoError(t, err, sim)
		assert.Equal(t, want, res.Code, sim)
		assert.Empty(t, res.Warnings)
	}
}

// A no may come in either place.
func TestAnswer_DecisionsInResultOrError(t *testing.T) {
	for _, name := range []string{"identity_mismatch.json", "identity_mismatch_as_error.json"} {
		res, err := verify(t, fixture(t, name))
		require.NoError(t, err)
		assert.Equal(t, []any{idverify.CodeIdentityMismatch, "FailedOperation.IdNameMisMatch", idverify.BilledYes}, []any{res.Code, res.VendorCode, res.Billed})
		assert.Empty(t, res.Checks)
	}
	res, err := verify(t, `{"Response":{"Error":{"Code":"FailedOperation.CompareLowSimilarity","Message":"m"},"RequestId":"r"}}`)
	require.NoError(t, err)
	assert.Equal(t, idverify.CodeFaceMismatch, res.Code)
}

// What the gateway holds back has not been compared, and has no similarity.
func TestAnswer_SimilarityWithRefusalIsNotRepeated(t *testing.T) {
	for _, code := range []string{"RequestLimitExceeded", "AuthFailure.SignatureExpire", "FailedOperation.DetectEngineSystemError"} {
		for sim, contradicts := range map[string]bool{"91": true, "0.01": true, `"91"`: true, "0": false, "null": false, `""`: false} {
			res, err := verify(t, `{"Response":{"Sim":`+sim+`,"Error":{"Code":"`+code+`","Message":"m"},"RequestId":"r"}}`)
			e := failed(t, res, err)
			assert.Equal(t, contradicts, e.Contradiction, code+sim)
			assert.Equal(t, contradicts, e.Billed == idverify.BilledUnknown, code+sim)
			if contradicts {
				assert.False(t, e.Repeatable())
			}
		}
	}
}

func TestAnswer_ErrorWithResultIsNeverAPass(t *testing.T) {
	for answer, contradicts := range map[string]bool{
		`{"Response":{"Sim":99,"Result":"Success","Error":{"Code":"InternalError","Message":"m"}}}`: true,
		`{"Response":{"Sim":99,"Result":"Success","Error":{}}}`:                                     true,
		`{"Response":{"Sim":99,"Result":"Success","Error":"x"}}`:                                    true,
		`{"Response":{"Sim":99,"Result":"Success","Error":[]}}`:                                     true,
		`{"Response":{"Sim":99,"Result":"Success","Error":{"Code":"Success","Message":"m"}}}`:       true,
		`{"Response":{"Sim":99,"Error":{"Code":"Success","Message":"m"}}}`:                          true,
		`{"Response":{"Result":"FailedOperation.IdNameMisMatch","Error":{"Code":"InternalError"}}}`: true,
		`{"Response":{"Sim":99,"Error":{}}}`:                                                        false,
		`{"Response":{"Sim":99,"Result":"Success","Error":{"Code":"a","Code":"b"}}}`:                false,
		`{"Response":{"Sim":99}}`:                                                                   false,
		`{"Sim":99,"Result":"Success"}`:                                                             false,
		`{"Response":[{"Sim":99,"Result":"Success"}]}`:                                              false,
		`{"Response":null}`:                                                                         false,
		`{"Response":{"Sim":99,"Result":{"Success":true}}}`:                                         false,
		`{"Response":{"Sim":9,"Sim":99,"Result":"Success"}}`:                                        false,
		`{"Response":{"Result":"FailedOperation.IdNameMisMatch","RESULT":"Success","Sim":99}}`:      false,
		`{"Response":{"Result":"InternalError","Sim":99},"response":{"Sim":99,"Result":"Success"}}`: false,
		`{"Response":{"Sim":99,"Result":"Success","Extra":{"a":1}}}`:                                false,
	} {
		res, err := verify(t, answer)
		e := failed(t, res, err)
		assert.Equal(t, []any{idverify.CodeBadResponse, contradicts}, []any{e.Code, e.Contradiction}, answer)
		assert.False(t, e.Repeatable(), answer)
	}
	res, err := verify(t, `{"Response":{"Sim":99,"Result":"Success","Error":null}}`)
	require.NoError(t, err)
	assert.True(t, res.Passed())
}

// An answer with the Extra of another call belongs to another person: nobody else is
// asked, and nothing of it is shown.
func TestAnswer_OfAnotherCallDecidesNothing(t *testing.T) {
	for _, answer := range []string{
		`{"Response":{"Sim":99,"Result":"Success","Extra":"0123456789","RequestId":"theirs"}}`,
		`{"Response":{"Sim":99,"Result":"Success","Extra":"EXTRA-HERE ","RequestId":"theirs"}}`,
		`{"Response":{"Sim":99,"Result":"Success","Extra":7,"RequestId":"theirs"}}`,
		`{"Response":{"Sim":0,"Result":"FailedOperation.IdNameMisMatch","Extra":"0123456789","RequestId":"theirs"}}`,
		`{"Response":{"Error":{"Code":"InternalError","Message":"m"},"Extra":"0123456789","RequestId":"theirs"}}`,
	} {
		res, err := verify(t, answer)
		e := failed(t, res, err)
		assert.Equal(t, []any{idverify.CodeBadResponse, "Response.Extra", true, true}, []any{e.Code, e.Field, e.Contradiction, e.Ambiguous()}, answer)
		assert.Equal(t, idverify.BilledUnknown, e.Billed, "what became of ours nobody knows")
		assert.Empty(t, e.RequestID)
		assert.Nil(t, e.Reply)

		other := &vendor{answer: fixture(t, "match.json")}
		client, err := idverify.New([]idverify.Provider{newClient(t, config(&vendor{answer: answer})), named{newClient(t, config(other))}})
		require.NoError(t, err)
		_, err = client.Verify(t.Context(), photoRequest(jpegPhoto))
		require.Equal(t, idverify.CodeBadResponse, idverify.CodeOf(err))
		assert.Empty(t, other.seen, "the call has ended")
	}
	for _, name := range []string{"match.json", "match_without_extra.json"} {
		res, err := verify(t, fixture(t, name))
		require.NoError(t, err)
		assert.True(t, res.Passed(), name)
	}
}

// What follows on the connection cannot be trusted either.
func TestAnswer_OfAnotherCallClosesConnection(t *testing.T) {
	answers := []string{
		`{"Response":{"Sim":99,"Result":"Success","RequestId":"a"}}`, `{"Response":{"Sim":99,"Result":"Success","RequestId":"b"}}`,
		`{"Response":{"Sim":99,"Result":"Success","Extra":"0123456789","RequestId":"c"}}`, `{"Response":{"Sim":99,"Result":"Success","RequestId":"d"}}`,
	}
	var opened atomic.Int32
	served := 0
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, answers[served])
		served++
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	client := newClient(t, tencentfaceid.Config{SecretID: secretID, SecretKey: secretKey, HTTP: idverify.HTTP{BaseURL: server.URL}})
	defer client.CloseIdleConnections()
	for i, connections := range []int32{1, 1, 1, 2} {
		_, err := client.Verify(t.Context(), photoRequest(jpegPhoto))
		require.Equal(t, i == 2, err != nil)
		require.Equal(t, connections, opened.Load())
	}
}

// named is the same vendor under another name.
type named struct{ idverify.Provider }

func (named) Name() string { return "another" }

func TestAnswer_SuccessNeedsHTTPStatusOfSuccess(t *testing.T) {
	for _, status := range []int{http.StatusCreated, http.StatusUnauthorized, http.StatusInternalServerError} {
		v := &vendor{status: status, answer: fixture(t, "match.json")}
		res, err := newClient(t, config(v)).Verify(t.Context(), photoRequest(jpegPhoto))
		e := failed(t, res, err)
		assert.Equal(t, []any{idverify.CodeBadResponse, status, true}, []any{e.Code, e.HTTPStatus, e.Ambiguous()})
	}
	// An error of the vendor's counts under every status.
	v := &vendor{status: http.StatusBadRequest, answer: fixture(t, "signature_expired.json")}
	res, err := newClient(t, config(v)).Verify(t.Context(), photoRequest(jpegPhoto))
	assert.Equal(t, "AuthFailure.SignatureExpire", failed(t, res, err).VendorCode)
}

func TestAnswer_UnreadableAnswerDecidesNothing(t *testing.T) {
	for what, tt := range map[string]struct {
		status            int
		contentType, file string
	}{
		"gateway's page":         {http.StatusBadGateway, "text/html", "gateway.html"},
		"page said to be JSON":   {http.StatusOK, "application/json", "gateway.html"},
		"JSON said to be a page": {http.StatusOK, "text/html", "match.json"},
		"truncated":              {http.StatusOK, "application/json", "truncated.json"},
	} {
		v := &vendor{status: tt.status, contentType: tt.contentType, answer: fixture(t, tt.file)}
		res, err := newClient(t, config(v)).Verify(t.Context(), photoRequest(jpegPhoto))
		e := failed(t, res, err)
		assert.Equal(t, []any{idverify.CodeBadResponse, tt.status, true, idverify.BilledUnknown}, []any{e.Code, e.HTTPStatus, e.Ambiguous(), e.Billed}, what)
		if what == "truncated" {
			assert.Equal(t, "11111111-2222-4333-8444-555555555501", e.RequestID)
		}
	}
}

func TestAnswer_UnlistedCodeIsUnknownAndKept(t *testing.T) {
	res, err := verify(t, fixture(t, "unlisted.json"))
	e := failed(t, res, err)
	require.Equal(t, []any{idverify.CodeUnknown, "FailedOperation.OcrWarningOccurred", idverify.BilledUnknown, false}, []any{e.Code, e.VendorCode, e.Billed, e.Repeatable()})
	require.Equal(t, "unheard-of vendor words", e.VendorMessage.Reveal())
	require.NotContains(t, fmt.Sprintf("%+v", err), "unheard-of")
	for _, code := range []string{"success", "SUCCESS", "Success ", "Success.", "OK", "0"} {
		res, err := verify(t, fmt.Sprintf(`{"Response":{"Sim":99,"Result":%q}}`, code))
		if code == "Success " { // surrounding space is no other code
			require.NoError(t, err)
			continue
		}
		failed(t, res, err)
	}
}

func TestAnswer_ExpiredSignatureStatesClockSkew(t *testing.T) {
	v := &vendor{answer: fixture(t, "signature_expired.json"), date: signedAt.Add(12 * time.Minute).UTC().Format(http.TimeFormat)}
	res, err := newClient(t, config(v)).Verify(t.Context(), photoRequest(jpegPhoto))
	e := failed(t, res, err)
	require.Equal(t, []any{idverify.CodeSignatureExpired, idverify.DeliveryRefused, idverify.BilledNo}, []any{e.Code, e.Delivery, e.Billed})
	require.Contains(t, e.Detail, "this machine's clock is 12m0s behind the vendor's")
	require.Len(t, v.seen, 2, "it was signed anew, once")
	require.Equal(t, []string{"1700000000", "1700000720"}, []string{v.seen[0].Header.Get("X-TC-Timestamp"), v.seen[1].Header.Get("X-TC-Timestamp")})
}

// The vendor's limit per person is not to be waited out.
func TestAnswer_VendorsLimitPerPerson(t *testing.T) {
	v := &vendor{answer: `{"Response":{"Sim":0,"Result":"FailedOperation.IdentityAuthLimitExceeded","RequestId":"r"}}`}
	res, err := newClient(t, config(v)).Verify(t.Context(), photoRequest(jpegPhoto))
	e := failed(t, res, err)
	require.Equal(t, []any{idverify.CodeTooManyAttempts, time.Duration(0), false, idverify.DeliveryAnswered}, []any{e.Code, e.RetryAfter, e.Repeatable(), e.Delivery})
}
