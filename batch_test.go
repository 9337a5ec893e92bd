package idverify_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"runtime"
	"slices"
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
	"github.com/idverify/idverify/idverifytest"
)

// verify is a Verifier of a test's own.
type verify func(ctx context.Context, req *idverify.Request) (*idverify.Result, error)

func (v verify) Verify(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
	return v(ctx, req)
}

// row is a good row called "row-i".
func row(i int) idverify.BatchItem {
	return idverify.BatchItem{Key: "row-" + strconv.Itoa(i), Request: askFor(photo())}
}

func rows(n int) iter.Seq[idverify.BatchItem] {
	return func(yield func(idverify.BatchItem) bool) {
		for i := range n {
			if !yield(row(i)) {
				return
			}
		}
	}
}

// these are rows with requests that a verifier can tell apart by Reference.
func these(keys ...string) iter.Seq[idverify.BatchItem] {
	return func(yield func(idverify.BatchItem) bool) {
		for _, key := range keys {
			req := askFor(photo())
			req.Reference = key
			if !yield(idverify.BatchItem{Key: key, Request: req}) {
				return
			}
		}
	}
}

func mismatch() (*idverify.Result, error) {
	return &idverify.Result{Code: idverify.CodeFaceMismatch, Vendor: "v", Billed: idverify.BilledYes}, nil
}

// fails makes an error as a provider does.
func fails(code idverify.Code, billed idverify.Billed) *idverify.Error {
	delivery := idverify.DeliveryAnswered
	if billed == idverify.BilledNo {
		delivery = idverify.DeliveryNotSent
	}
	return &idverify.Error{Code: code, Vendor: "v", Billed: billed, Delivery: delivery}
}

// slow takes a second of a bubble's time, or until the caller leaves.
func slow(ctx context.Context, _ *idverify.Request) (*idverify.Result, error) {
	select {
	case <-time.After(time.Second):
		return mismatch()
	case <-ctx.Done():
		return nil, &idverify.Error{Code: idverify.CodeCanceled, Delivery: idverify.DeliveryUnanswered, Err: ctx.Err()}
	}
}

func batch(t *testing.T, ctx context.Context, v idverify.Verifier, items iter.Seq[idverify.BatchItem], opts ...idverify.BatchOption) iter.Seq[idverify.BatchResult] {
	t.Helper()
	results, err := idverify.Batch(ctx, v, items, opts...)
	require.NoError(t, err)
	return results
}

func TestBatchGivesEveryResultAsItFinishes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Row 0 takes longest and comes last.
		v := verify(func(_ context.Context, req *idverify.Request) (*idverify.Result, error) {
			n, _ := strconv.Atoi(req.Reference)
			time.Sleep(time.Duration(10-n) * time.Second)
			if n == 1 {
				return nil, fails(idverify.CodeNoFace, idverify.BilledNo)
			}
			return mismatch()
		})
		got := slices.Collect(batch(t, t.Context(), v, these("0", "1", "2"), idverify.WithConcurrency(3)))
		require.Len(t, got, 3)
		for i, want := range []string{"2", "1", "0"} {
			assert.Equal(t, want, got[i].Key)
			assert.Equal(t, want, strconv.Itoa(got[i].Index))
			assert.Equal(t, got[i].Err == nil, got[i].Result != nil)
		}
		assert.ErrorIs(t, got[1].Err, idverify.ErrNoFace)
	})
}

func TestBatchPullsNoFurtherThanItCanSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var pulled, handed, most int // the puller's and the loop's, read when both stand still
		items := func(yield func(idverify.BatchItem) bool) {
			for i := range 50 {
				pulled++
				if !yield(row(i)) {
					return
				}
			}
		}
		for range batch(t, t.Context(), verify(slow), items, idverify.WithConcurrency(4)) {
			handed++
			time.Sleep(time.Minute) // a loop that is slow
			synctest.Wait()
			most = max(most, pulled-handed)
		}
		assert.Equal(t, 50, handed)
		assert.Equal(t, 4, most)
	})
}

func TestBatchKeepsToItsConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var now, most int
		v := verify(func(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			defer func() { mu.Lock(); now--; mu.Unlock() }()
			return slow(ctx, req)
		})
		began := time.Now()
		assert.Len(t, slices.Collect(batch(t, t.Context(), v, rows(40))), 40)
		assert.Equal(t, 8, most)
		assert.Equal(t, 5*time.Second, time.Since(began), "the places are kept filled")
	})
}

