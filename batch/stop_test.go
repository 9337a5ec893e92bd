package batch_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

// A synctest bubble fails when a goroutine is left, so each of these is a leak
// test.

func TestRun_BreakWithoutJournalCancelsCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := verify(func(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
			if req.Reference == "0" {
				return mismatch()
			}
			return slow(ctx, req)
		})
		began, ended := time.Now(), false
		items := func(yield func(*idverify.Request) bool) {
			defer func() { ended = true }()
			these("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")(yield)
		}
		for range started(t, t.Context(), first, items, batch.WithConcurrency(3)) {
			break
		}
		assert.Zero(t, time.Since(began))
		assert.True(t, ended, "the clean-up of the rows has run")
	})
}

func TestRun_BreakWithJournalWaitsForCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJournal()
		for range started(t, t.Context(), verify(slow), rows(50), batch.WithConcurrency(3), batch.WithJournal(j, secret)) {
			break
		}
		assert.Empty(t, j.inFlight())
		answered := len(j.entries)
		assert.LessOrEqual(t, answered, 6)
		assert.Equal(t, answered, j.count(func(e batch.Entry) bool { return e.Result != nil }))
	})
}

// A program that only passes the context of signal.NotifyContext loses no answer on
// Ctrl-C.
// Holds P-PAY-18.
func TestRun_CancelledContextLetsCallsInFlightFinish(t *testing.T) {
	for name, give := range map[string]func(context.Context) (context.Context, context.CancelFunc){
		"cancelled": func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(1500*time.Millisecond, cancel)
			return ctx, cancel
		},
		"deadline": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 1500*time.Millisecond)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := give(t.Context())
				defer cancel()
				j := newJournal()
				began := time.Now()
				got := slices.Collect(started(t, ctx, verify(slow), rows(50), batch.WithConcurrency(3), batch.WithJournal(j, secret)))
				assert.Len(t, got, 6, "three answered, three in flight, no new ones")
				for _, r := range got {
					assert.NoError(t, r.Err)
				}
				assert.Empty(t, j.inFlight())
				assert.Equal(t, 2*time.Second, time.Since(began))
			})
		})
	}
}

func TestRun_CallsSeeValuesAndDeadlinePlusGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "value"), time.Minute)
		defer cancel()
		for grace, want := range map[time.Duration]time.Duration{0: time.Minute, time.Second: 61 * time.Second} {
			v := verify(func(ctx context.Context, _ *idverify.Request) (*idverify.Result, error) {
				deadline, ok := ctx.Deadline()
				assert.True(t, ok)
				assert.Equal(t, want, time.Until(deadline))
				assert.Equal(t, "value", ctx.Value(key{}))
				return mismatch()
			})
			assert.Len(t, slices.Collect(started(t, ctx, v, rows(1), batch.WithGrace(grace))), 1)
		}
	})
}

// However a run is stopped, rows in flight are reported as ambiguous and recorded.
// Holds P-PAY-18.
func TestRun_CallsAreCancelledAfterGraceOrAbort(t *testing.T) {
	for name, test := range map[string]struct {
		opts  func(abort context.Context) []batch.Option
		ends  time.Duration
		abort time.Duration
	}{
		"no grace":            {func(context.Context) []batch.Option { return []batch.Option{batch.WithGrace(0)} }, time.Minute, 0},
		"a second":            {func(context.Context) []batch.Option { return []batch.Option{batch.WithGrace(time.Second)} }, 61 * time.Second, 0},
		"by default":          {func(context.Context) []batch.Option { return nil }, 90 * time.Second, 0},
		"abort in the grace":  {func(abort context.Context) []batch.Option { return []batch.Option{batch.WithAbort(abort)} }, 70 * time.Second, 70 * time.Second},
		"abort before an end": {func(abort context.Context) []batch.Option { return []batch.Option{batch.WithAbort(abort)} }, 50 * time.Second, 50 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				ctx, cancel := context.WithCancel(t.Context())
				defer time.AfterFunc(time.Minute, cancel).Stop()
				defer cancel()
				abort, second := context.WithCancel(t.Context())
				defer second()
				if test.abort > 0 {
					defer time.AfterFunc(test.abort, second).Stop()
				}
				hangs := verify(func(ctx context.Context, _ *idverify.Request) (*idverify.Result, error) {
					<-ctx.Done()
					return nil, &idverify.Error{Code: idverify.CodeCanceled, Delivery: idverify.DeliveryUnanswered, Err: ctx.Err()}
				})
				j := newJournal()
				got := slices.Collect(started(t, ctx, hangs, rows(50), append(test.opts(abort), batch.WithConcurrency(3), batch.WithJournal(j, secret))...))
				assert.Equal(t, test.ends, time.Since(began))
				require.Len(t, got, 3)
				for _, r := range got {
					assert.ErrorIs(t, r.Err, context.Canceled)
					assert.ErrorIs(t, r.Err, idverify.ErrAmbiguous)
					assert.NoError(t, r.JournalErr)
					assert.ErrorIs(t, j.entries[r.Key].Err, idverify.ErrAmbiguous, "recorded although the caller had left")
				}
				assert.Empty(t, j.inFlight())
			})
		})
	}
}

