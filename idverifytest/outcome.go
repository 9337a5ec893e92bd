package idverifytest

import (
	"errors"
	"slices"
	"testing"

	"github.com/idverify/idverify"
)

// deliveries are the values that an error may have; "" counts as unanswered.
var deliveries = []idverify.Delivery{
	idverify.DeliveryNotSent, idverify.DeliveryRefused, idverify.DeliveryAnswered, idverify.DeliveryUnanswered, "",
}

// CheckOutcome checks what [idverify.Verifier.Verify] returned against its contract,
// whatever the vendor answered: a decision or an error but not both; an error has a
// code that is no decision, and is not billed if nobody worked on it; each check is
// possible for its DecidedBy; a pass has every promised check, and all passed. It is
// meant for fuzz tests.
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
			tb.Errorf("nobody worked on it, but it was billed: %v", e)
		case e.Contradiction && (e.Code != idverify.CodeBadResponse || !e.Sent() || e.Repeatable()):
			tb.Errorf("a contradiction must be an answered bad_response that is not repeatable: %v", e)
		case isRefusal(e.Code) && e.Vendor != "" && e.Sent() && (e.RetryAfter != 0 || e.Repeatable()):
			tb.Errorf("the vendor refuses the person, but the error has a RetryAfter: %v", e)
		}
		return
	}
	if res == nil || !res.Code.IsDecision() {
		tb.Fatalf("neither a decision nor an error: %v", res)
	}
	if res.Passed() != (res.Code == idverify.CodeMatch) {
		tb.Errorf("code %s and Passed %t", res.Code, res.Passed())
	}
	for _, c := range res.Checks {
		if problem := oddity(c); problem != "" {
			tb.Errorf("%s: %s: %v", c.Kind, problem, c)
		}
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

// isRefusal reports whether the code says that the vendor does not serve this
// person, for now or at all.
func isRefusal(code idverify.Code) bool {
	return code == idverify.CodeTooManyAttempts || code == idverify.CodePersonRestricted
}
