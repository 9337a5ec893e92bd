package idverifytest

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

// JournalHarness tells [TestJournal] how to make the journal under test.
type JournalHarness struct {
	StoreSetting
	// New makes a journal as one process would. It may be called again, for another
	// process with the same backend.
	New func(tb testing.TB) batch.Journal
	// Close closes a journal that only one process at a time can open: New is then
	// called again only after Close. It may be nil.
	Close func(tb testing.TB, j batch.Journal)
	// Hold is how long a [batch.SharedJournal] reports Taken for a begun row before
	// it reports InFlight. Set it to a few ticks for the test. 0 skips the rules
	// that need it.
	Hold time.Duration
}

// TestJournal is the conformance suite for every [batch.Journal]. A
// [batch.SharedJournal] is checked for its additional contract too.
func TestJournal(t *testing.T, h JournalHarness) {
	t.Helper()
	if h.New == nil {
		t.Fatal("idverifytest: the harness needs New")
	}
	var rules []storeRule
	t.Run("setting", func(t *testing.T) { rules = h.rules(t) })
	h.run(t, rules)
}

func (h JournalHarness) rules(tb testing.TB) []storeRule {
	rules := []storeRule{
		{"knows nothing of a new row", h.ruleAbsent},
		{"reports a begun row as in flight", h.ruleBegun},
		{"returns how a row ended", h.ruleFinished},
		{"keeps rows apart", h.ruleApart},
		{"serves concurrent callers", h.ruleConcurrent},
	}
	j := h.New(tb)
	_, shared := j.(batch.SharedJournal)
	if _, ok := j.(batch.RunJournal); ok {
		// First, while no row was begun outside a run.
		rules = append([]storeRule{{"lets a run begin after another has ended", h.ruleRunAgain}}, rules...)
	}
	h.end(tb, j)
	switch {
	case !shared:
		rules = append(rules, storeRule{"begins a row again", h.ruleBegunAgain})
	default:
		rules = append(rules, h.sharedRules()...)
	}
	return append(rules, h.outage(func(tb testing.TB) (map[string]func(context.Context) error, []string) {
		j, key, other := h.New(tb), rowKey("row-1"), rowKey("row-2")
		h.begin(tb, j, key)
		return map[string]func(context.Context) error{
			"Load":   func(ctx context.Context) error { _, _, err := j.Load(ctx, other); return err },
			"Finish": func(ctx context.Context) error { return j.Finish(ctx, key, answered(idverify.CodeMatch)) },
		}, []string{key, other}
	})...)
}

// rowKey makes a key in the form that [batch.Run] uses: a row's own key and a
// pseudonym.
func rowKey(row string) string { return row + ":" + digits(32) }

// answered is a row that was decided.
func answered(code idverify.Code) batch.Entry {
	kept := decision(code)
	return batch.Entry{Result: &kept.Result}
}

// failedRow is a row without a decision.
func failedRow() batch.Entry {
	return batch.Entry{Err: &idverify.Error{
		Code: idverify.CodeVendorUnavailable, Vendor: "mine", Detail: "说明 \"1\"", VendorCode: "-1", RequestID: "request-1", HTTPStatus: 503,
		Billed: idverify.BilledUnknown, Delivery: idverify.DeliveryAnswered, RetryAfter: 1500 * time.Millisecond,
		Attempts: []idverify.Attempt{{Vendor: "mine", Code: idverify.CodeTimeout, Delivery: idverify.DeliveryUnanswered, Duration: time.Second}},
	}}
}

func (h JournalHarness) end(tb testing.TB, j batch.Journal) {
	if h.Close != nil {
		h.Close(tb, j)
	}
}

// another returns the journal of another process, after closing this one where
// necessary.
func (h JournalHarness) another(tb testing.TB, j batch.Journal) batch.Journal {
	h.end(tb, j)
	return h.New(tb)
}

func (h JournalHarness) load(tb testing.TB, j batch.Journal, key string) (batch.Entry, bool) {
	tb.Helper()
	ctx, cancel := within(tb)
	defer cancel()
	entry, found, err := j.Load(ctx, key)
	if err != nil {
		tb.Fatalf("Load: %T", err)
	}
	return entry, found
}

// begin begins a new row in the way that Run does.
func (h JournalHarness) begin(tb testing.TB, j batch.Journal, key string) {
	tb.Helper()
	ctx, cancel := within(tb)
	defer cancel()
	taken, err := false, error(nil)
	if s, ok := j.(batch.SharedJournal); ok {
		taken, err = s.BeginIf(ctx, key, batch.Entry{})
	} else {
		err = j.Begin(ctx, key)
	}
	if err != nil || taken {
		tb.Fatalf("a new row could not be begun (taken %v, %T)", taken, err)
	}
}

func (h JournalHarness) finish(tb testing.TB, j batch.Journal, key string, answer batch.Entry) {
	tb.Helper()
	ctx, cancel := within(tb)
	defer cancel()
	if err := j.Finish(ctx, key, answer); err != nil {
		tb.Fatalf("Finish: %T", err)
	}
}

