package flight

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// after lands with 7 after d, or with the error of its context.
func after(d time.Duration) Work[int] {
	return func(ctx context.Context, f *Flight[int]) {
		select {
		case <-time.After(d):
			f.Land(7, nil)
		case <-ctx.Done():
			f.Land(0, ctx.Err())
		}
	}
}

func TestStart_CallersShareOneAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := Start(t.Context(), after(time.Second))
		var wg sync.WaitGroup
		for i := range 20 {
			if i > 0 {
				require.True(t, f.Join(t.Context()))
			}
			wg.Go(func() {
				got, err := f.Answer()
				assert.NoError(t, err)
				assert.Equal(t, 7, got)
			})
		}
		wg.Wait()
		require.True(t, f.Join(t.Context()), "callers that join later get the answer")
		got, err := f.Answer()
		assert.NoError(t, err)
		assert.Equal(t, 7, got)
	})
}

func TestLeave_LastCallerCancelsTheWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		joined := make(chan struct{})
		f := Start(t.Context(), func(ctx context.Context, f *Flight[int]) {
			<-ctx.Done()
			<-joined
			f.Land(0, ctx.Err())
		})
		require.True(t, f.Join(t.Context()))
		assert.False(t, f.Leave())
		synctest.Wait()
		select {
		case <-f.Landed():
			t.Fatal("one still waits")
		default:
		}
		assert.True(t, f.Leave())
		assert.False(t, f.Join(t.Context()), "a cancelled flight cannot be joined")
		close(joined)
		_, err := f.Answer()
		assert.ErrorIs(t, err, context.Canceled)
		assert.True(t, f.Join(t.Context()))
	})
}

func TestLeave_AfterLandCancelsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan error, 1)
		f := Start(t.Context(), func(ctx context.Context, f *Flight[int]) {
			f.Land(7, nil)
			time.Sleep(time.Second)
			ended <- ctx.Err()
		})
		<-f.Landed()
		assert.True(t, f.Leave())
		assert.NoError(t, <-ended)
	})
}

func TestStart_OutlivesCallerAndKeepsValues(t *testing.T) {
	type key struct{}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
		var own context.Context
		f := Start(ctx, func(ctx context.Context, f *Flight[int]) {
			own = ctx
			after(time.Second)(ctx, f)
		})
		require.True(t, f.Join(t.Context()))
		cancel()
		assert.False(t, f.Leave())
		got, err := f.Answer()
		require.NoError(t, err)
		assert.Equal(t, 7, got)
		assert.Equal(t, "value", own.Value(key{}))
		synctest.Wait()
		assert.ErrorIs(t, own.Err(), context.Canceled, "it ends with the work")
	})
}

func TestLand_FirstCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failed := errors.New("failed")
		f := Start(t.Context(), func(_ context.Context, f *Flight[int]) {
			f.Land(1, failed)
			f.Land(2, nil)
			panic("late, and dropped")
		})
		synctest.Wait()
		got, err := f.Answer()
		assert.Equal(t, 1, got)
		assert.Same(t, failed, err)
	})
}

func TestStart_WorkEndsWithoutLand(t *testing.T) {
	for name, end := range map[string]func(){"returns": func() {}, "ends its goroutine": runtime.Goexit} {
		synctest.Test(t, func(t *testing.T) {
			f := Start(t.Context(), func(context.Context, *Flight[int]) { end() })
			_, err := f.Answer()
			assert.ErrorIs(t, err, ErrNoAnswer, name)
		})
	}
	synctest.Test(t, func(t *testing.T) {
		var tidied bool
		f := Start(t.Context(), func(context.Context, *Flight[int]) {
			defer func() { tidied = true }()
			time.Sleep(time.Second)
			panic("broken")
		})
		require.True(t, f.Join(t.Context()))
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				assert.PanicsWithValue(t, "broken", func() { _, _ = f.Answer() })
				assert.True(t, tidied, "the work's own deferred calls come first")
			})
		}
		wg.Wait()
	})
}

func TestUntil_IsLatestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within := func(d time.Duration) context.Context {
			ctx, cancel := context.WithTimeout(t.Context(), d)
			t.Cleanup(cancel)
			return ctx
		}
		began := time.Now()
		var own context.Context
		f := Start(within(2*time.Second), func(ctx context.Context, f *Flight[int]) {
			own = f.Dated(ctx)
			after(time.Hour)(ctx, f)
		})
		synctest.Wait()
		assertDeadline := func(want time.Duration, limited bool) {
			t.Helper()
			deadline, ok := own.Deadline()
			assert.Equal(t, limited, ok)
			if limited {
				assert.Equal(t, began.Add(want), deadline)
			}
		}
		assertDeadline(2*time.Second, true)
		f.Join(within(time.Second))
		assertDeadline(2*time.Second, true)
		f.Join(within(time.Minute))
		assertDeadline(time.Minute, true)

		limited, cancel := context.WithTimeout(Undated(own), 2*time.Minute)
		defer cancel()
		f.Join(t.Context())
		assertDeadline(0, false)
		time.Sleep(90 * time.Second)
		assert.NoError(t, own.Err(), "it has no deadline of its own")
		assert.NoError(t, limited.Err())
		time.Sleep(time.Minute)
		assert.ErrorIs(t, limited.Err(), context.DeadlineExceeded, "a fixed limit under a moving deadline is kept")
		for range 4 {
			f.Leave()
		}
		assert.ErrorIs(t, own.Err(), context.Canceled)
	})
}

func TestDeadline_SeesThroughUndated(t *testing.T) {
	type key struct{}
	now := time.Now()
	at := func(ctx context.Context, left time.Duration) context.Context {
		ctx, cancel := context.WithDeadline(ctx, now.Add(left))
		t.Cleanup(cancel)
		return ctx
	}
	valued := context.WithValue(t.Context(), key{}, "value")
	for want, ctx := range map[time.Duration]context.Context{
		time.Hour:      at(valued, time.Hour),
		2 * time.Hour:  Undated(at(valued, 2*time.Hour)),
		3 * time.Hour:  at(Undated(at(valued, 3*time.Hour)), 4*time.Hour),
		5 * time.Hour:  at(Undated(at(valued, 6*time.Hour)), 5*time.Hour),
		7 * time.Hour:  at(Undated(valued), 7*time.Hour),
		8 * time.Hour:  at(Undated(at(Undated(at(valued, 8*time.Hour)), 9*time.Hour)), 10*time.Hour),
		11 * time.Hour: Undated(at(Undated(at(valued, 12*time.Hour)), 11*time.Hour)),
	} {
		got, ok := Deadline(ctx)
		assert.True(t, ok)
		assert.Equal(t, now.Add(want), got, "%s", want)
		assert.Equal(t, "value", ctx.Value(key{}))
	}
	_, ok := Deadline(Undated(valued))
	assert.False(t, ok)
}

// Callers join and leave at the moment of the landing. None of them waits for ever,
// and none joins a flight that is being cancelled.
func TestFlight_ManyCallersJoinAndLeave(t *testing.T) {
	for range 200 {
		f := Start(t.Context(), func(ctx context.Context, f *Flight[int]) { f.Land(7, ctx.Err()) })
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if f.Join(t.Context()) && !f.Leave() {
					return
				}
				_, _ = f.Answer()
			})
		}
		wg.Wait()
		f.Leave()
		_, err := f.Answer()
		if err != nil {
			assert.ErrorIs(t, err, context.Canceled)
		}
	}
}
