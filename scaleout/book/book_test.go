package book

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/scaleout/desk"
	"github.com/idverify/idverify/scaleout/worker"
)

const vendor = "acme"

// aBook has one question that one call asked and a vendor decided, and one whose
// process was killed after sending.
func aBook() *Book {
	yes := worker.Told{Kind: "q", N: 1, Call: "q-1/a.1", Code: idverify.CodeMatch, Decision: true, MayCost: true, Origin: idverify.OriginVendor, Vendor: vendor}
	kept, lost := yes, worker.Told{Kind: "q", N: 2, Call: "q-2/b.1", Code: idverify.CodeUnknown, Ambiguous: true, MayCost: true, Origin: idverify.OriginLedger}
	kept.Call, kept.Origin = "q-1/b.2", idverify.OriginLedger
	return &Book{
		Exchanges: []desk.Exchange{{Call: "q-1/a.1", Vendor: vendor, Billed: true}, {Call: "q-2/a.2", Vendor: vendor, Billed: true}},
		Told:      []worker.Told{yes, kept, lost},
		Rows:      map[string]Row{"q-1": Decided, "q-2": Open},
		Audit:     map[string]worker.Told{"q-1": kept, "q-2": lost},
		Key:       func(kind string, n int) string { return fmt.Sprintf("%s-%d", kind, n) },
		Want:      func(int, string) idverify.Code { return idverify.CodeMatch },
		Kind:      "q",
	}
}

func TestJudge_AcceptsKeptPromises(t *testing.T) {
	s, problems := aBook().Judge()
	assert.Empty(t, problems)
	assert.Equal(t, Summary{Questions: 2, Calls: 3, Exchanges: 2, Bills: 2, Decided: 1, Ambiguous: 1}, s)
}

// Each case breaks one promise, and Judge finds it.
func TestJudge_DetectsEachBrokenPromise(t *testing.T) {
	free := worker.Told{Kind: "q", N: 3, Call: "q-3/a.3", Code: idverify.CodeRateLimited, Origin: idverify.OriginVendor}
	for want, breaks := range map[string]func(b *Book){
		"billed 2 times": func(b *Book) {
			b.Exchanges = append(b.Exchanges, desk.Exchange{Call: "q-2/c.1", Vendor: vendor, Billed: true})
		},
		"billed, and the table has no row": func(b *Book) {
			delete(b.Rows, "q-2")
			b.Audit["q-2"] = worker.Told{N: 2, Code: idverify.CodeNetwork}
		},
		"nobody asked about it at the end": func(b *Book) { delete(b.Audit, "q-1") },
		"it is undecided": func(b *Book) {
			b.Audit["q-2"] = worker.Told{N: 2, Code: idverify.CodeMatch, Decision: true, Vendor: vendor}
		},
		"it is decided": func(b *Book) { b.Audit["q-1"] = worker.Told{N: 1, Ambiguous: true} },
		"it failed at a price": func(b *Book) {
			b.Rows["q-1"] = Failed
		},
		"it has no row, and who asks": func(b *Book) {
			b.Exchanges, b.Told = b.Exchanges[:1], b.Told[:2]
			delete(b.Rows, "q-2")
		},
		"told match": func(b *Book) { b.Want = func(int, string) idverify.Code { return idverify.CodeFaceMismatch } },
		"given an answer of another's, and sent": func(b *Book) {
			b.Exchanges = append(b.Exchanges, desk.Exchange{Call: "q-1/b.2", Vendor: vendor})
		},
		"decided by its own call": func(b *Book) { b.Exchanges[0].Call = "q-1/x.9" },
		"free of charge, and billed": func(b *Book) {
			b.Told = append(b.Told, free)
			b.Exchanges = append(b.Exchanges, desk.Exchange{Call: "q-3/a.3", Vendor: vendor, Billed: true})
		},
		"is broken": func(b *Book) { b.Told[0].Broken = "is broken" },
	} {
		b := aBook()
		breaks(b)
		_, problems := b.Judge()
		assert.Contains(t, fmt.Sprint(problems), want)
	}
}

func TestJudge_CountsLateAnswers(t *testing.T) {
	b := aBook()
	b.Rows["q-2"], b.Audit["q-2"] = Decided, b.Audit["q-1"]
	s, problems := b.Judge()
	assert.Empty(t, problems)
	assert.Equal(t, 1, s.Landed)
}

func TestJudgeRows_DetectsEachBrokenPromise(t *testing.T) {
	for want, breaks := range map[string]func(b *Book){
		"[]":                    func(*Book) {},
		"nobody was told of it": func(b *Book) { b.Exchanges, b.Told, b.Audit = b.Exchanges[:1], b.Told[:2], nil },
		"what came of it":       func(b *Book) { b.Told[2].Taken = true },
		"billed 2 times": func(b *Book) {
			b.Exchanges = append(b.Exchanges, desk.Exchange{Call: "q-2/c.1", Vendor: vendor, Billed: true})
		},
		"told match":                 func(b *Book) { b.Exchanges[0].Billed = false },
		"free of charge, and billed": func(b *Book) { b.Told[2].MayCost = false },
		"rows that nobody added":     func(b *Book) { b.Told = append(b.Told, worker.Told{Kind: "q", N: 9}) },
		"is broken":                  func(b *Book) { b.Told[0].Broken = "is broken" },
	} {
		b := aBook()
		breaks(b)
		_, problems := b.JudgeRows(2)
		assert.Contains(t, fmt.Sprint(problems), want)
	}
}
