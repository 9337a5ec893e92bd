package exchange

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// verdict is a rule that the vendor decides, and whose score is reported.
var verdict = idverify.Rule{Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByVendor, Scale: idverify.Scale{Max: 100}}

// ownLine is the threshold of a vendor that gives both a score and a verdict.
var ownLine = idverify.Rule{
	Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Max: 100}, Pass: idverify.AtLeast, Threshold: 70,
	FAR: []idverify.FARStep{{Threshold: 70, Rate: 1e-4}},
}

// decided is a call with a table of decisions and of codes about the person.
func decided(status int) *Call {
	c := answered(status)
	c.Table = NewTable([]idverify.CodeRow{
		{VendorCode: "ok", Code: idverify.CodeMatch, Billed: idverify.BilledYes},
		{VendorCode: "200", VendorReason: "200", Code: idverify.CodeMatch, Billed: idverify.BilledYes},
		{VendorCode: "low", Code: idverify.CodeFaceMismatch, Billed: idverify.BilledYes},
		{VendorCode: "name", Code: idverify.CodeIdentityMismatch, Billed: idverify.BilledNo},
		{VendorCode: "blurred", Code: idverify.CodePoorPhoto, Billed: idverify.BilledNo},
		{VendorCode: "often", Code: idverify.CodeTooManyAttempts},
		{VendorCode: "minor", Code: idverify.CodePersonRestricted},
	})
	return c
}

func mustContradict(t *testing.T, res *idverify.Result, err error) *idverify.Error {
	t.Helper()
	e := asError(t, res, err)
	assert.Equal(t, idverify.CodeBadResponse, e.Code)
	assert.True(t, e.Contradiction, "%v", e)
	assert.Equal(t, idverify.AdviceReview, e.Advice())
	assert.Equal(t, idverify.DeliveryAnswered, e.Delivery)
	assert.False(t, e.Repeatable())
	return e
}

func TestJudge_ByRungs(t *testing.T) {
	rungs := rungsOf(t, `{"1e-3":62,"1e-4":69,"1e-5":74}`)
	for value, want := range map[float64]idverify.Code{68.9: idverify.CodeFaceMismatch, 69: idverify.CodeFaceMismatch, 69.1: idverify.CodeMatch} {
		res, err := decided(http.StatusOK).Judge("ok", nil, Measured{Field: "confidence", Score: score(value), Rungs: rungs, Rule: climbing})
		require.NoError(t, err)
		assert.Equal(t, want, res.Code, value)
		assert.Equal(t, idverify.DecidedByAnswer, res.Checks[0].DecidedBy)
		assert.Equal(t, 69.0, res.Checks[0].Threshold)
	}
	for _, text := range []string{`{}`, `{"1e-3":62,"1e-4":75,"1e-5":74}`, `{"1e-3":62,"1e-4":"69","1e-5":74}`, `{"1e-3":62,"1e-5":74}`} {
		res, err := decided(http.StatusOK).Judge("ok", "reply", Measured{Field: "confidence", Score: score(99), Rungs: rungsOf(t, text), Rule: climbing})
		e := asError(t, res, err)
		assert.Equal(t, idverify.CodeBadResponse, e.Code, text)
		assert.Equal(t, idverify.BilledYes, e.Billed)
		assert.Equal(t, "reply", e.Reply)
		assert.False(t, e.Contradiction, "it cannot be read, and another vendor may be asked")
	}
}