// A bubble fails when a goroutine is left, so each of these is a leak test.

func TestBreakWithoutJournalCancelsTheCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := verify(func(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
			if req.Reference == "0" {
				return mismatch()
			}
			return slow(ctx, req)
		})
		began, ended := time.Now(), false
		items := func(yield func(idverify.BatchItem) bool) {
			defer func() { ended = true }()
			these("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")(yield)
		}
		for range batch(t, t.Context(), first, items, idverify.WithConcurrency(3)) {
			break
		}
		assert.Zero(t, time.Since(began))
		assert.True(t, ended, "the rows' own clean-up has run")
	})
}

func TestBreakWithJournalWaitsForWhatIsPaidFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJournal()
		for range batch(t, t.Context(), verify(slow), rows(50), idverify.WithConcurrency(3), idverify.WithJournal(j)) {
			break
		}
		assert.Empty(t, j.inFlight())
		answered := len(j.entries)
		assert.LessOrEqual(t, answered, 6)
		assert.Equal(t, answered, j.count(func(e idverify.JournalEntry) bool { return e.Result != nil }))
	})
}

func TestCancelledBatchReportsTheCallsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(1500*time.Millisecond, cancel)
		j := newJournal()
		got := slices.Collect(batch(t, ctx, verify(slow), rows(50), idverify.WithConcurrency(3), idverify.WithJournal(j)))
		require.Len(t, got, 6, "three answered, three in flight, none begun since")
		for _, r := range got[3:] {
			assert.ErrorIs(t, r.Err, context.Canceled)
			assert.ErrorIs(t, r.Err, idverify.ErrAmbiguous)
			assert.NoError(t, r.JournalErr)
			assert.ErrorIs(t, j.entries[r.Key].Err, idverify.ErrAmbiguous, "written down although the caller had left")
		}
		assert.Empty(t, j.inFlight())
	})
}

func TestCancelledBeforeItBeginsSendsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	none := verify(func(context.Context, *idverify.Request) (*idverify.Result, error) {
		t.Error("sent")
		return mismatch()
	})
	for range 50 { // a coin would fall on the other side once
		pulled := 0
		items := func(yield func(idverify.BatchItem) bool) {
			pulled++
			yield(row(0))
		}
		require.Empty(t, slices.Collect(batch(t, ctx, none, items, idverify.WithJournal(newJournal()))))
		require.Zero(t, pulled)
	}
}

func TestContextOfTheCallsEndsWithTheRun(t *testing.T) {
	for _, opts := range [][]idverify.BatchOption{nil, {idverify.WithJournal(newJournal())}} {
		var own context.Context
		v := verify(func(ctx context.Context, _ *idverify.Request) (*idverify.Result, error) {
			own = ctx
			return mismatch()
		})
		assert.Len(t, slices.Collect(batch(t, t.Context(), v, rows(1), opts...)), 1)
		assert.ErrorIs(t, own.Err(), context.Canceled)
	}
}

// The rows were waited for while the caller left.
func TestRowPulledTooLateIsReportedNotSent(t *testing.T) {
	for name, give := range map[string]func(context.Context) (context.Context, context.CancelFunc){
		"canceled": context.WithCancel,
		"timeout": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := give(t.Context())
				items := func(yield func(idverify.BatchItem) bool) {
					if name == "canceled" {
						cancel()
					}
					time.Sleep(2 * time.Second)
					yield(row(0))
				}
				got := slices.Collect(batch(t, ctx, verify(slow), items))
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

func TestEndOfRowsLetsTheCallsFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		time.AfterFunc(1500*time.Millisecond, func() { close(stop) })
		items := func(yield func(idverify.BatchItem) bool) {
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
		got := slices.Collect(batch(t, t.Context(), verify(slow), items, idverify.WithConcurrency(3)))
		assert.Len(t, got, 6)
		for _, r := range got {
			assert.NoError(t, r.Err)
		}
	})
}

