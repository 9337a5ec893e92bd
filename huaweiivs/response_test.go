package huaweiivs_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/huaweiivs"
)

func ask(t *testing.T, status int, content string, change ...func(*huaweiivs.Config)) (*idverify.Result, error) {
	t.Helper()
	return newClient(t, serve(t, answering(status, content)), change...).Verify(t.Context(), request())
}

// one returns an answer with exactly one result.
func one(members string) string {
	return `{"meta":{"uuid":"OURS"},"result":{"count":1,"resp_data":[{` + members + `}]}}`
}

func TestAnswer_Valid(t *testing.T) {
	v := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "EXAMPLE-REQUEST-7")
		answering(200, fixture(t, "valid.json"))(w, r)
	})
	res, err := newClient(t, v).Verify(t.Context(), request())
	require.NoError(t, err)
	assert.True(t, res.Passed())
	assert.Equal(t, "EXAMPLE-REQUEST-7", res.RequestID)
	assert.Equal(t, idverify.BilledYes, res.Billed)
	check, _ := res.Check(idverify.CheckSimilarity)
	assert.Equal(t, idverify.DecidedByVendor, check.DecidedBy)
	assert.InDelta(t, 88.43, *check.Value, 0)
	reply, ok := idverify.ReplyAs[*huaweiivs.Reply](res, nil)
	require.True(t, ok)
	assert.Equal(t, []string{"ivs-standard", "1000", "Successful certification", "valid"},
		[]string{reply.ServiceName, reply.Code, reply.Message, reply.Result})
}

// The verdict decides; a valid score is reported and never overrules it.
func TestAnswer_Verdicts(t *testing.T) {
	detailed := func(c *huaweiivs.Config) { c.Detail = true }
	for _, test := range []struct {
		members string
		detail  bool
		code    idverify.Code
		score   float64 // negative: none
	}{
		{`"verification_result":"valid","verification_code":1000,"similarity":"0"`, false, idverify.CodeMatch, 0},
		{`"verification_result":"valid","verification_code":"1000","similarity":65`, false, idverify.CodeMatch, 65},
		{`"verification_result":"valid","verification_code":1000,"similarity":"884.3"`, true, idverify.CodeMatch, 884.3},
		{`"verification_result":"invalid","verification_code":2002,"similarity":"100"`, false, idverify.CodeFaceMismatch, 100},
		{`"verification_result":"invalid","verification_code":2002,"similarity":""`, false, idverify.CodeFaceMismatch, -1},
		{`"verification_result":"invalid","verification_code":2002`, false, idverify.CodeFaceMismatch, -1},
		{`"verification_result":"invalid","verification_code":2002,"similarity":"884"`, false, idverify.CodeFaceMismatch, -1},
	} {
		var change []func(*huaweiivs.Config)
		if test.detail {
			change = append(change, detailed)
		}
		res, err := ask(t, 200, one(test.members), change...)
		require.NoError(t, err, test.members)
		assert.Equal(t, test.code, res.Code, test.members)
		check, measured := res.Check(idverify.CheckSimilarity)
		require.True(t, measured)
		if test.score < 0 {
			assert.Nil(t, check.Value)
		} else if assert.NotNil(t, check.Value, test.members) {
			assert.InDelta(t, test.score, *check.Value, 0)
		}
	}
}