func TestJudge_ScoreAndVerdictMustAgreeAtVendorThreshold(t *testing.T) {
	strict, err := ownLine.WithThreshold(80)
	require.NoError(t, err)
	const contradiction = idverify.CodeBadResponse
	for _, test := range []struct {
		value   float64
		verdict Verdict
		want    idverify.Code
	}{
		{69.9, Yes, contradiction}, {70, Yes, idverify.CodeFaceMismatch}, {79.9, Yes, idverify.CodeFaceMismatch}, {80, Yes, idverify.CodeMatch},
		{70.1, No, contradiction}, {99, No, contradiction}, {70, No, idverify.CodeFaceMismatch}, {10, No, idverify.CodeFaceMismatch},
	} {
		res, err := decided(http.StatusOK).Judge("ok", nil, Measured{Field: "sim", Score: score(test.value), Rule: strict, Verdict: test.verdict, Line: ownLine})
		if test.want == contradiction {
			e := mustContradict(t, res, err)
			assert.Equal(t, "sim", e.Field)
			assert.Equal(t, "ok", e.VendorCode)
			assert.Equal(t, idverify.BilledYes, e.Billed)
			continue
		}
		require.NoError(t, err, "%+v", test)
		assert.Equal(t, test.want, res.Code, "%+v", test)
		assert.Equal(t, test.want == idverify.CodeMatch, res.Passed())
	}
	// Exactly at the threshold the vendor's verdict counts.
	for word, want := range map[Verdict]idverify.Code{Yes: idverify.CodeMatch, No: idverify.CodeFaceMismatch} {
		res, err := decided(http.StatusOK).Judge("ok", nil, Measured{Field: "sim", Score: score(70), Rule: ownLine, Verdict: word, Line: ownLine})
		require.NoError(t, err)
		assert.Equal(t, want, res.Code)
		assert.Equal(t, want == idverify.CodeMatch, res.Passed())
	}
	res, err := decided(http.StatusOK).Judge("ok", nil, Measured{Field: "sim", Score: score(99), Rule: ownLine, Line: ownLine})
	assert.Contains(t, asError(t, res, err).Detail, "without the vendor's yes or no")
	res, err = decided(http.StatusOK).Judge("ok", nil, Measured{Field: "sim", Score: score(99), Rule: ownLine, Verdict: No})
	require.NoError(t, err)
	assert.Equal(t, idverify.CodeFaceMismatch, res.Code, "a no without a threshold is a no")
}

func TestJudge_VendorThresholdIsItsRung(t *testing.T) {
	rungs, strict := rungsOf(t, `{"1e-3":62,"1e-4":69,"1e-5":74}`), climbing
	strict.Rate = 1e-5
	judged := func(value float64, word Verdict) (*idverify.Result, error) {
		return decided(http.StatusOK).Judge("ok", nil,
			Measured{Field: "score", Score: score(value), Rungs: rungs, Rule: strict, Verdict: word, Line: climbing})
	}
	res, err := judged(70, Yes)
	require.NoError(t, err)
	assert.Equal(t, idverify.CodeFaceMismatch, res.Code, "a yes below the caller's rung is no contradiction")
	res, err = judged(68, Yes)
	mustContradict(t, res, err)
	res, err = judged(70, No)
	mustContradict(t, res, err)
}