func TestPanicsComeUpInTheLoop(t *testing.T) {
	bad := func(yield func(idverify.BatchItem) bool) {
		_ = yield(row(0)) && yield(row(1))
		time.Sleep(time.Millisecond)
		panic("rows")
	}
	worse := verify(func(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
		if req.Reference == "1" {
			time.Sleep(time.Millisecond)
			panic("verifier")
		}
		return slow(ctx, req)
	})
	for want, run := range map[string]func(*testing.T, *[]idverify.BatchResult){
		"rows": func(t *testing.T, got *[]idverify.BatchResult) {
			for r := range batch(t, t.Context(), verify(slow), bad) {
				*got = append(*got, r)
			}
		},
		"verifier": func(t *testing.T, got *[]idverify.BatchResult) {
			for r := range batch(t, t.Context(), worse, these("0", "1", "2"), idverify.WithConcurrency(2)) {
				*got = append(*got, r)
			}
		},
		"loop": func(t *testing.T, _ *[]idverify.BatchResult) {
			for range batch(t, t.Context(), verify(slow), rows(9)) {
				panic("loop")
			}
		},
	} {
		t.Run(want, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got []idverify.BatchResult
				assert.PanicsWithValue(t, want, func() { run(t, &got) })
				for _, r := range got {
					assert.NoError(t, r.Err, "a call in flight was let finish")
				}
				assert.Len(t, got, map[string]int{"rows": 2, "verifier": 1}[want])
			})
		})
	}
}

func TestPanicOfACallThatTheLoopNoLongerWantedComesUpToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := verify(func(_ context.Context, req *idverify.Request) (*idverify.Result, error) {
			time.Sleep(time.Second)
			if req.Reference == "1" {
				time.Sleep(time.Second)
				panic("verifier")
			}
			return mismatch()
		})
		assert.PanicsWithValue(t, "verifier", func() {
			for range batch(t, t.Context(), v, these("0", "1"), idverify.WithConcurrency(2), idverify.WithJournal(newJournal())) {
				break
			}
		})
	})
}

// t.FailNow in an iterator or a verifier of a test is such an end.
func TestGoexitEndsTheLoopToo(t *testing.T) {
	items := func(yield func(idverify.BatchItem) bool) {
		yield(row(0))
		runtime.Goexit()
	}
	leaves := verify(func(context.Context, *idverify.Request) (*idverify.Result, error) {
		runtime.Goexit()
		return mismatch()
	})
	for name, start := range map[string]func(*testing.T) iter.Seq[idverify.BatchResult]{
		"rows":     func(t *testing.T) iter.Seq[idverify.BatchResult] { return batch(t, t.Context(), verify(slow), items) },
		"verifier": func(t *testing.T) iter.Seq[idverify.BatchResult] { return batch(t, t.Context(), leaves, rows(20)) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ended := make(chan bool)
				go func() {
					returned := false
					defer func() { ended <- returned }()
					for range start(t) {
					}
					returned = true
				}()
				assert.False(t, <-ended)
			})
		})
	}
}

func TestBatchRunsOnce(t *testing.T) {
	results := batch(t, t.Context(), verify(func(context.Context, *idverify.Request) (*idverify.Result, error) { return mismatch() }), rows(3))
	assert.Len(t, slices.Collect(results), 3)
	assert.Empty(t, slices.Collect(results), "a second time would be paid for again")
}

func TestBatchRefusesWhatCannotWork(t *testing.T) {
	v := verify(slow)
	for field, try := range map[string]func() (iter.Seq[idverify.BatchResult], error){
		"v":    func() (iter.Seq[idverify.BatchResult], error) { return idverify.Batch(t.Context(), nil, rows(1)) },
		"rows": func() (iter.Seq[idverify.BatchResult], error) { return idverify.Batch(t.Context(), v, nil) },
		"opts": func() (iter.Seq[idverify.BatchResult], error) {
			return idverify.Batch(t.Context(), v, rows(1), nil)
		},
		"WithConcurrency": func() (iter.Seq[idverify.BatchResult], error) {
			return idverify.Batch(t.Context(), v, rows(1), idverify.WithConcurrency(0))
		},
		"WithTotal": func() (iter.Seq[idverify.BatchResult], error) {
			return idverify.Batch(t.Context(), v, rows(1), idverify.WithTotal(-1))
		},
		"WithProgress": func() (iter.Seq[idverify.BatchResult], error) {
			return idverify.Batch(t.Context(), v, rows(1), idverify.WithProgress(nil))
		},
		"WithJournal": func() (iter.Seq[idverify.BatchResult], error) {
			return idverify.Batch(t.Context(), v, rows(1), idverify.WithJournal(nil))
		},
		"WithRepeat": func() (iter.Seq[idverify.BatchResult], error) {
			return idverify.Batch(t.Context(), v, rows(1), idverify.WithRepeat(func(string, *idverify.Error) bool { return true }))
		},
	} {
		results, err := try()
		assert.Nil(t, results, field)
		var e *idverify.Error
		require.ErrorAs(t, err, &e, field)
		assert.Equal(t, idverify.CodeInvalidConfig, e.Code)
		assert.Equal(t, field, e.Field)
	}
	_, err := idverify.Batch(t.Context(), v, rows(1), idverify.WithJournal(newJournal()), idverify.WithRepeat(nil))
	assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
	_, err = idverify.Batch(t.Context(), v, rows(1), idverify.WithTotal(0))
	assert.NoError(t, err)
}

