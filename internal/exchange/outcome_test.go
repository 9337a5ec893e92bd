package exchange

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/redact"
	"github.com/idverify/idverify/internal/timelimit"
)

var similar = idverify.Rule{
	Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Max: 100}, Pass: idverify.Above, Threshold: 80,
}

func ruleOf(kind idverify.CheckKind) idverify.Rule {
	r := similar
	r.Kind = kind
	return r
}

const aLongKey = "EXAMPLELONGKEY0123456789"

// answered is a call whose vendor has answered with the status.
func answered(status int) *Call {
	v := &Vendor{Name: "v", Now: time.Now, Secrets: []redact.Secret{redact.NewSecret("KEY")}, Table: NewTable([]idverify.CodeRow{
		{VendorCode: "ok", Code: idverify.CodeMatch, Billed: idverify.BilledYes},
		{VendorCode: "busy", Code: idverify.CodeRateLimited, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo},
	})}
	v.HTTP, _ = httpx.New(httpx.Config{BaseURL: "https://vendor.example"})
	c := &Call{ctx: context.Background(), Exchange: Exchange{
		Vendor: v, response: &httpx.Response{Status: status, Header: http.Header{"Retry-After": {"7"}}}, requestID: "r1",
	}}
	c.Hide("张三")
	return c
}

func score(value float64) Score { return Score{value: value, present: true} }

func asError(t *testing.T, res *idverify.Result, err error) *idverify.Error {
	t.Helper()
	require.Nil(t, res)
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	return e
}

// The price in an answer takes precedence over the table.
func TestOutcome_PriceInAnswerComesFirst(t *testing.T) {
	good := Measured{Field: "score", Score: score(99), Rule: similar}
	for charged, want := range map[idverify.Billed]idverify.Billed{
		idverify.BilledUnknown: idverify.BilledYes, idverify.BilledNo: idverify.BilledNo, idverify.BilledYes: idverify.BilledYes,
	} {
		c := answered(http.StatusOK)
		c.SetBilled(charged)
		res, err := c.Judge("ok", nil, good)
		require.NoError(t, err)
		assert.Equal(t, want, res.Billed)
		res, err = c.Judge("ok", nil, Measured{Field: "score", Rule: similar})
		assert.Equal(t, want, asError(t, res, err).Billed)
		res, err = c.Coded(Said{Code: "busy"})
		e := asError(t, res, err)
		assert.Equal(t, max(charged, idverify.BilledNo), e.Billed)
		assert.Equal(t, charged == idverify.BilledYes, e.Contradiction, "a refusal that is billed is a contradiction")
		res, err = c.Coded(Said{Code: "unlisted"})
		assert.Equal(t, charged, asError(t, res, err).Billed)

		c = decided(http.StatusOK)
		c.SetBilled(charged)
		res, err = c.Coded(Said{Code: "name"})
		require.NoError(t, err)
		assert.Equal(t, max(charged, idverify.BilledNo), res.Billed)
	}
}

func TestJudge_NeedsSuccessCode(t *testing.T) {
	good := Measured{Field: "score", Score: score(99), Rule: similar}
	for _, code := range []string{"", "busy", "unlisted"} {
		res, err := answered(http.StatusOK).Judge(code, nil, good)
		assert.Equal(t, idverify.CodeBadResponse, asError(t, res, err).Code, code)
	}
	res, err := answered(http.StatusOK).Judge("ok", nil, good)
	require.NoError(t, err)
	assert.True(t, res.Passed())
}

// Holds P-PASS-1.
func TestJudge_PassNeedsSimilarity(t *testing.T) {
	for _, measured := range [][]Measured{nil, {{Field: "live", Score: score(99), Rule: ruleOf(idverify.CheckLiveness)}}} {
		res, err := answered(http.StatusOK).Judge("ok", nil, measured...)
		assert.Equal(t, idverify.CodeBadResponse, asError(t, res, err).Code)
	}
}

// Holds P-PASS-8.
func TestJudge_AttackComesBeforeMismatch(t *testing.T) {
	mismatch, attack := Measured{Field: "score", Score: score(1), Rule: similar}, Measured{Field: "live", Score: score(1), Rule: ruleOf(idverify.CheckLiveness)}
	for _, measured := range [][]Measured{{mismatch, attack}, {attack, mismatch}} {
		res, err := answered(http.StatusOK).Judge("ok", nil, measured...)
		require.NoError(t, err)
		assert.Equal(t, idverify.CodeAttackSuspected, res.Code)
		assert.Len(t, res.Checks, 2)
	}
}

// An unusable score came with the success code: the vendor answered, and did the work
// that it charges for.
func TestOutcome_UnusableScoreIsBilled(t *testing.T) {
	for bad, why := range map[Score]string{{}: "score is missing", {malformed: true}: "score is not a finite number", score(101): "outside 0..100"} {
		res, err := answered(http.StatusOK).Judge("ok", "reply", Measured{Field: "score", Score: bad, Rule: similar})
		e := asError(t, res, err)
		assert.Contains(t, e.Detail, why)
		assert.Equal(t, idverify.CodeBadResponse, e.Code)
		assert.Equal(t, idverify.BilledYes, e.Billed)
		assert.Equal(t, "score", e.Field)
		assert.Equal(t, "ok", e.VendorCode)
		assert.Equal(t, "r1", e.RequestID)
		assert.Equal(t, "reply", e.Reply)
		assert.True(t, e.Sent())
		assert.False(t, e.Ambiguous())
		assert.False(t, e.Repeatable())
	}
}

