package baiduv4_test

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
)

func TestMatch(t *testing.T) {
	for file, logID := range map[string]string{"ok.json": "1370579072568000512", "ok_v3.json": "1370579072568000513"} {
		c, _ := answering(t, answer{body: fixture(t, file)})
		res, err := c.Verify(t.Context(), request())
		require.NoError(t, err)
		assert.True(t, res.Passed())
		assert.Equal(t, idverify.BilledYes, res.Billed)
		assert.Equal(t, logID, res.RequestID, "all 19 digits, number or string")
		assert.Len(t, res.Checks, 3)

		similarity, _ := res.Check(idverify.CheckSimilarity)
		rate, published := similarity.FalseAcceptRate()
		assert.True(t, published)
		assert.Equal(t, 1e-4, rate)
		assert.Equal(t, idverify.Above, similarity.Comparator)
		liveness, _ := res.Check(idverify.CheckLiveness)
		assert.Equal(t, idverify.HigherIsBetter, liveness.Direction)
		spoofing, _ := res.Check(idverify.CheckSynthetic)
		assert.Equal(t, idverify.LowerIsBetter, spoofing.Direction)

		reply, ok := idverify.ReplyAs[*baiduv4.Reply](res, nil)
		require.True(t, ok)
		assert.Equal(t, logID, reply.LogID)
		assert.Equal(t, "0", reply.VerifyStatus)
		assert.Equal(t, 91.234, *reply.Score)
		assert.True(t, reply.DecImage.IsZero())
		_, err = reply.DecImage.Bytes()
		assert.Error(t, err)
	}
}

func TestAnswer_VerifyStatusComesBeforeScore(t *testing.T) {
	for file, want := range map[string]idverify.Code{
		"identity_mismatch.json": idverify.CodeIdentityMismatch,
		"no_photo.json":          idverify.CodeReferencePhotoUnavailable,
		"liveness_failed.json":   idverify.CodeAttackSuspected,
	} {
		c, _ := answering(t, answer{body: fixture(t, file)})
		res, err := c.Verify(t.Context(), request())
		require.NoError(t, err)
		assert.Equal(t, want, res.Code)
		assert.Empty(t, res.Checks)
		assert.Equal(t, idverify.BilledUnknown, res.Billed)
		assert.Len(t, res.RequestID, 19)
	}
	c, _ := answering(t, answer{body: `{"log_id":1,"result":{"score":100,"verify_status":1,"liveness_score":1,"spoofing_score":0}}`})
	res, err := c.Verify(t.Context(), request())
	require.NoError(t, err)
	assert.Equal(t, idverify.CodeIdentityMismatch, res.Code, "whatever the score")
	assert.False(t, res.Passed())
}

func TestAnswer_BothFormsOfADecisionAgree(t *testing.T) {
	for status, codes := range map[string][]string{"1": {"222351", "222360"}, "2": {"222350", "222355"}} {
		c, _ := answering(t, answer{body: `{"result":{"verify_status":` + status + `}}`})
		want, err := c.Verify(t.Context(), request())
		require.NoError(t, err)
		for _, code := range codes {
			c, _ := answering(t, answer{body: `{"error_code":` + code + `,"result":null}`})
			res, err := c.Verify(t.Context(), request())
			require.NoError(t, err)
			assert.Equal(t, want.Code, res.Code, code)
		}
	}
}

func scores(score, liveness, spoofing string) answer {
	return answer{body: fmt.Sprintf(`{"log_id":7,"result":{"verify_status":0,"score":%s,"liveness_score":%s,"spoofing_score":%s}}`, score, liveness, spoofing)}
}