// A verifier of a user's own is held to the contract too.
func TestBatchHoldsVerifiersToTheirContract(t *testing.T) {
	for name, v := range map[string]verify{
		"nothing": func(context.Context, *idverify.Request) (*idverify.Result, error) { return nil, nil },
		"unearned": func(context.Context, *idverify.Request) (*idverify.Result, error) {
			return &idverify.Result{Code: idverify.CodeMatch}, nil
		},
		"foreign error": func(context.Context, *idverify.Request) (*idverify.Result, error) { return nil, errors.New("MARK") },
	} {
		j := newJournal()
		for r := range batch(t, t.Context(), v, rows(1), idverify.WithJournal(j)) {
			assert.Nil(t, r.Result, name)
			var e *idverify.Error
			require.ErrorAs(t, r.Err, &e, name)
			assert.Equal(t, e, j.entries[r.Key].Err)
		}
	}
}

func TestProgressCountsRowsCallsAndTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJournal()
		j.entries["known"] = idverify.JournalEntry{Result: &idverify.Result{Code: idverify.CodeMatch, Billed: idverify.BilledYes}}
		v := verify(func(_ context.Context, req *idverify.Request) (*idverify.Result, error) {
			time.Sleep(2 * time.Second)
			switch req.Reference {
			case "free":
				return nil, fails(idverify.CodeNoFace, idverify.BilledNo)
			case "unsure":
				return nil, fails(idverify.CodeTimeout, idverify.BilledUnknown)
			case "two-legs":
				return &idverify.Result{Code: idverify.CodeFaceMismatch, Billed: idverify.BilledYes, Attempts: []idverify.Attempt{
					{Code: idverify.CodeTimeout}, {Code: idverify.CodeFaceMismatch, Billed: idverify.BilledYes}}}, nil
			}
			return mismatch()
		})
		var seen []idverify.Progress
		handed := 0
		for range batch(t, t.Context(), v, these("known", "free", "unsure", "two-legs", "paid"), idverify.WithConcurrency(1),
			idverify.WithTotal(6), idverify.WithJournal(j), idverify.WithProgress(func(p idverify.Progress) {
				assert.Len(t, seen, handed, "told before the loop, in its goroutine")
				seen = append(seen, p)
			})) {
			handed++
		}
		assert.Equal(t, []idverify.Progress{
			{Total: 6, Done: 1, Resumed: 1},
			{Total: 6, Done: 2, Resumed: 1, Failed: 1, Elapsed: 2 * time.Second, Rate: 0.5, Remaining: 8 * time.Second},
			{Total: 6, Done: 3, Resumed: 1, Failed: 2, BilledUnknown: 1, Elapsed: 4 * time.Second, Rate: 0.5, Remaining: 6 * time.Second},
			{Total: 6, Done: 4, Resumed: 1, Failed: 2, BilledUnknown: 2, Billed: 1, Elapsed: 6 * time.Second, Rate: 0.5, Remaining: 4 * time.Second},
			{Total: 6, Done: 5, Resumed: 1, Failed: 2, BilledUnknown: 2, Billed: 2, Elapsed: 8 * time.Second, Rate: 0.5, Remaining: 2 * time.Second},
		}, seen)
		assert.Equal(t, "5 of 6 done (1 from the journal), 2 failed, 2 billed, 2 perhaps, 0.5/s, 2s left", seen[4].String())
		assert.Equal(t, "0 done, 0 failed, 0 billed", idverify.Progress{}.String())
		assert.Equal(t, "1 of 1 done (1 from the journal), 1 failed, 1 billed, 1 perhaps",
			idverify.Progress{Done: 1, Total: 1, Resumed: 1, Failed: 1, Billed: 1, BilledUnknown: 1}.String())

		var last idverify.Progress
		for range batch(t, t.Context(), verify(slow), rows(3), idverify.WithConcurrency(1), idverify.WithTotal(3),
			idverify.WithProgress(func(p idverify.Progress) { last = p })) {
		}
		assert.Equal(t, idverify.Progress{Total: 3, Done: 3, Billed: 3, Elapsed: 3 * time.Second, Rate: 1}, last, "nothing remains")
	})
}

func TestRateFollowsAVendorThatSlowsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took := time.Millisecond
		v := verify(func(context.Context, *idverify.Request) (*idverify.Result, error) {
			time.Sleep(took)
			return mismatch()
		})
		var last idverify.Progress
		n := 0
		for range batch(t, t.Context(), v, rows(1100), idverify.WithConcurrency(1), idverify.WithProgress(func(p idverify.Progress) { last = p })) {
			if n++; n == 500 {
				assert.InDelta(t, 1000, last.Rate, 1)
				synctest.Wait()
				took = time.Second
			}
			if n == 550 { // one more was under way with the 500th
				assert.InDelta(t, 100/(49*time.Second+51*time.Millisecond).Seconds(), last.Rate, 1e-6)
			}
		}
		assert.InDelta(t, 1, last.Rate, 0.001)
		assert.Zero(t, last.Remaining, "the total is not known")
	})
}

// ---- with a journal

// journal keeps entries in memory, and fails where it is told to.
type journal struct {
	mu                  sync.Mutex
	entries             map[string]idverify.JournalEntry
	load, begin, finish error
}

func newJournal() *journal { return &journal{entries: map[string]idverify.JournalEntry{}} }

func (j *journal) Load(_ context.Context, key string) (idverify.JournalEntry, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.entries[key], j.load
}

func (j *journal) Begin(ctx context.Context, key string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.begin == nil {
		j.entries[key] = idverify.JournalEntry{InFlight: true}
	}
	return j.begin
}

func (j *journal) Finish(ctx context.Context, key string, answer idverify.JournalEntry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if j.finish == nil {
		j.entries[key] = answer
	}
	return j.finish
}

func (j *journal) count(which func(idverify.JournalEntry) bool) (n int) {
	for _, e := range j.entries {
		if which(e) {
			n++
		}
	}
	return n
}

func (j *journal) inFlight() (keys []string) {
	for _, key := range slices.Sorted(maps.Keys(j.entries)) {
		if j.entries[key].InFlight {
			keys = append(keys, key)
		}
	}
	return keys
}

func afterLegs(e *idverify.Error, legs ...idverify.Attempt) *idverify.Error {
	e.Attempts = legs
	return e
}

// known is a journal with a row of every kind.
func known() *journal {
	j := newJournal()
	legs := fails(idverify.CodeNetwork, idverify.BilledNo)
	legs.Attempts = []idverify.Attempt{{Code: idverify.CodeTimeout, Delivery: idverify.DeliveryUnanswered}, {Code: idverify.CodeNetwork, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo}}
	sent := fails(idverify.CodeCanceled, idverify.BilledNo)
	sent.Delivery = idverify.DeliveryUnanswered
	limited := fails(idverify.CodeRateLimited, idverify.BilledUnknown)
	limited.Delivery = idverify.DeliveryRefused
	limited.Attempts = []idverify.Attempt{{Code: idverify.CodeRateLimited, Delivery: idverify.DeliveryRefused}}
	j.entries = map[string]idverify.JournalEntry{
		"limited":      {Err: limited},
		"unfunded":     {Err: fails(idverify.CodeQuotaExceeded, idverify.BilledUnknown)},
		"decided":      {Result: &idverify.Result{Code: idverify.CodeIdentityMismatch, Billed: idverify.BilledYes}},
		"in-flight":    {InFlight: true},
		"repeated":     {InFlight: true, Err: fails(idverify.CodeNetwork, idverify.BilledNo)},
		"free":         {Err: fails(idverify.CodeNetwork, idverify.BilledNo)},
		"paid":         {Err: fails(idverify.CodePoorPhoto, idverify.BilledYes)},
		"unsure":       {Err: fails(idverify.CodeVendorUnavailable, idverify.BilledUnknown)},
		"ambiguous":    {Err: sent},
		"unsure-first": {Err: legs},
		"turned-away-twice": {Err: afterLegs(fails(idverify.CodeRateLimited, idverify.BilledUnknown),
			idverify.Attempt{Code: idverify.CodeQuotaExceeded, Delivery: idverify.DeliveryAnswered}, idverify.Attempt{Code: idverify.CodeRateLimited, Delivery: idverify.DeliveryRefused})},
		"paid-first": {Err: afterLegs(fails(idverify.CodeNetwork, idverify.BilledNo),
			idverify.Attempt{Code: idverify.CodePoorPhoto, Billed: idverify.BilledYes, Delivery: idverify.DeliveryAnswered}, idverify.Attempt{Code: idverify.CodeNetwork, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo})},
		"said-free-and-lost": {Err: afterLegs(fails(idverify.CodeNetwork, idverify.BilledNo),
			idverify.Attempt{Code: idverify.CodeTimeout, Billed: idverify.BilledNo, Delivery: idverify.DeliveryUnanswered})},
	}
	return j
}

