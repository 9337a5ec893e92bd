package main

import "github.com/idverify/idverify"

// tally counts events for the report.
type tally struct {
	begun, judged int
	decisions     map[idverify.Code]int
	errors        map[idverify.Code]int
	moved         int // calls with several attempts
	resumed       int
	policies      map[string]int

	exchanges map[string]int // by vendor, and by the endpoint of its tokens
	bills     map[string]int
	faults    map[string]int
}

func newTally() tally {
	return tally{
		decisions: map[idverify.Code]int{}, errors: map[idverify.Code]int{}, policies: map[string]int{},
		exchanges: map[string]int{}, bills: map[string]int{}, faults: map[string]int{},
	}
}

func (t *tally) answer(a answer) {
	switch {
	case a.contract != "":
		return
	case a.decision:
		t.decisions[a.code]++
	default:
		t.errors[a.code]++
	}
	if len(a.legs) > 1 {
		t.moved++
	}
	if a.resumed {
		t.resumed++
	}
}

func (t *tally) exchange(x exchange) {
	t.exchanges[x.vendor]++
	if x.billed {
		t.bills[x.vendor]++
	}
	if x.fault != "" {
		t.faults[x.fault]++
	}
}

func sum[K comparable](counts map[K]int) int {
	total := 0
	for _, n := range counts {
		total += n
	}
	return total
}

// tokenFetches are the exchanges for access tokens.
func (t *tally) tokenFetches() int {
	fetches := 0
	for _, v := range all {
		if v.Tokens != nil {
			fetches += t.exchanges[v.Tokens.Endpoint]
		}
	}
	return fetches
}