// Holds P-PAY-3.
func TestOutcome_BadResponseMayBeBilled(t *testing.T) {
	assert.Equal(t, &idverify.Error{
		Code: idverify.CodeBadResponse, Vendor: "v", Detail: "why", RequestID: "r1", HTTPStatus: http.StatusBadGateway,
		RetryAfter: 7 * time.Second, Delivery: idverify.DeliveryUnanswered,
	}, answered(http.StatusBadGateway).Bad("why"))
}

func TestOutcome_CodeKeepsAnswerDetails(t *testing.T) {
	res, err := answered(http.StatusForbidden).Coded(Said{Code: "busy", Message: "wait, 张三", Reply: "reply"})
	e := asError(t, res, err)
	assert.Equal(t, "wait, [hidden]", e.VendorMessage.Reveal())
	e.VendorMessage = idverify.Sensitive{}
	assert.Equal(t, &idverify.Error{
		Code: idverify.CodeRateLimited, Vendor: "v", VendorCode: "busy", RequestID: "r1", HTTPStatus: http.StatusForbidden,
		Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused, RetryAfter: 7 * time.Second, Reply: "reply",
	}, e)
}

func TestOutcome_SuccessCodeAloneIsNoPass(t *testing.T) {
	res, err := answered(http.StatusOK).Coded(Said{Code: "ok"})
	assert.Equal(t, idverify.CodeBadResponse, asError(t, res, err).Code)
}

func TestUnlistedCode_HidesPersonalData(t *testing.T) {
	res, err := answered(http.StatusOK).Coded(Said{Code: "new 张三"})
	e := asError(t, res, err)
	assert.Equal(t, idverify.CodeUnknown, e.Code)
	assert.Equal(t, "[hidden]", e.VendorCode, "text that is not a word is hidden whole")
	assert.Equal(t, idverify.BilledUnknown, e.Billed)
	assert.Equal(t, "v", e.Vendor)
	assert.False(t, e.Repeatable())
}

func TestUnlistedCode_KeepsWord(t *testing.T) {
	res, err := answered(http.StatusOK).Coded(Said{Code: "NEW_CODE.7"})
	assert.Equal(t, "NEW_CODE.7", asError(t, res, err).VendorCode)
}

// The reason of an unlisted code is shown if it is a small number, and the only
// reason: longer digits may be personal data.
func TestUnlistedCode_ReasonIsSmallNumberOrNone(t *testing.T) {
	for want, lists := range map[string][][]string{
		"7":   {{"7"}},
		"999": {{"999"}},
		"":    {nil, {""}, {"1234"}, {"11010519000101001X"}, {"a"}, {"7a"}, {"a7"}, {"-1"}, {"张"}, {"7", "8"}, {"7", ""}},
	} {
		for _, reasons := range lists {
			res, err := answered(http.StatusOK).Coded(Said{Code: "NEW", Reasons: reasons})
			assert.Equal(t, want, asError(t, res, err).VendorReason, "%q", reasons)
		}
	}
}

// Holds P-DATA-3.
func TestRequestID_IsAWordOrHidden(t *testing.T) {
	asked := idverify.Request{Name: "测试甲", IDNumber: "11010519000101001X"}
	subject, err := asked.Subject()
	require.NoError(t, err)
	for id, want := range map[string]string{
		"TID8bf47-1": "TID8bf47-1", "": "", "id 1": redact.Hidden, "张三": redact.Hidden,
		"T-" + base64.RawURLEncoding.EncodeToString([]byte(asked.IDNumber)): redact.Hidden,
		"T-" + base64.RawURLEncoding.EncodeToString([]byte(asked.Name)):     redact.Hidden,
		"T-11010519000101001": redact.Hidden, "110105-190001": redact.Hidden, "1101051900.01": redact.Hidden,
		"T-" + hex.EncodeToString([]byte(aLongKey[3:15])): redact.Hidden, aLongKey[:12]: redact.Hidden,
		"T-19000101-110105": "T-19000101-110105", aLongKey[:11]: aLongKey[:11], // the limits
	} {
		call := answered(http.StatusOK)
		call.Hide(aLongKey)
		call.Subject = subject
		call.SetRequestID(id)
		assert.Equal(t, want, call.requestID, id)
	}
}

