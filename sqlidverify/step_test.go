package sqlidverify_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/sqlidverify"
)

// refusal is an error as PostgreSQL's drivers have it.
type refusal struct{ code string }

func (r refusal) Error() string    { return "EXAMPLE of 127.0.0.1:5432: value EXAMPLE, " + r.code }
func (r refusal) SQLState() string { return r.code }

// ours is the row of a claim in flight.
func ours(r idverify.ClaimRequest) [][]driver.Value {
	return [][]driver.Value{{int64(1), r.Holder, r.Print, int64(60_000_000), nil}}
}

// bubble runs a test with a database and a clock of its own.
func bubble(t *testing.T, f *fake, test func(t *testing.T, l *sqlidverify.Ledger)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newLedger(t, f.open(t), sqlidverify.PostgreSQL)) })
}

// Holds P-MANY-7.
func TestStep_AnyErrorRepeatsTheStep(t *testing.T) {
	r := request()
	for _, cause := range []error{refusal{"40001"}, driver.ErrBadConn, errors.New("EXAMPLE"), context.DeadlineExceeded} {
		f := &fake{answer: func(_ context.Context, n int, _ string) ([][]driver.Value, error) {
			if n <= 5 && n != 2 { // 2 is the first insert that arrives
				return nil, cause
			}
			return ours(r), nil
		}}
		bubble(t, f, func(t *testing.T, l *sqlidverify.Ledger) {
			claim, err := l.Claim(t.Context(), r)
			require.NoError(t, err)
			assert.Equal(t, idverify.ClaimMine, claim.State)
		})
		holders := 0
		for _, a := range f.args {
			if a == r.Holder {
				holders++
			}
		}
		said := f.said()
		inserts := 0
		for _, s := range said {
			if s == "insert" {
				inserts++
			}
		}
		assert.Equal(t, inserts, holders, "each under the same holder")
		assert.Equal(t, "select", said[len(said)-1], "the row is read back")
	}
}

// Holds P-MANY-7.
func TestStep_EndsInTimeAndHidesErrors(t *testing.T) {
	for cause, want := range map[error]string{
		refusal{"42P01"}:                        "sqlidverify: the database refused the statement: 42P01",
		refusal{"a value EXAMPLE"}:              "sqlidverify: the database failed",
		errors.New("dial 127.0.0.1:1: EXAMPLE"): "sqlidverify: the database failed",
		context.DeadlineExceeded:                "sqlidverify: the database did not answer in time: context deadline exceeded",
	} {
		f := &fake{answer: func(context.Context, int, string) ([][]driver.Value, error) { return nil, cause }}
		bubble(t, f, func(t *testing.T, l *sqlidverify.Ledger) {
			began := time.Now()
			_, err := l.Claim(t.Context(), request())
			assert.EqualError(t, err, want)
			assert.NotContains(t, fmt.Sprintf("%+v %#v", err, errors.Unwrap(err)), "EXAMPLE")
			assert.LessOrEqual(t, time.Since(began), 2*time.Second)
			assert.Greater(t, time.Since(began), 1900*time.Millisecond)
			r := request()
			err = l.Settle(t.Context(), idverify.Settlement{ID: r.ID, Holder: r.Holder, Outcome: idverify.OutcomeDecided, Answer: []byte("EXAMPLE")})
			assert.EqualError(t, err, want)
		})
		// 5, 10, 20, 40, 80, 100, 100, … ms, of which at least half
		assert.InDelta(t, 2*2000/75, len(f.said()), 20)
	}
}

// A connection that hangs leaves time for another.
func TestStep_OneTryTakesHalfTheTime(t *testing.T) {
	r := request()
	f := &fake{}
	f.answer = func(ctx context.Context, n int, _ string) ([][]driver.Value, error) {
		if n == 1 {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return ours(r), nil
	}
	bubble(t, f, func(t *testing.T, l *sqlidverify.Ledger) {
		claim, err := l.Claim(t.Context(), r)
		require.NoError(t, err)
		assert.Equal(t, idverify.ClaimMine, claim.State)
	})
	assert.Equal(t, []string{"insert", "insert", "select"}, f.said())
}

func TestStep_EndsWithItsCaller(t *testing.T) {
	f := &fake{answer: func(ctx context.Context, _ int, _ string) ([][]driver.Value, error) {
		<-ctx.Done()
		return nil, errors.New("EXAMPLE")
	}}
	bubble(t, f, func(t *testing.T, l *sqlidverify.Ledger) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(300*time.Millisecond, cancel)
		began := time.Now()
		_, err := l.Claim(ctx, request())
		assert.Equal(t, context.Canceled, err)
		assert.Equal(t, 300*time.Millisecond, time.Since(began))
	})
}

