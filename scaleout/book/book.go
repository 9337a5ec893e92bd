// Package book checks a run of many processes. From every request that the vendors
// received, every answer that callers got and the rows in the claims table, it finds
// the promises that were broken. It shares no code with what it checks.
package book

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/scaleout/desk"
	"github.com/idverify/idverify/scaleout/worker"
)

// Row is the state of a question in the claims table at the end.
type Row string

// The rows.
const (
	NoRow     Row = ""
	Open      Row = "open" // in flight, and expired
	Decided   Row = "decided"
	Failed    Row = "failed"
	Ambiguous Row = "ambiguous"
)

// Book is the record of a whole run. Questions are named by their idempotency keys.
type Book struct {
	Exchanges []desk.Exchange
	Told      []worker.Told
	// Rows are the states of the questions that have a row.
	Rows map[string]Row
	// Audit is the answer to every question asked again at the end, by a client whose
	// own calls reach no vendor.
	Audit map[string]worker.Told
	// Key names a question of a kind; Want is the code that a vendor must answer.
	Key  func(kind string, n int) string
	Want func(n int, vendor string) idverify.Code
	// Kind is the kind of the questions that are checked.
	Kind string
}

// Summary counts what happened.
type Summary struct {
	Questions, Calls, Exchanges, Bills int
	Decided, Ambiguous, Free, Failed   int // questions, by their final state
	// Landed counts questions for which a caller got an ambiguous error and that were
	// decided later.
	Landed int
}

// question is what is known about one question.
type question struct {
	n         int
	exchanges []desk.Exchange
	told      []worker.Told
}

// Judge returns the broken promises, each with the question's key.
func (b *Book) Judge() (s Summary, problems []string) {
	all := b.questions()
	for _, key := range sorted(all) {
		q := all[key]
		for _, problem := range b.judge(key, q) {
			problems = append(problems, key+": "+problem)
		}
		b.count(&s, key, q)
	}
	return s, problems
}

// questions groups the record by question.
func (b *Book) questions() map[string]*question {
	all := map[string]*question{}
	of := func(key string) *question {
		if all[key] == nil {
			all[key] = &question{}
		}
		return all[key]
	}
	for key, t := range b.Audit {
		of(key).n = t.N
	}
	for _, t := range b.Told {
		if t.Kind == b.Kind {
			q := of(b.Key(t.Kind, t.N))
			q.n, q.told = t.N, append(q.told, t)
		}
	}
	for _, e := range b.Exchanges {
		key, _, _ := strings.Cut(e.Call, "/")
		if kind, _, _ := strings.Cut(key, "-"); kind == b.Kind {
			q := of(key)
			q.exchanges = append(q.exchanges, e)
		}
	}
	return all
}

func (b *Book) judge(key string, q *question) (problems []string) {
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	bills, by := billed(q.exchanges)
	row := b.Rows[key]
	if bills > 1 {
		say("billed %d times", bills)
	}
	if bills > 0 && row == NoRow {
		say("billed, and the table has no row of it")
	}
	audit, audited := b.Audit[key]
	switch {
	case !audited:
		say("nobody asked about it at the end")
	case row == Open || row == Ambiguous:
		if audit.Decision || !audit.Ambiguous {
			say("it is undecided, and who asks is told %s", audit.Code)
		}
	case row == Decided:
		if !audit.Decision || bills != 1 || audit.Code != b.Want(q.n, audit.Vendor) || audit.Vendor != by {
			say("it is decided, billed %d times by %q, and who asks is told %s of %q", bills, by, audit.Code, audit.Vendor)
		}
	case row == Failed:
		if audit.Decision {
			say("it failed at a price, and who asks is given a decision")
		}
	case audit.Decision || audit.MayCost:
		say("it has no row, and who asks is told %s", audit.Code)
	}
	for _, t := range q.told {
		problems = append(problems, b.judgeTold(q, t, bills, by)...)
	}
	return problems
}

