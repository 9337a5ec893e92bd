package linkface_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What is not worked on has no score: nobody asks again, and pays again, where it has.
func TestAnswer_ScoreWithRefusalIsNotRepeated(t *testing.T) {
	for score, contradicts := range map[string]bool{"0.93": true, "0.0001": true, "0": false, "null": false} {
		c, _ := answering(t, http.StatusForbidden, `{"request_id":"T","status":"RATE_LIMIT_EXCEEDED","verify_score":`+score+`}`)
		res, err := c.Verify(t.Context(), request())
		e := requireError(t, res, err)
		assert.Equal(t, []any{contradicts, !contradicts}, []any{e.Contradiction, e.Repeatable()}, score)
	}
}

// Nor has it what the vendor found out about the capture, or at the source.
func TestAnswer_FindingsWithRefusalAreNotRepeated(t *testing.T) {
	for member, looked := range map[string]bool{
		`"hack_score":0.1`: true, `"identity":{"validity":true}`: true, `"identity":{"validity":false}`: true, `"identity":["x"]`: true,
		`"hack_score":0`: false, `"identity":null`: false, `"identity":{}`: false, `"identity":[]`: false, `"identity":""`: false,
	} {
		for _, status := range []string{`"status":"RATE_LIMIT_EXCEEDED",`, ``} {
			c, _ := answering(t, http.StatusTooManyRequests, `{"request_id":"T",`+status+member+`}`)
			res, err := c.Verify(t.Context(), request())
			e := requireError(t, res, err)
			assert.Equal(t, []bool{!looked, looked}, []bool{e.Repeatable(), e.MayHaveCost()}, status+member)
		}
	}
	c, _ := answering(t, http.StatusBadRequest,
		`{"request_id":"T","status":"PHOTO_SERVICE_ERROR","reason":"Gongan service timeout","hack_score":0.1,"identity":{"validity":true}}`)
	res, err := c.Verify(t.Context(), request())
	assert.True(t, requireError(t, res, err).Repeatable(), "the source failed after the vendor had looked, which is free")
}
