package volcengine_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/volcengine"
)

func TestAnswer_VendorsSampleIsAMatch(t *testing.T) {
	res, err := ask(t, fixture(t, "sample.json"))
	require.NoError(t, err)
	require.True(t, res.Passed())
	score, rate := 87.25, 1e-4
	require.Len(t, res.Checks, 1)
	check := res.Checks[0]
	assert.InDelta(t, (87.25-69.32)/(100-69.32), check.Margin, 1e-9)
	check.Margin = 0
	assert.Equal(t, idverify.Check{
		Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByAnswer, Value: &score, Scale: idverify.Scale{Max: 100},
		Direction: idverify.HigherIsBetter, Normalized: 0.8725, Comparator: idverify.AtLeast, Threshold: 69.32, FAR: &rate, Passed: true,
	}, check)
	assert.Equal(t, []any{"10000", "20231114221320EXAMPLE0001", idverify.BilledYes}, []any{res.VendorCode, res.RequestID, res.Billed})
	reply, ok := idverify.ReplyAs[*volcengine.Reply](res, nil)
	require.True(t, ok)
	yes := true
	assert.Equal(t, volcengine.Reply{
		Code: "10000", Message: "Success", SubCode: "0", SubMessage: "SUCCESS", Result: &yes, Score: &score,
		Thresholds: []idverify.FARStep{{Threshold: 62.17, Rate: 1e-3}, {Threshold: 69.32, Rate: 1e-4}, {Threshold: 74.4, Rate: 1e-5}, {Threshold: 78.04, Rate: 1e-6}},
		BytedToken: "EXAMPLE-TOKEN-0001", Billed: idverify.BilledYes,
	}, *reply)
}

// The vendor's result and the score must agree at the vendor's own threshold,
// whatever threshold the caller chose. "contradiction" means a bad_response that
// ends the call.
func TestAnswer_ScoreAndResultMustAgree(t *testing.T) {
	const match, mismatch, contradiction = idverify.CodeMatch, idverify.CodeFaceMismatch, idverify.CodeBadResponse
	for _, test := range []struct {
		rate          float64
		score, result string
		want          idverify.Code
	}{
		{0, "69.32", "true", match}, {0, "69.320001", "true", match}, {0, "100", "true", match},
		{0, "69.319999", "true", contradiction}, {0, "0", "true", contradiction}, {0, "0.0001", "true", contradiction},
		{0, "69.320001", "false", contradiction}, {0, "100", "false", contradiction},
		{0, "69.319999", "false", mismatch}, {0, "69.32", "false", mismatch}, {0, "0", "false", mismatch},
		{0, "99", `"true"`, match}, {0, "10", `"false"`, mismatch}, {0, `"99"`, "true", match},
		{1e-5, "74.4", "true", match}, {1e-5, "74.39", "true", mismatch}, {1e-5, "69.32", "true", mismatch},
		{1e-5, "69.31", "true", contradiction}, {1e-5, "70", "false", contradiction}, {1e-5, "69", "false", mismatch},
		{1e-6, "78.04", "true", match}, {1e-6, "78.03", "true", mismatch},
		{1e-3, "69.32", "true", match}, {1e-3, "62.17", "true", contradiction}, {1e-3, "65", "false", mismatch}, {1e-3, "70", "false", contradiction},
	} {
		name := fmt.Sprintf("%+v", test)
		res, err := ask(t, compared("10000", "0", test.result, test.score, steps), atRate(test.rate))
		if test.want == contradiction {
			e := failed(t, res, err)
			assert.Equal(t, contradiction, e.Code, name)
			assert.True(t, e.Contradiction, name)
			assert.Equal(t, "data.source_comp_details.score", e.Field)
			assert.Equal(t, idverify.BilledYes, e.Billed)
			continue
		}
		require.NoError(t, err, name)
		assert.Equal(t, test.want, res.Code, name)
		assert.Equal(t, test.rate == 1e-3, len(res.Warnings) == 1, name)
	}
}