// ended requires that a row has finished with this outcome.
func (h JournalHarness) ended(tb testing.TB, j batch.Journal, key string, want batch.Entry) {
	tb.Helper()
	got, found := h.load(tb, j, key)
	if !found || got.InFlight || got.Taken {
		tb.Errorf("a finished row is not reported as finished (found %v, in flight %v, taken %v)", found, got.InFlight, got.Taken)
		return
	}
	is, _ := json.Marshal([]any{got.Result, got.Err})
	wants, _ := json.Marshal([]any{want.Result, want.Err})
	if !bytes.Equal(is, wants) {
		tb.Errorf("the loaded outcome differs from the recorded one:\n%s\n%s", is, wants)
	}
}

// isBegun requires that a row is in flight.
func (h JournalHarness) isBegun(tb testing.TB, j batch.Journal, key string) {
	tb.Helper()
	if got, found := h.load(tb, j, key); !found || !got.InFlight && !got.Taken {
		tb.Errorf("a begun row is not reported as in flight (found %v)", found)
	}
}

func (h JournalHarness) ruleAbsent(tb testing.TB) {
	j := h.New(tb)
	defer func() { h.end(tb, j) }()
	if _, found := h.load(tb, j, rowKey("row-1")); found {
		tb.Error("a row is known that was never begun")
	}
}

func (h JournalHarness) ruleBegun(tb testing.TB) {
	j, key := h.New(tb), rowKey("row-1")
	h.begin(tb, j, key)
	h.isBegun(tb, j, key)
	j = h.another(tb, j)
	defer func() { h.end(tb, j) }()
	h.isBegun(tb, j, key)
}

func (h JournalHarness) ruleFinished(tb testing.TB) {
	j := h.New(tb)
	ends := map[string]batch.Entry{
		rowKey("match"): answered(idverify.CodeMatch), rowKey("mismatch"): answered(idverify.CodeFaceMismatch), rowKey("failed"): failedRow(),
	}
	for key, end := range ends {
		h.begin(tb, j, key)
		h.finish(tb, j, key, end)
		h.ended(tb, j, key, end)
	}
	j = h.another(tb, j)
	defer func() { h.end(tb, j) }()
	for key, end := range ends {
		h.ended(tb, j, key, end)
	}
}

func (h JournalHarness) ruleApart(tb testing.TB) {
	j, tail := h.New(tb), ":"+digits(32)
	defer func() { h.end(tb, j) }()
	long := strings.Repeat("k", 64) + tail // the longest possible key
	keys := []string{"row" + tail, "ROW" + tail, "Row" + tail, "row." + tail, "row-1" + tail, "row_1" + tail, "row" + rowKey(""), long, "l" + long[1:], long[:64] + rowKey("")}
	for i, key := range keys {
		if _, found := h.load(tb, j, key); found {
			tb.Fatalf("key %d was confused with another", i)
		}
		h.begin(tb, j, key)
		if i%2 == 0 {
			h.finish(tb, j, key, answered(idverify.CodeFaceMismatch))
		}
	}
	for i, key := range keys {
		if i%2 == 0 {
			h.ended(tb, j, key, answered(idverify.CodeFaceMismatch))
		} else {
			h.isBegun(tb, j, key)
		}
	}
}

func (h JournalHarness) ruleConcurrent(tb testing.TB) {
	j := h.New(tb)
	keys := make([]string, 16)
	for i := range keys {
		keys[i] = rowKey("row")
	}
	var failed atomic.Bool
	crowd(len(keys), func(i int) {
		ctx, cancel := within(tb)
		defer cancel()
		if s, ok := j.(batch.SharedJournal); ok {
			if taken, err := s.BeginIf(ctx, keys[i], batch.Entry{}); taken || err != nil {
				failed.Store(true)
			}
		} else if err := j.Begin(ctx, keys[i]); err != nil {
			failed.Store(true)
		}
		if err := j.Finish(ctx, keys[i], failedRow()); err != nil {
			failed.Store(true)
		}
	})
	if failed.Load() {
		tb.Error("rows that were begun at the same moment failed")
	}
	j = h.another(tb, j)
	defer func() { h.end(tb, j) }()
	for _, key := range keys {
		h.ended(tb, j, key, failedRow())
	}
}

func (h JournalHarness) ruleBegunAgain(tb testing.TB) {
	j, key := h.New(tb), rowKey("row-1")
	h.begin(tb, j, key)
	h.finish(tb, j, key, failedRow())
	h.begin(tb, j, key)
	j = h.another(tb, j)
	defer func() { h.end(tb, j) }()
	h.isBegun(tb, j, key)
	h.finish(tb, j, key, answered(idverify.CodeMatch))
	h.ended(tb, j, key, answered(idverify.CodeMatch))
}

// ruleRunAgain resumes a batch.
func (h JournalHarness) ruleRunAgain(tb testing.TB) {
	binding := strings.Repeat("0123456789abcdef", 4) // always the same: a batch keeps it
	j := h.New(tb)
	defer func() { h.end(tb, j) }()
	for i := range 3 {
		ctx, cancel := within(tb)
		end, err := j.(batch.RunJournal).BeginRun(ctx, binding)
		cancel()
		if err != nil || end == nil {
			tb.Fatalf("run %d could not begin (%T)", i+1, err)
		}
		end()
		j = h.another(tb, j)
	}
}
