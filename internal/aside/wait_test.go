package aside

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestWait_ReturnsAnswer(t *testing.T) {
	var d Desk
	failed := errors.New("failed")
	got, err := Wait(t.Context(), &d, func(context.Context) (int, error) { return 7, failed }, nil)
	assert.Equal(t, 7, got)
	assert.Same(t, failed, err)
	assert.PanicsWithValue(t, "boom", func() {
		_, _ = Wait(t.Context(), &d, func(context.Context) (int, error) { panic("boom") }, nil)
	})
	assert.Zero(t, d.LeftBehind())
}

func TestWait_AbandonsHangingQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d Desk
		release := make(chan struct{})
		deaf := func(context.Context) (int, error) { <-release; return 7, nil }
		late := 0
		var mu sync.Mutex
		count := func(n int) { mu.Lock(); late += n; mu.Unlock(); panic("dropped") }
		for range Most {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			began := time.Now()
			_, err := Wait(ctx, &d, deaf, count)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, time.Second+grace, time.Since(began))
			cancel()
		}
		assert.Equal(t, Most, d.LeftBehind())
		_, err := Wait(t.Context(), &d, deaf, count)
		assert.ErrorIs(t, err, ErrBusy)

		close(release)
		synctest.Wait()
		assert.Zero(t, d.LeftBehind())
		assert.Equal(t, 7*Most, late)
	})
}

// Many callers that leave a healthy queue at the same moment leave no question
// behind.
// Holds P-PAY-14.
func TestWait_ManyLeaveAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d Desk
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for range 10 * MostAtOnce {
			all.Go(func() {
				_, err := Wait(ctx, &d, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() }, nil)
				assert.ErrorIs(t, err, context.Canceled)
				assert.Zero(t, d.LeftBehind())
			})
		}
		synctest.Wait()
		cancel()
		all.Wait()
	})
}
