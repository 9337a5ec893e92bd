package idverify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// deliveries are the four values, the worst first.
var deliveries = []idverify.Delivery{
	idverify.DeliveryUnanswered, idverify.DeliveryAnswered, idverify.DeliveryRefused, idverify.DeliveryNotSent,
}

func TestDelivery_SentAndAmbiguous(t *testing.T) {
	for delivery, want := range map[idverify.Delivery][2]bool{ // sent, ambiguous
		idverify.DeliveryNotSent:    {false, false},
		idverify.DeliveryRefused:    {true, false},
		idverify.DeliveryAnswered:   {true, false},
		idverify.DeliveryUnanswered: {true, true},
		"":                          {true, true},
		"Not_Sent":                  {true, true},
		"张三":                        {true, true},
	} {
		e := idverify.Error{Code: idverify.CodeTimeout, Delivery: delivery}
		a := idverify.Attempt{Code: idverify.CodeTimeout, Delivery: delivery}
		assert.Equal(t, want, [2]bool{e.Sent(), e.Ambiguous()}, delivery)
		assert.Equal(t, want, [2]bool{a.Sent(), a.Ambiguous()}, delivery)
		for _, text := range []string{e.Error(), a.String(), e.LogValue().String(), a.LogValue().String()} {
			assert.NotContains(t, text, "张三")
		}
	}
}

// One rule for errors, attempts and rows, over the whole vocabulary.
// Holds P-PAY-3.
func TestRepeatable_SameRuleForErrorsAttemptsAndRows(t *testing.T) {
	for _, code := range idverify.Codes() {
		for _, delivery := range append(deliveries, "", "lost") {
			for _, billed := range []idverify.Billed{idverify.BilledUnknown, idverify.BilledNo, idverify.BilledYes} {
				passes := code.Advice() == idverify.AdviceTryLater
				unreadable := code == idverify.CodeBadResponse
				want := false
				switch delivery {
				case idverify.DeliveryNotSent:
					want = passes || unreadable
				case idverify.DeliveryRefused:
					want = (passes || unreadable) && billed != idverify.BilledYes
				case idverify.DeliveryAnswered:
					want = passes && billed == idverify.BilledNo
				}
				name := fmt.Sprint(code, " ", delivery, " ", billed)
				assert.Equal(t, want, (&idverify.Error{Code: code, Delivery: delivery, Billed: billed}).Repeatable(), name)
				assert.Equal(t, want, idverify.Attempt{Code: code, Delivery: delivery, Billed: billed}.Repeatable(), name)
				if delivery != "" {
					assert.Equal(t, want, idverify.CodeRow{Code: code, Delivery: delivery, Billed: billed}.Repeatable(), name)
				}
				assert.False(t, (&idverify.Error{Code: code, Delivery: delivery, Billed: billed, NoRepeat: true}).Repeatable(), name)
				assert.False(t, idverify.Attempt{Code: code, Delivery: delivery, Billed: billed, NoRepeat: true}.Repeatable(), name)
				assert.False(t, idverify.CodeRow{Code: code, Delivery: delivery, Billed: billed, NoRepeat: true}.Repeatable(), name)
			}
		}
	}
	assert.True(t, idverify.CodeRow{Code: idverify.CodeSourceUnavailable, Billed: idverify.BilledNo}.Repeatable(), "a row without one is answered")
}

// Holds P-PAY-3.
func TestClient_DeliveryIsTheWorstOfAllAttempts(t *testing.T) {
	for i, first := range deliveries {
		for j, last := range deliveries {
			set := func(d idverify.Delivery) func(*idverify.Error) {
				return func(e *idverify.Error) { e.Delivery, e.Billed = d, idverify.BilledNo }
			}
			e := failBoth(t, fail(idverify.CodeTimeout, set(first)), fail(idverify.CodeNetwork, set(last)))
			assert.Equal(t, deliveries[min(i, j)], e.Delivery)
			assert.Equal(t, []idverify.Delivery{first, last}, []idverify.Delivery{e.Attempts[0].Delivery, e.Attempts[1].Delivery})
			assert.Equal(t, e.Delivery != idverify.DeliveryUnanswered, e.Repeatable())
		}
	}
}

// Users' providers write error literals that may be impossible. The Client corrects
// them on a copy: the provider may keep its error.
func TestClient_CorrectsImpossibleProviderErrors(t *testing.T) {
	for _, test := range []struct {
		said idverify.Error
		want idverify.Error
	}{
		{idverify.Error{Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledYes}, idverify.Error{Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo}},
		{idverify.Error{Delivery: idverify.DeliveryNotSent}, idverify.Error{Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo}},
		{idverify.Error{}, idverify.Error{Delivery: idverify.DeliveryUnanswered}},
		{idverify.Error{Delivery: "sent", Vendor: "a"}, idverify.Error{Delivery: idverify.DeliveryUnanswered}},
	} {
		said := test.said
		said.Code = idverify.CodeUnknown
		before := said
		_, err := oneVendor(t, vendorNamed("a", step{err: &said})).Verify(t.Context(), askFor(photo()))
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, test.want.Delivery, e.Delivery)
		assert.Equal(t, test.want.Billed, e.Billed)
		assert.Equal(t, "a", e.Vendor)
		assert.Equal(t, e.Delivery, e.Attempts[0].Delivery)
		assert.Equal(t, before, said)
	}
}