// resume runs over the known rows and a new one; it gives what came from the
// journal and what was sent.
func resume(t *testing.T, j *journal, opts ...idverify.BatchOption) (resumed map[string]idverify.BatchResult, sent []string) {
	t.Helper()
	keys := append(slices.Sorted(maps.Keys(j.entries)), "new")
	var mu sync.Mutex
	v := verify(func(_ context.Context, req *idverify.Request) (*idverify.Result, error) {
		mu.Lock()
		defer mu.Unlock()
		sent = append(sent, req.Reference)
		return mismatch()
	})
	resumed = map[string]idverify.BatchResult{}
	for r := range batch(t, t.Context(), v, these(keys...), append(opts, idverify.WithJournal(j))...) {
		assert.Equal(t, keys[r.Index], r.Key)
		if r.Resumed {
			resumed[r.Key] = r
		}
	}
	slices.Sort(sent)
	assert.Len(t, keys, len(resumed)+len(sent))
	return resumed, sent
}

func TestOnlyWhatWasSurelyNotPaidForIsSentAgain(t *testing.T) {
	resumed, sent := resume(t, known())
	assert.Equal(t, []string{"free", "limited", "new", "turned-away-twice", "unfunded"}, sent)
	assert.Equal(t, idverify.CodeIdentityMismatch, resumed["decided"].Result.Code)
	assert.NoError(t, resumed["decided"].Err)
	assert.ErrorIs(t, resumed["paid"].Err, idverify.ErrPoorPhoto)
	for _, key := range []string{"in-flight", "repeated"} {
		var e *idverify.Error
		require.ErrorAs(t, resumed[key].Err, &e)
		assert.Nil(t, resumed[key].Result)
		assert.ErrorIs(t, e, idverify.ErrAmbiguous)
		assert.True(t, e.Sent())
		assert.Equal(t, idverify.BilledUnknown, e.Billed)
		assert.Equal(t, idverify.AdviceReview, e.Advice())
		assert.False(t, e.Repeatable())
		assert.Contains(t, e.Error(), key)
	}
}

func TestRowsArePaidForTwiceOnlyByName(t *testing.T) {
	var asked []string
	var mu sync.Mutex
	_, sent := resume(t, known(), idverify.WithRepeat(func(key string, e *idverify.Error) bool {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, key)
		assert.NotNil(t, e)
		return key == "in-flight"
	}))
	assert.Equal(t, []string{"free", "in-flight", "limited", "new", "turned-away-twice", "unfunded"}, sent)
	slices.Sort(asked)
	assert.Equal(t, []string{"ambiguous", "in-flight", "paid", "paid-first", "repeated", "said-free-and-lost", "unsure", "unsure-first"}, asked)
}

