package megvii_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/proof/fuzztest"
	"github.com/idverify/idverify/megvii"
)

// Whatever the vendor answers, the outcome is a decision or an error with a code, and
// a pass only if the confidence and all thresholds are in the answer, on their scale,
// rise with the rate, and the confidence lies above the one that counts.
func FuzzAnswer(f *testing.F) {
	add := func(status int, body string) { f.Add(status, "application/json", []byte(body), false) }
	for _, file := range []string{"match.json", "match_with_remarks.json", "face_mismatch.json", "identity_mismatch.json", "low_quality.json"} {
		for _, status := range []int{200, 400} {
			add(status, fixture(f, file))
		}
	}
	for _, row := range megvii.Codes() {
		add(row.HTTPStatus, fmt.Sprintf(`{"request_id":"R","error_message":"%s:%s"}`, row.VendorCode, row.VendorReason))
	}
	for _, confidence := range []string{"69", "69.00000000000001", "68.99999999999999", "79.9", "100", "100.00000000000001", "-0", `"90"`, "null"} {
		add(200, compared(confidence, rungs))
	}
	for _, thresholds := range []string{`{}`, `null`, `{"1e-3":64,"1e-4":"69","1e-5":74,"1e-6":79.9}`, `{"1e-3":70,"1e-4":69,"1e-5":74,"1e-6":79.9}`, `{"0.001":64,"1E-4":69,"1e-05":74,"0.1e-5":79.9}`} {
		add(200, compared("99", thresholds))
	}
	add(200, `{"RESULT_FACEID":{"Confidence":99,"thresholds":`+rungs+`},"error_message":"","id_exceptions":{"id_attacked":1}}`)
	add(200, `{"result_faceid":{"confidence":99,"thresholds":`+rungs+`},"error":"x"}`)
	echo := fmt.Sprintf(`{"request_id":"%[2]s","error_message":"BAD_ARGUMENTS:%[1]s %[2]s %[3]s"}`, name, number, apiSecret)
	for _, status := range []int{200, 302, 400, 407, 413, 429, 500} {
		add(status, echo)
		add(status, `<html>`)
		add(status, compared("99", rungs))
	}
	add(413, "Request Entity Too Large")
	f.Add(200, "text/html", []byte(compared("99", rungs)), true)

	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte, strict bool) {
		given := fuzztest.Of(status, contentType, body)
		cfg := megvii.Config{APIKey: apiKey, APISecret: apiSecret}
		rate := 1e-4
		if strict {
			cfg.FalseAcceptRate, rate = 1e-6, 1e-6
		}
		calls := 0
		cfg.HTTP.Client = &http.Client{Transport: fuzztest.Transport(func(*http.Request) fuzztest.Answer {
			calls++
			return given
		})}
		_, _ = fuzztest.Case{
			Answer: given, Request: request(), Codes: megvii.Codes(), Earned: earned(given, rate),
			Hidden: []string{name, number, apiKey, apiSecret},
			Provider: func() fuzztest.Provider {
				c, err := megvii.New(cfg)
				require.NoError(t, err)
				return c
			},
		}.Check(t)
		require.Equal(t, 2, calls, "one exchange for each of two calls")
	})
}

// earned evaluates the answer independently, by the vendor's page.
func earned(given fuzztest.Answer, rate float64) bool {
	a, ok := fuzztest.Succeeded(given)
	compared, isObject := a.Object("result_faceid")
	message, isText := a.Text("error_message")
	confidence, measured := compared.Number("confidence")
	thresholds, there := compared.Object("thresholds")
	if other := string(a["error"]); other != "" && !slices.Contains([]string{"null", `""`, "[]", "{}"}, other) {
		return false
	}
	if !ok || !isObject || !isText || message != "" || !measured || !there || confidence > 100 {
		return false
	}
	rungs := map[float64]float64{}
	for key := range thresholds {
		var at float64
		if json.Unmarshal([]byte(key), &at) != nil {
			continue
		}
		if _, twice := rungs[at]; twice {
			return false
		}
		if thresholds[key][0] == '"' { // a text is no threshold
			return false
		}
		rungs[at], _ = thresholds.Number(key)
	}
	last := -1.0
	for _, at := range []float64{1e-3, 1e-4, 1e-5, 1e-6} {
		threshold, found := rungs[at]
		if !found || threshold < 0 || threshold <= last || threshold > 100 {
			return false
		}
		last = threshold
	}
	return confidence > rungs[rate]
}