// An error found before any vendor was asked says the same from a Client as from a
// provider: not sent, free and repeatable.
func TestClientAndProvider_SameErrorWhenNothingWasSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limiter, err := idverify.NewLimiter(idverify.Rate{PerSecond: 0.01})
		require.NoError(t, err)
		limited, err := idverify.New([]idverify.Provider{vendorNamed("a", pass(t))}, idverify.WithVendor("a", idverify.VendorPolicy{Limiter: limiter}))
		require.NoError(t, err)
		_, err = limited.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err)
		soon, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, byLimiter := limited.Verify(soon, askFor(photo()))

		broken := oneVendor(t, vendorNamed("a", fail(idverify.CodeVendorUnavailable)), idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: 1}}))
		_, _ = broken.Verify(t.Context(), askFor(photo()))
		_, byCircuit := broken.Verify(t.Context(), askFor(photo()))

		over, cancel := context.WithTimeout(t.Context(), 0)
		defer cancel()
		_, byClient := limited.Verify(over, askFor(photo()))
		v := vendors.All()[0]
		p, err := v.New(vendors.Account{})
		require.NoError(t, err)
		_, byProvider := p.Verify(over, v.Match())

		for name, err := range map[string]error{"limiter": byLimiter, "circuit": byCircuit, "client": byClient, "provider": byProvider} {
			var e *idverify.Error
			require.ErrorAs(t, err, &e, name)
			assert.Equal(t, idverify.DeliveryNotSent, e.Delivery, name)
			assert.Equal(t, idverify.BilledNo, e.Billed, name)
			assert.True(t, e.Repeatable(), name)
		}
		assert.Equal(t, idverify.CodeOf(byClient), idverify.CodeOf(byProvider))
	})
}

// A Client used as a provider has an open circuit: waiting does not help.
func TestClient_NoRetryForProvidersOwnOpenCircuit(t *testing.T) {
	a, b := vendorNamed("a", fail(idverify.CodeCircuitOpen, unsent)), vendorNamed("b", pass(t))
	c, err := idverify.New([]idverify.Provider{a, b})
	require.NoError(t, err)
	_, err = c.Verify(t.Context(), askFor(photo()))
	require.NoError(t, err)
	assert.Equal(t, 1, a.asked)
}

func TestErrorJSON_WithAttempts(t *testing.T) {
	c, err := idverify.New([]idverify.Provider{
		vendorNamed("linkface", fail(idverify.CodeTimeout, ambiguous)),
		vendorNamed("baiduv4", fail(idverify.CodeRateLimited, safe)),
		vendorNamed("tencent", fail(idverify.CodeNetwork, unsent)),
	}, idverify.WithRetry(idverify.Retry{Attempts: 1}))
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) { // where a call takes no time
		_, err = c.Verify(t.Context(), askFor(photo()))
	})
	text, err := json.Marshal(err)
	require.NoError(t, err)
	golden(t, "testdata/error-attempts.json", text)
	var back idverify.Error
	require.NoError(t, json.Unmarshal(text, &back))
	again, err := json.Marshal(back)
	require.NoError(t, err)
	assert.JSONEq(t, string(text), string(again))
}

func TestErrorJSON_KeepsNoRepeat(t *testing.T) {
	e := failBoth(t, fail(idverify.CodeVendorUnavailable, safe, notAgain), fail(idverify.CodeNetwork, unsent))
	text, err := json.Marshal(e)
	require.NoError(t, err)
	var back idverify.Error
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, []bool{true, false}, []bool{back.NoRepeat, back.Repeatable()})
	require.Len(t, back.Attempts, 2)
	assert.Equal(t, []bool{true, false}, []bool{back.Attempts[0].NoRepeat, back.Attempts[1].NoRepeat})
	assert.Equal(t, 2, strings.Count(string(text), "no_repeat"), "absent where false")
	assert.Contains(t, back.LogValue().String(), "no_repeat=true")
	assert.Contains(t, back.Attempts[0].LogValue().String(), "no_repeat=true")
	assert.NotContains(t, back.Attempts[1].LogValue().String(), "no_repeat")
}

func before(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "before", file))
	require.NoError(t, err)
	require.NotContains(t, string(text), "delivery")
	require.NoError(t, json.Unmarshal(text, into))
}

