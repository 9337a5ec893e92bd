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
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/idverifytest"
)

func sprint(verb string, v any) string { return fmt.Sprintf(verb, v) }

func keyed(key string, req *idverify.Request) *idverify.Request {
	req.IdempotencyKey = key
	return req
}

// rows are everybody that the stand-in knows, and rows that are refused.
func (w *world) rows(a account) iter.Seq[*idverify.Request] {
	return func(yield func(*idverify.Request) bool) {
		for i, p := range idverifytest.Persons() {
			item := keyed(fmt.Sprintf("row-%d", i), w.request(p, a.evidence(w.material)[0]))
			w.printed("row", item)
			if !yield(item) {
				return
			}
		}
		match := idverifytest.Match()
		for _, key := range []string{match.IDNumber, "row-0", "", match.Name, "k:" + match.IDNumber} {
			if !yield(keyed(key, w.request(match, a.evidence(w.material)[0]))) {
				return
			}
		}
		yield(keyed("nobody", w.request(idverifytest.Person{Name: match.Name, IDNumber: match.IDNumber + "0"})))
		yield(keyed("nothing", &idverify.Request{}))
	}
}

// Holds P-DATA-9.
func TestBatch_RunAndJournalLeakNothing(t *testing.T) {
	for _, a := range few {
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
	journal, err := batch.OpenFileJournal(path)
	require.NoError(t, err)
	defer journal.Close()
	opts := []batch.Option{
		batch.WithJournal(journalWatch{t, w.outlets, journal}, []byte(bindingSecret)),
		batch.WithTotal(99),
		batch.WithProgress(func(p batch.Progress) { w.printed("progress", p) }),
		batch.WithRepeat(func(key string, err *idverify.Error) bool {
			w.failure("repeat "+key, err)
			return run > 0
		}),
	}
	w.printed("options", opts)
	results, err := batch.Run(t.Context(), client, w.rows(a), opts...)
	require.NoError(t, err)
	for r := range results {
		rows++
		w.value("row's result", r)
		w.outcome("row", r.Result, r.Err)
		w.failure("row's journal", r.JournalErr)
	}
	return rows
}

// journalWatch prints everything that a journal receives and returns.
type journalWatch struct {
	t *testing.T
	o *outlets
	*batch.FileJournal
}

func (j journalWatch) Load(ctx context.Context, key string) (batch.Entry, bool, error) {
	entry, found, err := j.FileJournal.Load(ctx, key)
	j.o.heard("journal, key", key)
	j.o.printed("journal, loaded", entry)
	require.NoError(j.t, err)
	return entry, found, err
}

func (j journalWatch) Finish(ctx context.Context, key string, entry batch.Entry) error {
	j.o.context("journal", ctx)
	j.o.printed("journal, finished", entry)
	return j.FileJournal.Finish(ctx, key, entry)
}
