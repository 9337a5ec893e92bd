package tencentfaceid_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/proof/fuzztest"
	"github.com/idverify/idverify/tencentfaceid"
)

// turns are answers close to the border between decisions.
var turns = []string{
	`{"Response":{"Sim":70,"Result":"Success"}}`,
	`{"Response":{"Sim":69.99999999999999,"Result":"Success"}}`,
	`{"Response":{"Sim":"100.0","Result":"Success","Extra":"EXTRA-HERE"}}`,
	`{"Response":{"Sim":100.00000000000001,"Result":"Success"}}`,
	`{"Response":{"Sim":null,"Result":"Success"}}`,
	`{"Response":{"Sim":90,"Result":"Success","Extra":"0123456789"}}`,
	`{"Response":{"Sim":90,"Result":"Success","Extra":null}}`,
	`{"Response":{"Sim":90,"Result":"Success","Error":null}}`,
	`{"Response":{"Sim":90,"Result":"Success","Error":{}}}`,
	`{"Response":{"Sim":90,"Result":"Success","Error":false}}`,
	`{"response":{"SIM":90,"result":"Success","ſim":1}}`,
	`{"Response":{"Sim":90,"Result":"FailedOperation.CompareLowSimilarity"}}`,
	`{"Response":{"Sim":90,"Error":{"Code":"FailedOperation.CompareLowSimilarity"}}}`,
	`{"Response":{"Sim":90,"Error":{"Code":"Success"}}}`,
	`{"Response":"Success","Sim":90}`, `[]`, `null`, ``,
}

// Whatever the vendor answers, the outcome is a decision or an error with a code, and a
// pass only if the answer is a success without an error, to this question, and its
// similarity is in range and at the line.
func FuzzAnswer(f *testing.F) {
	add := func(status int, body string) { f.Add(status, "application/json", []byte(body), uint8(0)) }
	files, err := filepath.Glob("testdata/*_*.json")
	require.NoError(f, err)
	for _, file := range append(files, "testdata/match.json", "testdata/unlisted.json", "testdata/truncated.json", "testdata/gateway.html") {
		add(http.StatusOK, fixture(f, filepath.Base(file)))
	}
	for _, row := range tencentfaceid.Codes() {
		add(http.StatusOK, fmt.Sprintf(`{"Response":{"Sim":90,"Result":%q}}`, row.VendorCode))
		add(http.StatusOK, fmt.Sprintf(`{"Response":{"Error":{"Code":%q,"Message":"m"}}}`, row.VendorCode))
	}
	for _, body := range turns {
		add(http.StatusOK, body)
	}
	echo := fmt.Sprintf(`"Description":"%[1]s %[2]s %[3]s %[4]s","RequestId":"S%[2]s"`, personName, personNumber, secretID, secretKey)
	add(http.StatusOK, `{"Response":{"Sim":90,"Result":"Success",`+echo+`}}`)
	add(http.StatusBadRequest, `{"Response":{"Result":"`+personNumber+`",`+echo+`}}`)
	add(http.StatusOK, "\ufeff"+turns[0])
	add(http.StatusTooManyRequests, turns[0])
	f.Add(200, "text/html", []byte(turns[0]), uint8(0))
	f.Add(200, "", []byte(turns[0]), uint8(71))

	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte, threshold uint8) {
		cfg, line := config(&vendor{}), 70.0
		if threshold >= 70 && threshold <= 100 {
			cfg.Threshold, line = float64(threshold), float64(threshold)
		}
		given := fuzztest.Of(status, contentType, body)
		calls, signature := 0, ""
		cfg.HTTP.Client = &http.Client{Transport: fuzztest.Transport(func(r *http.Request) fuzztest.Answer {
			calls++
			signature = r.Header.Get("Authorization")
			return given
		})}
		res, err := fuzztest.Case{
			Answer: given, Request: photoRequest(jpegPhoto), Codes: tencentfaceid.Codes(), Earned: earned(given, line),
			Hidden: []string{personName, personNumber, secretID, secretKey},
			Provider: func() fuzztest.Provider {
				client, err := tencentfaceid.New(cfg)
				require.NoError(t, err)
				return client
			},
		}.Check(t)
		require.Equal(t, 2, calls, "one exchange for each of two calls")
		fuzztest.CheckOutcome(t, res, err, nil, signature)
	})
}

// earned evaluates the answer independently, by the vendor's page. No answer here can
// know the call's Extra, so an answer that has one belongs to another call.
func earned(given fuzztest.Answer, line float64) bool {
	whole, ok := fuzztest.Succeeded(given)
	a, isObject := whole.Object("Response")
	result, _ := a.Text("Result")
	extra, isText := a.Text("Extra")
	sim, compared := a.Number("Sim")
	ours := !a.Has("Extra") || isText && extra == ""
	return ok && isObject && ours && !a.Has("Error") && strings.TrimSpace(result) == "Success" && compared && sim >= line && sim <= 100
}