// judgeTold compares a caller's answer with what the vendors did.
func (b *Book) judgeTold(q *question, t worker.Told, bills int, by string) (problems []string) {
	say := func(format string, args ...any) {
		problems = append(problems, fmt.Sprintf("call %s: ", t.Call)+fmt.Sprintf(format, args...))
	}
	own := slices.DeleteFunc(slices.Clone(q.exchanges), func(e desk.Exchange) bool { return e.Call != t.Call })
	ownBills, _ := billed(own)
	switch {
	case t.Broken != "":
		say("%s", t.Broken)
	case t.Decision && (t.Code != b.Want(q.n, t.Vendor) || bills != 1 || t.Vendor != by):
		say("told %s of %q; billed %d times by %q", t.Code, t.Vendor, bills, by)
	case t.Origin == idverify.OriginLedger && len(own) > 0:
		say("given an answer of another's, and sent")
	case t.Origin == idverify.OriginVendor && t.Decision && ownBills != 1:
		say("decided by its own call, which was billed %d times", ownBills)
	case !t.Decision && !t.MayCost && ownBills > 0:
		say("told %s, free of charge, and billed", t.Code)
	}
	return problems
}

// billed counts the charges, and names the vendor.
func billed(exchanges []desk.Exchange) (n int, vendor string) {
	for _, e := range exchanges {
		if e.Billed {
			n, vendor = n+1, e.Vendor
		}
	}
	return n, vendor
}

func (b *Book) count(s *Summary, key string, q *question) {
	bills, _ := billed(q.exchanges)
	s.Questions++
	s.Calls += len(q.told)
	s.Exchanges += len(q.exchanges)
	s.Bills += bills
	switch b.Rows[key] {
	case Decided:
		s.Decided++
		if slices.ContainsFunc(q.told, func(t worker.Told) bool { return t.Ambiguous }) {
			s.Landed++
		}
	case Open, Ambiguous:
		s.Ambiguous++
	case Failed:
		s.Failed++
	default:
		s.Free++
	}
}

func sorted(all map[string]*question) []string {
	keys := make([]string, 0, len(all))
	for key := range all {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	return keys
}

// JudgeRows returns the broken promises of a batch with rows 1 to n: every row must
// have a result, and must be billed at most once.
func (b *Book) JudgeRows(n int) (s Summary, problems []string) {
	all := b.questions()
	for number := 1; number <= n; number++ {
		key := b.Key(b.Kind, number)
		q := all[key]
		if q == nil {
			problems = append(problems, key+": nobody was told of it")
			continue
		}
		q.n = number
		for _, problem := range b.judgeRow(&s, q) {
			problems = append(problems, key+": "+problem)
		}
	}
	if len(all) > n {
		problems = append(problems, fmt.Sprintf("%d rows that nobody added", len(all)-n))
	}
	return s, problems
}

func (b *Book) judgeRow(s *Summary, q *question) (problems []string) {
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	q.told = slices.DeleteFunc(q.told, func(t worker.Told) bool { return t.Taken })
	bills, by := billed(q.exchanges)
	if bills > 1 {
		say("billed %d times", bills)
	}
	if len(q.told) == 0 {
		say("nobody was told what came of it")
		return problems
	}
	last := q.told[len(q.told)-1]
	for _, t := range q.told {
		switch {
		case t.Broken != "":
			say("%s", t.Broken)
		case t.Decision && (bills != 1 || t.Code != b.Want(q.n, t.Vendor) || t.Vendor != by):
			say("told %s of %q; billed %d times by %q", t.Code, t.Vendor, bills, by)
		}
	}
	if !last.Decision && !last.MayCost && bills > 0 {
		say("told %s, free of charge, and billed", last.Code)
	}
	s.Questions++
	s.Calls += len(q.told)
	s.Exchanges += len(q.exchanges)
	s.Bills += bills
	switch {
	case last.Decision:
		s.Decided++
	case last.Ambiguous:
		s.Ambiguous++
	case last.MayCost:
		s.Failed++
	default:
		s.Free++
	}
	return problems
}
