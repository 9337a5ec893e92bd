package volcengine_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/fuzztest"
	"github.com/idverify/idverify/volcengine"
)

// turns are answers close to the border between decisions.
var turns = []string{
	compared("10000", "0", "true", "69.32", steps), compared("10000", "0", "true", "69.31", steps), compared("10000", "0", "false", "69.33", steps),
	compared(`"10000"`, `"0"`, `"true"`, `"99"`, steps), compared("10000.0", "0", "true", "99", steps), compared("10000", "0.0", "true", "99", steps),
	compared("10000", "0", "true", "100.00000000000001", steps), compared("10000", "0", "true", "99", `{"1e-3":62,"1e-4":"69","1e-5":74,"1e-6":78}`),
	compared("10000", "0", "true", "99", `{"0.001":62,"1E-4":69,"0.1e-4":74,"1e-6":78,"1e-7":80}`), compared("10000", "0", "true", "99", `{"1e-3":62,"1e-4":74,"1e-5":69,"1e-6":78}`),
	compared("50215", "0", "true", "99", steps), compared("10000", "210311", "true", "99", steps), compared("10000", "210313", "false", "99", steps),
	strings.Replace(compared("10000", "0", "true", "99", steps), "algorithm_base", "verify_algorithm_base", 1),
	strings.Replace(compared("10000", "0", "true", "99", steps), `"code"`, `"status":10000,"verify_algorithm_base_resp":{"status_code":0},"code"`, 1),
	strings.Replace(compared("10000", "0", "true", "99", steps), `"code"`, `"status":50400,"code"`, 1),
	strings.Replace(compared("10000", "0", "true", "99", steps), `"code"`, `"ResponseMetadata":{"RequestId":"G"},"code"`, 1),
	strings.Replace(compared("10000", "0", "true", "99", steps), `"code"`, `"ResponseMetadata":{"Error":{"Code":"AccessDenied"}},"code"`, 1),
	strings.Replace(compared("10000", "0", "true", "99", steps), `"byted_token"`, `"req_measure_info":{"value":0},"byted_token"`, 1),
	strings.Replace(compared("10000", "0", "true", "99", steps), `"byted_token"`, `"req_measure_info":{"value":0},"verify_req_measure_info":{"value":"x"},"byted_token"`, 1),
	strings.Replace(compared("10000", "210311", "false", "9", steps), `"byted_token"`, `"req_measure_info":true,"verify_req_measure_info":{"value":0},"byted_token"`, 1),
	compared("50429", "0", "null", "99", steps), strings.Replace(compared("50500", "100000", "null", "99", steps), `"byted_token"`, `"req_measure_info":{"value":0},"byted_token"`, 1),
	`{"ResponseMetadata":{"Error":{"Code":"FlowLimitExceeded"}},"data":{"req_measure_info":{"value":1}}}`,
	`{"code":10000,"data":[]}`, `{"code":210207}`, `[]`, `null`, ``,
}

// Whatever the vendor answers, the outcome is a decision or an error with a code,
// and a pass only if code, sub-code, result and score agree at the line that was
// chosen.
func FuzzAnswer(f *testing.F) {
	add := func(status int, body string) { f.Add(status, "application/json", []byte(body), uint8(0)) }
	for _, row := range volcengine.Codes() {
		add(http.StatusOK, fmt.Sprintf(`{"code":%q,"message":"m"}`, row.VendorCode))
		add(http.StatusBadRequest, fmt.Sprintf(`{"code":10000,"data":{"algorithm_base_resp":{"status_code":%q}}}`, row.VendorCode))
		add(http.StatusForbidden, fmt.Sprintf(`{"ResponseMetadata":{"Error":{"Code":%q}}}`, row.VendorCode))
	}
	for i, body := range turns {
		add(http.StatusOK, body)
		f.Add(200, "", []byte(body), uint8(i))
	}
	f.Add(500, "text/json", []byte(turns[0]), uint8(1))
	f.Add(429, "text/html", []byte(turns[0]), uint8(2))

	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte, choice uint8) {
		given := fuzztest.Of(status, contentType, body)
		rate := []float64{1e-4, 1e-3, 1e-5, 1e-6}[choice%4]
		calls, signature := 0, ""
		cfg := config(nil)
		cfg.FalseAcceptRate = rate
		cfg.HTTP.Client = &http.Client{Transport: fuzztest.Transport(func(r *http.Request) fuzztest.Answer {
			calls++
			signature = r.Header.Get("Authorization")
			return given
		})}
		_, _ = fuzztest.Case{
			Answer: given, Request: photoRequest(idverifytest.Photo()), Codes: volcengine.Codes(), Charged: charged(given),
			Earned: earned(given, rate),
			Hidden: []string{personName, personNumber, cfg.AccessKeyID, cfg.SecretAccessKey},
			Provider: func() fuzztest.Provider {
				client, err := volcengine.New(cfg)
				require.NoError(t, err)
				return client
			},
		}.Check(t)
		require.Equal(t, 2, calls, "one exchange for each of two calls")
		require.NotEmpty(t, signature)
	})
}

