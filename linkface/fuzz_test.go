package linkface_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/proof/fuzztest"
	"github.com/idverify/idverify/linkface"
)

// pageAnswers are the samples of the vendor's page with made-up ids; like the page,
// some are invalid JSON.
var pageAnswers = []struct {
	status int
	body   string
}{
	{200, `{"request_id": "TID00000000000000000000000000000001", "status": "OK", "hack_score": "xxx", "verify_score": "xxxxx", "liveness_data_id": "xxxxx"}`},
	{403, `{"status": "RATE_LIMIT_EXCEEDED", "request_id": "TID00000000000000000000000000000002"}`},
	{400, "{\n\"status\": \"ENCODING_ERROR\",\n\"image\": \"liveness\"\n\"request_id\": \"TID00000000000000000000000000000003\"\n}"},
	{400, `{"status": "PHOTO_SERVICE_ERROR", "reason": "Gongan photo doesn’t exist", "request_id": "TID00000000000000000000000000000004"}`},
	{400, `{"status": "NO_FACE_DETECTED", "image": "liveness", "request_id": "TID00000000000000000000000000000005",
"identity": {"validity": true, "photo_id": "00000000000000000000000000000006", "reason": "Gongan status OK"}}`},
	{400, `{"status": "INVALID_ARGUMENT", "reason": "Invalid name", "request_id": "TID00000000000000000000000000000007"}`},
	{400, `{"status": "WRONG_LIVENESS_DATA", "request_id": "TID00000000000000000000000000000008",
"identity": {"validity": true, "photo_id": null, "reason": "poor picture quality"}}`},
}

// turns are answers close to the border between decisions.
var turns = []string{
	`{"request_id":"T","status":"OK","verify_score":0.7,"hack_score":0.98}`,
	`{"request_id":"T","status":"OK","verify_score":"0.7","hack_score":"9.8e-1","identity":{"validity":true}}`,
	`{"status":"OK","verify_score":0.69999999999999984,"hack_score":0.98000000000000009}`,
	`{"status":"OK","verify_score":0.7,"hack_score":0.98000000000000009}`,
	`{"status":"OK","verify_score":0.69999999999999984,"hack_score":0.98}`,
	`{"status":"OK","verify_score":1,"hack_score":-0,"identity":{"validity":"false"}}`,
	`{"status":"OK","verify_score":1.0000000000000002,"hack_score":0}`,
	`{"status":"OK","verify_score":null,"hack_score":0}`,
	`{"status":"OK","verify_score":1}`,
	`{"status":"OK","verify_score":1,"hack_score":1e-400}`,
	`{"STATUS":"OK","Verify_Score":1,"hack_\u0053core":0,"identity":null}`,
	`{"status":"PHOTO_SERVICE_ERROR","ſtatus":"OK","verify_score":1,"hack_score":0}`,
	`{"status":"OK","reason":[],"verify_score":1,"hack_score":0}`,
	`{"status":"OK ","verify_score":1,"hack_score":0}`,
	`{"status":"PHOTO_SERVICE_ERROR","reason":" gongan PHOTO doesn't exist"}`,
	`{"status":"SOMETHING_NEW","reason":"a new reason"}`,
	`[{"status":"OK"}]`, `null`, ``, `<html>502</html>`,
}

// Whatever the vendor answers, the outcome is a decision or an error with a code,
// and a pass only if both scores are in the answer, in range, and past the vendor's
// thresholds.
// Holds P-PASS-13.
func FuzzAnswer(f *testing.F) {
	add := func(status int, body string) { f.Add(status, "application/json", []byte(body), false) }
	for _, file := range []string{"ok.json", "no_face_after_source.json", "no_photo.json"} {
		for _, status := range []int{200, 400} {
			add(status, fixture(f, file))
		}
	}
	for _, sample := range pageAnswers {
		add(sample.status, sample.body)
	}
	for _, row := range linkface.Codes() {
		add(row.HTTPStatus, fmt.Sprintf(`{"status":%q,"reason":%q,"request_id":"T"}`, row.VendorCode, row.VendorReason))
	}
	for _, body := range turns {
		add(200, body)
	}
	echo := fmt.Sprintf(`{"request_id":"T%[2]s","status":"%[2]s","reason":"%[1]s %[2]s %[3]s","image":"%[1]s","identity":{"validity":true,"photo_id":"%[2]s","reason":"%[1]s"},"liveness_data_id":"%[2]s"}`,
		name, number, apiSecret)
	add(400, echo)
	add(200, echo)
	for _, status := range []int{407, 413, 429, 500} {
		add(status, turns[0])
		add(status, `{"status":"NEW","reason":"x"}`)
		add(status, `<html>`)
	}
	add(200, "\ufeff"+turns[0])
	f.Add(200, "application/octet-stream", []byte(turns[0]), true)
	f.Add(200, "text/html", []byte(turns[0]), true)
	f.Add(200, "text/json; charset=gbk", []byte(turns[0]), true)
	f.Add(302, "", []byte(turns[0]), true)

	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte, strict bool) {
		given := fuzztest.Of(status, contentType, body)
		cfg := linkface.Config{APIID: apiID, APISecret: apiSecret}
		least := 0.7
		if strict {
			cfg.Threshold, least = 0.9, 0.9
		}
		calls := 0
		cfg.HTTP.Client = &http.Client{Transport: fuzztest.Transport(func(*http.Request) fuzztest.Answer {
			calls++
			return given
		})}
		_, _ = fuzztest.Case{
			Answer: given, Request: request(), Codes: linkface.Codes(), Earned: earned(given, least),
			Hidden: []string{name, number, apiID, apiSecret},
			Provider: func() fuzztest.Provider {
				c, err := linkface.New(cfg)
				require.NoError(t, err)
				return c
			},
		}.Check(t)
		require.Equal(t, 2, calls, "one exchange for each of two calls")
	})
}

// earned evaluates the answer independently, by the vendor's page.
func earned(given fuzztest.Answer, least float64) bool {
	a, ok := fuzztest.Succeeded(given)
	status, plainStatus := a.Text("status")
	_, plainReason := a.Text("reason")
	similarity, compared := a.Number("verify_score")
	hack, looked := a.Number("hack_score")
	identity, asked := a.Object("identity")
	valid, _ := identity.Text("validity")
	return ok && plainStatus && plainReason && status == "OK" && (!asked || valid == "true") &&
		compared && similarity >= least && similarity <= 1 &&
		looked && hack >= 0 && hack <= 0.98
}
