package tencent_test

import (
	"fmt"
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/proof/fuzztest"
	"github.com/idverify/idverify/tencent"
)

// recorded are the fixtures, including the sample of the vendor's page.
var recorded = []string{
	"arrears_ascii_colon.json", "arrears_capitals.json", "arrears_wide_colon.json", "bad_request.json",
	"code_as_text.json", "empty.json", "face_mismatch.json", "gateway.html", "identity_mismatch.json",
	"identity_mismatch_as_text.json", "match.json", "match_without_session.json", "null_code.json",
	"object_code.json", "signature_expired.json", "success_with_list_data.json", "success_with_null_data.json",
	"success_without_data.json", "trailing.json", "truncated.json", "unlisted.json", "vendor_sample.json",
	"without_code.json",
}

// reference is the session id of the fuzzed calls.
const reference = "order-17"

// turns are answers close to the border between decisions.
var turns = []string{
	`{"data":{"similarity":75,"session_id":""},"code":0,"message":"OK"}`,
	`{"data":{"similarity":75.000000000000014,"session_id":"other"},"code":0,"message":"success"}`,
	`{"data":{"similarity":75.000000000000014,"session_id":"order-17"},"code":0,"message":"success"}`,
	`{"data":{"similarity":"100.0"},"code":"0"}`,
	`{"data":{"similarity":100.00000000000001},"code":0}`,
	`{"data":{"similarity":null},"code":0}`,
	`{"data":{"similarity":"1e2"},"code":0}`,
	`{"data":{"similarity":90},"data":{"similarity":10},"code":0}`,
	`{"data":{"similarity":90},"code":-5803,"ſession_id":1,"CODE":0}`,
	`{"Data":{"SIMILARITY":90},"Code":0,"message":{}}`,
	`{"data":{"similarity":90},"code":-5803,"message":"OK"}`,
	`{"data":{"similarity":90},"code":-0}`,
	`{"data":{"similarity":90},"code":0.0}`,
	`{"data":{"similarity":90},"code":false}`,
	`{"data":"","code":-5803}`, `{"similarity":90,"code":0}`, `{"code":99999}`, `[]`, `null`, ``,
}

// Whatever the vendor answers, the outcome is a decision or an error with a code,
// and a pass only if a similarity is in the answer, in range, and above the
// threshold.
// Holds P-PASS-13.
func FuzzAnswer(f *testing.F) {
	add := func(status int, body string) { f.Add(status, "application/json", []byte(body), uint8(0)) }
	for _, file := range recorded {
		content, err := os.ReadFile("testdata/" + file)
		require.NoError(f, err)
		add(http.StatusOK, string(content))
	}
	for _, row := range tencent.Codes() {
		add(http.StatusOK, fmt.Sprintf(`{"code":%s,"message":%q,"data":{}}`, row.VendorCode, row.VendorReason))
	}
	for _, body := range turns {
		add(http.StatusOK, body)
	}
	echo := fmt.Sprintf(`"message":"%[1]s %[2]s %[3]s %[4]s","data":{"similarity":90,"session_id":"S%[2]s"}`, personName, personNumber, secretID, secretKey)
	add(http.StatusOK, `{"code":"`+personNumber+`",`+echo+`}`)
	add(http.StatusOK, `{"code":0,`+echo+`}`)
	add(http.StatusBadRequest, `{"code":-5804,`+echo+`}`)
	add(http.StatusOK, "\ufeff"+turns[1])
	add(http.StatusTooManyRequests, turns[1])
	add(http.StatusTooManyRequests, `{"code":429}`)
	add(http.StatusRequestEntityTooLarge, `<html>`)
	add(http.StatusProxyAuthRequired, `{"code":-9999}`)
	f.Add(200, "application/octet-stream", []byte(turns[1]), uint8(0))
	f.Add(200, "text/html", []byte(turns[1]), uint8(0))
	f.Add(500, "text/json", []byte(turns[1]), uint8(0))
	f.Add(302, "", []byte(turns[1]), uint8(25))
	f.Add(200, "", []byte(turns[1]), uint8(10))

	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte, threshold uint8) {
		given := fuzztest.Of(status, contentType, body)
		cfg, above := config(tencent.DefaultBaseURL), 75.0
		if threshold > 1 && threshold < 100 {
			cfg.Threshold, above = float64(threshold), float64(threshold)
		}
		calls, signature := 0, ""
		cfg.HTTP.Client = &http.Client{Transport: fuzztest.Transport(func(r *http.Request) fuzztest.Answer {
			calls++
			signature = r.Header.Get("Authorization")
			return given
		})}
		request := photoRequest([]byte("photo"))
		request.Reference = reference
		res, err := fuzztest.Case{
			Answer: given, Request: request, Codes: tencent.Codes(), Earned: earned(given, above),
			Hidden: []string{personName, personNumber, secretID, secretKey},
			Provider: func() fuzztest.Provider {
				client, err := tencent.New(cfg)
				require.NoError(t, err)
				return client
			},
		}.Check(t)
		require.Equal(t, 2, calls, "one exchange for each of two calls")
		require.NotEmpty(t, signature)
		fuzztest.CheckOutcome(t, res, err, nil, signature)
		if res != nil {
			require.NotEmpty(t, res.RequestID, "a call can be asked about")
		}
	})
}

// earned evaluates the answer independently, by the vendor's page.
func earned(given fuzztest.Answer, above float64) bool {
	a, ok := fuzztest.Succeeded(given)
	code, plain := a.Text("code")
	data, _ := a.Object("data")
	similarity, compared := data.Number("similarity")
	session, _ := data.Text("session_id")
	ours := session == "" || session == reference
	return ok && plain && code == "0" && ours && compared && similarity > above && similarity <= 100
}

// The signature is the one secret that is made for a single call.
func FuzzAnswer_RepeatedSignatureIsHidden(f *testing.F) {
	f.Add(`{"code":5,"message":"`, `"}`)
	f.Add(`{"code":"`, `"}`)
	f.Add(`{"code":0,"data":{"similarity":90,"session_id":"`, `"}}`)
	f.Add(`{"code":0,"data":{"similarity":90,"`, `":"x"}}`)
	f.Fuzz(func(t *testing.T, before, after string) {
		signature := ""
		cfg := config(tencent.DefaultBaseURL)
		cfg.HTTP.Client = &http.Client{Transport: fuzztest.Transport(func(r *http.Request) fuzztest.Answer {
			signature = r.Header.Get("Authorization")
			return fuzztest.JSON(http.StatusOK, before+signature+after)
		})}
		res, err := newClient(t, cfg).Verify(t.Context(), photoRequest([]byte("photo")))
		require.NotEmpty(t, signature)
		fuzztest.CheckOutcome(t, res, err, nil, signature, secretKey)
	})
}