// subCodes are all sub-codes in an answer, wherever they are.
func subCodes(a fuzztest.Object) (all []string, ok bool) {
	data, _ := a.Object("data")
	for _, place := range []fuzztest.Object{data, a} {
		for _, name := range []string{"algorithm_base_resp", "verify_algorithm_base_resp"} {
			base, _ := place.Object(name)
			if code, plain := base.Text("status_code"); !plain {
				return nil, false
			} else if code != "" {
				all = append(all, code)
			}
		}
	}
	return all, true
}

// earned evaluates the answer independently, by the vendor's page.
func earned(given fuzztest.Answer, rate float64) bool {
	a, ok := fuzztest.Succeeded(given)
	if metadata, isObject := a.Object("ResponseMetadata"); a.Has("ResponseMetadata") && (!isObject || metadata.Has("Error")) {
		return false
	}
	code, codeOK := a.Text("code")
	status, statusOK := a.Text("status")
	subs, subsOK := subCodes(a)
	data, _ := a.Object("data")
	result, _ := data.Text("result")
	details, _ := data.Object("source_comp_details")
	score, scored := details.Number("score")
	thresholds, _ := details.Object("thresholds")
	if !ok || !codeOK || !statusOK || !subsOK || !scored || len(subs) == 0 || result != "true" || number(code) != "10000" || status != "" && number(status) != "10000" {
		return false
	}
	for _, sub := range subs {
		if sub != "0" {
			return false
		}
	}
	line, own, before := 0.0, 0.0, -1.0
	for _, step := range []float64{1e-3, 1e-4, 1e-5, 1e-6} {
		threshold, found := rung(thresholds, step)
		if !found || threshold <= before || threshold > 100 {
			return false
		}
		before = threshold
		if step == rate {
			line = threshold
		}
		if step == 1e-4 {
			own = threshold
		}
	}
	return score >= line && score >= own && score <= 100
}

// number returns a code without a fraction of zeros.
func number(text string) string {
	return regexp.MustCompile(`^([1-9][0-9]*)\.0+$`).ReplaceAllString(text, "$1")
}

// rung returns the only threshold for a rate; it must be a number, not a text.
func rung(thresholds fuzztest.Object, rate float64) (threshold float64, ok bool) {
	found := 0
	for name, raw := range thresholds {
		key, isRate := fuzztest.Object{"rate": []byte(name)}.Number("rate")
		if !isRate || key != rate || string(raw) == "null" {
			continue
		}
		found++
		threshold, ok = fuzztest.Object{"threshold": raw}.Number("threshold")
		ok = ok && !strings.HasPrefix(string(raw), `"`)
	}
	return threshold, ok && found == 1 && threshold >= 0
}

// charged returns what the answer itself says about its price.
func charged(given fuzztest.Answer) idverify.Billed {
	a, ok := fuzztest.Read(given)
	if metadata, _ := a.Object("ResponseMetadata"); !ok || metadata.Has("Error") {
		return idverify.BilledUnknown
	}
	data, _ := a.Object("data")
	free, odd := 0, 0
	for _, name := range []string{"req_measure_info", "verify_req_measure_info"} {
		info, isObject := data.Object(name)
		raw := strings.TrimSpace(string(data.Raw(name)))
		switch value, isNumber := info.Number("value"); {
		case isNumber && value > 0:
			return idverify.BilledYes
		case isNumber && value == 0:
			free++
		case isObject && info.Has("value"), !isObject && data.Has(name) && raw != `""` && raw != "[]":
			odd++
		}
	}
	if free > 0 && odd == 0 {
		return idverify.BilledNo
	}
	return idverify.BilledUnknown
}

// The signature is the one secret that is made for a single call.
func FuzzAnswer_RepeatedSignatureIsHidden(f *testing.F) {
	f.Add(`{"code":50400,"message":"`, `"}`)
	f.Add(`{"code":"`, `"}`)
	f.Add(`{"ResponseMetadata":{"Error":{"Code":"SignatureDoesNotMatch","Message":"`, `"}}}`)
	f.Add(`{"code":10000,"data":{"byted_token":"`, `","algorithm_base_resp":{"status_code":210311}}}`)
	f.Fuzz(func(t *testing.T, before, after string) {
		header := ""
		cfg := config(nil)
		cfg.HTTP.Client = &http.Client{Transport: fuzztest.Transport(func(r *http.Request) fuzztest.Answer {
			header = r.Header.Get("Authorization")
			return fuzztest.JSON(http.StatusOK, before+header+after)
		})}
		res, err := newClient(t, cfg).Verify(t.Context(), photoRequest(idverifytest.Photo()))
		_, signature, found := strings.Cut(header, "Signature=")
		require.True(t, found)
		fuzztest.CheckOutcome(t, res, err, nil, signature, cfg.SecretAccessKey, cfg.AccessKeyID)
	})
}
