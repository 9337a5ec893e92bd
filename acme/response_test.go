//go:build acme

package acme_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/acme"
)

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// The score that comes with a verdict is reported and never overrules it.
func TestAnswer_VerdictDecidesWhateverTheScore(t *testing.T) {
	_, res, err := asked(t, http.StatusOK, fixture(t, "match.json"))
	require.NoError(t, err)
	assert.Equal(t, []any{idverify.CodeMatch, "0001", idverify.BilledYes}, []any{res.Code, res.RequestID, res.Billed})
	score, _ := res.Checks[0].Score()
	assert.Equal(t, []any{12.5, idverify.DecidedByVendor}, []any{score, res.Checks[0].DecidedBy})
	reply, _ := idverify.ReplyAs[*acme.Reply](res, nil)
	assert.Equal(t, []string{"same", "order-1"}, []string{reply.Verdict, reply.Trace})

	_, res, err = asked(t, http.StatusOK, `{"Response":{"Code":"OK","Verdict":"other","Similarity":99}}`)
	require.NoError(t, err)
	assert.Equal(t, idverify.CodeFaceMismatch, res.Code)
}

func TestAnswer_InvalidAnswersDecideNothing(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		answer string
	}{
		"no verdict":       {200, `{"Response":{"Code":"OK","Similarity":99}}`},
		"another word":     {200, `{"Response":{"Code":"OK","Verdict":"Same"}}`},
		"no verdict but 1": {200, `{"Response":{"Code":"OK","Verdict":1}}`},
		"score off scale":  {200, `{"Response":{"Code":"OK","Verdict":"same","Similarity":101}}`},
		"another's trace":  {200, `{"Response":{"Code":"OK","Verdict":"same","Trace":"order-2"}}`},
		"status":           {500, `{"Response":{"Code":"OK","Verdict":"same"}}`},
		"no code":          {200, `{"Response":{"Verdict":"same"}}`},
		"at the top":       {200, `{"Code":"OK","Verdict":"same"}`},
		"said twice":       {200, `{"Response":{"Code":"OK","Verdict":"same","verdict":"other"}}`},
	} {
		_, _, err := asked(t, test.status, test.answer)
		assert.Equal(t, idverify.CodeBadResponse, idverify.CodeOf(err), name)
	}
}

// What is not worked on has no verdict: nobody asks again, and pays again, where it has.
func TestAnswer_WorkWithRefusalIsNotRepeated(t *testing.T) {
	for member, worked := range map[string]bool{`"Verdict":"same"`: true, `"Verdict":"other"`: true, `"Similarity":50`: true, `"Verdict":""`: false} {
		for _, code := range []string{`"Code":"Busy",`, ``} {
			_, _, err := asked(t, http.StatusTooManyRequests, `{"Response":{`+code+member+`}}`)
			var e *idverify.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, !worked, e.Repeatable(), code+member)
		}
	}
}
