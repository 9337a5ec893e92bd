package idverifytest

import (
	"errors"
	"slices"
	"testing"

	"github.com/idverify/idverify"
)

// deliveries are what an error may say; "" counts as unanswered.
var deliveries = []idverify.Delivery{
	idverify.DeliveryNotSent, idverify.DeliveryRefused, idverify.DeliveryAnswered, idverify.DeliveryUnanswered, "",
}

// CheckOutcome holds what [idverify.Verifier.Verify] returned to its contract,
// whatever the vendor answered: a decision or an error and never both, an
// error always with a code that is none of the decisions and without a bill for
// what nobody worked on, and a pass only with every promised check there and
// passed. Fuzz tests call it.
func CheckOutcome(tb testing.TB, res *idverify.Result, err error, promised ...idverify.CheckKind) {
	tb.Helper()
	if err != nil {
		var e *idverify.Error
		switch {
		case res != nil:
			tb.Error("a result and an error")
		case !errors.As(err, &e):
			tb.Errorf("%T is not an *idverify.Error", err)
		case e.Code == "" || e.Code.IsDecision():
			tb.Errorf("an error with the code %q", e.Code)
		case !slices.Contains(deliveries, e.Delivery):
			tb.Errorf("the delivery %q", e.Delivery)
		case !e.Sent() && e.Billed != idverify.BilledNo, e.Delivery == idverify.DeliveryRefused && e.Billed == idverify.BilledYes:
			tb.Errorf("nobody worked on it, and it was billed: %v", e)
		}
		return
	}
	if res == nil || !res.Code.IsDecision() {
		tb.Fatalf("neither a decision nor an error: %v", res)
	}
	if res.Passed() != (res.Code == idverify.CodeMatch) {
		tb.Errorf("code %s and Passed %t", res.Code, res.Passed())
	}
	if !res.Passed() {
		return
	}
	for _, kind := range promised {
		if check, _ := res.Check(kind); !check.Passed || !check.Holds() {
			tb.Errorf("a pass without a passed check of %s", kind)
		}
	}
}
