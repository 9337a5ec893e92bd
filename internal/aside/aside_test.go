package aside

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestAsk_ReturnsAnswer(t *testing.T) {
	var d Desk
	failed := errors.New("failed")
	got, err := Ask(t.Context(), &d, time.Second, func(context.Context) (int, error) { return 7, failed })
	assert.Equal(t, 7, got)
	assert.Same(t, failed, err)
	assert.Zero(t, d.LeftBehind())
}

func TestAsk_AbandonsHangingStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d Desk
		release := make(chan struct{})
		deaf := func(context.Context) (int, error) { <-release; return 7, nil }
		began := time.Now()
		for range Most {
			_, err := Ask(t.Context(), &d, 200*time.Millisecond, deaf)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		}
		assert.Equal(t, Most*200*time.Millisecond, time.Since(began))
		assert.Equal(t, Most, d.LeftBehind())

		began = time.Now()
		_, err := Ask(t.Context(), &d, 200*time.Millisecond, deaf)
		assert.ErrorIs(t, err, ErrBusy)
		assert.Zero(t, time.Since(began))

		close(release)
		synctest.Wait()
		assert.Zero(t, d.LeftBehind())
		got, err := Ask(t.Context(), &d, time.Second, deaf)
		assert.NoError(t, err)
		assert.Equal(t, 7, got)
	})
}

// Callers that all start before the first gives up leave at most MostAtOnce questions
// behind.
// Holds P-PAY-15.
func TestAsk_AbandonedQuestionsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const callers = 10 * MostAtOnce
		var d Desk
		var asked, late atomic.Int64
		release := make(chan struct{})
		began := time.Now()
		var all sync.WaitGroup
		for range callers {
			all.Go(func() {
				_, err := Ask(t.Context(), &d, 200*time.Millisecond, func(context.Context) (int, error) {
					asked.Add(1)
					<-release
					return 7, nil
				})
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				late.Store(max(late.Load(), int64(time.Since(began))))
			})
		}
		all.Wait()
		assert.EqualValues(t, MostAtOnce, asked.Load())
		assert.Equal(t, MostAtOnce, d.LeftBehind())
		assert.EqualValues(t, 200*time.Millisecond, late.Load(), "waiting for a turn is part of the limit")
		close(release)
		synctest.Wait()
		assert.Zero(t, d.LeftBehind())
	})
}

// A healthy store serves any number of callers, MostAtOnce at a time.
func TestAsk_ServesMoreCallersThanItsLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d Desk
		var all sync.WaitGroup
		for range 3 * MostAtOnce {
			all.Go(func() {
				got, err := Ask(t.Context(), &d, time.Second, func(context.Context) (int, error) {
					time.Sleep(time.Millisecond)
					return 7, nil
				})
				assert.NoError(t, err)
				assert.Equal(t, 7, got)
			})
		}
		all.Wait()
	})
}

func TestAsk_EndsWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d Desk
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := Ask(ctx, &d, time.Hour, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		synctest.Wait()
		assert.Zero(t, d.LeftBehind())
	})
}

func TestAsk_PanicReachesWaitingCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d Desk
		assert.PanicsWithValue(t, "broken", func() {
			_, _ = Ask(t.Context(), &d, time.Second, func(context.Context) (int, error) { panic("broken") })
		})
		_, err := Ask(t.Context(), &d, time.Second, func(context.Context) (int, error) { runtime.Goexit(); return 0, nil })
		assert.ErrorIs(t, err, errGone)

		_, err = Ask(t.Context(), &d, time.Second, func(context.Context) (int, error) { time.Sleep(time.Minute); panic("late") })
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		time.Sleep(2 * time.Minute)
		assert.Zero(t, d.LeftBehind())
	})
}