// A match needs a score and thresholds that are present, finite and rising;
// otherwise nothing is decided.
func TestAnswer_MissingOrAbsurdValuesDecideNothing(t *testing.T) {
	bad := map[string]string{
		"score missing": compared("10000", "0", "true", "null", steps), "score a word": compared("10000", "0", "true", `"high"`, steps),
		"score infinite": compared("10000", "0", "true", "1e999", steps), "score off the scale": compared("10000", "0", "true", "100.1", steps),
		"score below the scale": compared("10000", "0", "true", "-1", steps),
		"result missing":        compared("10000", "0", "null", "99", steps), "result 1": compared("10000", "0", "1", "99", steps),
		"result True": compared("10000", "0", `"True"`, "99", steps), "result an object": compared("10000", "0", "{}", "99", steps),
		"sub-code missing": compared("10000", "null", "true", "99", steps),
		"no data":          `{"code":10000,"request_id":"R1","data":null}`,
		"no comparison":    strings.Replace(compared("10000", "0", "true", "99", steps), "source_comp_details", "other", 1),
		"code missing":     compared("null", "0", "true", "99", steps),
	}
	for name, thresholds := range map[string]string{
		"missing": "null", "empty": "{}", "a list": "[62,69,74,78]",
		"own line missing": `{"1e-3":62,"1e-5":74,"1e-6":78}`, "highest missing": `{"1e-4":69,"1e-5":74,"1e-6":78}`, "lowest missing": `{"1e-3":62,"1e-4":69,"1e-5":74}`,
		"own line null": `{"1e-3":62,"1e-4":null,"1e-5":74,"1e-6":78}`, "own line text": `{"1e-3":62,"1e-4":"69","1e-5":74,"1e-6":78}`,
		"another one text": `{"1e-3":62,"1e-4":69,"1e-5":"74","1e-6":78}`, "infinite": `{"1e-3":62,"1e-4":1e999,"1e-5":74,"1e-6":78}`,
		"falling": `{"1e-3":62,"1e-4":75,"1e-5":74,"1e-6":78}`, "upside down": `{"1e-3":78,"1e-4":74,"1e-5":69,"1e-6":62}`,
		"level": `{"1e-3":62,"1e-4":74,"1e-5":74,"1e-6":78}`, "off the scale": `{"1e-3":62,"1e-4":69,"1e-5":74,"1e-6":178}`,
		"twice": `{"1e-3":62,"1e-4":69,"0.0001":10,"1e-5":74,"1e-6":78}`,
	} {
		bad["thresholds "+name] = compared("10000", "0", "true", "99", thresholds)
	}
	for name, answer := range bad {
		for _, rate := range []float64{0, 1e-6} {
			res, err := ask(t, answer, atRate(rate))
			e := failed(t, res, err)
			assert.Equal(t, idverify.CodeBadResponse, e.Code, name)
			assert.False(t, e.Repeatable(), name)
		}
	}
	res, err := newClient(t, config(&vendor{status: http.StatusBadRequest, answers: []string{fixture(t, "sample.json")}})).
		Verify(t.Context(), photoRequest(idverifytest.Photo()))
	assert.Equal(t, idverify.CodeBadResponse, failed(t, res, err).Code, "success under a status of failure")
}

// A no is accepted with two codes, a match with one, and neither with any other.
func TestAnswer_SubCodeWithEachCode(t *testing.T) {
	for _, code := range []string{"10000", "50215"} {
		for sub, want := range map[string]idverify.Code{"210207": idverify.CodeIdentityMismatch, "210205": idverify.CodeIdentityNotFound, "210311": idverify.CodeFaceMismatch} {
			res, err := ask(t, subbed(code, sub))
			require.NoError(t, err, code)
			assert.Equal(t, want, res.Code)
			assert.Equal(t, sub, res.VendorCode)
		}
		res, err := ask(t, subbed(code, "210302"))
		e := failed(t, res, err)
		assert.Equal(t, []any{idverify.CodePoorPhoto, idverify.BilledYes}, []any{e.Code, e.Billed})
	}
	for _, code := range []string{"50400", "50429", "50500", "99999", "0"} {
		res, err := ask(t, subbed(code, "210311"))
		e := failed(t, res, err)
		assert.True(t, e.Contradiction, code)
		assert.Equal(t, idverify.BilledYes, e.Billed, "as the sub-code says")
		assert.False(t, e.Repeatable())
	}
	for code, want := range map[string]idverify.Code{"50215": idverify.CodeInvalidRequest, "50500": idverify.CodeVendorUnavailable} {
		res, err := ask(t, compared(code, "0", "null", "99", steps))
		assert.Equal(t, want, failed(t, res, err).Code, code)
		res, err = ask(t, compared(code, "0", "true", "99", steps))
		assert.True(t, failed(t, res, err).Contradiction, code)
	}
	for _, sub := range []string{"210311", "210207", "210302", "100000", "299999"} {
		res, err := ask(t, compared("10000", sub, "true", "99", steps))
		assert.True(t, failed(t, res, err).Contradiction, "a yes beside %s", sub)
	}
}

