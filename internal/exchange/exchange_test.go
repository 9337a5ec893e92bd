package exchange

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/redact"
)

// An exchange that verifies nobody turns no code into a decision. It hides the
// account's credentials as a call does.
func TestExchange_AloneDecidesNothing(t *testing.T) {
	const secret = "EXAMPLE-SECRET-KEY-MARK"
	v := &Vendor{
		Name: "v", Now: answered(http.StatusOK).Now, Secrets: []redact.Secret{redact.NewSecret(secret)},
		Table: NewTable([]idverify.CodeRow{
			{VendorCode: "OK", Code: idverify.CodeMatch}, {VendorCode: "NO", Code: idverify.CodeIdentityMismatch},
			{VendorCode: "KEY", Code: idverify.CodeUnauthorized, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo, Note: "the key was refused"},
		}),
	}
	for code, want := range map[string]idverify.Error{
		"OK":   {Code: idverify.CodeBadResponse, Delivery: idverify.DeliveryUnanswered, Detail: "the code of success came without success"},
		"NO":   {Code: idverify.CodeBadResponse, Delivery: idverify.DeliveryUnanswered, Detail: "the code of a decision came without a verification"},
		"KEY":  {Code: idverify.CodeUnauthorized, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo, VendorCode: "KEY", Detail: "the key was refused"},
		"ELSE": {Code: idverify.CodeUnknown, Delivery: idverify.DeliveryAnswered, VendorCode: "ELSE"},
		secret: {Code: idverify.CodeUnknown, Delivery: idverify.DeliveryAnswered, VendorCode: redact.Hidden},
	} {
		x := v.Exchange()
		x.response = &httpx.Response{Status: http.StatusOK, Header: http.Header{}}
		e := x.Failure(Said{Code: code, Message: "words with " + secret})
		if want.Code != idverify.CodeBadResponse {
			assert.Equal(t, "words with [hidden]", e.VendorMessage.Reveal())
			want.VendorMessage = e.VendorMessage
		}
		want.Vendor, want.HTTPStatus = "v", http.StatusOK
		assert.Equal(t, &want, e)
	}
}
