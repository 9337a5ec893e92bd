package main

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// Two vendors, and one with access tokens.
var vendor, another, tokened = vendors.All()[0].Name, vendors.All()[2].Name, vendors.WithTokens().Name

// history is the events of one question: the results of its calls, by tag, and the
// stand-in's records.
type history struct {
	person    idverifytest.Person
	terms     terms
	anchor    tag
	answers   []told
	exchanges []exchange
}

type told struct {
	tag    tag
	answer answer
	times  int // how often the call is ended
}

func once(t tag, a answer) told { return told{t, a, 1} }

func matched() answer {
	return answer{
		code: idverify.CodeMatch, vendor: vendor, requestID: "r1", decision: true, billed: idverify.BilledYes, sent: true,
		legs: []leg{{vendor, idverify.BilledYes, true}},
	}
}

func failed(code idverify.Code, billed idverify.Billed, sent bool) answer {
	return answer{code: code, vendor: vendor, billed: billed, sent: sent, legs: []leg{{vendor, billed, sent}}}
}

func paid(t tag) exchange {
	return exchange{tag: t, known: true, vendor: vendor, whole: true, billed: true}
}

func unpaid(t tag) exchange { return exchange{tag: t, known: true, vendor: vendor, whole: true} }

// broken is the rules that a history breaks.
func (h history) broken() []rule {
	l := newLedger()
	person := h.person
	if person.Code == "" {
		person = idverifytest.Match()
	}
	q := l.ask("test", h.terms, person)
	q.anchor = h.anchor
	for _, told := range h.answers {
		c := l.begin(q, told.tag)
		for range told.times {
			l.ended(c, told.answer)
		}
	}
	for _, x := range h.exchanges {
		l.arrived(x)
	}
	l.close(q, 1)
	l.settle(2)
	return brokenIn(l)
}

func brokenIn(l *ledger) []rule {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []rule
	for _, r := range rules {
		if l.breaks[r] != nil {
			all = append(all, r)
		}
	}
	return all
}

func TestLedger_AcceptsCorrectRuns(t *testing.T) {
	elsewhere := paid(1)
	elsewhere.vendor = another
	twoLegs := matched()
	twoLegs.vendor = another
	twoLegs.legs = []leg{{vendor, idverify.BilledUnknown, true}, {another, idverify.BilledYes, true}}
	resumed := matched()
	resumed.resumed = true
	renewed := failed(idverify.CodeNetwork, idverify.BilledUnknown, true)
	renewed.vendor, renewed.legs[0].vendor = tokened, tokened
	atTokened := unpaid(1)
	atTokened.vendor = tokened
	joined := answer{code: idverify.CodeCanceled, sent: true, billed: idverify.BilledUnknown}
	for name, h := range map[string]history{
		"a match that was paid for":           {answers: []told{once(1, matched())}, exchanges: []exchange{paid(1)}},
		"a lost answer that was paid for":     {answers: []told{once(1, failed(idverify.CodeTimeout, idverify.BilledUnknown, true))}, exchanges: []exchange{paid(1)}},
		"nothing sent, nothing arrived":       {answers: []told{once(1, failed(idverify.CodeNetwork, idverify.BilledNo, false))}},
		"sent, and lost on the way":           {answers: []told{once(1, failed(idverify.CodeNetwork, idverify.BilledUnknown, true))}},
		"paid at two vendors, as is allowed":  {answers: []told{once(1, twoLegs)}, exchanges: []exchange{paid(1), elsewhere}},
		"a row that a journal knew":           {answers: []told{once(1, matched()), once(1, resumed)}, exchanges: []exchange{paid(1)}},
		"a token renewed within one attempt":  {answers: []told{once(1, renewed)}, exchanges: []exchange{atTokened, atTokened}},
		"others with the key share an answer": {anchor: 1, answers: []told{once(1, matched()), once(2, matched()), once(3, joined)}, exchanges: []exchange{paid(1)}},
		"a new call with a key that had failed": {anchor: 1, exchanges: []exchange{paid(1), paid(2)},
			answers: []told{once(1, failed(idverify.CodeTimeout, idverify.BilledUnknown, true)), once(2, matched())}},
	} {
		assert.Empty(t, h.broken(), name)
	}
}