func TestAnswer_UntrustworthyAnswersDecideNothing(t *testing.T) {
	const valid = `"verification_result":"valid","verification_code":1000,`
	for what, content := range map[string]string{
		"no score":            one(valid + `"x":1`),
		"an empty score":      one(valid + `"similarity":""`),
		"a score of null":     one(valid + `"similarity":null`),
		"NaN":                 one(valid + `"similarity":"NaN"`),
		"below the scale":     one(valid + `"similarity":"-1"`),
		"beyond the scale":    one(valid + `"similarity":"100.01"`),
		"invalid and 1000":    one(`"verification_result":"invalid","verification_code":1000,"similarity":"88"`),
		"no word and 1000":    one(`"verification_code":1000,"similarity":"88"`),
		"VALID":               one(`"verification_result":"VALID","verification_code":1000,"similarity":"88"`),
		"valid and 2001":      one(`"verification_result":"valid","verification_code":2001`),
		"valid and 2002":      one(`"verification_result":"valid","verification_code":2002,"similarity":"88"`),
		"invalid and 3001":    one(`"verification_result":"invalid","verification_code":3001`),
		"valid and unlisted":  one(`"verification_result":"valid","verification_code":1001,"similarity":"88"`),
		"valid and no code":   one(`"verification_result":"valid","similarity":"88"`),
		"another call":        `{"meta":{"uuid":"EXAMPLE-OTHER"},"result":{"count":1,"resp_data":[{` + valid + `"similarity":"88"}]}}`,
		"a number for a uuid": `{"meta":{"uuid":1},"result":{"count":1,"resp_data":[{` + valid + `"similarity":"88"}]}}`,
		"a no about another":  `{"meta":{"uuid":"EXAMPLE-OTHER"},"result":{"count":1,"resp_data":[{"verification_result":"invalid","verification_code":2002}]}}`,
		"no results":          `{"meta":{"uuid":"OURS"},"result":{"count":0,"resp_data":[]}}`,
		"no list":             `{"meta":{"uuid":"OURS"},"result":{"count":1}}`,
		"an object":           `{"meta":{"uuid":"OURS"},"result":{"resp_data":{` + valid + `"similarity":"88"}}}`,
		"two results":         `{"meta":{"uuid":"OURS"},"result":{"resp_data":[{` + valid + `"similarity":"88"},{` + valid + `"similarity":"88"}]}}`,
		"a count of two":      `{"meta":{"uuid":"OURS"},"result":{"count":2,"resp_data":[{` + valid + `"similarity":"88"}]}}`,
		"an error besides":    `{"meta":{"uuid":"OURS"},"error_code":"IVS.0003","result":{"count":1,"resp_data":[{` + valid + `"similarity":"88"}]}}`,
		"a blank at a code":   one(`"verification_result":"invalid","verification_code":" 1000","similarity":"88"`),
		"no word, a blank":    one(`"verification_code":"1000 ","similarity":"88"`),
		"a blank and 2002":    one(`"verification_result":"nonexistent","verification_code":"2002 "`),
		"a text of an error":  `{"meta":{"uuid":"OURS"},"error":"x","result":{"count":1,"resp_data":[{` + valid + `"similarity":"88"}]}}`,
		"a list of errors":    `{"meta":{"uuid":"OURS"},"error":[1],"result":{"count":1,"resp_data":[{` + valid + `"similarity":"88"}]}}`,
		"an unnamed error":    `{"meta":{"uuid":"OURS"},"error":{"message":"x"},"result":{"count":1,"resp_data":[{` + valid + `"similarity":"88"}]}}`,
		"nothing":             `{}`,
	} {
		res, err := ask(t, 200, content)
		e := requireError(t, res, err)
		assert.Equal(t, idverify.CodeBadResponse, e.Code, what)
		assert.False(t, e.Repeatable(), what)
	}
	for _, status := range []int{201, 400, 500} {
		for _, content := range []string{fixture(t, "valid.json"), one(`"verification_result":"invalid","verification_code":2001`)} {
			res, err := ask(t, status, content)
			assert.Equal(t, idverify.CodeBadResponse, requireError(t, res, err).Code)
		}
	}
	res, err := ask(t, 200, one(`"verification_result":"invalid","verification_code":2009`))
	assert.Equal(t, idverify.CodeUnknown, requireError(t, res, err).Code)
}

// An answer without a uuid is accepted as this call's.
func TestAnswer_WithoutUUID(t *testing.T) {
	for _, meta := range []string{``, `"meta":null,`, `"meta":{},`, `"meta":{"uuid":null},`} {
		res, err := ask(t, 200, `{`+meta+`"result":{"resp_data":[{"verification_result":"valid","verification_code":1000,"similarity":"88"}]}}`)
		require.NoError(t, err)
		assert.True(t, res.Passed())
	}
}

// Where an answer names no call, only the gateway's id tells that it came twice.
func TestAnswer_WithoutUUIDComesTwice(t *testing.T) {
	c := newClient(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "EXAMPLE-REQUEST-7")
		answering(200, `{"result":{"resp_data":[{"verification_result":"valid","verification_code":1000,"similarity":"88"}]}}`)(w, r)
	}))
	for range 2 {
		res, err := c.Verify(t.Context(), request())
		require.NoError(t, err, "about the same person it is the same answer")
		assert.True(t, res.Passed())
	}
	other := request()
	other.Name = "虚构李四"
	res, err := c.Verify(t.Context(), other)
	assert.Equal(t, idverify.CodeBadResponse, requireError(t, res, err).Code)
	assert.ErrorIs(t, err, idverify.ErrAmbiguous)
}