// A row that waits for the journal while the caller leaves is not begun, because it
// would be sent after the run was told to stop.
// Holds P-PAY-18.
func TestRun_NoNewRowsAfterContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	j := &loading{newJournal(), cancel}
	none := verify(func(context.Context, *idverify.Request) (*idverify.Result, error) {
		t.Error("sent")
		return mismatch()
	})
	got := slices.Collect(started(t, ctx, none, rows(1), batch.WithJournal(j, secret)))
	require.Len(t, got, 1)
	assert.Equal(t, idverify.CodeCanceled, idverify.CodeOf(got[0].Err))
	assert.NotErrorIs(t, got[0].Err, idverify.ErrAmbiguous)
	assert.Empty(t, j.entries)
}

// loading is a journal whose caller leaves while a row is being loaded.
type loading struct {
	*journal
	cancel func()
}

func (l *loading) Load(ctx context.Context, key string) (batch.Entry, bool, error) {
	l.cancel()
	return l.journal.Load(ctx, key)
}

func TestRun_CancelledBeforeStartSendsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	none := verify(func(context.Context, *idverify.Request) (*idverify.Result, error) {
		t.Error("sent")
		return mismatch()
	})
	for range 50 { // select picks at random, so a single run proves nothing
		pulled := 0
		items := func(yield func(*idverify.Request) bool) {
			pulled++
			yield(row(0))
		}
		require.Empty(t, slices.Collect(started(t, ctx, none, items, batch.WithJournal(newJournal(), secret))))
		require.Zero(t, pulled)
	}
}

func TestRun_CallContextEndsWithTheRun(t *testing.T) {
	for _, opts := range [][]batch.Option{nil, {batch.WithJournal(newJournal(), secret)}} {
		var own context.Context
		v := verify(func(ctx context.Context, _ *idverify.Request) (*idverify.Result, error) {
			own = ctx
			return mismatch()
		})
		assert.Len(t, slices.Collect(started(t, t.Context(), v, rows(1), opts...)), 1)
		assert.ErrorIs(t, own.Err(), context.Canceled)
	}
}

// The caller left while the iterator was waiting for rows.
func TestRun_RowPulledAfterCancelIsNotSent(t *testing.T) {
	for name, give := range map[string]func(context.Context) (context.Context, context.CancelFunc){
		"canceled": context.WithCancel,
		"timeout": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := give(t.Context())
				items := func(yield func(*idverify.Request) bool) {
					if name == "canceled" {
						cancel()
					}
					time.Sleep(2 * time.Second)
					yield(row(0))
				}
				got := slices.Collect(started(t, ctx, verify(slow), items))
				cancel()
				require.Len(t, got, 1)
				var e *idverify.Error
				require.ErrorAs(t, got[0].Err, &e)
				assert.Equal(t, idverify.Code(name), e.Code)
				assert.Equal(t, idverify.BilledNo, e.Billed)
				assert.False(t, e.Sent())
			})
		})
	}
}

func TestRun_EndOfRowsLetsCallsFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		time.AfterFunc(1500*time.Millisecond, func() { close(stop) })
		items := func(yield func(*idverify.Request) bool) {
			for item := range rows(50) {
				select {
				case <-stop:
					return
				default:
				}
				if !yield(item) {
					return
				}
			}
		}
		got := slices.Collect(started(t, t.Context(), verify(slow), items, batch.WithConcurrency(3)))
		assert.Len(t, got, 6)
		for _, r := range got {
			assert.NoError(t, r.Err)
		}
	})
}

func TestRun_RowPulledWhileStoppingIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent []string
		v := verify(func(_ context.Context, req *idverify.Request) (*idverify.Result, error) {
			sent = append(sent, req.Reference)
			time.Sleep(time.Second / 2)
			return mismatch()
		})
		items := func(yield func(*idverify.Request) bool) {
			for item := range these("0", "1", "2") {
				if !yield(item) {
					return
				}
				time.Sleep(time.Second) // the next row takes long to arrive
			}
		}
		j := newJournal()
		j.finish = errors.New("disk full")
		got := slices.Collect(started(t, t.Context(), v, items, batch.WithConcurrency(2), batch.WithJournal(j, secret)))
		assert.Equal(t, []string{"0"}, sent)
		require.Len(t, got, 2)
		assert.NoError(t, got[0].Err)
		var e *idverify.Error
		require.ErrorAs(t, got[1].Err, &e)
		assert.Equal(t, idverify.CodeCanceled, e.Code)
		assert.Equal(t, idverify.BilledNo, e.Billed)
		assert.False(t, e.Sent())
		assert.Contains(t, e.Error(), "the run was stopped before the row was sent")
	})
}
