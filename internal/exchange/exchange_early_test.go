package exchange

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/httpx"
)

// An answer that begins before the vendor has the whole request decides nothing, by
// scores or by a code. An error keeps its meaning: a vendor may refuse a large
// picture half-way.
// Holds P-PASS-6.
func TestOutcome_EarlyAnswerDecidesNothing(t *testing.T) {
	rule := idverify.Rule{Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Max: 1}, Pass: idverify.AtLeast, Threshold: 0.7}
	score := Measured{Field: "score", Score: Score{value: 0.9, present: true}, Rule: rule}
	for _, early := range []bool{false, true} {
		call := &Call{Exchange: Exchange{
			Vendor: &Vendor{Name: "v", Now: time.Now, Table: NewTable([]idverify.CodeRow{
				{VendorCode: "OK", Code: idverify.CodeMatch}, {VendorCode: "NO", Code: idverify.CodeIdentityMismatch}, {VendorCode: "BIG", Code: idverify.CodeTooLarge},
			})},
			response: &httpx.Response{Status: http.StatusOK, Early: early},
		}}
		want := func(res *idverify.Result, err error, decision idverify.Code) {
			t.Helper()
			if early {
				assert.Nil(t, res)
				assert.Equal(t, idverify.CodeBadResponse, idverify.CodeOf(err))
				assert.ErrorIs(t, err, idverify.ErrAmbiguous)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, decision, res.Code)
		}
		res, err := call.Judge("OK", nil, score)
		want(res, err, idverify.CodeMatch)
		res, err = call.Coded(Said{Code: "NO"})
		want(res, err, idverify.CodeIdentityMismatch)
		_, err = call.Coded(Said{Code: "BIG"})
		assert.Equal(t, idverify.CodeTooLarge, idverify.CodeOf(err))
	}
}

// 0.8 instead of 80 would let nearly everybody pass.
// Holds P-PASS-4.
func TestThreshold_FractionIsRefused(t *testing.T) {
	v := &Vendor{Name: "v"}
	percent := idverify.Rule{Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Max: 100}, Pass: idverify.Above, Threshold: 80}
	for _, fraction := range []float64{0.8, 0.0001, 1} {
		_, err := v.Threshold(percent, "Threshold", fraction)
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, idverify.CodeInvalidConfig, e.Code)
		assert.Equal(t, "Threshold", e.Field)
	}
	rule, err := v.Threshold(percent, "Threshold", 90)
	require.NoError(t, err)
	assert.Equal(t, 90.0, rule.Threshold)
	unit := idverify.Rule{Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Max: 1}, Pass: idverify.AtLeast, Threshold: 0.7}
	rule, err = v.Threshold(unit, "Threshold", 0.8)
	require.NoError(t, err)
	assert.Equal(t, 0.8, rule.Threshold)
}
