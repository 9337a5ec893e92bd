package idverifytest

import (
	"sync/atomic"
	"testing"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

func (h JournalHarness) sharedRules() []storeRule {
	rule := func(name string, run func(testing.TB, JournalHarness, batch.SharedJournal, batch.SharedJournal)) storeRule {
		return storeRule{name, func(tb testing.TB) {
			first, one := h.New(tb).(batch.SharedJournal)
			second, other := h.New(tb).(batch.SharedJournal)
			if !one || !other {
				tb.Fatal("New does not make a batch.SharedJournal every time")
			}
			run(tb, h, first, second)
		}}
	}
	rules := []storeRule{
		rule("lets one of many begin a row", ruleBeginCrowd),
		rule("begins no row that has changed since it was loaded", ruleBeginStale),
		rule("begins a row that ended if it is still what was loaded", ruleBeginEnded),
		rule("begins only new rows by Begin", rulePlainBegin),
	}
	if h.Hold > 0 {
		rules = append(rules,
			rule("reports a row as taken, and later as in flight", ruleTakenThenInFlight),
			rule("accepts the late answer of a run", ruleLateFinish),
			rule("refuses the answer of a replaced run", ruleFinishFence),
			rule("refuses the answer of a run that has not begun the row", ruleFinishStranger))
	}
	return rules
}

// beginIf begins a row as it was loaded, and requires the expected taken.
func (h JournalHarness) beginIf(tb testing.TB, j batch.SharedJournal, key string, loaded batch.Entry, want bool) {
	tb.Helper()
	ctx, cancel := within(tb)
	defer cancel()
	taken, err := j.BeginIf(ctx, key, loaded)
	if err != nil {
		tb.Fatalf("BeginIf: %T", err)
	}
	if taken != want {
		tb.Errorf("BeginIf said taken == %v, want %v", taken, want)
	}
}

// crowdOf begins a row concurrently from both runs, as it was loaded.
func (h JournalHarness) crowdOf(tb testing.TB, first, second batch.SharedJournal, key string, loaded batch.Entry) {
	tb.Helper()
	var begun atomic.Int32
	journals := []batch.SharedJournal{first, second}
	crowd(20, func(i int) {
		ctx, cancel := within(tb)
		defer cancel()
		taken, err := journals[i%2].BeginIf(ctx, key, loaded)
		if err != nil {
			tb.Errorf("BeginIf: %T", err)
		} else if !taken {
			begun.Add(1)
		}
	})
	if n := begun.Load(); n != 1 {
		tb.Errorf("%d of 20 began one row", n)
	}
}

func ruleBeginCrowd(tb testing.TB, h JournalHarness, first, second batch.SharedJournal) {
	for range 5 {
		h.crowdOf(tb, first, second, rowKey("row-1"), batch.Entry{})
	}
}

func ruleBeginStale(tb testing.TB, h JournalHarness, first, second batch.SharedJournal) {
	key := rowKey("row-1")
	h.beginIf(tb, first, key, batch.Entry{}, false)
	h.beginIf(tb, second, key, batch.Entry{}, true) // begun meanwhile
	h.finish(tb, first, key, answered(idverify.CodeMatch))
	h.beginIf(tb, second, key, batch.Entry{}, true) // begun and ended meanwhile
	h.ended(tb, second, key, answered(idverify.CodeMatch))
}

func ruleBeginEnded(tb testing.TB, h JournalHarness, first, second batch.SharedJournal) {
	key := rowKey("row-1")
	h.begin(tb, first, key)
	h.finish(tb, first, key, failedRow())
	loaded, _ := h.load(tb, second, key)
	h.beginIf(tb, second, key, loaded, false)
	h.isBegun(tb, first, key)
	h.beginIf(tb, first, key, loaded, true)
	h.finish(tb, second, key, failedRow())
	h.beginIf(tb, first, key, loaded, true) // the same outcome, but of another call
	now, _ := h.load(tb, first, key)
	h.crowdOf(tb, first, second, key, now)
}

func rulePlainBegin(tb testing.TB, h JournalHarness, first, second batch.SharedJournal) {
	key := rowKey("row-1")
	ctx, cancel := within(tb)
	defer cancel()
	if err := first.Begin(ctx, key); err != nil {
		tb.Fatalf("Begin of a new row: %T", err)
	}
	if err := second.Begin(ctx, key); err == nil {
		tb.Error("Begin began a row that another run has")
	}
	h.finish(tb, first, key, answered(idverify.CodeMatch))
	if err := second.Begin(ctx, key); err == nil {
		tb.Error("Begin began a row that was decided")
	}
	h.ended(tb, first, key, answered(idverify.CodeMatch))
}

func ruleFinishStranger(tb testing.TB, h JournalHarness, first, second batch.SharedJournal) {
	key := rowKey("row-1")
	ctx, cancel := within(tb)
	defer cancel()
	for _, when := range []string{"absent", "begun by another", "finished by another"} {
		switch when {
		case "begun by another":
			h.begin(tb, first, key)
		case "finished by another":
			h.isBegun(tb, first, key)
			h.finish(tb, first, key, answered(idverify.CodeFaceMismatch))
		}
		if err := second.Finish(ctx, key, answered(idverify.CodeMatch)); err == nil {
			tb.Errorf("a run finished a row that was %s", when)
		}
	}
	h.ended(tb, first, key, answered(idverify.CodeFaceMismatch))
}

func ruleTakenThenInFlight(tb testing.TB, h JournalHarness, first, second batch.SharedJournal) {
	key := rowKey("row-1")
	h.begin(tb, first, key)
	if got, _ := h.load(tb, second, key); !got.Taken || got.InFlight {
		tb.Error("a row that another run has just begun is not reported as taken")
	}
	h.wait(h.Hold / 2)
	if got, _ := h.load(tb, second, key); !got.Taken || got.InFlight {
		tb.Error("a row is not reported as taken for as long as Hold says")
	}
	h.wait(h.Hold/2 + h.ticks(1))
	for range 2 {
		if got, _ := h.load(tb, second, key); got.Taken || !got.InFlight {
			tb.Error("a row whose run must have ended is not reported as in flight")
		}
		h.wait(h.Hold)
	}
	loaded, _ := h.load(tb, second, key)
	h.crowdOf(tb, first, second, key, loaded) // a repetition
}

func ruleLateFinish(tb testing.TB, h JournalHarness, first, second batch.SharedJournal) {
	key := rowKey("row-1")
	h.begin(tb, first, key)
	h.wait(h.Hold + h.ticks(1))
	loaded, _ := h.load(tb, second, key)
	h.finish(tb, first, key, answered(idverify.CodeMatch))
	h.ended(tb, second, key, answered(idverify.CodeMatch))
	h.beginIf(tb, second, key, loaded, true)
}

func ruleFinishFence(tb testing.TB, h JournalHarness, first, second batch.SharedJournal) {
	key := rowKey("row-1")
	h.begin(tb, first, key)
	h.wait(h.Hold + h.ticks(1))
	loaded, _ := h.load(tb, second, key)
	h.beginIf(tb, second, key, loaded, false)
	ctx, cancel := within(tb)
	defer cancel()
	if err := first.Finish(ctx, key, answered(idverify.CodeMatch)); err == nil {
		tb.Error("the answer of a replaced run was accepted")
	}
	h.isBegun(tb, first, key)
	h.finish(tb, second, key, answered(idverify.CodeFaceMismatch))
	h.ended(tb, first, key, answered(idverify.CodeFaceMismatch))
}
