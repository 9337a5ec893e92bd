package baiduv4_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
)

// The token endpoint has another member for its errors.
func TestAnswer_ResultWithErrorOfTokenEndpointIsNoPass(t *testing.T) {
	const result = `,"log_id":1,"result":{"score":91,"verify_status":0,"liveness_score":1,"spoofing_score":0}}`
	for _, said := range []string{`"invalid_client"`, `{"code":1}`, `true`} {
		c, _ := answering(t, answer{body: `{"error":` + said + result})
		e := verifyFails(t, c)
		assert.Equal(t, []any{idverify.CodeBadResponse, true, idverify.BilledYes}, []any{e.Code, e.Contradiction, e.Billed}, said)
	}
	for _, said := range []string{`null`, `""`, `{}`} {
		c, _ := answering(t, answer{body: `{"error":` + said + result})
		verify(t, c)
	}
}

// What is not worked on has no outcome: nobody asks again, and pays again, where it has.
func TestAnswer_OutcomeWithRefusalIsNotRepeated(t *testing.T) {
	for result, contradicts := range map[string]bool{
		`{"score":91}`: true, `{"verify_status":0}`: true, `{"verify_status":1}`: true, `{"score":0}`: false, `null`: false, `""`: false, `{}`: false, `[]`: false,
		`{"liveness_score":0.9}`: true, `{"spoofing_score":0.1}`: true, `{"liveness_score":0}`: false, `{"score":91,"verify_status":{}}`: true, `"x"`: true,
	} {
		c, _ := answering(t, answer{body: `{"error_code":18,"error_msg":"m","log_id":1,"result":` + result + `}`})
		e := verifyFails(t, c)
		assert.Equal(t, []any{contradicts, !contradicts}, []any{e.Contradiction, e.Repeatable()}, result)
	}
}
