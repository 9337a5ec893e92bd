package main

import (
	"fmt"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// rule is a condition that must hold, worded for the report.
type rule string

const (
	ruleTwice       rule = "no vendor bills a question twice"
	ruleTwoVendors  rule = "no two vendors bill a question whose policy forbids it"
	ruleLost        rule = "every call ends once, in a decision or a typed error"
	ruleDecision    rule = "a decision is what the person is"
	ruleUnbilled    rule = "what is called not billed was not billed"
	ruleUnsent      rule = "what is called not sent did not arrive"
	ruleBilled      rule = "what is called billed was billed"
	ruleMatchBilled rule = "a match is billed"
	ruleOneKey      rule = "one key has one decision and is paid once"
	ruleStray       rule = "every exchange belongs to a question"
	rulePrivacy     rule = "nothing printed tells of a person, a picture or a key"
	ruleStandIn     rule = "the stand-in works"
	ruleGoroutines  rule = "no goroutine is left"
	ruleConnections rule = "no connection is left"
	ruleHeap        rule = "the heap does not grow"
)

// rules in the order of the report.
var rules = []rule{
	ruleTwice, ruleTwoVendors, ruleLost, ruleDecision, ruleUnbilled, ruleUnsent, ruleBilled, ruleMatchBilled,
	ruleOneKey, ruleStray, rulePrivacy, ruleStandIn, ruleGoroutines, ruleConnections, ruleHeap,
}

// breach counts how often a rule was broken, with the first cases.
type breach struct {
	Times int      `json:"times"`
	Cases []string `json:"cases"`
}

type breaks map[rule]*breach

// casesKept limits the cases that are kept of a rule.
const casesKept = 5

func (b breaks) add(r rule, format string, args ...any) {
	if b[r] == nil {
		b[r] = &breach{}
	}
	b[r].Times++
	if len(b[r].Cases) < casesKept {
		b[r].Cases = append(b[r].Cases, fmt.Sprintf(format, args...))
	}
}

// at counts the stand-in's records of a tag at a vendor.
type at struct {
	tag    tag
	vendor string
}

// judge checks the question against every rule.
func (q *question) judge(b breaks) {
	whole, billed, paid := map[at]int{}, map[at]int{}, map[string]int{}
	for _, x := range q.exchanges {
		where := at{x.tag, x.vendor}
		if x.whole {
			whole[where]++
		}
		if x.billed {
			billed[where]++
			paid[x.vendor]++
		}
	}
	for _, c := range q.calls {
		c.judge(b, paid)
	}
	for where, times := range billed {
		if times > 1 {
			b.add(ruleTwice, "%s: %s billed %d times", q, where.vendor, times)
		}
		if n, unlimited := q.claims(where, answer.mayCost); !unlimited && times > n {
			b.add(ruleUnbilled, "%s: %s billed %d times, and the calls own to %d", q, where.vendor, times, n)
		}
	}
	for where, times := range whole {
		n, unlimited := q.claims(where, answer.mayArrive)
		if vendors.Named(where.vendor).Tokens != nil {
			n *= 2 // if the token is refused, an attempt sends again with a new one
		}
		if !unlimited && times > n {
			b.add(ruleUnsent, "%s: %d requests arrived at %s, and the calls own to %d", q, times, where.vendor, n)
		}
	}
	if q.terms.oneVendor && len(paid) > 1 {
		b.add(ruleTwoVendors, "%s: billed by %d vendors", q, len(paid))
	}
	q.judgeKey(b)
}

// claims sums up what the calls with a tag allow at a vendor.
func (q *question) claims(where at, of func(answer, string) (int, bool)) (n int, unlimited bool) {
	for _, c := range q.calls {
		if c.tag != where.tag || c.answer.resumed {
			continue
		}
		own, open := of(c.answer, where.vendor)
		n += own
		unlimited = unlimited || open || c.ends == 0
	}
	return n, unlimited
}

// judge checks one call against the rules about its answer.
func (c *call) judge(b breaks, paid map[string]int) {
	q, a := c.question, c.answer
	switch {
	case c.ends != 1:
		b.add(ruleLost, "%s: a call ended %d times", q, c.ends)
		return
	case a.contract != "":
		b.add(ruleLost, "%s: a call ended in %s", q, a.contract)
		return
	case a.decision && a.code != q.person.CodeAt(a.vendor):
		b.add(ruleDecision, "%s: %s decided %s, and the person is %q", q, a.vendor, a.code, q.person.CodeAt(a.vendor))
	case seenInThePicture[a.code] && a.code != q.person.CodeAt(a.vendor):
		b.add(ruleDecision, "%s: %s says %s, and the person is %q", q, a.vendor, a.code, q.person.CodeAt(a.vendor))
	}
	if a.decision && a.code == idverify.CodeMatch && (a.billed != idverify.BilledYes || paid[a.vendor] == 0) {
		b.add(ruleMatchBilled, "%s: %s matched, called billed %s, billed %d times", q, a.vendor, a.billed, paid[a.vendor])
	}
	for _, l := range a.legs {
		if l.billed == idverify.BilledYes && paid[l.vendor] == 0 {
			b.add(ruleBilled, "%s: %s is said to have billed, and did not", q, l.vendor)
		}
	}
}

// seenInThePicture are errors that only the person's own picture can cause.
var seenInThePicture = map[idverify.Code]bool{
	idverify.CodeNoFace: true, idverify.CodeMultipleFaces: true, idverify.CodePoorPhoto: true,
	idverify.CodeBadCapture: true, idverify.CodePhotoRefused: true,
}

// judgeKey checks that calls with one key got the decision of the first call.
func (q *question) judgeKey(b breaks) {
	first := q.anchored()
	if first == nil || !first.answer.decision {
		return // the other calls were allowed to ask again
	}
	for _, c := range q.calls {
		a := c.answer
		if a.decision && (a.vendor != first.answer.vendor || a.code != first.answer.code || a.requestID != first.answer.requestID) {
			b.add(ruleOneKey, "%s: two decisions, by %s and by %s", q, first.answer.vendor, a.vendor)
		}
	}
	for _, x := range q.exchanges {
		if x.tag != q.anchor {
			b.add(ruleOneKey, "%s: %s was asked once more after the decision", q, x.vendor)
		}
	}
}

func (q *question) anchored() *call {
	for _, c := range q.calls {
		if q.anchor != 0 && c.tag == q.anchor {
			return c
		}
	}
	return nil
}

// String describes a question for debugging, without name and number.
func (q *question) String() string {
	text := "policy " + q.policy + ", person " + string(q.person.Code)
	for _, c := range q.calls {
		text += fmt.Sprintf(", call %d %s at %q (sent %t, billed %s", c.tag, c.answer.code, c.answer.vendor, c.answer.sent, c.answer.billed)
		for _, l := range c.answer.legs {
			text += fmt.Sprintf("; %s sent %t billed %s", l.vendor, l.sent, l.billed)
		}
		text += ")"
	}
	for _, x := range q.exchanges {
		text += fmt.Sprintf(", exchange %d %s (whole %t, billed %t, fault %q)", x.tag, x.vendor, x.whole, x.billed, x.fault)
	}
	return text
}
