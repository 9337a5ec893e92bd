package batch_test

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

// table is the state that several machines share; sharedJournal is one machine's
// view of it.
type table struct {
	mu   sync.Mutex
	rows map[string]sharedRow
	next int
}

type sharedRow struct {
	entry batch.Entry // with its Version
	until time.Time
}

const hold = 5 * time.Minute

type sharedJournal struct {
	*table
	loaded func() // called after each Load
}

func newTable() *table { return &table{rows: map[string]sharedRow{}} }

func (j *sharedJournal) Load(_ context.Context, key string) (batch.Entry, bool, error) {
	j.mu.Lock()
	row, ok := j.rows[key]
	j.mu.Unlock()
	if row.entry.InFlight && time.Now().Before(row.until) {
		row.entry.InFlight, row.entry.Taken = false, true
	}
	if j.loaded != nil {
		j.loaded()
	}
	return row.entry, ok, nil
}

func (j *sharedJournal) Begin(ctx context.Context, key string) error {
	panic("a shared journal is asked by BeginIf")
}

func (j *sharedJournal) BeginIf(_ context.Context, key string, loaded batch.Entry) (bool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.rows[key].entry.Version != loaded.Version {
		return true, nil
	}
	j.next++
	j.rows[key] = sharedRow{batch.Entry{InFlight: true, Version: strconv.Itoa(j.next)}, time.Now().Add(hold)}
	return false, nil
}

func (j *sharedJournal) Finish(_ context.Context, key string, answer batch.Entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.next++
	answer.Version = strconv.Itoa(j.next)
	j.rows[key] = sharedRow{entry: answer}
	return nil
}

func resultsOf(t *testing.T, v idverify.Verifier, j batch.Journal, n int, opts ...batch.Option) (all []batch.Result) {
	t.Helper()
	for r := range started(t, t.Context(), v, rows(n), append(opts, batch.WithJournal(j, secret))...) {
		all = append(all, r)
	}
	return all
}

// Holds P-PAY-12.
func TestSharedJournal_ManyMachinesSendEachRowOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 40
		shared := newTable()
		var asked, taken, decided atomic.Int32
		v := verify(func(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
			asked.Add(1)
			return slow(ctx, req)
		})
		var machines sync.WaitGroup
		for range 4 {
			machines.Go(func() {
				for _, r := range resultsOf(t, v, &sharedJournal{table: shared}, n) {
					switch {
					case r.Taken:
						taken.Add(1)
						assert.Equal(t, idverify.CodeCanceled, idverify.CodeOf(r.Err))
						assert.False(t, r.Resumed)
						assert.Contains(t, r.String(), "taken by another run")
					case r.Err == nil && !r.Resumed:
						decided.Add(1)
					}
				}
			})
		}
		machines.Wait()
		assert.EqualValues(t, n, asked.Load())
		assert.EqualValues(t, n, decided.Load())
		assert.Positive(t, taken.Load())
		for _, r := range resultsOf(t, v, &sharedJournal{table: shared}, n) {
			assert.True(t, r.Resumed)
		}
		assert.EqualValues(t, n, asked.Load())
	})
}

// Another machine begins or finishes the row between Load and BeginIf.
// Holds P-PAY-12.
func TestSharedJournal_ChangedRowIsNotSent(t *testing.T) {
	shared := newTable()
	other := &sharedJournal{table: shared}
	v := verify(func(context.Context, *idverify.Request) (*idverify.Result, error) { return mismatch() })
	j := &sharedJournal{table: shared, loaded: sync.OnceFunc(func() { resultsOf(t, v, other, 1) })}
	asked := false
	all := resultsOf(t, verify(func(context.Context, *idverify.Request) (*idverify.Result, error) {
		asked = true
		return mismatch()
	}), j, 1)
	require.Len(t, all, 1)
	assert.True(t, all[0].Taken)
	assert.False(t, asked)
}

// Holds P-PAY-12.
func TestSharedJournal_RowOfLostMachineIsAmbiguous(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := newTable()
		j := &sharedJournal{table: shared}
		dies := verify(func(context.Context, *idverify.Request) (*idverify.Result, error) { return mismatch() })
		resultsOf(t, dies, &forgetsFinish{j}, 1)
		assert.True(t, resultsOf(t, dies, j, 1)[0].Taken)
		time.Sleep(hold)
		all := resultsOf(t, dies, j, 1)
		assert.Equal(t, idverify.CodeInterrupted, idverify.CodeOf(all[0].Err))
		assert.ErrorIs(t, all[0].Err, idverify.ErrAmbiguous)
		var repeats bool
		all = resultsOf(t, verify(func(_ context.Context, req *idverify.Request) (*idverify.Result, error) {
			repeats = req.Repeat
			return mismatch()
		}), j, 1, batch.WithRepeat(func(string, *idverify.Error) bool { return true }))
		require.NoError(t, all[0].Err)
		assert.True(t, repeats, "a ledger behind it repeats too")
	})
}

// forgetsFinish is the journal of a machine that dies before it gets the answer.
type forgetsFinish struct{ *sharedJournal }

func (forgetsFinish) Finish(context.Context, string, batch.Entry) error { return nil }

func TestSharedJournal_ProgressLeavesTakenRowsOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := newTable()
		v := verify(func(context.Context, *idverify.Request) (*idverify.Result, error) { return mismatch() })
		resultsOf(t, v, &forgetsFinish{&sharedJournal{table: shared}}, 2)
		var last batch.Progress
		resultsOf(t, v, &sharedJournal{table: shared}, 5, batch.WithProgress(func(p batch.Progress) { last = p }))
		assert.Equal(t, 3, last.Done)
		assert.Equal(t, 2, last.Taken)
		assert.Equal(t, 0, last.Failed)
		assert.Equal(t, 3, last.Billed)
		assert.True(t, strings.Contains(last.String(), "2 left to other runs"), last.String())
	})
}

// The rows of a shared queue may come again after another run had them.
func TestSharedJournal_RowMayComeTwiceInOneRun(t *testing.T) {
	shared := newTable()
	v := verify(func(context.Context, *idverify.Request) (*idverify.Result, error) { return mismatch() })
	var resumed int
	for r := range started(t, t.Context(), v, these("a", "a"), batch.WithConcurrency(1), batch.WithJournal(&sharedJournal{table: shared}, secret)) {
		require.NoError(t, r.Err)
		if r.Resumed {
			resumed++
		}
	}
	assert.Equal(t, 1, resumed)
}