func TestJudge_VerdictKeepsScore(t *testing.T) {
	sixty, carried := 60.0, Measured{Field: "similarity", Score: score(60), Rule: verdict}
	res, err := decided(http.StatusOK).Verdict(Said{Code: "200", Reasons: []string{"200"}, Message: "for 张三", Verdict: Yes, Reply: "reply"}, carried)
	require.NoError(t, err)
	assert.True(t, res.Passed())
	assert.Equal(t, &sixty, res.Checks[0].Value)
	assert.Equal(t, idverify.DecidedByVendor, res.Checks[0].DecidedBy)
	assert.Equal(t, "200", res.VendorReason)
	assert.Equal(t, "for [hidden]", res.VendorMessage.Reveal())
	assert.Equal(t, "reply", res.Reply)

	for _, score := range []Score{score(99), score(0), score(101), {}, {malformed: true}} {
		carried.Score, carried.ScoreRequired = score, true
		res, err = decided(http.StatusOK).Verdict(Said{Code: "low"}, carried)
		require.NoError(t, err)
		assert.Equal(t, idverify.CodeFaceMismatch, res.Code, "a no is a no whatever the score")
		assert.Equal(t, idverify.BilledYes, res.Billed)
		assert.Len(t, res.Checks, 1)
		assert.False(t, res.Checks[0].Passed)
	}
	res, err = decided(http.StatusOK).Verdict(Said{Code: "low"}, Measured{Field: "live", Score: score(99), Rule: ruleOf(idverify.CheckLiveness)}, carried)
	require.NoError(t, err)
	assert.Equal(t, idverify.CodeFaceMismatch, res.Code, "the no is about the face, wherever its score is")
	for _, score := range []Score{score(101), {malformed: true}, {}} {
		carried.Score = score
		res, err = decided(http.StatusOK).Verdict(Said{Code: "ok"}, carried)
		assert.Equal(t, idverify.CodeBadResponse, asError(t, res, err).Code, "a yes with an impossible score is not a pass")
	}
	carried.Score, carried.ScoreRequired = Score{}, false
	res, err = decided(http.StatusOK).Verdict(Said{Code: "ok"}, carried)
	require.NoError(t, err)
	assert.True(t, res.Passed())
	assert.Nil(t, res.Checks[0].Value)
	carried.Score = Score{malformed: true}
	res, err = decided(http.StatusOK).Verdict(Said{Code: "ok"}, carried)
	assert.Equal(t, "similarity is not a finite number", asError(t, res, err).Detail, "also where no score is required")
	carried.Score = Score{}

	res, err = decided(http.StatusOK).Judge("ok", nil, carried)
	assert.Equal(t, idverify.CodeBadResponse, asError(t, res, err).Code, "neither yes nor no")
}

// A vendor whose score decides may also say no by its code, whatever the score is.
func TestJudge_RefusalCodeCountsUnderOurRule(t *testing.T) {
	for _, score := range []Score{score(99), score(10), {}} {
		res, err := decided(http.StatusOK).Verdict(Said{Code: "low"}, Measured{Field: "sim", Score: score, Rule: ownLine, Line: ownLine})
		require.NoError(t, err)
		assert.Equal(t, idverify.CodeFaceMismatch, res.Code)
		assert.False(t, res.Checks[0].Holds())
	}
	res, err := decided(http.StatusOK).Verdict(Said{Code: "ok"}, Measured{Field: "sim", Score: score(60), Rule: ownLine, Line: ownLine})
	mustContradict(t, res, err)
	res, err = decided(http.StatusOK).Verdict(Said{Code: "ok"}, Measured{Field: "sim", Score: score(75), Rule: ownLine, Line: ownLine})
	require.NoError(t, err)
	assert.True(t, res.Passed())
	assert.Equal(t, idverify.DecidedByThreshold, res.Checks[0].DecidedBy)
}

