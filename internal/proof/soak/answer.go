package main

import (
	"errors"
	"slices"

	"github.com/idverify/idverify"
)

// answer is the part of a call's result that the rules use.
type answer struct {
	code      idverify.Code
	vendor    string
	requestID string
	decision  bool
	billed    idverify.Billed
	sent      bool
	legs      []leg
	// resumed says that the answer came from a journal: the legs are those of an
	// earlier call.
	resumed bool
	// contract says how the answer breaks the contract of Verify, empty if it does
	// not.
	contract string
}

// leg is what one attempt of a Client reports.
type leg struct {
	vendor string
	billed idverify.Billed
	sent   bool
}

func answerOf(res *idverify.Result, err error) answer {
	var e *idverify.Error
	switch {
	case res != nil && err != nil:
		return answer{contract: "a result and an error"}
	case err != nil && (!errors.As(err, &e) || e == nil):
		return answer{contract: "an error that is not typed"}
	case err != nil:
		return errorAnswer(e)
	case res == nil:
		return answer{contract: "neither a result nor an error"}
	}
	a := answer{
		code: res.Code, vendor: res.Vendor, requestID: res.RequestID, decision: true,
		billed: res.Billed, sent: true, legs: legsOf(res.Attempts),
	}
	switch {
	case !res.Code.IsDecision():
		a.contract = "a result that is no decision"
	case res.Passed() != (res.Code == idverify.CodeMatch):
		a.contract = "a match that did not pass, or a pass that is no match"
	}
	return a
}

func errorAnswer(e *idverify.Error) answer {
	a := answer{
		code: e.Code, vendor: e.Vendor, requestID: e.RequestID,
		billed: e.Billed, sent: e.Sent(), legs: legsOf(e.Attempts),
	}
	switch {
	case e.Code.IsDecision():
		a.contract = "an error with the code of a decision"
	case !slices.Contains(idverify.Codes(), e.Code):
		a.contract = "an error with a code that is not in the vocabulary"
	case !e.Sent() && e.Billed != idverify.BilledNo, e.Repeatable() && (e.Ambiguous() || e.Billed == idverify.BilledYes):
		a.contract = "an error that says not sent and yet billed, or repeatable and yet paid"
	}
	return a
}

func legsOf(attempts []idverify.Attempt) []leg {
	legs := make([]leg, len(attempts))
	for i, a := range attempts {
		legs[i] = leg{a.Vendor, a.Billed, a.Sent()}
	}
	return legs
}

// mayCost is how many bills of a vendor the answer allows; unlimited if the answer
// says that the outcome is unknown.
func (a answer) mayCost(vendor string) (n int, unlimited bool) {
	return a.owns(vendor, a.billed != idverify.BilledNo, func(l leg) bool { return l.billed != idverify.BilledNo })
}

// mayArrive is how many whole requests at a vendor the answer allows.
func (a answer) mayArrive(vendor string) (n int, unlimited bool) {
	return a.owns(vendor, a.sent, func(l leg) bool { return l.sent })
}

func (a answer) owns(vendor string, open bool, of func(leg) bool) (n int, unlimited bool) {
	if len(a.legs) == 0 {
		return 0, open
	}
	for _, l := range a.legs {
		if l.vendor == vendor && of(l) {
			n++
		}
	}
	return n, false
}
