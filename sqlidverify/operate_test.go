package sqlidverify_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/sqlidverify"
)

// operator is what a Ledger and a Journal give to operators.
type operator interface {
	Undecided(ctx context.Context, limit int) ([]sqlidverify.Undecided, error)
	Release(ctx context.Context, id string) error
	Prune(ctx context.Context, age time.Duration) (int, error)
}

// ends are the ways in which a question stands, with their numbers in the table.
var ends = []string{"alive", "gone", "decided", "failed", "ambiguous"}

// ledgerOfAll has a question of each kind.
func ledgerOfAll(t *testing.T, l *sqlidverify.Ledger) map[string]string {
	t.Helper()
	ids := map[string]string{}
	for _, end := range ends {
		r := request()
		ids[end] = r.ID
		if end == "gone" {
			r.Hold = 0
		}
		_, err := l.Claim(t.Context(), r)
		require.NoError(t, err)
		if end != "alive" && end != "gone" {
			require.NoError(t, l.Settle(t.Context(), idverify.Settlement{ID: r.ID, Holder: r.Holder, Outcome: idverify.ClaimOutcome(end), Answer: []byte("answer")}))
		}
	}
	return ids
}

// journalOfAll is the same, for a batch; what failed for nothing stands beside it.
func journalOfAll(t *testing.T, s server) (*sqlidverify.Journal, map[string]string) {
	t.Helper()
	name := "batch-" + digits(8)
	db := s.open(t)
	j := newJournal(t, db, s.dialect, sqlidverify.JournalOptions{Name: name})
	gone := newJournal(t, db, s.dialect, sqlidverify.JournalOptions{Name: name, Hold: time.Millisecond})
	ids := map[string]string{}
	for _, end := range append([]string{"free"}, ends...) {
		ids[end] = end
		if end == "gone" {
			require.NoError(t, gone.Begin(t.Context(), end))
			require.Eventually(t, func() bool {
				entry, _, err := j.Load(t.Context(), end)
				return err == nil && entry.InFlight
			}, 10*time.Second, time.Millisecond)
			continue
		}
		require.NoError(t, j.Begin(t.Context(), end))
		answers := map[string]batch.Entry{
			"decided":   {Result: match()},
			"failed":    {Err: &idverify.Error{Code: idverify.CodeVendorUnavailable, Vendor: "mine", Delivery: idverify.DeliveryAnswered, Billed: idverify.BilledYes}},
			"ambiguous": {Err: &idverify.Error{Code: idverify.CodeTimeout, Vendor: "mine", Delivery: idverify.DeliveryUnanswered, Billed: idverify.BilledUnknown}},
			"free":      {Err: &idverify.Error{Code: idverify.CodeRateLimited, Vendor: "mine", Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo}},
		}
		if answer, ended := answers[end]; ended {
			require.NoError(t, j.Finish(t.Context(), end, answer))
		}
	}
	return j, ids
}

func onOperators(t *testing.T, test func(t *testing.T, s server, o operator, ids map[string]string)) {
	t.Helper()
	onServers(t, func(t *testing.T, s server) {
		l := newLedger(t, s.open(t), s.dialect)
		ids := ledgerOfAll(t, l)
		j, rows := journalOfAll(t, s)
		t.Run("ledger", func(t *testing.T) { test(t, s, l, ids) })
		t.Run("journal", func(t *testing.T) { test(t, s, j, rows) })
	})
}

func TestUndecided_ListsUnknownOutcomes(t *testing.T) {
	onOperators(t, func(t *testing.T, s server, o operator, ids map[string]string) {
		must(t, s.open(t), fmt.Sprintf("update idverify_claim set begun = begun - interval %s where id = '%s'",
			map[sqlidverify.Dialect]string{sqlidverify.PostgreSQL: "'1 hour'", sqlidverify.MySQL: "1 hour"}[s.dialect], ids["ambiguous"]))
		all, err := o.Undecided(t.Context(), 10)
		require.NoError(t, err)
		require.Len(t, all, 2)
		assert.Equal(t, ids["ambiguous"], all[0].ID) // the oldest first
		assert.False(t, all[0].Gone)
		assert.InDelta(t, 3600, all[0].Age.Seconds(), 60)
		assert.Equal(t, ids["gone"], all[1].ID)
		assert.True(t, all[1].Gone)
		assert.InDelta(t, 30, all[1].Age.Seconds(), 30)
		all, err = o.Undecided(t.Context(), 1)
		require.NoError(t, err)
		assert.Len(t, all, 1)
		must(t, s.open(t), fmt.Sprintf("update idverify_claim set begun = begun + interval %s where id = '%s'",
			map[sqlidverify.Dialect]string{sqlidverify.PostgreSQL: "'2 hours'", sqlidverify.MySQL: "2 hour"}[s.dialect], ids["ambiguous"]))
		all, err = o.Undecided(t.Context(), 10)
		require.NoError(t, err)
		assert.Zero(t, all[1].Age, "the clock went back")
	})
}

func TestRelease_TakesOnlyUndecided(t *testing.T) {
	onOperators(t, func(t *testing.T, s server, o operator, ids map[string]string) {
		db := s.open(t)
		for end, id := range ids {
			before := state(t, db, id)
			require.NotZero(t, before)
			err := o.Release(t.Context(), id)
			if end == "gone" || end == "ambiguous" {
				assert.NoError(t, err, end)
				assert.Zero(t, state(t, db, id), end)
				assert.NoError(t, o.Release(t.Context(), id), "a second time")
				continue
			}
			assert.ErrorContains(t, err, "not undecided", end)
			assert.Equal(t, before, state(t, db, id), end)
		}
	})
}

// What may have been paid for and has no answer is never forgotten.
// Holds P-MANY-9.
func TestPrune_KeepsInFlightAndAmbiguous(t *testing.T) {
	onOperators(t, func(t *testing.T, s server, o operator, ids map[string]string) {
		db := s.open(t)
		n, err := o.Prune(t.Context(), time.Hour) // nothing is so old
		require.NoError(t, err)
		assert.Zero(t, n)
		_, err = o.Prune(t.Context(), -1)
		assert.Equal(t, "age", fieldOf(t, err))
		n, err = o.Prune(t.Context(), 0)
		require.NoError(t, err)
		assert.Equal(t, len(ids)-3, n)
		for end, id := range ids {
			stays := end == "alive" || end == "gone" || end == "ambiguous"
			assert.Equal(t, stays, state(t, db, id) != 0, end)
		}
	})
}

// A table of many rows is gone through once, in blocks, and nobody else's is touched.
func TestPrune_ManyRows(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		q := newQueue(t, s, sqlidverify.QueueOptions{Name: "many"}, 450)
		work(t, q, newVendor(), batch.WithConcurrency(32))
		other := newQueue(t, s, sqlidverify.QueueOptions{Name: "other"}, 3)
		work(t, other, newVendor())
		j := newJournal(t, s.open(t), s.dialect, sqlidverify.JournalOptions{Name: "many"})
		n, err := j.Prune(t.Context(), 0)
		require.NoError(t, err)
		assert.Equal(t, 450, n)
		require.NoError(t, q.Prune(t.Context()))
		stats, err := q.Stats(t.Context())
		require.NoError(t, err)
		assert.Zero(t, stats)
		var left int
		require.NoError(t, s.open(t).QueryRowContext(t.Context(), "select count(*) from idverify_claim").Scan(&left))
		assert.Equal(t, 3+2, left) // and whose secret the batches have
		stats, err = other.Stats(t.Context())
		require.NoError(t, err)
		assert.Equal(t, sqlidverify.Stats{Done: 3}, stats)
	})
}
