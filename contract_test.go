package idverify_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
)

// What may have cost is not asked again unless somebody says so; the rest may be.
func TestMayHaveCost_WhereDocumentsDoNotSay(t *testing.T) {
	for _, test := range []struct {
		code     idverify.Code
		delivery idverify.Delivery
		billed   idverify.Billed
		want     bool
	}{
		{idverify.CodeNetwork, idverify.DeliveryNotSent, idverify.BilledUnknown, false},
		{idverify.CodeRateLimited, idverify.DeliveryRefused, idverify.BilledUnknown, false},
		{idverify.CodeRateLimited, idverify.DeliveryRefused, idverify.BilledYes, true},
		{idverify.CodeNoFace, idverify.DeliveryAnswered, idverify.BilledUnknown, true},
		{idverify.CodeNoFace, idverify.DeliveryAnswered, idverify.BilledNo, false},
		{idverify.CodeQuotaExceeded, idverify.DeliveryAnswered, idverify.BilledUnknown, false}, // the account's fault
		{idverify.CodeQuotaExceeded, idverify.DeliveryAnswered, idverify.BilledYes, true},
		{idverify.CodeTimeout, idverify.DeliveryUnanswered, idverify.BilledNo, true}, // the vendor may have worked on it
		{idverify.CodeQuotaExceeded, idverify.DeliveryUnanswered, idverify.BilledUnknown, true},
		{idverify.CodeNoFace, "", idverify.BilledNo, true},
	} {
		alone := &idverify.Error{Code: test.code, Delivery: test.delivery, Billed: test.billed}
		assert.Equal(t, test.want, alone.MayHaveCost(), "%+v", test)

		first := idverify.Attempt{Code: test.code, Delivery: test.delivery, Billed: test.billed}
		last := idverify.Attempt{Code: idverify.CodeNetwork, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo}
		call := &idverify.Error{Code: idverify.CodeNetwork, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo, Attempts: []idverify.Attempt{first, last}}
		assert.Equal(t, test.want, call.MayHaveCost(), "an attempt of %+v", test)
	}
}