// A key that comes to stand for somebody else must not give that person the
// other's answer.
func TestRowsBoundToTheirPersonAreAskedAnewForAnother(t *testing.T) {
	secret := []byte("EXAMPLE-SECRET-EXAMPLE-SECRET-32")
	var asked atomic.Int64
	v := verify(func(context.Context, *idverify.Request) (*idverify.Result, error) {
		asked.Add(1)
		return mismatch()
	})
	j := newJournal()
	run := func(name, number string) (resumed bool) {
		req := askFor(photo())
		req.Name, req.IDNumber = name, number
		for r := range batch(t, t.Context(), v, slices.Values([]idverify.BatchItem{{Key: "row-1", Request: req}}),
			idverify.WithJournal(j), idverify.WithPersonBinding(secret)) {
			require.NoError(t, r.Err)
			assert.Equal(t, "row-1", r.Key)
			resumed = r.Resumed
		}
		return resumed
	}
	for _, person := range [][2]string{{"测试甲", aNumber}, {"测试乙", aNumber}, {"测试甲", anotherNumber}} {
		assert.False(t, run(person[0], person[1]))
		assert.True(t, run(person[0], person[1]))
	}
	assert.EqualValues(t, 3, asked.Load())
	for key := range j.entries {
		assert.Regexp(t, "^row-1:[0-9a-f]{32}$", key)
	}

	// In two rows a person cannot be seen to be the same, and what is said of a
	// row names its key alone.
	twice := slices.Values([]idverify.BatchItem{row(1), row(2)})
	j = newJournal()
	assert.Len(t, slices.Collect(batch(t, t.Context(), v, twice, idverify.WithJournal(j), idverify.WithPersonBinding(secret))), 2)
	suffixes := map[string]bool{}
	for key := range j.entries {
		suffixes[strings.SplitN(key, ":", 2)[1]] = true
		j.entries[key] = idverify.JournalEntry{InFlight: true}
	}
	assert.Len(t, suffixes, 2)
	var named sync.Map
	for r := range batch(t, t.Context(), v, twice, idverify.WithJournal(j), idverify.WithPersonBinding(secret),
		idverify.WithRepeat(func(key string, _ *idverify.Error) bool { named.Store(key, true); return false })) {
		assert.ErrorContains(t, r.Err, "row "+r.Key+" was in flight")
		_, ok := named.Load(r.Key)
		assert.True(t, ok, "WithRepeat is asked about %s", r.Key)
	}
	_, err := idverify.Batch(t.Context(), v, slices.Values([]idverify.BatchItem{}), idverify.WithPersonBinding(secret[:31]))
	assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
}

func TestADecisionIsNeverAskedForAgain(t *testing.T) {
	_, sent := resume(t, known(), idverify.WithRepeat(func(string, *idverify.Error) bool { return true }))
	assert.NotContains(t, sent, "decided")
	assert.Len(t, sent, 13)
}

func TestARowIsBegunBeforeItIsSentAndFinishedBeforeItIsHandedOn(t *testing.T) {
	j := newJournal()
	v := verify(func(_ context.Context, req *idverify.Request) (*idverify.Result, error) {
		e, _ := j.Load(t.Context(), req.Reference)
		assert.True(t, e.InFlight)
		return mismatch()
	})
	for r := range batch(t, t.Context(), v, these("1", "2", "3"), idverify.WithJournal(j)) {
		e, _ := j.Load(t.Context(), r.Key)
		assert.Equal(t, idverify.JournalEntry{Result: r.Result}, e)
	}
}

func TestWithAJournalARowThatCannotBeKeptIsNotSent(t *testing.T) {
	good := askFor(photo())
	items := []idverify.BatchItem{
		{Key: "", Request: good},
		{Key: "张三", Request: good},
		{Key: strings.Repeat("k", 65), Request: good},
		{Key: "row-" + strings.ToLower(aNumber), Request: good},
		{Key: "twice", Request: good},
		{Key: "twice", Request: good},
		{Key: "no-evidence", Request: askFor()},
		{Key: "nil"},
	}
	j := newJournal()
	v := verify(func(context.Context, *idverify.Request) (*idverify.Result, error) { return mismatch() })
	for r := range batch(t, t.Context(), v, slices.Values(items), idverify.WithJournal(j)) {
		if r.Index == 4 {
			assert.NoError(t, r.Err)
			continue
		}
		var e *idverify.Error
		require.ErrorAs(t, r.Err, &e, "row %d", r.Index)
		assert.Equal(t, idverify.CodeInvalidRequest, e.Code)
		assert.Equal(t, idverify.BilledNo, e.Billed)
		if r.Index >= 6 {
			assert.Equal(t, items[r.Index].Key, r.Key)
		} else {
			assert.Equal(t, "BatchItem.Key", e.Field)
			assert.NotContains(t, e.Error(), "张三")
			assert.Empty(t, r.Key, "it may be what it was refused for")
			assert.NotContains(t, e.Error(), strings.ToLower(aNumber))
		}
		assert.NoError(t, r.JournalErr, "one bad row does not end the run")
	}
	assert.Len(t, j.entries, 1)
}