// A refusal reports its score, and no score makes it a pass.
func TestAnswer_RefusingSubCodeOverridesScore(t *testing.T) {
	for _, sub := range []string{"210311", "210313"} {
		for _, score := range []string{"31.5", "99", "null", `"x"`, "1e999", "1000"} {
			res, err := ask(t, compared("10000", sub, "false", score, steps))
			require.NoError(t, err, score)
			assert.Equal(t, idverify.CodeFaceMismatch, res.Code)
			check, ok := res.Check(idverify.CheckSimilarity)
			require.True(t, ok)
			assert.Equal(t, score == "31.5" || score == "99", check.Value != nil, score)
		}
	}
}

func TestAnswer_FourPlacesOfSubCode(t *testing.T) {
	const base = `{"status_code":210207,"status_message":"m"}`
	for _, answer := range []string{
		`{"code":10000,"data":{"algorithm_base_resp":` + base + `}}`, `{"code":10000,"data":{"verify_algorithm_base_resp":` + base + `}}`,
		`{"code":10000,"data":null,"algorithm_base_resp":` + base + `}`, `{"code":10000,"verify_algorithm_base_resp":` + base + `}`,
		`{"code":10000,"data":{"algorithm_base_resp":` + base + `,"verify_algorithm_base_resp":` + base + `}}`,
	} {
		res, err := ask(t, answer)
		require.NoError(t, err, answer)
		assert.Equal(t, idverify.CodeIdentityMismatch, res.Code)
		assert.Equal(t, "m", res.VendorMessage.Reveal())
	}
	for _, answer := range []string{
		`{"code":10000,"data":{"algorithm_base_resp":{"status_code":210311},"verify_algorithm_base_resp":` + base + `}}`,
		strings.Replace(compared("10000", "0", "true", "99", steps), `"request_id"`, `"algorithm_base_resp":`+base+`,"request_id"`, 1),
	} {
		res, err := ask(t, answer)
		assert.True(t, failed(t, res, err).Contradiction, answer)
	}
	for _, odd := range []string{`210311`, `"210311"`, `[{"status_code":210311}]`, `true`} {
		answer := strings.Replace(compared("10000", "0", "true", "99", steps), `"request_id"`, `"verify_algorithm_base_resp":`+odd+`,"request_id"`, 1)
		res, err := ask(t, answer)
		assert.Equal(t, idverify.CodeBadResponse, failed(t, res, err).Code, answer)
	}
	for _, nothing := range []string{`null`, `""`, `[]`, `{}`} {
		res, err := ask(t, strings.Replace(compared("10000", "0", "true", "99", steps), `"request_id"`, `"verify_algorithm_base_resp":`+nothing+`,"request_id"`, 1))
		require.NoError(t, err, nothing)
		assert.True(t, res.Passed(), nothing)
	}
	res, err := ask(t, strings.Replace(fixture(t, "sample.json"), `"status":10000`, `"status":50400`, 1))
	assert.True(t, failed(t, res, err).Contradiction, "code and status differ")
}

// A code listed for one place in the answer means nothing in another place.
func TestAnswer_CodesOfOtherPlacesAreUnlisted(t *testing.T) {
	for _, answer := range []string{
		subbed("10000", "10000"), subbed("10000", "50429"), subbed("10000", `"FlowLimitExceeded"`), subbed("10000", `" 210207"`), subbed("10000", "299999"), subbed("10000", "7"),
		`{"code":210207}`, `{"code":"AccessDenied"}`, `{"code":12345}`,
		`{"ResponseMetadata":{"Error":{"Code":"210207"}}}`, `{"ResponseMetadata":{"Error":{"Code":10000}}}`, `{"ResponseMetadata":{"Error":{"Code":"Other"}}}`, `{"ResponseMetadata":{"Error":{}}}`,
	} {
		res, err := ask(t, answer)
		e := failed(t, res, err)
		assert.Equal(t, idverify.CodeUnknown, e.Code, answer)
		assert.Equal(t, idverify.BilledUnknown, e.Billed)
		assert.False(t, e.Repeatable())
	}
}

