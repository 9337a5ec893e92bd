package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/idverify/idverify"
)

// report is the result of a run.
type report struct {
	Seed    uint64  `json:"seed"`
	Callers int     `json:"callers"`
	Seconds float64 `json:"seconds"`

	Calls        int                   `json:"calls"`
	Decided      int                   `json:"decided"`
	Failed       int                   `json:"failed"`
	Moved        int                   `json:"calls_of_more_than_one_leg"`
	Resumed      int                   `json:"rows_from_a_journal"`
	Questions    int                   `json:"questions"`
	Decisions    map[idverify.Code]int `json:"decisions"`
	Errors       map[idverify.Code]int `json:"errors"`
	ByPolicy     map[string]int        `json:"calls_by_policy"`
	Exchanges    map[string]int        `json:"exchanges"`
	Bills        map[string]int        `json:"bills"`
	Faults       map[string]int        `json:"faults"`
	FaultShare   float64               `json:"fault_share"`
	TokenFetches int                   `json:"token_fetches"`

	BilledTwice int `json:"billed_twice"`
	Lost        int `json:"lost"`

	Start           measure `json:"at_start"`
	Warm            measure `json:"after_warm_up"`
	End             measure `json:"at_end"`
	HeapBound       uint64  `json:"heap_bound"`
	IdleConnections int     `json:"idle_connections_at_end"`
	PeakConnections int     `json:"connections_at_peak"`
	AllConnections  int     `json:"connections_in_all"`

	Broken map[rule]*breach `json:"broken_rules"`
}

func (run *scenario) report(began time.Time, start, warm, end measure, idle int) *report {
	l := run.ledger
	_, peak, all := run.servers.connections.count()
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.tally
	r := &report{
		Seed: run.seed, Callers: len(run.callers), Seconds: time.Since(began).Seconds(),
		Calls: t.begun, Decided: sum(t.decisions), Failed: sum(t.errors), Moved: t.moved, Resumed: t.resumed, Questions: t.judged,
		Decisions: t.decisions, Errors: t.errors, ByPolicy: t.policies,
		Exchanges: t.exchanges, Bills: t.bills, Faults: t.faults, TokenFetches: t.tokenFetches(),
		Start: start, Warm: warm, End: end, HeapBound: heapBound(warm.HeapBytes),
		IdleConnections: idle, PeakConnections: peak, AllConnections: all,
		Broken: l.breaks,
	}
	r.FaultShare = float64(sum(t.faults)) / float64(max(1, sum(t.exchanges)))
	if b := l.breaks[ruleTwice]; b != nil {
		r.BilledTwice = b.Times
	}
	if b := l.breaks[ruleLost]; b != nil {
		r.Lost = b.Times
	}
	return r
}

// ok reports whether every rule held.
func (r *report) ok() bool { return len(r.Broken) == 0 }

func (r *report) writeJSON(w io.Writer) error {
	text := json.NewEncoder(w)
	text.SetIndent("", "  ")
	return text.Encode(r)
}

func (r *report) writeText(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(format string, args ...any) { fmt.Fprintf(table, format+"\n", args...) }

	line("soak: %d callers, %.0f s, seed %d", r.Callers, r.Seconds, r.Seed)
	line("")
	line("calls\t%d\t(%.0f a second; %d questions)", r.Calls, float64(r.Calls)/max(r.Seconds, 1), r.Questions)
	line("decisions\t%d", r.Decided)
	counts(line, r.Decisions)
	line("errors\t%d", r.Failed)
	counts(line, r.Errors)
	line("calls of more than one leg\t%d", r.Moved)
	line("rows from a journal\t%d", r.Resumed)
	line("calls by policy")
	counts(line, r.ByPolicy)
	line("exchanges\t%d\t(%.1f %% with a fault)", sum(r.Exchanges), 100*r.FaultShare)
	counts(line, r.Exchanges)
	line("faults\t%d", sum(r.Faults))
	counts(line, r.Faults)
	line("bills\t%d", sum(r.Bills))
	counts(line, r.Bills)
	line("billed twice by one vendor\t%d", r.BilledTwice)
	line("calls lost\t%d", r.Lost)
	line("")
	line("\tstart\twarm\tend")
	line("goroutines\t%d\t%d\t%d", r.Start.Goroutines, r.Warm.Goroutines, r.End.Goroutines)
	line("connections\t%d\t%d\t%d\t(peak %d, idle at the end %d, in all %d)",
		r.Start.Connections, r.Warm.Connections, r.End.Connections, r.PeakConnections, r.IdleConnections, r.AllConnections)
	line("heap, KiB\t%d\t%d\t%d\t(bound %d)", r.Start.HeapBytes>>10, r.Warm.HeapBytes>>10, r.End.HeapBytes>>10, r.HeapBound>>10)
	line("")
	if err := table.Flush(); err != nil {
		return err
	}
	return r.writeRules(w)
}

func (r *report) writeRules(w io.Writer) error {
	for _, rule := range rules {
		b := r.Broken[rule]
		if b == nil {
			fmt.Fprintf(w, "held    %s\n", rule)
			continue
		}
		fmt.Fprintf(w, "BROKEN  %s: %d times\n", rule, b.Times)
		for _, c := range b.Cases {
			fmt.Fprintf(w, "        - %s\n", c)
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}

func counts[K ~string](line func(string, ...any), n map[K]int) {
	for _, name := range slices.Sorted(maps.Keys(n)) {
		line("  %s\t%d", name, n[name])
	}
}