func TestWithoutAJournalKeysAreOnlyHandedThrough(t *testing.T) {
	v := verify(func(context.Context, *idverify.Request) (*idverify.Result, error) { return mismatch() })
	items := []idverify.BatchItem{{Key: "张三"}, {Key: "张三"}, {}}
	got := slices.Collect(batch(t, t.Context(), v, slices.Values(items), idverify.WithConcurrency(1)))
	require.Len(t, got, 3)
	for i, r := range got {
		assert.NoError(t, r.Err, "the verifier says what it refuses")
		assert.Equal(t, items[i].Key, r.Key)
	}
}

func TestAJournalThatFailsEndsTheRun(t *testing.T) {
	full := errors.New("disk full at /secret/path")
	for name, test := range map[string]struct {
		journal *journal
		sent    bool
	}{
		"load":   {&journal{load: full}, false},
		"begin":  {&journal{begin: full}, false},
		"finish": {&journal{finish: full}, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := test.journal
				j.entries = map[string]idverify.JournalEntry{}
				sent := 0
				v := verify(func(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
					sent++
					return slow(ctx, req)
				})
				got := slices.Collect(batch(t, t.Context(), v, rows(50), idverify.WithConcurrency(1), idverify.WithJournal(j)))
				require.NotEmpty(t, got)
				assert.LessOrEqual(t, len(got), 2)
				assert.Equal(t, full, got[0].JournalErr)
				if test.sent {
					assert.Equal(t, 1, sent)
					assert.NoError(t, got[0].Err, "what was paid for is handed on all the same")
					assert.NotNil(t, got[0].Result)
					assert.Equal(t, []string{"row-0"}, j.inFlight())
					return
				}
				assert.Zero(t, sent)
				assert.ErrorIs(t, got[0].Err, full)
				assert.ErrorIs(t, got[0].Err, idverify.ErrInvalidConfig)
				assert.NotContains(t, got[0].Err.Error(), "secret")
			})
		})
	}
}

func TestRowThatIsPulledWhileTheRunStopsIsReportedNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent []string
		v := verify(func(_ context.Context, req *idverify.Request) (*idverify.Result, error) {
			sent = append(sent, req.Reference)
			time.Sleep(time.Second / 2)
			return mismatch()
		})
		items := func(yield func(idverify.BatchItem) bool) {
			for item := range these("0", "1", "2") {
				if !yield(item) {
					return
				}
				time.Sleep(time.Second) // the next is long in coming
			}
		}
		j := newJournal()
		j.finish = errors.New("disk full")
		got := slices.Collect(batch(t, t.Context(), v, items, idverify.WithConcurrency(2), idverify.WithJournal(j)))
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

func TestAJournalThatGivesUpWithTheCallerIsNotToBlame(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	j := &leaving{journal: newJournal(), cancel: cancel}
	got := slices.Collect(batch(t, ctx, verify(slow), rows(1), idverify.WithJournal(j)))
	require.Len(t, got, 1)
	assert.NoError(t, got[0].JournalErr)
	assert.Equal(t, idverify.CodeCanceled, idverify.CodeOf(got[0].Err))
}

// leaving is a journal whose caller leaves while a row is begun.
type leaving struct {
	*journal
	cancel func()
}

func (l *leaving) Begin(ctx context.Context, _ string) error {
	l.cancel()
	return ctx.Err()
}

func ExampleBatch() {
	providers, done := twoVendors()
	defer done()
	client, err := idverify.New(providers)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	results, err := idverify.Batch(ctx, client, rowsOfYours(), idverify.WithConcurrency(4))
	if err != nil {
		fmt.Println(err)
		return
	}
	codes := map[idverify.Code]int{}
	for r := range results {
		if r.Err != nil {
			codes[idverify.CodeOf(r.Err)]++ // no decision: the error says whether it was billed
			continue
		}
		codes[r.Result.Code]++
	}
	fmt.Println(codes)
	// Output: map[face_mismatch:3 match:3 no_face:3]
}

// rowsOfYours stands for the rows of a file or a table, read as they are needed.
func rowsOfYours() iter.Seq[idverify.BatchItem] {
	people := []idverifytest.Person{idverifytest.Match(), idverifytest.FaceMismatch(), idverifytest.PersonFor(idverify.CodeNoFace)}
	return func(yield func(idverify.BatchItem) bool) {
		for i := range 9 {
			person := people[i%len(people)]
			item := idverify.BatchItem{Key: fmt.Sprintf("customer-%d", i), Request: &idverify.Request{
				Name: person.Name, IDNumber: person.IDNumber,
				Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))},
			}}
			if !yield(item) {
				return
			}
		}
	}
}