// Pictures are named after orders and times, and so are references and ids.
// Holds P-DATA-3.
func TestRequestID_MayContainPictureName(t *testing.T) {
	const address = "https://img.example.com/20240517153001/order-20240517-000123.jpg?sign=EXAMPLE0123456789abcdef0123456789"
	for id, want := range map[string]string{
		"order-20240517-000123": "order-20240517-000123", "20240517153004123456": "20240517153004123456",
		"order-20240517-000123-jpg-sign": redact.Hidden, "EXAMPLE0123456789abcdef0": redact.Hidden, "reference-EXAMPLE0123456789abcdef0123456789": "reference-EXAMPLE0123456789abcdef0123456789",
	} {
		call := answered(http.StatusOK)
		call.Reference = "reference-EXAMPLE0123456789abcdef0123456789"
		require.NoError(t, call.URL(address, "PhotoURL"))
		assert.Equal(t, want, call.Identifier(id), id)
		assert.Equal(t, want, call.Identifier(id), "every time")
		call.Hide(id)
		assert.Equal(t, redact.Hidden, call.Identifier(id), "hidden since")
		assert.NotContains(t, call.Scrub("see "+address), "img.example.com")
	}
}

// Holds P-DATA-3.
func TestReference_HiddenIfItHasPersonalDataOrKey(t *testing.T) {
	subject, err := (&idverify.Request{Name: "测试甲", IDNumber: "11010519000101001X"}).Subject()
	require.NoError(t, err)
	for _, reference := range []string{"order-110105190", "order-" + aLongKey[:12]} {
		call := answered(http.StatusOK)
		call.Subject, call.Reference = subject, reference
		call.Hide(aLongKey)
		assert.Equal(t, redact.Hidden, call.Identifier(reference))
	}
}

// Holds P-PAY-3.
func TestFailure_Delivery(t *testing.T) {
	call := answered(0)
	for name, test := range map[string]struct {
		failure *httpx.Failure
		want    idverify.Error
	}{
		"not sent": {&httpx.Failure{Kind: httpx.Network, Detail: "d"},
			idverify.Error{Code: idverify.CodeNetwork, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo}},
		"not sent in time": {&httpx.Failure{Kind: httpx.Timeout, Detail: "d"},
			idverify.Error{Code: idverify.CodeTimeout, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo}},
		"left before it was sent": {&httpx.Failure{Kind: httpx.Canceled, Detail: "d"},
			idverify.Error{Code: idverify.CodeCanceled, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo}},
		"media": {&httpx.Failure{Kind: httpx.Media, Detail: "d"},
			idverify.Error{Code: idverify.CodeUnreadableEvidence, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo, Field: "Evidence"}},
		"sent": {&httpx.Failure{Kind: httpx.Network, Detail: "d", Sent: true},
			idverify.Error{Code: idverify.CodeNetwork, Delivery: idverify.DeliveryUnanswered}},
		"answered before it was sent": {&httpx.Failure{Kind: httpx.BadAnswer, Detail: "d", Status: 307},
			idverify.Error{Code: idverify.CodeBadResponse, Delivery: idverify.DeliveryUnanswered, HTTPStatus: 307}},
	} {
		want := test.want
		want.Vendor, want.Detail, want.RequestID, want.Err = "v", "d", "r1", test.failure
		assert.Equal(t, &want, call.failed(test.failure), name)
	}
}

// Holds P-PAY-3.
func TestFailure_UnexpectedErrorMayHaveCost(t *testing.T) {
	cause := errors.New("MARK")
	e := answered(0).failed(cause)
	assert.Equal(t, idverify.CodeUnknown, e.Code)
	assert.Equal(t, "v", e.Vendor)
	assert.Contains(t, e.Detail, "unexpected reason")
	assert.True(t, e.Sent())
	assert.True(t, e.Ambiguous())
	assert.False(t, e.Repeatable())
	assert.Equal(t, idverify.BilledUnknown, e.Billed)
	assert.ErrorIs(t, e, cause)
	assert.NotContains(t, e.Error(), "MARK")
}

func TestFailure_CallerLeftBeforeSending(t *testing.T) {
	left, leave := context.WithCancel(t.Context())
	leave()
	late, cancel := context.WithDeadline(t.Context(), time.Time{})
	defer cancel()
	tooLong, cancel := context.WithDeadlineCause(t.Context(), time.Time{}, timelimit.ErrPolicy)
	defer cancel()
	for detail, test := range map[string]struct {
		ctx  context.Context
		code idverify.Code
	}{
		"the caller's context was cancelled before anything was sent": {left, idverify.CodeCanceled},
		"the caller's deadline passed before anything was sent":       {late, idverify.CodeTimeout},
		"VendorPolicy.Timeout passed before anything was sent":        {tooLong, idverify.CodeTimeout},
	} {
		assert.Equal(t, &idverify.Error{
			Code: test.code, Vendor: "v", Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo, Err: test.ctx.Err(), Detail: detail,
		}, answered(0).Gone(test.ctx))
	}
}

func TestFailure_NamesField(t *testing.T) {
	for field, status := range map[string]int{"id_number": http.StatusBadRequest, "": http.StatusForbidden} {
		c := answered(status)
		res, err := c.Coded(Said{Code: "busy", Field: field})
		assert.Equal(t, field, asError(t, res, err).Field)
		assert.Equal(t, status, c.Status())
	}
}
