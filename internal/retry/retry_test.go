package retry_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/internal/retry"
)

func TestBackoff_DoublesUpToCap(t *testing.T) {
	almostOne := retry.Backoff{Cap: 5 * time.Second, Random: func() float64 { return 1 }}
	for try, want := range map[int]time.Duration{
		1: 100 * time.Millisecond, 2: 200 * time.Millisecond, 3: 400 * time.Millisecond,
		6: 3200 * time.Millisecond, 7: 5 * time.Second, 31: 5 * time.Second, 200: 5 * time.Second,
	} {
		assert.Equal(t, want, almostOne.Wait(100*time.Millisecond, try), "%d", try)
	}
	assert.Equal(t, 5*time.Second, almostOne.Wait(time.Minute, 1))
	assert.Equal(t, 4*time.Nanosecond, retry.Backoff{Cap: 5, Random: almostOne.Random}.Wait(2, 2), "just below the cap")
}

// Doubled so often, these waits exceed a Duration and would become small again.
func TestBackoff_DoesNotOverflow(t *testing.T) {
	atMost := retry.Backoff{Cap: 50 * 365 * 24 * time.Hour, Random: func() float64 { return 1 }}
	for _, base := range []time.Duration{1<<33 + 1, 1<<59 + 1, 1<<60 + 1} {
		for try := 32; try <= 100; try++ {
			assert.Equal(t, atMost.Cap, atMost.Wait(base, try), "%d, %d", base, try)
		}
	}
}

func TestBackoff_FullJitter(t *testing.T) {
	for _, share := range []float64{0, 0.25, 0.999} {
		b := retry.Backoff{Cap: 5 * time.Second, Random: func() float64 { return share }}
		assert.Equal(t, time.Duration(share*float64(200*time.Millisecond)), b.Wait(100*time.Millisecond, 2))
	}
}

func TestQuota_RefilledBySuccess(t *testing.T) {
	var q retry.Quota
	assert.Equal(t, 500, q.Left())
	for range 100 {
		cost, ok := q.Take(false)
		assert.True(t, ok)
		assert.Equal(t, 5, cost)
	}
	cost, ok := q.Take(false)
	assert.False(t, ok, "retries end in an outage")
	assert.Zero(t, cost, "a refused retry costs nothing")
	for range 5 {
		q.Refund(0)
	}
	cost, ok = q.Take(false)
	assert.True(t, ok, "five successful calls pay for one retry")
	q.Refund(cost)
	assert.Equal(t, 5, q.Left())
	_, ok = q.Take(true)
	assert.False(t, ok, "a retry after a time-out costs double")
	for range 1000 {
		q.Refund(10)
	}
	assert.Equal(t, 500, q.Left(), "never more than full")
	cost, ok = q.Take(true)
	assert.True(t, ok)
	assert.Equal(t, 10, cost)
	assert.Equal(t, 490, q.Left())
}
