package batch_test

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

func TestRun_YieldsResultsAsTheyFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Row 0 takes longest and is yielded last.
		v := verify(func(_ context.Context, req *idverify.Request) (*idverify.Result, error) {
			n, _ := strconv.Atoi(req.Reference)
			time.Sleep(time.Duration(10-n) * time.Second)
			if n == 1 {
				return nil, fails(idverify.CodeNoFace, idverify.BilledNo)
			}
			return mismatch()
		})
		got := slices.Collect(started(t, t.Context(), v, these("0", "1", "2"), batch.WithConcurrency(3)))
		require.Len(t, got, 3)
		for i, want := range []string{"2", "1", "0"} {
			assert.Equal(t, want, got[i].Key)
			assert.Equal(t, want, strconv.Itoa(got[i].Index))
			assert.Equal(t, got[i].Err == nil, got[i].Result != nil)
		}
		assert.Equal(t, idverify.CodeNoFace, idverify.CodeOf(got[1].Err))
	})
}

func TestRun_PullsNoMoreRowsThanItCanSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var pulled, handed, most int // counted by the puller and the loop, read while both are blocked
		items := func(yield func(*idverify.Request) bool) {
			for i := range 50 {
				pulled++
				if !yield(row(i)) {
					return
				}
			}
		}
		for range started(t, t.Context(), verify(slow), items, batch.WithConcurrency(4)) {
			handed++
			time.Sleep(time.Minute) // a slow loop
			synctest.Wait()
			most = max(most, pulled-handed)
		}
		assert.Equal(t, 50, handed)
		assert.Equal(t, 4, most)
	})
}

func TestRun_Concurrency(t *testing.T) {
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
		assert.Len(t, slices.Collect(started(t, t.Context(), v, rows(40))), 40)
		assert.Equal(t, 8, most)
		assert.Equal(t, 5*time.Second, time.Since(began), "all slots are in use")
	})
}

// A synctest bubble fails when a goroutine is left, so each of these is a leak
// test.

// Holds P-DATA-6.
func TestRun_PanicIsRaisedInTheLoop(t *testing.T) {
	bad := func(yield func(*idverify.Request) bool) {
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
	for want, run := range map[string]func(*testing.T, *[]batch.Result){
		"rows": func(t *testing.T, got *[]batch.Result) {
			for r := range started(t, t.Context(), verify(slow), bad) {
				*got = append(*got, r)
			}
		},
		"verifier": func(t *testing.T, got *[]batch.Result) {
			for r := range started(t, t.Context(), worse, these("0", "1", "2"), batch.WithConcurrency(2)) {
				*got = append(*got, r)
			}
		},
		"loop": func(t *testing.T, _ *[]batch.Result) {
			for range started(t, t.Context(), verify(slow), rows(9)) {
				panic("loop")
			}
		},
	} {
		t.Run(want, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got []batch.Result
				assert.PanicsWithValue(t, want, func() { run(t, &got) })
				for _, r := range got {
					assert.NoError(t, r.Err, "a call in flight could finish")
				}
				assert.Len(t, got, map[string]int{"rows": 2, "verifier": 1}[want])
			})
		})
	}
}

func TestRun_PanicAfterBreakIsRaisedInTheLoop(t *testing.T) {
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
			for range started(t, t.Context(), v, these("0", "1"), batch.WithConcurrency(2), batch.WithJournal(newJournal(), secret)) {
				break
			}
		})
	})
}