// An empty error counts as none.
func TestAnswer_EmptyErrorWithResult(t *testing.T) {
	for _, nothing := range []string{`null`, `""`, `{}`, `[]`} {
		res, err := ask(t, 200, `{"meta":{"uuid":"OURS"},"error":`+nothing+`,"result":{"resp_data":[{"verification_result":"valid","verification_code":1000,"similarity":"88"}]}}`)
		require.NoError(t, err, nothing)
		assert.True(t, res.Passed(), nothing)
	}
}

// Errors have three forms and the gateway two spellings; the HTTP status
// distinguishes the meanings of one code.
func TestAnswer_Errors(t *testing.T) {
	for _, test := range []struct {
		status  int
		content string
		want    string // code, delivery, billed
	}{
		{400, `{"error_code":"IVS.0011","error_msg":"verification_name is invalid"}`, "invalid_name answered no"},
		{400, `{"error_code":"IVS.0011","error_msg":"verification_id is invalid"}`, "invalid_id_number answered no"},
		{400, `{"error_code":"IVS.0011","error_msg":"detail is invalid"}`, "invalid_request answered no"},
		{400, `{"error_code":"IVS.0009","error_msg":"face detect error: More than one face"}`, "multiple_faces answered no"},
		{400, `{"error_code":"IVS.0009","error_msg":"face detect error: no faces"}`, "no_face answered no"},
		{400, `{"error_code":"IVS.0014","error_msg":"x"}`, "unknown answered unknown"},
		{500, `{"error_code":"IVS.0014","error_msg":"x"}`, "vendor_unavailable answered unknown"},
		{403, `{"error_code":"IVS.0015","error_msg":"x"}`, "permission_denied refused no"},
		{400, `{"code":"APIG.0201","message":"x"}`, "invalid_request answered no"},
		{413, `{"code":"APIGW.0201","message":"x"}`, "too_large refused no"},
		{502, `{"error_code":"APIG.0201","error_msg":"x"}`, "vendor_unavailable unanswered unknown"},
		{504, `{"error_code":"APIGW.0201","error_msg":"x"}`, "timeout unanswered unknown"},
		{500, `{"error_code":"APIG.0201","error_msg":"x"}`, "unknown answered unknown"},
		{504, `{"error":{"code":"APIG.0203","message":"x"}}`, "timeout unanswered unknown"},
		{429, `{"error":{"error_code":"APIG.0308","error_msg":"x"}}`, "rate_limited refused no"},
		{401, `{"error":{"code":"IAM.0001","message":"x"}}`, "unknown answered unknown"},
		{400, `{"error":"x"}`, "bad_response unanswered unknown"},
	} {
		res, err := ask(t, test.status, test.content)
		e := requireError(t, res, err)
		assert.Equal(t, test.want, fmt.Sprint(e.Code, " ", e.Delivery, " ", e.Billed), "%d %s", test.status, test.content)
	}
	res, err := ask(t, 401, fixture(t, "signature.json"))
	assert.Equal(t, "EXAMPLE-REQUEST-1", requireError(t, res, err).RequestID)
}

// Two codes that differ are none: the one that is asked about again may be the wrong one.
func TestAnswer_TwoErrorCodesMustAgree(t *testing.T) {
	for answer, contradicts := range map[string]bool{
		`{"error_code":"APIG.0308","code":"IVS.0003"}`:                                 true,
		`{"error_code":"APIG.0308","error":{"code":"APIG.0203"}}`:                      true,
		`{"code":"APIG.0308","error":{"error_code":"APIG.0203"}}`:                      true,
		`{"error":{"error_code":"APIG.0308","code":"APIG.0203"}}`:                      true,
		`{"error_code":"APIG.0308","code":"APIGW.0308"}`:                               false,
		`{"error_code":"APIG.0308","code":"","error":{"code":null,"error_code":null}}`: false,
	} {
		v := serve(t, answering(http.StatusTooManyRequests, answer))
		res, err := newClient(t, v).Verify(t.Context(), request())
		e := requireError(t, res, err)
		assert.Equal(t, contradicts, e.Contradiction, answer)
		assert.Equal(t, !contradicts, e.Repeatable(), answer)
		assert.Equal(t, contradicts, e.Billed == idverify.BilledUnknown, answer)
	}
}
