package idverify_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

func check(t *testing.T, kind idverify.CheckKind, value float64) idverify.Check {
	t.Helper()
	r := published(70)
	r.Kind = kind
	c, err := r.Check(value)
	require.NoError(t, err)
	return c
}

// Holds P-PASS-1.
func TestResult_OnlyEarnedMatchPasses(t *testing.T) {
	good, bad := check(t, idverify.CheckSimilarity, 90), check(t, idverify.CheckSimilarity, 10)
	live, dead := check(t, idverify.CheckLiveness, 90), check(t, idverify.CheckLiveness, 10)
	for name, test := range map[string]struct {
		result *idverify.Result
		passed bool
	}{
		"nil":                      {nil, false},
		"zero":                     {&idverify.Result{}, false},
		"match without checks":     {&idverify.Result{Code: idverify.CodeMatch}, false},
		"match without similarity": {&idverify.Result{Code: idverify.CodeMatch, Checks: []idverify.Check{live}}, false},
		"match, face differs":      {&idverify.Result{Code: idverify.CodeMatch, Checks: []idverify.Check{live, bad}}, false},
		"match, not live":          {&idverify.Result{Code: idverify.CodeMatch, Checks: []idverify.Check{good, dead}}, false},
		"mismatch, good checks":    {&idverify.Result{Code: idverify.CodeFaceMismatch, Checks: []idverify.Check{good}}, false},
		"error code":               {&idverify.Result{Code: idverify.CodeUnknown, Checks: []idverify.Check{good}}, false},
		"earned":                   {&idverify.Result{Code: idverify.CodeMatch, Checks: []idverify.Check{good}}, true},
		"earned with liveness":     {&idverify.Result{Code: idverify.CodeMatch, Checks: []idverify.Check{good, live}}, true},
	} {
		assert.Equal(t, test.passed, test.result.Passed(), name)
		if !test.passed {
			assert.NotEqual(t, idverify.AdviceAccept, test.result.Advice(), name)
		}
		if test.result == nil || test.result.Code == idverify.CodeMatch && !test.passed {
			assert.Equal(t, idverify.AdviceReview, test.result.Advice(), name)
		}
	}
}

func TestResultJSON_Documented(t *testing.T) {
	similarity, err := idverify.Rule{Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Max: 100}, Pass: idverify.Above, Threshold: 80,
		FAR: []idverify.FARStep{{Threshold: 80, Rate: 1e-4}}}.Check(92.5)
	require.NoError(t, err)
	spoofing, err := idverify.Rule{Kind: idverify.CheckSynthetic, Scale: idverify.Scale{Max: 1}, Pass: idverify.AtMost, Threshold: 0.00048}.Check(0)
	require.NoError(t, err)
	res := idverify.Result{
		Code: idverify.CodeMatch, Vendor: "baiduv4", RequestID: "1370579072568000512", VendorCode: "0", HTTPStatus: 200,
		Billed: idverify.BilledYes, Checks: []idverify.Check{similarity, spoofing}, Warnings: []idverify.Warning{idverify.WarnRiskyDevice},
		VendorMessage: idverify.NewSensitive("free text"), Reply: &struct{ Picture string }{"picture"},
	}
	text, err := json.Marshal(res)
	require.NoError(t, err)
	golden(t, "testdata/result.json", text)

	var back idverify.Result
	require.NoError(t, json.Unmarshal(text, &back))
	res.VendorMessage, res.Reply = idverify.Sensitive{}, nil
	assert.Equal(t, res, back)

	var forged idverify.Result
	require.NoError(t, json.Unmarshal([]byte(`{"code":"match","passed":true,"advice":"accept"}`), &forged))
	assert.False(t, forged.Passed(), "passed is worked out, not read")
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.JSONEq(t, string(want), string(got))
}

type replyOne struct{ n int }

// When reading JSON fails, the Result keeps its earlier value.
func TestResultJSON_InvalidJSONChangesNothing(t *testing.T) {
	text, err := json.Marshal(passing(t))
	require.NoError(t, err)
	broken := strings.Replace(string(text), `"billed":"`, `"billed":"MARK`, 1)
	require.NotEqual(t, string(text), broken)
	var read idverify.Result
	require.Error(t, json.Unmarshal([]byte(broken), &read))
	assert.False(t, read.Passed())
	assert.Equal(t, idverify.Result{}, read)
}

