package huaweiivs_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/huaweiivs"
	"github.com/idverify/idverify/internal/proof/fuzztest"
)

// turns are answers close to the border between decisions.
var turns = []string{
	one(`"verification_result":"valid","verification_code":1000,"similarity":"88.43"`),
	one(`"verification_result":"valid","verification_code":1000,"similarity":100.00000000000001`),
	one(`"verification_result":"valid","verification_code":1000,"similarity":"1e2"`),
	one(`"verification_result":"valid","verification_code":"1000","Similarity":0`),
	one(`"verification_result":"valid","verification_code":1000.0,"similarity":"88"`),
	one(`"verification_result":"valid","verification_code":1e3,"similarity":"88"`),
	one(`"verification_result":"valid","verification_code":1000`),
	one(`"verification_result":"invalid","verification_code":1000,"similarity":"88"`),
	one(`"verification_result":"valid","verification_code":2002,"similarity":"88"`),
	one(`"verification_result":"invalid","verification_code":2002,"similarity":"88"`),
	one(`"verification_result":"valid","verification_code":1000,"similarity":"88","verification_Code":2002`),
	`{"result":{"resp_data":[{"verification_result":"valid","verification_code":1000,"similarity":"88"}]}}`,
	`{"meta":{"uuid":"OTHER"},"result":{"resp_data":[{"verification_result":"valid","verification_code":1000,"similarity":"88"}]}}`,
	`{"meta":null,"result":{"count":"1","resp_data":[ {"verification_result":"valid","verification_code":1000,"similarity":"88"} ]},"error":"","error_code":""}`,
	`{"result":{"resp_data":[{"verification_result":"valid","verification_code":1000,"similarity":"88"}]},"code":0}`,
	`{"result":{"resp_data":[{"verification_result":"valid","verification_code":1000,"similarity":"88"}]},"error":{"code":1}}`,
	`{"result":{"count":2,"resp_data":[{"verification_result":"valid","verification_code":1000,"similarity":"88"}]}}`,
	`{"result":{"resp_data":[{},{}]}}`, `{"result":[]}`, `{"result":{"resp_data":{}}}`, `{"error":{"code":"APIG.0301","message":"x"}}`,
	`{"error_code":"IVS.0099"}`, `{"error_code":"APIGW.0201"}`, `[]`, `null`, ``,
}

// ours makes a vendor that replaces OURS by the request's uuid, and gives every
// answer the same request id.
type ours struct{ given fuzztest.Answer }

func (o ours) RoundTrip(r *http.Request) (*http.Response, error) {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	given := o.given
	given.Body = bytes.ReplaceAll(given.Body, []byte(`"uuid":"OURS"`), []byte(`"uuid":"`+received{r, content}.uuid()+`"`))
	sent := *r
	sent.Body = nil
	said, err := fuzztest.Transport(func(*http.Request) fuzztest.Answer { return given }).RoundTrip(&sent)
	if err == nil {
		said.Header.Set("X-Request-Id", "EXAMPLE-REQUEST-1")
		said.Request = r
	}
	return said, err
}

// Whatever the vendor answers, the outcome is a decision or an error with a code, and a
// pass only if the vendor's word, its code and a score on its scale say so about this
// call.
func FuzzAnswer(f *testing.F) {
	add := func(status int, body string) { f.Add(status, "application/json", []byte(body), false) }
	add(200, fixture(f, "valid.json"))
	add(401, fixture(f, "signature.json"))
	for _, row := range huaweiivs.Codes() {
		add(row.HTTPStatus, fmt.Sprintf(`{"error_code":%q,"error_msg":%q,"request_id":"R"}`, row.VendorCode, row.VendorReason))
		add(200, one(fmt.Sprintf(`"verification_result":"invalid","verification_code":%q,"similarity":"3"`, row.VendorCode)))
	}
	for _, body := range turns {
		add(200, body)
	}
	echo := fmt.Sprintf(`"verification_message":"%[1]s %[2]s %[3]s","verification_result":"%[2]s"`, name, number, secretKey)
	add(200, one(echo+`,"verification_code":"`+number+`"`))
	add(400, `{"error_code":"`+number+`","error_msg":"`+name+secretKey+`","request_id":"`+number+`"}`)
	for _, status := range []int{201, 407, 413, 429, 500} {
		add(status, turns[0])
		add(status, `<html>`)
	}
	f.Add(200, "text/html", []byte(turns[0]), true)
	f.Add(200, "", []byte("\ufeff"+one(`"verification_result":"valid","verification_code":1000,"similarity":"884.3"`)), true)

	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte, detail bool) {
		given := fuzztest.Of(status, contentType, body)
		if given.Status/100 == 3 {
			return // no answer: the request id is our own, and new for each call
		}
		_, _ = fuzztest.Case{
			Answer: given, Request: request(), Codes: huaweiivs.Codes(), Earned: earned(given, detail),
			OwnID:  regexp.MustCompile("^[0-9a-f]{32}$"), // the uuid of a call without a Reference
			Hidden: []string{name, number, accessKey, secretKey},
			Provider: func() fuzztest.Provider {
				c, err := huaweiivs.New(huaweiivs.Config{AccessKey: accessKey, SecretKey: secretKey, Detail: detail,
					HTTP: idverify.HTTP{Client: &http.Client{Transport: ours{given}}}})
				require.NoError(t, err)
				return c
			},
		}.Check(t)
	})
}

// earned evaluates the answer independently, by the vendor's page.
func earned(given fuzztest.Answer, detail bool) bool {
	a, ok := fuzztest.Succeeded(given)
	if !ok {
		return false
	}
	meta, hasMeta := a.Object("meta")
	uuid, isText := meta.Text("uuid")
	named := !hasMeta && isNothing(a["meta"]) || hasMeta && isText && (uuid == "" || uuid == "OURS" && bytes.Contains(given.Body, []byte(`"uuid":"OURS"`)))
	result, _ := a.Object("result")
	var list []fuzztest.Object
	for key, raw := range result {
		if fuzztest.Fold(key) == fuzztest.Fold("resp_data") {
			_ = json.Unmarshal(raw, &list)
		}
	}
	if !named || len(list) != 1 || failed(a) {
		return false
	}
	count, isPlain := result.Text("count")
	word, isWord := list[0].Text("verification_result")
	code, isCode := list[0].Text("verification_code")
	score, compared := list[0].Number("similarity")
	most := map[bool]float64{false: 100, true: 1000}[detail]
	return isPlain && (count == "" || whole(count) == "1") && isWord && word == "valid" && isCode && whole(code) == "1000" &&
		compared && score >= 0 && score <= most
}

// failed reports whether there is an error code in any of its possible places.
func failed(a fuzztest.Object) bool {
	inner, _ := a.Object("error")
	for _, place := range []fuzztest.Object{a, inner} {
		for _, field := range []string{"error_code", "code"} {
			if text, plain := place.Text(field); !plain || text != "" {
				return true
			}
		}
	}
	return false
}

func isNothing(raw json.RawMessage) bool {
	return raw == nil || string(raw) == "null" || string(raw) == `""`
}

// whole returns a number without a fraction of zeros.
func whole(text string) string {
	before, after, found := strings.Cut(text, ".")
	if _, err := strconv.Atoi(before); found && err == nil && after != "" && strings.Trim(after, "0") == "" {
		return before
	}
	return text
}