func TestAnswer_GatewayErrorTakesPrecedence(t *testing.T) {
	res, err := ask(t, fixture(t, "gateway.json"))
	e := failed(t, res, err)
	assert.Equal(t, []any{idverify.CodeUnauthorized, "SignatureDoesNotMatch", "20231114221320EXAMPLE0003", idverify.DeliveryRefused},
		[]any{e.Code, e.VendorCode, e.RequestID, e.Delivery})
	reply, ok := idverify.ReplyAs[*volcengine.Reply](nil, err)
	require.True(t, ok)
	assert.Equal(t, "100010", reply.CodeN)
	sample := fixture(t, "sample.json")
	res, err = ask(t, `{"ResponseMetadata":{"RequestId":"G","Error":{"Code":"InternalError"}},`+sample[1:])
	e = failed(t, res, err)
	assert.Equal(t, idverify.CodeVendorUnavailable, e.Code)
	assert.True(t, e.Ambiguous())
	// An answer that comes with a refusal is not repeated.
	res, err = ask(t, `{"ResponseMetadata":{"RequestId":"G","Error":{"Code":"FlowLimitExceeded"}},`+sample[1:])
	e = failed(t, res, err)
	assert.True(t, e.Contradiction)
	assert.False(t, e.Repeatable())
	for _, odd := range []string{`"x"`, `{"Error":"x"}`, `[]`} {
		res, err = ask(t, `{"ResponseMetadata":`+odd+`,`+sample[1:])
		assert.Equal(t, idverify.CodeBadResponse, failed(t, res, err).Code, odd)
	}
}

// One code means either that the account lacks a permission or that the signature is
// wrong.
func TestAnswer_MessageExplainsAccessDenied(t *testing.T) {
	res, err := ask(t, fixture(t, "denied.json"))
	e := failed(t, res, err)
	assert.Equal(t, []any{idverify.CodePermissionDenied, "50400", "", idverify.BilledNo}, []any{e.Code, e.VendorCode, e.VendorReason, e.Billed})
	for message, want := range map[string]idverify.Code{
		"Access Denied: Invalid Signature": idverify.CodeUnauthorized, "the Signature field is invalid": idverify.CodeUnauthorized,
		"Access Denied: Invalid Timestamp": idverify.CodeSignatureExpired, "signature expired": idverify.CodeSignatureExpired,
		"X-Date is too old": idverify.CodeSignatureExpired, "Access Denied: runtime fault": idverify.CodePermissionDenied, "": idverify.CodePermissionDenied,
	} {
		res, err := ask(t, fmt.Sprintf(`{"code":50400,"message":%q,"data":null}`, message))
		assert.Equal(t, want, failed(t, res, err).Code, message)
	}
}

// The answer's own price takes precedence over the table.
func TestAnswer_StatesItsPrice(t *testing.T) {
	for said, want := range map[string]idverify.Billed{
		`"req_measure_info":{"value":1}`: idverify.BilledYes, `"verify_req_measure_info":{"value":1}`: idverify.BilledYes,
		`"req_measure_info":{"value":0},"verify_req_measure_info":{"value":2}`: idverify.BilledYes,
		`"req_measure_info":{"value":0}`:                                       idverify.BilledNo, `"req_measure_info":true`: idverify.BilledNo, `"req_measure_info":{"value":-1}`: idverify.BilledNo,
	} {
		res, err := ask(t, `{"code":10000,"data":{`+said+`,"algorithm_base_resp":{"status_code":210207}}}`)
		require.NoError(t, err)
		assert.Equal(t, want, res.Billed, said)
	}
	res, err := ask(t, strings.Replace(fixture(t, "sample.json"), `"value":1`, `"value":0`, 1))
	require.NoError(t, err)
	assert.Equal(t, idverify.BilledNo, res.Billed)
	res, err = ask(t, `{"code":50500,"data":{"req_measure_info":{"value":1},"algorithm_base_resp":{"status_code":100000}}}`)
	e := failed(t, res, err)
	assert.Equal(t, idverify.BilledYes, e.Billed)
	assert.False(t, e.Repeatable(), "it would be paid for twice")
}

// Units that cannot be read are no word about the price, and take it from one beside them.
func TestAnswer_InvalidUnitsAreNotFree(t *testing.T) {
	for _, odd := range []string{`{"value":"x"}`, `{"value":-1}`, `{"value":[]}`, `{"value":1e999}`, `true`, `1`, `"1"`, `[1]`} {
		for units, want := range map[string]idverify.Billed{
			`"req_measure_info":` + odd: idverify.BilledYes, // the row's
			`"req_measure_info":` + odd + `,"verify_req_measure_info":{"value":0}`: idverify.BilledYes,
			`"req_measure_info":{"value":0},"verify_req_measure_info":` + odd:      idverify.BilledYes,
			`"req_measure_info":{"value":0},"verify_req_measure_info":null`:        idverify.BilledNo,
		} {
			res, err := ask(t, `{"code":10000,"data":{`+units+`,"algorithm_base_resp":{"status_code":210311}}}`)
			require.NoError(t, err, units)
			assert.Equal(t, want, res.Billed, units)
		}
	}
}

