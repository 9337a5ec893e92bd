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
// what nobody worked on, checks that are what they must be for the way in which they
// were decided, and a pass only with every promised check there and passed. Fuzz tests
// call it.
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
		case e.Contradiction && (e.Code != idverify.CodeBadResponse || !e.Sent() || e.Repeatable()):
			tb.Errorf("a contradiction that is no answer, or may be asked again: %v", e)
		case isRefusal(e.Code) && e.Vendor != "" && e.Sent() && (e.RetryAfter != 0 || e.Repeatable()):
			tb.Errorf("the vendor refuses the person, and it is to be waited out: %v", e)
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

// isRefusal reports whether a vendor says with the code that it does not serve this
// person, for now or at all.
func isRefusal(code idverify.Code) bool {
	return code == idverify.CodeTooManyAttempts || code == idverify.CodePersonRestricted
}