func TestJudge_CodeAndVerdictMustAgree(t *testing.T) {
	carried := Measured{Field: "similarity", Score: score(60), Rule: verdict}
	for _, said := range []Said{
		{Code: "ok", Verdict: No}, {Code: "low", Verdict: Yes}, {Code: "name", Verdict: Yes}, {Code: "blurred", Verdict: Yes}, {Code: "unlisted", Verdict: Yes},
	} {
		res, err := decided(http.StatusOK).Verdict(said, carried)
		e := mustContradict(t, res, err)
		assert.Equal(t, said.Code, e.VendorCode)
		billed := idverify.BilledUnknown // if one of the two means free, the other may not
		if row, _ := decided(200).Table.Find(said.Code); row.Billed == idverify.BilledYes {
			billed = row.Billed
		}
		assert.Equal(t, billed, e.Billed, "%+v", said)
		for _, charged := range []idverify.Billed{idverify.BilledNo, idverify.BilledYes} {
			c := decided(http.StatusOK)
			c.SetBilled(charged)
			res, err := c.Verdict(said, carried)
			assert.Equal(t, charged, mustContradict(t, res, err).Billed, "%+v", said)
		}
	}
	for code, want := range map[string]idverify.Code{"low": idverify.CodeFaceMismatch, "name": idverify.CodeIdentityMismatch} {
		res, err := decided(http.StatusOK).Verdict(Said{Code: code, Verdict: No}, carried)
		require.NoError(t, err)
		assert.Equal(t, want, res.Code)
	}
	for code, want := range map[string]idverify.Code{"blurred": idverify.CodePoorPhoto, "unlisted": idverify.CodeUnknown} {
		res, err := decided(http.StatusOK).Verdict(Said{Code: code, Verdict: No}, carried)
		assert.Equal(t, want, asError(t, res, err).Code)
	}
	res, err := decided(http.StatusInternalServerError).Verdict(Said{Code: "ok", Verdict: Yes}, carried)
	assert.Equal(t, idverify.CodeBadResponse, asError(t, res, err).Code, "no match with a failure status")
	res, err = decided(http.StatusOK).Verdict(Said{Code: "ok", Verdict: Yes})
	assert.Equal(t, idverify.CodeBadResponse, asError(t, res, err).Code, "no match without a similarity")
	res, err = decided(http.StatusOK).Verdict(Said{Code: "low"})
	require.NoError(t, err)
	assert.Empty(t, res.Checks)
	early := decided(http.StatusOK)
	early.response.Early = true
	res, err = early.Verdict(Said{Code: "ok"}, carried)
	assert.Equal(t, answeredEarly, asError(t, res, err).Detail)
	again := decided(http.StatusOK)
	again.repeated = true
	res, err = again.Verdict(Said{Code: "low"}, carried)
	assert.Equal(t, answeredBefore, asError(t, res, err).Detail)
}

// A vendor that gives a verdict has worked on the call, whatever else the answer
// says: the call is not repeated.
func TestJudge_VerdictWithRefusalIsContradiction(t *testing.T) {
	for _, verdict := range []Verdict{Yes, No} {
		for code, status := range map[string]int{"busy": http.StatusTooManyRequests, "429": http.StatusTooManyRequests, "unlisted": http.StatusProxyAuthRequired} {
			said := Said{Code: code, Verdict: verdict}
			res, err := answered(status).Coded(said)
			mustContradict(t, res, err)
			res, err = answered(status).Verdict(said)
			mustContradict(t, res, err)
		}
	}
	res, err := answered(http.StatusTooManyRequests).Coded(Said{Code: "busy"})
	assert.True(t, asError(t, res, err).Repeatable())
}

// The same holds for a vendor that measured something, or charges.
func TestJudge_WorkWithRefusalIsContradiction(t *testing.T) {
	for _, says := range []func(*Call){
		func(c *Call) { c.SetWorked(true) }, func(c *Call) { c.SetLooked(true) }, func(c *Call) { c.SetBilled(idverify.BilledYes) },
	} {
		for code, status := range map[string]int{"busy": http.StatusTooManyRequests, "unlisted": http.StatusProxyAuthRequired} {
			c := answered(status)
			says(c)
			res, err := c.Coded(Said{Code: code})
			mustContradict(t, res, err)
		}
		c := answered(http.StatusTooManyRequests)
		says(c)
		assert.Equal(t, "bad_response, unanswered, billed unknown, field , x", of(c.Foreign("x")))
		res, err := c.Coded(Said{Code: "429"})
		assert.Equal(t, "bad_response, unanswered, billed unknown, field , JSON that is not the vendor's", of(asError(t, res, err)))
	}
	measured := Measured{Field: "sim", Score: Score{value: 50, present: true}, Rule: idverify.Rule{Kind: idverify.CheckSimilarity}}
	res, err := answered(http.StatusOK).Verdict(Said{Code: "busy"}, measured)
	mustContradict(t, res, err)
	measured.Score = Score{present: true}
	res, err = answered(http.StatusOK).Verdict(Said{Code: "busy"}, measured)
	assert.True(t, asError(t, res, err).Repeatable())
	c := answered(http.StatusOK)
	c.SetWorked(false)
	c.SetLooked(false)
	c.SetBilled(idverify.BilledNo)
	res, err = c.Coded(Said{Code: "busy"})
	assert.True(t, asError(t, res, err).Repeatable())
}

