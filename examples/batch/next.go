package main

import (
	"errors"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

// nextRun says what another run would do with a row, in a word for the column
// next_run.
type nextRun string

const (
	decided        nextRun = ""
	asksAgain      nextRun = "asks_again"       // no cost, temporary cause
	refusesAgain   nextRun = "refuses_again"    // no cost, the row itself is wrong
	needsAccount   nextRun = "needs_account"    // no cost, a problem of the account
	needsReview    nextRun = "needs_review"     // no cost, a person has to look at it
	needsNewKey    nextRun = "needs_new_key"    // perhaps billed, the row itself is wrong
	onlyWithRepeat nextRun = "only_with_repeat" // perhaps billed, another cause
	unanswered     nextRun = "unanswered"       // in flight, now or when an earlier run ended
)

// nextRuns explain the words, in the order of the report.
var nextRuns = []struct {
	next          nextRun
	what, another string
}{
	{asksAgain, "without a decision for a cause that passes, free of charge.",
		"Another run asks about them again: start again in the same way."},
	{refusesAgain, "without a decision because of data or photo, free of charge.",
		"Another run is not worth it before they are corrected: the answers have field and reason."},
	{needsAccount, "without a decision because of your account or its settings, free of charge.",
		"Mend that, then start again: another run asks about them."},
	{needsReview, "without a decision for another cause, free of charge.",
		"Another run is not worth it before somebody has looked at them: the answers have the reason."},
	{needsNewKey, "without a decision because of data or photo, perhaps billed.",
		"Another run does not ask about them. Correct them, and give them new keys."},
	{onlyWithRepeat, "without a decision for another cause, answered and perhaps billed.",
		"Another run asks about them, and may pay twice, only if you say -repeat with their keys."},
	{unanswered, "in flight and not answered, perhaps billed.",
		"Another run asks about them, and may pay twice, only if you say -repeat with their keys, or -repeat all-unanswered."},
}

func nextOf(r batch.Result) nextRun {
	if r.Err == nil {
		return decided
	}
	var e *idverify.Error
	if !errors.As(r.Err, &e) { // batch.Result promises this type
		return needsReview
	}
	free := nextByAdvice(e.Advice())
	switch {
	case e.Ambiguous():
		return unanswered
	case e.MayHaveCost() && free == refusesAgain:
		return needsNewKey
	case e.MayHaveCost():
		return onlyWithRepeat
	case r.JournalErr != nil: // not sent: will be asked when the journal works again
		return asksAgain
	}
	return free
}

// nextByAdvice is for a row that failed at no cost.
func nextByAdvice(advice idverify.Advice) nextRun {
	switch advice {
	case idverify.AdviceTryLater, idverify.AdviceTryAnotherVendor:
		return asksAgain
	case idverify.AdviceFixInput, idverify.AdviceRetakePhoto:
		return refusesAgain
	case idverify.AdviceFixAccount:
		return needsAccount
	}
	return needsReview
}