func TestLedger_DetectsEveryBreach(t *testing.T) {
	elsewhere := paid(1)
	elsewhere.vendor = another
	lostThenPaid := matched()
	lostThenPaid.vendor = another
	lostThenPaid.legs = []leg{{vendor, idverify.BilledUnknown, true}, {another, idverify.BilledYes, true}}
	twice := failed(idverify.CodeTimeout, idverify.BilledUnknown, true)
	twice.legs = append(twice.legs, twice.legs[0])
	unsure := matched()
	unsure.billed, unsure.legs[0].billed = idverify.BilledUnknown, idverify.BilledUnknown
	another := matched()
	another.requestID = "r2"
	early := failed(idverify.CodeInvalidName, idverify.BilledNo, false)
	early.legs = nil
	poor := failed(idverify.CodePoorPhoto, idverify.BilledUnknown, true)
	for name, c := range map[string]struct {
		history history
		want    rule
	}{
		"billed twice by one vendor": {history{answers: []told{once(1, twice)}, exchanges: []exchange{paid(1), paid(1)}}, ruleTwice},
		"a row billed again in the second run": {history{
			answers:   []told{once(1, failed(idverify.CodeTimeout, idverify.BilledUnknown, true)), once(1, matched())},
			exchanges: []exchange{paid(1), paid(1)}}, ruleTwice},
		"billed by two vendors against the terms": {history{terms: terms{oneVendor: true}, answers: []told{once(1, lostThenPaid)}, exchanges: []exchange{paid(1), elsewhere}}, ruleTwoVendors},
		"a call that never ended":                 {history{answers: []told{{1, answer{}, 0}}}, ruleLost},
		"a call that ended twice":                 {history{answers: []told{{1, matched(), 2}}, exchanges: []exchange{paid(1)}}, ruleLost},
		"a call that panicked":                    {history{answers: []told{once(1, answer{contract: "a panic"})}}, ruleLost},
		"a match for somebody else's face":        {history{person: idverifytest.FaceMismatch(), answers: []told{once(1, matched())}, exchanges: []exchange{paid(1)}}, ruleDecision},
		"a poor photo where it is good":           {history{answers: []told{once(1, poor)}, exchanges: []exchange{unpaid(1)}}, ruleDecision},
		"billed, and called not billed": {history{answers: []told{once(1, failed(idverify.CodeNetwork, idverify.BilledNo, true))},
			exchanges: []exchange{paid(1)}}, ruleUnbilled},
		"arrived, and called not sent": {history{answers: []told{once(1, failed(idverify.CodeNetwork, idverify.BilledNo, false))}, exchanges: []exchange{unpaid(1)}}, ruleUnsent},
		"arrived, and refused before":  {history{answers: []told{once(1, early)}, exchanges: []exchange{unpaid(1)}}, ruleUnsent},
		"arrived more often than it was sent": {history{answers: []told{once(1, failed(idverify.CodeNetwork, idverify.BilledUnknown, true))},
			exchanges: []exchange{unpaid(1), unpaid(1)}}, ruleUnsent},
		"arrived at a vendor that is not named": {history{answers: []told{once(1, lostThenPaid)},
			exchanges: []exchange{elsewhere, {tag: 1, known: true, vendor: tokened, whole: true}}}, ruleUnsent},
		"said to be billed, and not on the bill":     {history{answers: []told{once(1, failed(idverify.CodeBadResponse, idverify.BilledYes, true))}}, ruleBilled},
		"a match of which the bill is not known":     {history{answers: []told{once(1, unsure)}, exchanges: []exchange{paid(1)}}, ruleMatchBilled},
		"one key and two decisions":                  {history{anchor: 1, answers: []told{once(1, matched()), once(2, another)}, exchanges: []exchange{paid(1)}}, ruleOneKey},
		"asked again with the key of a decision":     {history{anchor: 1, answers: []told{once(1, matched()), once(2, matched())}, exchanges: []exchange{paid(1), paid(2)}}, ruleOneKey},
		"an exchange that no call accounts for":      {history{exchanges: []exchange{unpaid(99)}}, ruleStray},
		"a billed exchange whose call is not to see": {history{exchanges: []exchange{{vendor: vendor, billed: true}}}, ruleStray},
	} {
		assert.Equal(t, []rule{c.want}, c.history.broken(), name)
	}
}

// A match that nobody asked for, or that the stand-in does not know, breaks several
// rules.
// Holds P-PASS-13.
func TestLedger_DetectsUnexplainedMatch(t *testing.T) {
	h := history{answers: []told{once(1, matched())}}
	assert.Equal(t, []rule{ruleBilled, ruleMatchBilled}, h.broken())
}

func TestLedger_DetectsBrokenContract(t *testing.T) {
	similar, err := idverify.Rule{Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Max: 1}, Pass: idverify.AtLeast, Threshold: 0.5}.Check(0.9)
	assert.NoError(t, err)
	pass := &idverify.Result{Code: idverify.CodeMatch, Vendor: vendor, Checks: []idverify.Check{similar}}
	assert.Empty(t, answerOf(pass, nil).contract)
	assert.Empty(t, answerOf(nil, &idverify.Error{Code: idverify.CodeTimeout}).contract)
	for name, a := range map[string]answer{
		"neither":             answerOf(nil, nil),
		"both":                answerOf(pass, &idverify.Error{Code: idverify.CodeTimeout}),
		"not typed":           answerOf(nil, errors.New("plain")),
		"a nil error":         answerOf(nil, (*idverify.Error)(nil)),
		"no decision":         answerOf(&idverify.Result{Code: idverify.CodeTimeout}, nil),
		"a match without":     answerOf(&idverify.Result{Code: idverify.CodeMatch}, nil),
		"an error that is no": answerOf(nil, &idverify.Error{Code: idverify.CodeFaceMismatch}),
		"a code of nobody's":  answerOf(nil, &idverify.Error{Code: "new"}),
		"unsent and paid":     answerOf(nil, &idverify.Error{Code: idverify.CodeTimeout, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledYes}),
	} {
		assert.NotEmpty(t, a.contract, name)
	}
}

// A question that is still open at the end has lost its calls.
func TestLedger_DetectsHangingCall(t *testing.T) {
	l := newLedger()
	l.begin(l.ask("test", terms{}, idverifytest.Match()), 1)
	l.finish()
	assert.Equal(t, []rule{ruleLost}, brokenIn(l))
}

// A judged question is forgotten, and a later exchange is a breach.
func TestLedger_ForgetsJudgedQuestions(t *testing.T) {
	l := newLedger()
	q := l.ask("test", terms{}, idverifytest.Match())
	l.ended(l.begin(q, 1), matched())
	l.arrived(paid(1))
	l.close(q, 3)
	l.settle(3)
	assert.Len(t, l.byTag, 1, "the shift is not over")
	l.settle(4)
	assert.Empty(t, l.byTag)
	assert.Empty(t, l.closed)
	assert.Empty(t, l.open)
	assert.Empty(t, brokenIn(l))
	l.arrived(paid(1))
	assert.Equal(t, []rule{ruleStray}, brokenIn(l))
}
