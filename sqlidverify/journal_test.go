package sqlidverify_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/internal/proof/tcpproxy"
	"github.com/idverify/idverify/sqlidverify"
)

// A machine with another secret would find no row, and pay for all of them.
func TestJournal_RefusesOtherBinding(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		o := sqlidverify.JournalOptions{Name: "batch-" + digits(8)}
		first, second := newJournal(t, s.open(t), s.dialect, o), newJournal(t, s.open(t), s.dialect, o)
		binding, other := digits(64), digits(64)
		for _, j := range []*sqlidverify.Journal{first, second, first} {
			end, err := j.BeginRun(t.Context(), binding)
			require.NoError(t, err)
			end()
		}
		_, err := second.BeginRun(t.Context(), other)
		require.ErrorContains(t, err, "another secret")
		o.Name = "batch-" + digits(8)
		_, err = newJournal(t, s.open(t), s.dialect, o).BeginRun(t.Context(), other)
		require.NoError(t, err)
	})
}

func TestJournal_FreeRowMayBeginAgain(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		db := s.open(t)
		q := newQueue(t, s, sqlidverify.QueueOptions{}, 1)
		v := newVendor()
		free := &idverify.Error{Code: idverify.CodeRateLimited, Vendor: "mine", Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo}
		v.ask = func(context.Context, string) (*idverify.Result, error) { return nil, free }
		assert.ErrorIs(t, work(t, q, v)["row-00000"].Err, idverify.ErrRateLimited)
		var is int
		require.NoError(t, db.QueryRowContext(t.Context(), "select state from idverify_claim where scope like 'b:%'").Scan(&is))
		assert.Equal(t, 5, is)
		v.ask = nil
		require.NoError(t, q.Return(t.Context(), "row-00000"))
		assert.True(t, work(t, q, v)["row-00000"].Result.Passed())
	})
}

// What another run has just begun is not begun again, also by who has seen that.
func TestJournal_TakenRowIsNotBegun(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		db, o := s.open(t), sqlidverify.JournalOptions{Name: "a"}
		first, second := newJournal(t, db, s.dialect, o), newJournal(t, db, s.dialect, o)
		require.NoError(t, first.Begin(t.Context(), "row"))
		loaded, _, err := second.Load(t.Context(), "row")
		require.NoError(t, err)
		require.True(t, loaded.Taken)
		taken, err := second.BeginIf(t.Context(), "row", loaded)
		require.NoError(t, err)
		assert.True(t, taken)
		require.NoError(t, first.Finish(t.Context(), "row", batch.Entry{Result: match()}))
	})
}

func TestJournal_RefusesInvalidCalls(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		db := s.open(t)
		j := newJournal(t, db, s.dialect, sqlidverify.JournalOptions{Name: "a"})
		for _, key := range []string{"", "姓名", "a b", strings.Repeat("a", 98), "a'; drop table idverify_claim; --"} {
			_, _, err := j.Load(t.Context(), key)
			assert.Error(t, err)
			assert.Error(t, j.Begin(t.Context(), key))
			assert.Error(t, j.Finish(t.Context(), key, batch.Entry{Result: match()}))
		}
		assert.Error(t, j.Finish(t.Context(), "row", batch.Entry{Result: match()})) // nobody has begun it
		require.NoError(t, j.Begin(t.Context(), "row"))
		assert.Error(t, j.Finish(t.Context(), "row", batch.Entry{}))
		_, err := j.BeginIf(t.Context(), "row", batch.Entry{Version: "EXAMPLE"})
		assert.Error(t, err)
		// What somebody else wrote is neither an answer nor an absent row.
		for _, text := range []string{"null", "{}", `{"result":{"code":"network"}}`, "{"} {
			must(t, db, "update idverify_claim set state = 2, answer = '"+text+"' where id = 'row'")
			_, found, err := j.Load(t.Context(), "row")
			assert.EqualError(t, err, "sqlidverify: the table holds what this package does not write")
			assert.False(t, found)
		}
	})
}

func TestJournal_ReportsFailures(t *testing.T) {
	var mu sync.Mutex
	var events []idverify.StoreEvent
	synctest.Test(t, func(t *testing.T) {
		j, err := sqlidverify.NewJournal(failing().open(t), sqlidverify.PostgreSQL, sqlidverify.JournalOptions{Name: "a", OnStore: func(e idverify.StoreEvent) {
			mu.Lock()
			defer mu.Unlock()
			events = append(events, e)
			panic("EXAMPLE")
		}})
		require.NoError(t, err)
		began := time.Now()
		_, _, err = j.Load(t.Context(), "row")
		assert.Error(t, err)
		assert.InDelta(t, 30, time.Since(began).Seconds(), 1) // nobody waits, and a server may start anew
		assert.Error(t, j.Begin(t.Context(), "row"))
		_, err = j.BeginRun(t.Context(), "binding")
		assert.Error(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // who leaves is no failure
		_, _, err = j.Load(ctx, "row")
		assert.Equal(t, context.Canceled, err)
	})
	require.Len(t, events, 3)
	for i, operation := range []string{"load", "begin", "begin_run"} {
		assert.Equal(t, "journal", events[i].Store)
		assert.Equal(t, operation, events[i].Operation)
		assert.Equal(t, idverify.StoreFailed, events[i].Reason)
		assert.Positive(t, events[i].Duration)
	}
}

func TestJournal_LostAnswers(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		p := tcpproxy.Start(t, s.addr)
		direct, db := s.open(t), s.at(p.Addr()).open(t, oneTrip[s.dialect])
		j := newJournal(t, db, s.dialect, sqlidverify.JournalOptions{})
		other := newJournal(t, db, s.dialect, sqlidverify.JournalOptions{})
		is := func(want int) func() bool {
			require.NoError(t, db.PingContext(t.Context()))
			return func() bool { return state(t, direct, "row") == want }
		}
		lostAnswer(t, p, "insert", is(1), func() {
			taken, err := j.BeginIf(t.Context(), "row", batch.Entry{})
			assert.NoError(t, err)
			assert.False(t, taken)
		})
		lostAnswer(t, p, "update idverify_claim", is(2), func() {
			assert.NoError(t, j.Finish(t.Context(), "row", batch.Entry{Result: match()}))
		})
		loaded, _, err := j.Load(t.Context(), "row")
		require.NoError(t, err)
		lostAnswer(t, p, "update idverify_claim", is(1), func() {
			taken, err := j.BeginIf(t.Context(), "row", loaded)
			assert.NoError(t, err)
			assert.False(t, taken)
		})
		_, found, err := other.Load(t.Context(), "row") // of another batch
		require.NoError(t, err)
		assert.False(t, found)
	})
}
