package idverify_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

func TestAttempt_KeepsVendorFields(t *testing.T) {
	decided := pass(t)
	decided.res.VendorCode, decided.res.VendorReason, decided.res.RequestID, decided.res.HTTPStatus = "1", "found", "r2", 200
	failed := &idverify.Error{Code: idverify.CodeQuotaExceeded, VendorCode: "17", VendorReason: "daily", RequestID: "r1", HTTPStatus: 402,
		Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo}
	c, err := idverify.New([]idverify.Provider{vendorNamed("a", step{err: failed}), vendorNamed("b", decided)}, half(idverify.Retry{Attempts: 1}))
	require.NoError(t, err)
	res, err := c.Verify(t.Context(), askFor(photo()))
	require.NoError(t, err)
	require.ErrorIs(t, res.Attempts[0].Err, idverify.ErrQuotaExceeded)
	attempts := slices.Clone(res.Attempts)
	for i := range attempts {
		attempts[i].Err, attempts[i].Duration, attempts[i].Queued, attempts[i].At = nil, 0, 0, time.Time{}
	}
	assert.Equal(t, []idverify.Attempt{
		{Vendor: "a", Code: idverify.CodeQuotaExceeded, VendorCode: "17", VendorReason: "daily", RequestID: "r1", HTTPStatus: 402,
			Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused, Next: idverify.NextAnotherVendor},
		{Vendor: "b", Code: idverify.CodeMatch, VendorCode: "1", VendorReason: "found", RequestID: "r2", HTTPStatus: 200,
			Billed: idverify.BilledYes, Delivery: idverify.DeliveryAnswered},
	}, attempts)
}

func TestAttempt_EveryVerbPrintsString(t *testing.T) {
	for want, a := range map[string]idverify.Attempt{
		"a circuit_open (passed over, billed no)":  {Vendor: "a", Code: idverify.CodeCircuitOpen, Billed: idverify.BilledNo, PassedOver: true},
		"a network (not sent, billed no)":          {Vendor: "a", Code: idverify.CodeNetwork, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo},
		"a network (unanswered, billed no)":        {Vendor: "a", Code: idverify.CodeNetwork, Billed: idverify.BilledNo},
		"a timeout (unanswered, billed unknown)":   {Vendor: "a", Code: idverify.CodeTimeout, Delivery: idverify.DeliveryUnanswered},
		"[hidden] [hidden] (answered, billed yes)": {Vendor: "two words", Code: aName, Delivery: idverify.DeliveryAnswered, Billed: idverify.BilledYes},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
			assert.Equal(t, want, fmt.Sprintf(verb, a), verb)
		}
	}
}

func TestAttempt_HidesMalformedValues(t *testing.T) {
	a := idverify.Attempt{Vendor: aName, Code: aName, VendorCode: aName, RequestID: aName, Delivery: idverify.DeliveryAnswered, HTTPStatus: 200, Wait: time.Second}
	assert.Equal(t, "[vendor=[hidden] code=[hidden] vendor_code=[hidden] request_id=[hidden] http_status=200 wait=1s queued=0s duration=0s billed=unknown "+
		"delivery=answered passed_over=false]", a.LogValue().String())
	text, err := json.Marshal(idverify.Attempt{Vendor: "a", VendorCode: aName, RequestID: aName})
	require.NoError(t, err)
	assert.JSONEq(t, `{"vendor":"a","code":"","vendor_code":"[hidden]","request_id":"[hidden]","duration_ms":0,"billed":"unknown",
		"delivery":"unanswered","sent":true,"ambiguous":true,"repeatable":false}`, string(text))
}

func TestAttemptJSON_TimesAndInvalidDurations(t *testing.T) {
	a := idverify.Attempt{Vendor: "a", Code: idverify.CodeTimeout, Wait: 1500 * time.Millisecond, Duration: 30 * time.Second, Delivery: idverify.DeliveryUnanswered}
	text, err := json.Marshal(a)
	require.NoError(t, err)
	var back idverify.Attempt
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, a, back)
	for _, text := range []string{`{"duration_ms":"soon"}`, `{"billed":"maybe"}`, `[]`} {
		assert.Error(t, json.Unmarshal([]byte(text), &back), text)
	}
}

func TestAttemptJSON_RoundTrip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // where a call takes no time
		c, err := idverify.New([]idverify.Provider{vendorNamed("a", fail(idverify.CodeQuotaExceeded)), vendorNamed("b", pass(t))})
		require.NoError(t, err)
		res, err := c.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err)
		text, err := json.Marshal(res)
		require.NoError(t, err)
		var back idverify.Result
		require.NoError(t, json.Unmarshal(text, &back))
		assert.Equal(t, told(res.Attempts), told(back.Attempts))
		assert.Contains(t, string(text), `{"vendor":"a","code":"quota_exceeded","at":"2000-01-01T00:00:00Z","billed":"unknown","delivery":"answered","next":"another_vendor","sent":true,"ambiguous":false,"repeatable":false,"duration_ms":0}`)
	})
}