// A fault documented as free is repeated, but not if the answer has a score.
func TestJudge_FreeFaultWithScoreIsContradiction(t *testing.T) {
	table := NewTable([]idverify.CodeRow{
		{VendorCode: "fault", Code: idverify.CodeVendorUnavailable, Billed: idverify.BilledNo}, {VendorCode: "priced", Code: idverify.CodeVendorUnavailable},
	})
	for _, worked := range []bool{false, true} {
		c := answered(http.StatusOK)
		c.Table = table
		c.SetWorked(worked)
		res, err := c.Coded(Said{Code: "fault"})
		e := asError(t, res, err)
		assert.Equal(t, !worked, e.Repeatable())
		assert.Equal(t, worked, e.Contradiction)

		c.SetBilled(idverify.BilledNo)
		res, err = c.Coded(Said{Code: "priced"})
		assert.Equal(t, !worked, asError(t, res, err).Repeatable(), "the answer says that it is free")

		c.SetWorked(false)
		c.SetLooked(worked)
		res, err = c.Coded(Said{Code: "fault"})
		assert.True(t, asError(t, res, err).Repeatable(), "a free fault may come after a look")
	}
	c := answered(http.StatusOK)
	c.Table = table
	c.SetBilled(idverify.BilledYes)
	res, err := c.Coded(Said{Code: "fault"})
	e := asError(t, res, err)
	assert.Equal(t, []any{idverify.CodeVendorUnavailable, idverify.BilledYes, false}, []any{e.Code, e.Billed, e.Repeatable()})
}

func TestJudge_RefusedPersonIsNotRetried(t *testing.T) {
	for code, want := range map[string]idverify.Code{"often": idverify.CodeTooManyAttempts, "minor": idverify.CodePersonRestricted} {
		res, err := decided(http.StatusOK).Verdict(Said{Code: code})
		e := asError(t, res, err)
		assert.Equal(t, want, e.Code)
		assert.Equal(t, "v", e.Vendor)
		assert.Zero(t, e.RetryAfter, "although the answer has a Retry-After")
		assert.False(t, e.Repeatable())
		assert.Equal(t, idverify.DeliveryAnswered, e.Delivery)
		for _, delivery := range []idverify.Delivery{idverify.DeliveryRefused, idverify.DeliveryUnanswered} {
			assert.Panics(t, func() { NewTable([]idverify.CodeRow{{VendorCode: code, Code: want, Delivery: delivery}}) })
		}
	}
}

func TestVerdict_Words(t *testing.T) {
	for text, want := range map[string]Verdict{"T": Yes, "F": No, "": NoVerdict, "t": NoVerdict, "true": NoVerdict, " T": NoVerdict} {
		assert.Equal(t, want, VerdictIn(text, "T", "F"), "%q", text)
	}
}

// Nothing of an answer to another question is shown, and it ends the call.
func TestJudge_AnswerToOtherQuestionEndsTheCall(t *testing.T) {
	c := decided(http.StatusOK)
	c.SetRequestID("theirs")
	e := c.Astray("Extra")
	assert.Equal(t, []any{idverify.CodeBadResponse, "Extra", true, idverify.DeliveryUnanswered, idverify.BilledUnknown, false},
		[]any{e.Code, e.Field, e.Contradiction, e.Delivery, e.Billed, e.Repeatable()})
	assert.Empty(t, e.RequestID)
	assert.Nil(t, e.Reply)
	c.RequestIDHeader, c.OwnID = "X-Request-Id", "ours"
	c.response.Header.Set("X-Request-Id", "theirs")
	assert.Equal(t, "ours", c.Astray("Extra").RequestID, "the header belongs to the same answer")
	assert.Equal(t, idverify.AdviceReview, e.Advice())
}