func TestReplyAs(t *testing.T) {
	one, two := &replyOne{7}, &replyOne{8}
	res := &idverify.Result{Reply: one}
	failed := func(reply any, attempts ...idverify.Attempt) *idverify.Error {
		return &idverify.Error{Code: idverify.CodeUnknown, Reply: reply, Attempts: attempts}
	}
	tried := func(err error) idverify.Attempt { return idverify.Attempt{Vendor: "v", Err: err} }
	for name, test := range map[string]struct {
		res  *idverify.Result
		err  error
		want *replyOne
	}{
		"a result's":                {res: res, want: one},
		"an error's":                {err: fmt.Errorf("x: %w", failed(one)), want: one},
		"a copy has it too":         {res: &idverify.Result{Reply: one, Attempts: []idverify.Attempt{tried(failed(two))}}, want: one},
		"of an attempt":             {res: &idverify.Result{Reply: "other", Attempts: []idverify.Attempt{tried(failed(two)), tried(nil)}}, want: two},
		"of the last attempt":       {err: failed(nil, tried(failed(one)), tried(failed(two)), tried(failed("other"))), want: two},
		"of another type":           {res: &idverify.Result{Reply: 1}},
		"none":                      {res: &idverify.Result{}},
		"an error of somebody else": {err: errors.New("x")},
		"a typed nil":               {err: (*idverify.Error)(nil)},
		"nothing":                   {},
	} {
		reply, ok := idverify.ReplyAs[*replyOne](test.res, test.err)
		assert.Equal(t, test.want != nil, ok, name)
		assert.Same(t, test.want, reply, name)
	}
}

func TestResult_PrintsAllowListOnly(t *testing.T) {
	res := idverify.Result{
		Code: idverify.CodeMatch, Vendor: "v", RequestID: "张三 r1", VendorCode: "OK", Billed: idverify.BilledYes,
		VendorMessage: idverify.NewSensitive("MARK"), Reply: &struct{ MARK string }{"MARK"},
		Checks: []idverify.Check{check(t, idverify.CheckSimilarity, 90)},
	}
	for _, text := range idverifytest.Spoken(&res) {
		assert.NotContains(t, text, "MARK")
	}
	assert.Equal(t, "v: match (similarity 90 >= 70 passed, vendor code OK, request id [hidden], billed yes, advice accept)", res.String())
}

func TestResult_HidesMalformedValues(t *testing.T) {
	res := idverify.Result{Code: "张三 code", Vendor: "张三", RequestID: "张三", VendorCode: "张三", Billed: idverify.BilledNo}
	assert.Equal(t, "[hidden]: [hidden] (vendor code [hidden], request id [hidden], billed no, advice review_by_hand)", res.String())
	for _, text := range idverifytest.Spoken(res)[:5] {
		assert.NotContains(t, text, "张三")
	}
	assert.NotContains(t, res.LogValue().String(), "张三")
}

func TestResult_EveryVerbPrintsString(t *testing.T) {
	res := idverify.Result{Code: idverify.CodeNoFace, Vendor: "v", VendorMessage: idverify.NewSensitive("MARK"), RequestID: "two words"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
		assert.Equal(t, res.String(), fmt.Sprintf(verb, res), verb)
	}
	assert.Equal(t, "[code=no_face passed=false vendor=v request_id=[hidden] billed=unknown advice=retake_photo]", res.LogValue().String())
	res.Checks = []idverify.Check{check(t, idverify.CheckSimilarity, 90)}
	assert.Equal(t, "[code=no_face passed=false vendor=v request_id=[hidden] billed=unknown advice=retake_photo margin=0.6666666666666666]",
		res.LogValue().String())
	res.Checks, res.Warnings = nil, []idverify.Warning{idverify.WarnClockSkew, "two words"}
	assert.Contains(t, res.LogValue().String(), "warnings=clock_skew [hidden]")
}

func TestResult_CheckOfMissingKind(t *testing.T) {
	res := &idverify.Result{Checks: []idverify.Check{check(t, idverify.CheckSimilarity, 90)}}
	_, ok := res.Check(idverify.CheckLiveness)
	assert.False(t, ok)
	_, ok = (*idverify.Result)(nil).Check(idverify.CheckSimilarity)
	assert.False(t, ok)
}
