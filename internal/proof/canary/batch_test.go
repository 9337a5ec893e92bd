package canary_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

func sprint(verb string, v any) string { return fmt.Sprintf(verb, v) }

// rows are everybody whom the stand-in knows, and rows that are refused.
func (w *world) rows(a account) iter.Seq[idverify.BatchItem] {
	return func(yield func(idverify.BatchItem) bool) {
		for i, p := range idverifytest.Persons() {
			item := idverify.BatchItem{Key: fmt.Sprintf("row-%d", i), Request: w.request(p, a.evidence(w.material)[0])}
			w.printed("row", item)
			if !yield(item) {
				return
			}
		}
		match := idverifytest.Match()
		for _, key := range []string{match.IDNumber, "row-0", "", match.Name, "k:" + match.IDNumber} {
			if !yield(idverify.BatchItem{Key: key, Request: w.request(match, a.evidence(w.material)[0])}) {
				return
			}
		}
		yield(idverify.BatchItem{Key: "nobody", Request: w.request(idverifytest.Person{Name: match.Name, IDNumber: match.IDNumber + "0"})})
		yield(idverify.BatchItem{Key: "nothing"})
	}
}

func TestNothingComesOutOfABatchOrItsJournal(t *testing.T) {
	for _, a := range accounts {
		t.Run(a.vendor, func(t *testing.T) {
			w := newWorld(t)
			client, err := idverify.New([]idverify.Provider{a.provider(t, w.at(a.vendor))}, w.options(a.vendor)...)
			require.NoError(t, err)
			path := filepath.Join(t.TempDir(), "journal")
			for run, faults := range [][]idverifytest.Fault{
				{idverifytest.ResetAfterBody(), idverifytest.Truncated(), idverifytest.HTML502(), idverifytest.RateLimited(), idverifytest.ExpiredToken()},
				{idverifytest.MalformedJSON(), idverifytest.ResetBeforeBody()},
			} {
				w.standIn.Inject(a.vendor, faults...)
				assert.Equal(t, len(idverifytest.Persons())+7, w.batch(t, run, a, client, path))
				text, err := os.ReadFile(path)
				require.NoError(t, err)
				require.NotEmpty(t, text)
				w.heard("the journal's file", string(text))
			}
		})
	}
}

func (w *world) batch(t *testing.T, run int, a account, client *idverify.Client, path string) (rows int) {
	journal, err := idverify.OpenFileJournal(path)
	require.NoError(t, err)
	defer journal.Close()
	opts := []idverify.BatchOption{
		idverify.WithJournal(journalWatch{t, w.outlets, journal}),
		idverify.WithPersonBinding([]byte(bindingSecret)),
		idverify.WithTotal(99),
		idverify.WithProgress(func(p idverify.Progress) { w.printed("progress", p) }),
		idverify.WithRepeat(func(key string, err *idverify.Error) bool {
			w.failure("repeat "+key, err)
			return run > 0
		}),
	}
	w.printed("options", opts)
	results, err := idverify.Batch(t.Context(), client, w.rows(a), opts...)
	require.NoError(t, err)
	for r := range results {
		rows++
		w.value("row's result", r)
		w.outcome("row", r.Result, r.Err)
		w.failure("row's journal", r.JournalErr)
	}
	return rows
}

// journalWatch prints what a journal is given, and what it gives back.
type journalWatch struct {
	t *testing.T
	o *outlets
	*idverify.FileJournal
}

func (j journalWatch) Load(ctx context.Context, key string) (idverify.JournalEntry, error) {
	entry, err := j.FileJournal.Load(ctx, key)
	j.o.heard("journal, key", key)
	j.o.printed("journal, loaded", entry)
	require.NoError(j.t, err)
	return entry, err
}

func (j journalWatch) Finish(ctx context.Context, key string, entry idverify.JournalEntry) error {
	j.o.context("journal", ctx)
	j.o.printed("journal, finished", entry)
	return j.FileJournal.Finish(ctx, key, entry)
}