// Holds P-PAY-3.
func TestErrorJSON_OlderJSONIsNeverNotSent(t *testing.T) {
	limited := idverify.Error{Delivery: idverify.DeliveryNotSent} // earlier values must not survive
	before(t, "error.json", &limited)
	assert.Equal(t, idverify.DeliveryAnswered, limited.Delivery)
	assert.True(t, limited.Sent() && !limited.Ambiguous() && limited.Repeatable())

	attempt := idverify.Attempt{Delivery: idverify.DeliveryNotSent}
	require.NoError(t, json.Unmarshal([]byte(`{"vendor":"a","sent":true,"ambiguous":true}`), &attempt))
	assert.Equal(t, idverify.DeliveryUnanswered, attempt.Delivery)

	var lost idverify.Error
	before(t, "error-attempts.json", &lost)
	assert.Equal(t, idverify.DeliveryUnanswered, lost.Delivery)
	assert.False(t, lost.Repeatable())
	var each []idverify.Delivery
	for _, a := range lost.Attempts {
		each = append(each, a.Delivery)
	}
	assert.Equal(t, []idverify.Delivery{idverify.DeliveryUnanswered, idverify.DeliveryRefused, idverify.DeliveryRefused}, each)
	assert.True(t, lost.Attempts[2].Repeatable())

	var decided idverify.Result
	before(t, "result-attempts.json", &decided)
	for _, a := range decided.Attempts {
		assert.Equal(t, idverify.DeliveryAnswered, a.Delivery)
	}
}

func TestErrorJSON_DeliveryFromOlderFields(t *testing.T) {
	for text, want := range map[string]idverify.Delivery{
		`{}`: idverify.DeliveryUnanswered,
		`{"delivery":"","sent":false,"ambiguous":false}`:   idverify.DeliveryRefused,
		`{"delivery":null,"sent":false}`:                   idverify.DeliveryRefused,
		`{"sent":false,"ambiguous":false}`:                 idverify.DeliveryRefused,
		`{"sent":false,"ambiguous":true}`:                  idverify.DeliveryUnanswered,
		`{"sent":true,"ambiguous":true,"repeatable":true}`: idverify.DeliveryUnanswered,
		`{"sent":true}`: idverify.DeliveryAnswered,
		`{"sent":true,"repeatable":true,"billed":"no"}`:             idverify.DeliveryAnswered,
		`{"sent":true,"repeatable":true,"billed":"unknown"}`:        idverify.DeliveryRefused,
		`{"delivery":"not_sent","sent":true,"ambiguous":true}`:      idverify.DeliveryNotSent,
		`{"delivery":"answered","sent":false,"ambiguous":true}`:     idverify.DeliveryAnswered,
		`{"delivery":"teleported","sent":false,"ambiguous":false}`:  idverify.DeliveryUnanswered,
		`{"delivery":"not_sent","billed":"yes","repeatable":false}`: idverify.DeliveryNotSent,
		`{"delivery":"unanswered","repeatable":true,"billed":"no"}`: idverify.DeliveryUnanswered,
		`{"delivery":"refused","sent":false,"billed":"unknown"}`:    idverify.DeliveryRefused,
	} {
		var e idverify.Error
		require.NoError(t, json.Unmarshal([]byte(text), &e), text)
		var a idverify.Attempt
		require.NoError(t, json.Unmarshal([]byte(text), &a), text)
		assert.Equal(t, want, e.Delivery, text)
		assert.Equal(t, want, a.Delivery, text)
		if want == idverify.DeliveryNotSent {
			assert.Equal(t, idverify.BilledNo, e.Billed, text)
			assert.Equal(t, idverify.BilledNo, a.Billed, text)
		}
	}
}

func TestCodeRowJSON_HasRepeatable(t *testing.T) {
	text, err := json.Marshal([]idverify.CodeRow{
		{VendorCode: "15", Code: idverify.CodeRateLimited, Delivery: idverify.DeliveryRefused},
		{VendorCode: "200", Code: idverify.CodeVendorUnavailable},
		{VendorCode: "201", Code: idverify.CodeVendorUnavailable, Delivery: "lost"},
		{VendorCode: "16", Code: idverify.CodeRateLimited, Delivery: idverify.DeliveryRefused, NoRepeat: true},
	})
	require.NoError(t, err)
	assert.JSONEq(t, `[
		{"vendor_code":"15","code":"rate_limited","billed":"unknown","delivery":"refused","repeatable":true,"note":"","note_zh":""},
		{"vendor_code":"200","code":"vendor_unavailable","billed":"unknown","delivery":"answered","repeatable":false,"note":"","note_zh":""},
		{"vendor_code":"201","code":"vendor_unavailable","billed":"unknown","delivery":"unanswered","repeatable":false,"note":"","note_zh":""},
		{"vendor_code":"16","code":"rate_limited","billed":"unknown","delivery":"refused","no_repeat":true,"repeatable":false,"note":"","note_zh":""}]`, string(text))
}
