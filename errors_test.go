package idverify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

type typedReply struct{ mark string }

func rateLimited() *idverify.Error {
	return &idverify.Error{
		Code: idverify.CodeRateLimited, Vendor: "baiduv4", Detail: "too many calls", VendorCode: "18", VendorMessage: idverify.NewSensitive("MARK message"),
		RequestID: "1370579072568000512", HTTPStatus: 200, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		RetryAfter: 1500 * time.Millisecond, Reply: &typedReply{"MARK reply"}, Err: fmt.Errorf("MARK cause: %w", context.DeadlineExceeded),
	}
}

func TestError_Text(t *testing.T) {
	assert.Equal(t, "baiduv4: rate_limited: too many calls (vendor code 18, HTTP 200, request id 1370579072568000512, "+
		"refused, billed no, retry after 1.5s, advice try_later)", rateLimited().Error())
	assert.Equal(t, "idverify: invalid_request: no evidence was given (field Evidence, not sent, billed no, advice fix_input)",
		(&idverify.Request{Name: "测试", IDNumber: "11010519000101001X"}).Validate().Error())
}

func TestError_PrintsAllowListOnly(t *testing.T) {
	e := rateLimited()
	for _, text := range append(idverifytest.Spoken(e), idverifytest.Spoken(fmt.Errorf("wrapped: %w", e))...) {
		assert.NotContains(t, text, "MARK")
	}
	e.VendorCode, e.RequestID, e.Vendor, e.Code, e.Field = "张三", "a\nb", "x y", "no code", "no\tfield"
	for _, text := range idverifytest.Spoken(e)[:5] {
		assert.NotContains(t, text, "张三")
		assert.NotContains(t, text, "\n")
	}
}

func TestError_IsAndAsReachAllCauses(t *testing.T) {
	err := fmt.Errorf("opening the account: %w", rateLimited())
	assert.ErrorIs(t, err, idverify.ErrRateLimited)
	assert.NotErrorIs(t, err, idverify.ErrTimeout)
	assert.NotErrorIs(t, err, idverify.ErrAmbiguous)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	reply, ok := idverify.ReplyAs[*typedReply](nil, err)
	require.True(t, ok)
	assert.Equal(t, "MARK reply", reply.mark)
	assert.Equal(t, idverify.CodeRateLimited, idverify.CodeOf(err))
	assert.Equal(t, idverify.AdviceTryLater, idverify.CodeOf(err).Advice())

	bare := &idverify.Error{Code: idverify.CodeNoFace, Reply: "no error", Attempts: []idverify.Attempt{{Code: idverify.CodeMatch}}}
	assert.Empty(t, bare.Unwrap(), "there is nothing behind it, and no nil either")

	ambiguous := &idverify.Error{Code: idverify.CodeTimeout, Delivery: idverify.DeliveryUnanswered}
	assert.ErrorIs(t, ambiguous, idverify.ErrAmbiguous)
	assert.ErrorIs(t, ambiguous, idverify.ErrTimeout)
}

func TestCodeOf(t *testing.T) {
	assert.Empty(t, idverify.CodeOf(nil))
	assert.Equal(t, idverify.CodeUnknown, idverify.CodeOf((*idverify.Error)(nil)))
	assert.Equal(t, idverify.CodeUnknown, idverify.CodeOf(errors.New("other")))
	assert.Equal(t, idverify.CodeTimeout, idverify.CodeOf(fmt.Errorf("x: %w", context.DeadlineExceeded)))
	assert.Equal(t, idverify.CodeCanceled, idverify.CodeOf(context.Canceled))
	assert.Equal(t, idverify.CodeNoFace, idverify.CodeOf(errors.Join(errors.New("x"), &idverify.Error{Code: idverify.CodeNoFace})))
}

func TestErrorJSON_Documented(t *testing.T) {
	e := rateLimited()
	e.RequestID = ""
	text, err := json.Marshal(e)
	require.NoError(t, err)
	golden(t, "testdata/error.json", text)
	var back idverify.Error
	require.NoError(t, json.Unmarshal(text, &back))
	e.VendorMessage, e.Reply, e.Err = idverify.Sensitive{}, nil, nil
	assert.Equal(t, *e, back)
}