func literal(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

func around(f float64) (below, above float64) {
	return math.Nextafter(f, math.Inf(-1)), math.Nextafter(f, math.Inf(1))
}

func verifyScores(t *testing.T, score, liveness, spoofing float64, change ...func(*baiduv4.Config)) idverify.Code {
	t.Helper()
	c, _ := answering(t, scores(literal(score), literal(liveness), literal(spoofing)), change...)
	res, err := c.Verify(t.Context(), request())
	require.NoError(t, err)
	assert.Equal(t, res.Code == idverify.CodeMatch, res.Passed())
	assert.Len(t, res.Checks, 3)
	return res.Code
}

// Holds P-PASS-3.
func TestAnswer_LivenessAtEachThreshold(t *testing.T) {
	for level, threshold := range map[baiduv4.LivenessControl]float64{
		"": 0.3, baiduv4.LivenessLow: 0.05, baiduv4.LivenessNormal: 0.3, baiduv4.LivenessHigh: 0.9,
	} {
		set := func(c *baiduv4.Config) { c.Liveness = level }
		below, above := around(threshold)
		for liveness, want := range map[float64]idverify.Code{
			above: idverify.CodeMatch, threshold: idverify.CodeMatch, below: idverify.CodeAttackSuspected,
			0: idverify.CodeAttackSuspected, 1: idverify.CodeMatch,
		} {
			assert.Equal(t, want, verifyScores(t, 91, liveness, 0, set), "%s %v", level, liveness)
		}
		assert.Equal(t, idverify.CodeAttackSuspected, verifyScores(t, 0, 0, 0, set), "an attack outranks a mismatch")
	}
}

// Holds P-PASS-3.
func TestAnswer_SyntheticAtEachThreshold(t *testing.T) {
	for level, threshold := range map[baiduv4.SyntheticControl]float64{
		"": 0.00048, baiduv4.SyntheticLow: 0.00023, baiduv4.SyntheticNormal: 0.00048, baiduv4.SyntheticHigh: 0.00109,
	} {
		set := func(c *baiduv4.Config) { c.Synthetic = level }
		below, above := around(threshold)
		for spoofing, want := range map[float64]idverify.Code{
			below: idverify.CodeMatch, threshold: idverify.CodeMatch, above: idverify.CodeAttackSuspected,
			0: idverify.CodeMatch, 1: idverify.CodeAttackSuspected,
		} {
			assert.Equal(t, want, verifyScores(t, 91, 1, spoofing, set), "%s %v", level, spoofing)
		}
	}
}

func TestAnswer_DisabledControlNeedsNoScore(t *testing.T) {
	off := func(c *baiduv4.Config) { c.Liveness, c.Synthetic = baiduv4.LivenessNone, baiduv4.SyntheticNone }
	c, _ := answering(t, answer{body: `{"result":{"score":80.5,"verify_status":0}}`}, off)
	res, err := c.Verify(t.Context(), request())
	require.NoError(t, err)
	assert.True(t, res.Passed())
	assert.Len(t, res.Checks, 1)
}

func TestAnswer_ScoresAsNumericStrings(t *testing.T) {
	c, _ := answering(t, scores(`"88.5"`, `"0.3"`, `"0.00048"`))
	res, err := c.Verify(t.Context(), request())
	require.NoError(t, err)
	assert.True(t, res.Passed())
}

func TestAnswer_MissingScoresDecideNothing(t *testing.T) {
	for field, body := range map[string]string{
		"score":          `{"log_id":7,"result":{"verify_status":0,"liveness_score":1,"spoofing_score":0}}`,
		"liveness_score": `{"log_id":7,"result":{"verify_status":0,"score":91,"spoofing_score":0}}`,
		"spoofing_score": `{"log_id":7,"result":{"verify_status":0,"score":91,"liveness_score":1}}`,
	} {
		assertBadScore(t, answer{body: body}, field)
	}
}

func assertBadScore(t *testing.T, given answer, field string) {
	t.Helper()
	c, f := answering(t, given)
	res, err := c.Verify(t.Context(), request())
	e := requireError(t, res, err)
	assert.Equal(t, idverify.CodeBadResponse, e.Code, given.body)
	assert.Equal(t, field, e.Field)
	assert.Equal(t, "7", e.RequestID)
	assert.Equal(t, idverify.BilledYes, e.Billed, "a comparison is billed, whatever its scores")
	assert.False(t, e.Repeatable())
	f.assertSeen(t, 1, 1)
}

// Holds P-PASS-5.
func TestAnswer_UnknownVerifyStatusIsKept(t *testing.T) {
	for _, status := range []string{"3", `"9"`, "-1", "0.5", "true"} {
		c, _ := answering(t, answer{body: `{"log_id":7,"result":{"score":91,"verify_status":` + status + `,"liveness_score":1,"spoofing_score":0}}`})
		res, err := c.Verify(t.Context(), request())
		e := requireError(t, res, err)
		assert.Equal(t, idverify.CodeUnknown, e.Code)
		assert.Equal(t, "verify_status", e.VendorCode)
		assert.Equal(t, "verify_status "+strings.Trim(status, `"`), e.VendorMessage.Reveal())
		assert.Equal(t, idverify.BilledUnknown, e.Billed)
		assert.False(t, e.Repeatable())
		reply, ok := idverify.ReplyAs[*baiduv4.Reply](nil, err)
		require.True(t, ok)
		assert.Equal(t, strings.Trim(status, `"`), reply.VerifyStatus)
	}
}

func TestAnswer_UnreadableAnswers(t *testing.T) {
	whole := fixture(t, "ok.json")
	for about, given := range map[string]answer{
		"HTML":              {status: 502, contentType: "text/html", body: fixture(t, "gateway.html")},
		"HTML as success":   {body: fixture(t, "gateway.html")},
		"HTML as type":      {contentType: "text/html; charset=utf-8", body: whole},
		"empty":             {body: ""},
		"empty failure":     {status: 403, contentType: "text/html"},
		"truncated":         {body: whole[:len(whole)-20]},
		"trailing":          {body: whole + `{"result":{}}`},
		"array":             {body: "[" + whole + "]"},
		"null":              {body: "null"},
		"nothing in it":     {body: "{}"},
		"no result":         {body: `{"log_id":1}`},
		"null result":       {body: `{"log_id":1,"error_code":0,"result":null}`},
		"list as result":    {body: `{"log_id":1,"result":[]}`},
		"text as result":    {body: `{"log_id":1,"result":"ok"}`},
		"no status":         {body: `{"log_id":1,"result":{"score":91,"liveness_score":1,"spoofing_score":0}}`},
		"null status":       {body: `{"log_id":1,"result":{"score":91,"verify_status":null,"liveness_score":1,"spoofing_score":0}}`},
		"object as status":  {body: `{"log_id":1,"result":{"score":91,"verify_status":{},"liveness_score":1,"spoofing_score":0}}`},
		"status outside":    {body: `{"log_id":1,"verify_status":0,"score":91,"liveness_score":1,"spoofing_score":0}`},
		"success in a 500":  {status: 500, body: whole},
		"success in a 201":  {status: 201, body: whole},
		"redirect":          {status: 302, body: whole},
		"code said twice":   {body: `{"error_code":222351,"error_code":0,"result":{"score":91,"verify_status":0,"liveness_score":1,"spoofing_score":0}}`},
		"status said twice": {body: `{"log_id":1,"result":{"score":91,"verify_status":1,"VERIFY_STATUS":0,"liveness_score":1,"spoofing_score":0}}`},
		"score said twice":  {body: `{"log_id":1,"result":{"score":1,"score":91,"verify_status":0,"liveness_score":1,"spoofing_score":0}}`},
		"object as code":    {body: `{"error_code":{},"result":{"score":91,"verify_status":0}}`},
		"success with more": {body: `{"error_code":" 0 ","result":{"score":91,"verify_status":0,"liveness_score":1,"spoofing_score":0}}`},
	} {
		t.Run(about, func(t *testing.T) {
			c, f := answering(t, given)
			res, err := c.Verify(t.Context(), request())
			e := requireError(t, res, err)
			assert.Equal(t, idverify.CodeBadResponse, e.Code)
			assert.ErrorIs(t, err, idverify.ErrAmbiguous)
			assert.False(t, e.Repeatable())
			f.assertSeen(t, 1, 1)
		})
	}
}

// The error says which part of the answer is wrong.
func TestAnswer_ErrorSaysWhatIsWrongWithResult(t *testing.T) {
	for result, want := range map[string]string{
		``: "result is not what the vendor documents", `"result":[]`: "result is not what the vendor documents", `"result":"ok"`: "result is not what the vendor documents",
		`"result":{"verify_status":{}}`: "result is not what the vendor documents",
		`"result":null`:                 "verify_status is missing", `"result":{}`: "verify_status is missing", `"result":{"verify_status":""}`: "verify_status is missing",
	} {
		c, _ := answering(t, answer{body: "{" + result + "}"})
		res, err := c.Verify(t.Context(), request())
		assert.Equal(t, want, requireError(t, res, err).Detail, result)
	}
}

func TestAnswer_TruncatedKeepsLogID(t *testing.T) {
	whole := fixture(t, "ok.json")
	c, _ := answering(t, answer{body: whole[:len(whole)-20]})
	res, err := c.Verify(t.Context(), request())
	assert.Equal(t, "1370579072568000512", requireError(t, res, err).RequestID)
}

func TestAnswer_SuccessMayHaveErrorCodeZero(t *testing.T) {
	for _, code := range []string{"0", `"0"`, "null"} {
		c, _ := answering(t, answer{body: `{"error_code":` + code + `,"error_msg":"SUCCESS","result":{"score":91,"verify_status":0,"liveness_score":1,"spoofing_score":0}}`})
		res, err := c.Verify(t.Context(), request())
		require.NoError(t, err, code)
		assert.True(t, res.Passed())
	}
}

// Holds P-PASS-7.
func TestAnswer_NonZeroErrorCodeIsNoSuccess(t *testing.T) {
	for _, code := range []string{`""`, `" 0"`, "false", "0.0", "-0"} {
		c, _ := answering(t, answer{body: `{"error_code":` + code + `,"result":{"score":91,"verify_status":0,"liveness_score":1,"spoofing_score":0}}`})
		res, err := c.Verify(t.Context(), request())
		assert.Contains(t, []idverify.Code{idverify.CodeUnknown, idverify.CodeBadResponse}, requireError(t, res, err).Code, code)
	}
}

func TestAnswer_MalformedRemarksKeepTheError(t *testing.T) {
	c, _ := answering(t, answer{body: `{"log_id":[1],"error_code":216601,"error_msg":{}}`})
	res, err := c.Verify(t.Context(), request())
	require.NoError(t, err)
	assert.Equal(t, idverify.CodeIdentityMismatch, res.Code)
}

func TestAnswer_UnlistedVerifyStatusIsKept(t *testing.T) {
	c, _ := answering(t, answer{body: `{"result":{"verify_status":3,"score":99}}`})
	res, err := c.Verify(t.Context(), request())
	e := requireError(t, res, err)
	assert.Equal(t, "verify_status", e.VendorCode)
	assert.Equal(t, "3", e.VendorReason)
}

// Holds P-PASS-6.
func TestAnswer_ErrorTakesPrecedenceOverResult(t *testing.T) {
	for _, result := range []string{`{"score":100,"verify_status":0,"liveness_score":1,"spoofing_score":0}`, `[]`, `"x"`, `null`} {
		c, _ := answering(t, answer{body: `{"error_code":222202,"result":` + result + `}`})
		res, err := c.Verify(t.Context(), request())
		assert.Equal(t, idverify.CodeNoFace, requireError(t, res, err).Code)
	}
}

// Holds P-PASS-5.
func TestAnswer_UnlistedCodesAreUnknownAndKept(t *testing.T) {
	for _, code := range []string{"999999", `"999999"`} {
		c, f := answering(t, answer{body: `{"error_code":` + code + `,"error_msg":"a new one for ` + name + ` ` + number + `","log_id":8}`})
		res, err := c.Verify(t.Context(), request())
		e := requireError(t, res, err)
		assert.Equal(t, idverify.CodeUnknown, e.Code)
		assert.Equal(t, "999999", e.VendorCode)
		assert.Equal(t, "a new one for [hidden] [hidden]", e.VendorMessage.Reveal())
		assert.Equal(t, idverify.BilledUnknown, e.Billed)
		assert.False(t, e.Repeatable())
		assert.NotContains(t, err.Error(), "a new one")
		reply, ok := idverify.ReplyAs[*baiduv4.Reply](nil, err)
		require.True(t, ok)
		assert.Equal(t, "999999", reply.ErrorCode)
		f.assertSeen(t, 1, 1)
	}
}

func TestAnswer_PictureAndRiskOutsideResult(t *testing.T) {
	c, _ := answering(t, answer{body: fixture(t, "sealed.json")})
	res, err := c.Verify(t.Context(), request())
	require.NoError(t, err)
	assert.Equal(t, idverify.CodeFaceMismatch, res.Code)
	assert.Equal(t, []idverify.Warning{idverify.WarnRiskyDevice}, res.Warnings)
	reply, ok := idverify.ReplyAs[*baiduv4.Reply](res, nil)
	require.True(t, ok)
	assert.Equal(t, "2", reply.RiskLevel)
	assert.Equal(t, []string{"general_inject", "rom_inject"}, reply.RiskTags)
	picture, err := reply.DecImage.Bytes()
	require.NoError(t, err)
	assert.Equal(t, "\xff\xd8\xffDEC-IMAGE-MARK", string(picture))
}

func TestAnswer_UnlistedCodeWithPersonalDataIsHidden(t *testing.T) {
	c, _ := answering(t, answer{body: `{"error_code":"X` + number + `","log_id":1}`})
	res, err := c.Verify(t.Context(), request())
	assert.Equal(t, "[hidden]", requireError(t, res, err).VendorCode)
	var reply *baiduv4.Reply
	reply, ok := idverify.ReplyAs[*baiduv4.Reply](nil, err)
	require.True(t, ok)
	assert.Equal(t, "X[hidden]", reply.ErrorCode)
}

func TestReply_HasEveryScore(t *testing.T) {
	c, _ := answering(t, answer{body: `{"result":{"score":91.5,"verify_status":0,"liveness_score":0.75,"spoofing_score":0.0001}}`})
	res, err := c.Verify(t.Context(), request())
	require.NoError(t, err)
	reply, ok := idverify.ReplyAs[*baiduv4.Reply](res, nil)
	require.True(t, ok)
	assert.Equal(t, []float64{91.5, 0.75, 0.0001}, []float64{*reply.Score, *reply.LivenessScore, *reply.SpoofingScore})
	assert.Equal(t, "0", reply.VerifyStatus)
}

// The request's personal data is removed from every text that repeats it; the rest
// of the text stays.
// Holds P-DATA-3.
func TestReply_PersonalDataIsRemoved(t *testing.T) {
	sealed := baiduv4.SealedCapture{App: baiduv4.AppIOS, SKey: "SKEY-MARK", DeviceID: "DEVICE-MARK", Data: "DATA-MARK"}
	for _, test := range []struct {
		evidence idverify.Evidence
		told     []string
	}{
		{idverify.Photo(idverify.Bytes([]byte("EXAMPLE-PICTURE"))), nil},
		{baiduv4.FaceToken("FACE-TOKEN-MARK"), []string{"FACE-TOKEN-MARK"}},
		{sealed, []string{"SKEY-MARK", "DEVICE-MARK", "DATA-MARK"}},
	} {
		f := &fake{onCall: func(_ context.Context, token string, _ int) (answer, error) {
			all := strings.Join(append([]string{"words", name, number, apiKey, secretKey, token}, test.told...), " ")
			return answer{body: fmt.Sprintf(`{"error_code":222202,"error_msg":%q,"log_id":"L%s","risk_tag":[%q]}`, all, number, all)}, nil
		}}
		res, err := newClient(t, f.into).Verify(t.Context(), request(test.evidence))
		e := requireError(t, res, err)
		var reply *baiduv4.Reply
		reply, ok := idverify.ReplyAs[*baiduv4.Reply](nil, err)
		require.True(t, ok)
		left := "words" + strings.Repeat(" [hidden]", 5+len(test.told))
		assert.Equal(t, left, reply.ErrorMsg)
		assert.Equal(t, left, e.VendorMessage.Reveal())
		assert.Equal(t, []string{left}, reply.RiskTags)
		assert.Equal(t, "[hidden]", e.RequestID)
		assert.Equal(t, "L[hidden]", reply.LogID)
	}
}
