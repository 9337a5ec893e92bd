package aliyun_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/aliyun"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/fuzztest"
)

// turns are answers close to the border between decisions.
var turns = []string{
	`{"Code":"200","ResultObject":{"Passed":"T","SubCode":"200"}}`,
	`{"Code":200,"RequestId":"R","ResultObject":{"Passed":"T","SubCode":200}}`,
	`{"Code":"200","ResultObject":{"Passed":"F","SubCode":"200"}}`,
	`{"Code":"200","ResultObject":{"Passed":"T","SubCode":"204"}}`,
	`{"Code":"200","ResultObject":{"Passed":"T","passed":"F","SubCode":"200"}}`,
	`{"Code":"200","ResultObject":"{\"Passed\":\"T\"}"}`,
	`{"Code":"417","ResultObject":{"Passed":"T","SubCode":"200"}}`,
	`{"code":"200","resultobject":{"PASSED":"T","subcode":"200","MaterialInfo":"{\"facialPictureFront\":{\"verifyScore\":1e999}}"}}`,
	`{"Code":"SignatureDoesNotMatch","Message":"x"}`, `{"Code":"Throttling.New"}`, `{"Code":" 200"}`, `[]`, `null`, ``,
}

// Whatever the vendor answers, the outcome is a decision or an error with a code,
// and a pass only if Code, SubCode and Passed all say so.
func FuzzAnswer(f *testing.F) {
	add := func(status int, body string) { f.Add(status, "application/json", []byte(body)) }
	for _, name := range []string{"vendor_sample.json", "face_mismatch.json", "gateway.json"} {
		add(http.StatusOK, fixture(f, name))
	}
	for _, row := range aliyun.Codes() {
		add(max(row.HTTPStatus, 200), fmt.Sprintf(`{"Code":%q,"RequestId":"R","Message":%q,"ResultObject":{"SubCode":%q,"Passed":"F"}}`, row.VendorCode, row.VendorReason, row.VendorReason))
	}
	for _, body := range turns {
		add(http.StatusOK, body)
	}
	add(http.StatusInternalServerError, turns[0])
	add(http.StatusTooManyRequests, `{"Code":"429"}`)
	f.Add(200, "text/html", []byte(turns[0]))
	person := idverifytest.Match()
	add(http.StatusOK, fmt.Sprintf(`{"Code":"401","Message":"%s %s %s","RequestId":"%[2]s"}`, person.Name, person.IDNumber, keySecret))

	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte) {
		given := fuzztest.Of(status, contentType, body)
		request := requestWith(photo())
		request.Reference = "order000000000000000000000000017"
		calls := 0
		cfg := new(vendor).config()
		cfg.HTTP.Client = &http.Client{Transport: fuzztest.Transport(func(*http.Request) fuzztest.Answer {
			calls++
			return given
		})}
		res, err := fuzztest.Case{
			Answer: given, Request: request, Codes: aliyun.Codes(), Earned: earned(given),
			Hidden: []string{person.Name, person.IDNumber, keyID, keySecret},
			Provider: func() fuzztest.Provider {
				client, err := aliyun.New(cfg)
				require.NoError(t, err)
				return client
			},
		}.Check(t)
		require.Equal(t, 2, calls, "one exchange for each of two calls")
		fuzztest.CheckOutcome(t, res, err, nil, keySecret)
	})
}

// earned evaluates the answer independently, by the vendor's page.
func earned(given fuzztest.Answer) bool {
	a, ok := fuzztest.Succeeded(given)
	code, plain := a.Text("Code")
	result, _ := a.Object("ResultObject")
	passed, isText := result.Text("Passed")
	sub, _ := result.Text("SubCode")
	return ok && plain && isText && code == "200" && passed == "T" && sub == "200"
}