func TestSentinels_MatchTheirCode(t *testing.T) {
	for code, sentinel := range map[idverify.Code]error{
		idverify.CodeInvalidRequest: idverify.ErrInvalidRequest, idverify.CodeInvalidName: idverify.ErrInvalidName,
		idverify.CodeInvalidIDNumber: idverify.ErrInvalidIDNumber, idverify.CodeInvalidConfig: idverify.ErrInvalidConfig,
		idverify.CodeTooManyAttempts: idverify.ErrTooManyAttempts, idverify.CodePersonRestricted: idverify.ErrPersonRestricted,
		idverify.CodeQuotaExceeded: idverify.ErrQuotaExceeded, idverify.CodeRateLimited: idverify.ErrRateLimited,
		idverify.CodeStoreUnavailable: idverify.ErrStoreUnavailable, idverify.CodeTimeout: idverify.ErrTimeout,
		idverify.CodeCanceled: idverify.ErrCanceled, idverify.CodeInterrupted: idverify.ErrInterrupted,
		idverify.CodeCircuitOpen: idverify.ErrCircuitOpen,
	} {
		for _, c := range idverify.Codes() {
			err := fmt.Errorf("wrapped: %w", &idverify.Error{Code: c})
			assert.Equal(t, c == code, errors.Is(err, sentinel), "%s and %v", c, sentinel)
		}
	}
}

func TestError_HidesMalformedValues(t *testing.T) {
	e := idverify.Error{Code: "张三", Vendor: "张三", Field: "张三", VendorCode: "张三", RequestID: "张三"}
	assert.NotContains(t, e.LogValue().String(), "张三")
	assert.Equal(t, "[hidden]: [hidden] (field [hidden], vendor code [hidden], request id [hidden], unanswered, billed unknown, advice review_by_hand)", e.Error())
}

func TestError_TextOfUnanswered(t *testing.T) {
	e := &idverify.Error{Code: idverify.CodeTimeout, Vendor: "v", VendorCode: "7", VendorReason: "a reason", Delivery: idverify.DeliveryUnanswered}
	assert.Equal(t, "v: timeout (vendor code 7 · a reason, unanswered, billed unknown, advice try_later)", e.Error())
	e.Attempts = []idverify.Attempt{{Vendor: "v", Code: idverify.CodeTimeout}}
	assert.NotContains(t, e.Error(), "attempts", "of one attempt all has been said")
}

func TestError_EveryVerbPrintsTheSameLine(t *testing.T) {
	e := rateLimited()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
		assert.Equal(t, e.Error(), fmt.Sprintf(verb, e), verb)
	}
	assert.Equal(t, "[code=rate_limited vendor=baiduv4 detail=too many calls vendor_code=18 request_id=1370579072568000512 http_status=200 "+
		"delivery=refused billed=no advice=try_later]", e.LogValue().String())
}

func TestSentinels_DoNotMatchForeignErrors(t *testing.T) {
	assert.EqualError(t, idverify.ErrTimeout, "idverify: timeout")
	assert.NotErrorIs(t, &idverify.Error{}, errors.New("foreign"))
}

// Whatever code an error has, it never advises to accept.
func TestError_NeverAdvisesAccept(t *testing.T) {
	for _, code := range append(idverify.Codes(), "", "MATCH") {
		var read idverify.Error
		require.NoError(t, json.Unmarshal([]byte(`{"code":"`+string(code)+`","advice":"accept","billed":"no"}`), &read))
		for _, e := range []*idverify.Error{&read, {Code: code}} {
			assert.NotEqual(t, idverify.AdviceAccept, e.Advice(), code)
			text, err := json.Marshal(e)
			require.NoError(t, err)
			assert.NotContains(t, string(text), "accept")
		}
	}
	assert.Equal(t, idverify.AdviceReview, (*idverify.Error)(nil).Advice())
}

func TestErrorJSON_RefusesInvalidJSON(t *testing.T) {
	for _, text := range []string{`{"billed":"maybe"}`, `{"retry_after_ms":"soon"}`, `[]`} {
		var e idverify.Error
		assert.Error(t, json.Unmarshal([]byte(text), &e), text)
	}
}