// HTTP 429 of the gateway's is too many calls by its page, and of the service's a code that
// nobody knows.
func TestAnswer_UnlistedCodeWith429(t *testing.T) {
	for answer, want := range map[string]idverify.Code{
		`{"ResponseMetadata":{"RequestId":"r","Error":{"Code":"Other","Message":"m"}}}`:        idverify.CodeRateLimited,
		`{"ResponseMetadata":{"RequestId":"r","Error":{"Code":"AccessDenied","Message":"m"}}}`: idverify.CodePermissionDenied,
		`{"code":59999,"message":"m"}`: idverify.CodeUnknown,
	} {
		client := newClient(t, config(&vendor{status: http.StatusTooManyRequests, answers: []string{answer}}))
		res, err := client.Verify(t.Context(), photoRequest(idverifytest.Photo()))
		e := failed(t, res, err)
		assert.Equal(t, want, e.Code, answer)
		assert.Equal(t, want == idverify.CodeRateLimited, e.Repeatable(), answer)
	}
	res, err := ask(t, `{"ResponseMetadata":{"Error":{"Code":"Other"}}}`)
	assert.Equal(t, idverify.CodeUnknown, failed(t, res, err).Code)
}

// What is not worked on has no score, no result and no price.
func TestAnswer_WorkWithRefusalIsNotRepeated(t *testing.T) {
	const likeness = `"source_comp_details":{"score":90}`
	for answer, contradicts := range map[string]bool{
		`{"code":50429,"data":{` + likeness + `}}`:                                                                          true,
		`{"code":50430,"data":{` + likeness + `}}`:                                                                          true,
		`{"code":50429,"data":{"req_measure_info":{"value":1}}}`:                                                            true,
		`{"code":50500,"data":{` + likeness + `,"algorithm_base_resp":{"status_code":100000}}}`:                             true,
		`{"ResponseMetadata":{"Error":{"Code":"FlowLimitExceeded"}},"data":{` + likeness + `}}`:                             true,
		`{"ResponseMetadata":{"Error":{"Code":"FlowLimitExceeded"}},"data":{"req_measure_info":{"value":1}}}`:               true,
		`{"ResponseMetadata":{"Error":{"Code":"FlowLimitExceeded"}},"data":{"result":false}}`:                               true,
		`{"ResponseMetadata":{"Error":{"Code":"FlowLimitExceeded"}},"code":10000}`:                                          true,
		`{"ResponseMetadata":{"Error":{"Code":"FlowLimitExceeded"}},"data":{"algorithm_base_resp":{"status_code":210311}}}`: true,
		`{"code":50429,"data":{"source_comp_details":{"thresholds":{"1e-4":60}}}}`:                                          true,
		`{"data":{"algorithm_base_resp":{"status_code":210311}}}`:                                                           false,
		`{"data":{` + likeness + `}}`:                                                                                       false,
		`{"data":{"result":true}}`:                                                                                          false,
		`{"code":{},"data":{}}`:                                                                                             false,
	} {
		client := newClient(t, config(&vendor{status: http.StatusTooManyRequests, answers: []string{answer}}))
		res, err := client.Verify(t.Context(), photoRequest(idverifytest.Photo()))
		e := failed(t, res, err)
		assert.Equal(t, []any{idverify.CodeBadResponse, contradicts, false}, []any{e.Code, e.Contradiction, e.Repeatable()}, answer)
		assert.NotEqual(t, idverify.BilledNo, e.Billed, answer)
	}
	res, err := ask(t, `{"code":50500,"data":{`+likeness+`,"req_measure_info":{"value":0}}}`)
	assert.False(t, failed(t, res, err).Repeatable(), "a score that is free is one all the same")
	for _, answer := range []string{
		`{"code":50429,"data":{"source_comp_details":{"score":0}}}`, `{"code":50429,"data":{"req_measure_info":{"value":0}}}`, `{"code":50429,"data":null}`,
	} {
		res, err := ask(t, answer)
		assert.True(t, failed(t, res, err).Repeatable(), "zeros are what programs write where there is nothing: %s", answer)
	}
}

// The vendor's own limit of tries is for nobody to wait out.
func TestAnswer_VendorsTryLimitHasNoRetryAfter(t *testing.T) {
	cfg := config(&vendor{header: http.Header{"Retry-After": {"7"}}, answers: []string{subbed("10000", "201403")}})
	res, err := newClient(t, cfg).Verify(t.Context(), photoRequest(idverifytest.Photo()))
	e := failed(t, res, err)
	assert.Equal(t, []any{idverify.CodeTooManyAttempts, idverify.DeliveryAnswered, idverify.BilledNo}, []any{e.Code, e.Delivery, e.Billed})
	assert.Zero(t, e.RetryAfter)
	assert.False(t, e.Repeatable())
}