// For example, t.FailNow inside an iterator or a verifier.
func TestRun_GoexitEndsTheLoop(t *testing.T) {
	items := func(yield func(*idverify.Request) bool) {
		yield(row(0))
		runtime.Goexit()
	}
	leaves := verify(func(context.Context, *idverify.Request) (*idverify.Result, error) {
		runtime.Goexit()
		return mismatch()
	})
	for name, start := range map[string]func(*testing.T) iter.Seq[batch.Result]{
		"rows":     func(t *testing.T) iter.Seq[batch.Result] { return started(t, t.Context(), verify(slow), items) },
		"verifier": func(t *testing.T) iter.Seq[batch.Result] { return started(t, t.Context(), leaves, rows(20)) },
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

func TestRun_CanBeRangedOverOnce(t *testing.T) {
	results := started(t, t.Context(), verify(func(context.Context, *idverify.Request) (*idverify.Result, error) { return mismatch() }), rows(3))
	assert.Len(t, slices.Collect(results), 3)
	assert.Empty(t, slices.Collect(results), "a second loop would pay again")
}

func TestRun_RefusesInvalidParameters(t *testing.T) {
	v := verify(slow)
	withOptions := func(opts ...batch.Option) func() (iter.Seq[batch.Result], error) {
		return func() (iter.Seq[batch.Result], error) { return batch.Run(t.Context(), v, rows(1), opts...) }
	}
	var noClient *idverify.Client
	var noJournal *batch.FileJournal
	var noContext context.Context
	for field, tries := range map[string][]func() (iter.Seq[batch.Result], error){
		"v": {
			func() (iter.Seq[batch.Result], error) { return batch.Run(t.Context(), nil, rows(1)) },
			func() (iter.Seq[batch.Result], error) { return batch.Run(t.Context(), noClient, rows(1)) },
		},
		"rows":                {func() (iter.Seq[batch.Result], error) { return batch.Run(t.Context(), v, nil) }},
		"opts":                {withOptions(nil)},
		"WithConcurrency":     {withOptions(batch.WithConcurrency(0))},
		"WithTotal":           {withOptions(batch.WithTotal(-1))},
		"WithProgress":        {withOptions(batch.WithProgress(nil))},
		"WithGrace":           {withOptions(batch.WithGrace(-1))},
		"WithAbort":           {withOptions(batch.WithAbort(noContext))},
		"WithJournal":         {withOptions(batch.WithJournal(nil, secret)), withOptions(batch.WithJournal(noJournal, secret))},
		"WithJournal.secret":  {withOptions(batch.WithJournal(newJournal(), secret[:31])), withOptions(batch.WithJournal(newJournal(), make([]byte, 32)))},
		"WithEvidenceBinding": {withOptions(batch.WithEvidenceBinding())},
		"WithRepeat": {
			withOptions(batch.WithRepeat(func(string, *idverify.Error) bool { return true })),
			withOptions(batch.WithJournal(newJournal(), secret), batch.WithRepeat(nil)),
		},
	} {
		for _, try := range tries {
			results, err := try()
			assert.Nil(t, results, field)
			var e *idverify.Error
			require.ErrorAs(t, err, &e, field)
			assert.Equal(t, idverify.CodeInvalidConfig, e.Code)
			assert.Equal(t, field, e.Field)
			assert.False(t, e.Sent())
		}
	}
	_, err := batch.Run(t.Context(), v, rows(1), batch.WithTotal(0), batch.WithGrace(0))
	assert.NoError(t, err)
}

// A verifier of the user's own has to keep the contract too.
// Holds P-PASS-12.
func TestRun_EnforcesVerifierContract(t *testing.T) {
	for name, v := range map[string]verify{
		"nothing": func(context.Context, *idverify.Request) (*idverify.Result, error) { return nil, nil },
		"unearned": func(context.Context, *idverify.Request) (*idverify.Result, error) {
			return &idverify.Result{Code: idverify.CodeMatch}, nil
		},
		"foreign error": func(context.Context, *idverify.Request) (*idverify.Result, error) { return nil, errors.New("MARK") },
	} {
		j := newJournal()
		for r := range started(t, t.Context(), v, rows(1), batch.WithJournal(j, secret)) {
			assert.Nil(t, r.Result, name)
			var e *idverify.Error
			require.ErrorAs(t, r.Err, &e, name)
			assert.Equal(t, e, j.entries[r.Key].Err)
		}
	}
}

// turnstile is a journal that implements RunJournal, and refuses where the test
// says so.
type turnstile struct {
	*journal
	refusal  error
	bindings []string
	inside   int
	unique   bool
}

func (g *turnstile) BeginRun(_ context.Context, binding string) (func(), error) {
	g.bindings = append(g.bindings, binding)
	if g.refusal != nil {
		return nil, g.refusal
	}
	g.inside++
	return func() { g.inside-- }, nil
}

func (g *turnstile) UniqueKeys() bool { return g.unique }

func TestRunJournal_RefusalSendsNothing(t *testing.T) {
	refusal := errors.New("not now: /secret/path")
	j := &turnstile{journal: newJournal(), refusal: refusal}
	none := verify(func(context.Context, *idverify.Request) (*idverify.Result, error) {
		t.Error("sent")
		return mismatch()
	})
	got := slices.Collect(started(t, t.Context(), none, rows(50), batch.WithJournal(j, secret), batch.WithConcurrency(1)))
	require.NotEmpty(t, got)
	assert.LessOrEqual(t, len(got), 2)
	assert.Equal(t, refusal, got[0].JournalErr)
	assert.ErrorIs(t, got[0].Err, idverify.ErrInvalidConfig)
	assert.ErrorIs(t, got[0].Err, refusal)
	assert.NotContains(t, got[0].Err.Error(), "secret")
	assert.Empty(t, j.given)
}

func TestRunJournal_EndIsAlwaysCalled(t *testing.T) {
	j := &turnstile{journal: newJournal()}
	v := verify(func(context.Context, *idverify.Request) (*idverify.Result, error) {
		assert.Equal(t, 1, j.inside)
		return mismatch()
	})
	for name, leave := range map[string]func(i int) (goOn bool){
		"to the end": func(int) bool { return true },
		"break":      func(int) bool { return false },
		"panic":      func(i int) bool { panic(i) },
	} {
		func() {
			defer func() { _ = recover() }()
			for r := range started(t, t.Context(), v, rows(20), batch.WithJournal(j, secret)) {
				if !leave(r.Index) {
					break
				}
			}
		}()
		assert.Zero(t, j.inside, name)
	}
	_ = started(t, t.Context(), v, rows(1), batch.WithJournal(j, secret))
	assert.Zero(t, j.inside, "a run begins with its loop")

	// Another secret, or binding the evidence, gives another binding.
	other := bytes.Repeat([]byte("o"), 32)
	for _, opts := range [][]batch.Option{{batch.WithJournal(j, other)}, {batch.WithJournal(j, secret), batch.WithEvidenceBinding()}} {
		assert.Len(t, slices.Collect(started(t, t.Context(), v, rows(1), opts...)), 1)
	}
	slices.Sort(j.bindings)
	j.bindings = slices.Compact(j.bindings)
	assert.Len(t, j.bindings, 3)
	for _, binding := range j.bindings {
		assert.Regexp(t, "^[0-9a-f]{64}$", binding)
	}
}

func TestUniqueKeyJournal_DuplicatesAreNotDetected(t *testing.T) {
	v := verify(func(context.Context, *idverify.Request) (*idverify.Result, error) { return mismatch() })
	for _, unique := range []bool{false, true} {
		j := &turnstile{journal: newJournal(), unique: unique}
		twice := 0
		for r := range started(t, t.Context(), v, these("a", "a"), batch.WithJournal(j, secret), batch.WithConcurrency(1)) {
			if r.Err != nil {
				assert.ErrorContains(t, r.Err, "two rows have this key")
				twice++
			}
		}
		assert.Equal(t, map[bool]int{false: 1, true: 0}[unique], twice)
	}
}
