package main

import (
	"sync"
	"sync/atomic"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// question is a thing that may be paid for once: a call, a row of a batch in both
// runs, or the calls that share a key.
type question struct {
	policy string
	terms  terms
	person idverifytest.Person
	// anchor is the tag of the call that comes first with its key and waits to the
	// end; 0 if no key is shared.
	anchor    tag
	calls     []*call
	exchanges []exchange
}

// terms are the additional promises of a policy.
type terms struct {
	oneVendor bool // no two vendors are paid for one question
}

// call is one call of Verify, or one row of a batch.
type call struct {
	question *question
	tag      tag
	ends     int
	answer   answer
}

// exchange is the stand-in's record of one request.
type exchange struct {
	tag    tag
	known  bool // the tag could be read
	vendor string
	whole  bool // the request arrived completely
	billed bool
	fault  string
}

// ledger records for every question what was asked, answered, received and billed,
// and checks the rules when nothing more can come.
type ledger struct {
	lastTag atomic.Uint64

	mu     sync.Mutex
	open   map[*question]struct{}
	byTag  map[tag]*question
	closed map[int][]*question // by the shift of the closing
	breaks breaks
	tally  tally
}

func newLedger() *ledger {
	return &ledger{
		open: map[*question]struct{}{}, byTag: map[tag]*question{}, closed: map[int][]*question{},
		breaks: breaks{}, tally: newTally(),
	}
}

func (l *ledger) newTag() tag { return tag(l.lastTag.Add(1)) }

// ask opens a question.
func (l *ledger) ask(policy string, terms terms, p idverifytest.Person) *question {
	q := &question{policy: policy, terms: terms, person: p}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[q] = struct{}{}
	return q
}

// begin records that a call starts with a tag.
func (l *ledger) begin(q *question, t tag) *call {
	c := &call{question: q, tag: t}
	l.mu.Lock()
	defer l.mu.Unlock()
	q.calls = append(q.calls, c)
	l.byTag[t] = q
	l.tally.begun++
	l.tally.policies[q.policy]++
	return c
}

// end records the result of a call.
func (l *ledger) end(c *call, res *idverify.Result, err error) {
	l.ended(c, answerOf(res, err))
}

func (l *ledger) ended(c *call, a answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.ends++
	c.answer = a
	l.tally.answer(a)
}

// close records that a question is not asked any more.
func (l *ledger) close(q *question, shift int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, q)
	l.closed[shift] = append(l.closed[shift], q)
}

// arrived records an exchange. If its question was already judged, it came too late,
// which is a breach.
func (l *ledger) arrived(x exchange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tally.exchange(x)
	if vendors.AsksForTokens(x.vendor) {
		return
	}
	q := l.byTag[x.tag]
	switch {
	case x.known && q != nil:
		q.exchanges = append(q.exchanges, x)
	case x.whole || x.billed:
		l.breaks.add(ruleStray, "%s: an exchange of no open question (tag %t, whole %t, billed %t)", x.vendor, x.known, x.whole, x.billed)
	}
}

// settle judges the questions that were closed in shifts before the given one.
func (l *ledger) settle(before int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for shift, questions := range l.closed {
		if shift >= before {
			continue
		}
		for _, q := range questions {
			l.judge(q)
		}
		delete(l.closed, shift)
	}
	if len(l.byTag) == 0 {
		l.byTag = map[tag]*question{} // the old map keeps the memory of its largest size
	}
}

// finish judges everything. Questions that are still open have lost their calls.
func (l *ledger) finish() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for shift, questions := range l.closed {
		for _, q := range questions {
			l.judge(q)
		}
		delete(l.closed, shift)
	}
	for q := range l.open {
		l.judge(q)
		delete(l.open, q)
	}
}

// judge checks one question against the rules and forgets it. l.mu is held.
func (l *ledger) judge(q *question) {
	l.tally.judged++
	q.judge(l.breaks)
	for _, c := range q.calls {
		delete(l.byTag, c.tag)
	}
}

// broken adds a breach that belongs to no single question.
func (l *ledger) broken(r rule, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.breaks.add(r, format, args...)
}