// What no repetition changes is said at once.
func TestStep_LostClaimIsNotRetried(t *testing.T) {
	mine, others := request(), request()
	f := &fake{answer: func(context.Context, int, string) ([][]driver.Value, error) { return ours(others), nil }}
	bubble(t, f, func(t *testing.T, l *sqlidverify.Ledger) {
		err := l.Settle(t.Context(), idverify.Settlement{ID: mine.ID, Holder: mine.Holder, Outcome: idverify.OutcomeDecided})
		assert.ErrorIs(t, err, idverify.ErrClaimLost)
	})
	assert.Equal(t, []string{"update", "select"}, f.said())
}

// An answer that cannot be read is an error, and not an answer without content.
func TestStep_UnreadableAnswerIsAnError(t *testing.T) {
	r := request()
	f := &fake{answer: func(context.Context, int, string) ([][]driver.Value, error) {
		row := ours(r)
		row[0][0], row[0][4] = int64(2), "no hex"
		return row, nil
	}}
	bubble(t, f, func(t *testing.T, l *sqlidverify.Ledger) {
		claim, err := l.Claim(t.Context(), r)
		assert.Error(t, err)
		assert.Zero(t, claim)
	})
}

// Only durations are handed over: no time of this machine's.
func TestStep_SendsOnlyDurations(t *testing.T) {
	r := request()
	f := &fake{answer: func(context.Context, int, string) ([][]driver.Value, error) { return ours(r), nil }}
	bubble(t, f, func(t *testing.T, l *sqlidverify.Ledger) {
		_, err := l.Claim(t.Context(), r)
		require.NoError(t, err)
	})
	assert.Equal(t, []driver.Value{"ledger", r.ID, r.Print, r.Holder, time.Minute.Microseconds(), "ledger", r.ID}, f.args)
}

func TestStores_ShowNoDatabase(t *testing.T) {
	f := &fake{}
	db := f.open(t)
	q, err := sqlidverify.NewQueue(db, sqlidverify.MySQL, sqlidverify.QueueOptions{Name: "batch"})
	require.NoError(t, err)
	for _, store := range []any{newLedger(t, db, sqlidverify.MySQL), newJournal(t, db, sqlidverify.MySQL, sqlidverify.JournalOptions{}), q} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			assert.NotContains(t, fmt.Sprintf(verb, store), "fake", verb)
		}
		assert.NotContains(t, slog.AnyValue(store).Resolve().String(), "fake")
	}
}

// The zero value of each type names what makes one.
func TestStep_ZeroValuesAreRefused(t *testing.T) {
	const text = "is made by NewLedger, NewJournal or NewQueue, and Work by Queue.Run"
	var ledger sqlidverify.Ledger
	_, err := ledger.Claim(t.Context(), idverify.ClaimRequest{ID: digits(64), Print: digits(64), Holder: digits(32)})
	assert.ErrorContains(t, err, text)
	_, err = ledger.Undecided(t.Context(), 1)
	assert.ErrorContains(t, err, text)
	_, _, err = new(sqlidverify.Journal).Load(t.Context(), "row-1")
	assert.ErrorContains(t, err, text)
	var queue sqlidverify.Queue
	assert.ErrorContains(t, queue.Return(t.Context(), "row-1"), text)
	_, err = queue.Run(t.Context(), nil, sqlidverify.RunOptions{Load: loadPersons})
	assert.ErrorContains(t, err, text)
	var work sqlidverify.Work
	for range work.Results() {
		t.Error("a result of nothing")
	}
	assert.ErrorContains(t, work.Err(), text)
}
