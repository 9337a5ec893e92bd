package stats_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/bench/internal/stats"
)

func TestMedian(t *testing.T) {
	values := []float64{9, 1, 5}
	assert.Equal(t, 5.0, stats.Median(values))
	assert.Equal(t, []float64{9, 1, 5}, values, "the caller's slice is not sorted")
	assert.Equal(t, 3.0, stats.Median([]float64{5, 1, 4, 2}))
	assert.Equal(t, 7.0, stats.Median([]float64{7}))
	assert.True(t, math.IsNaN(stats.Median(nil)))
}

// A slow round slows both clients, so its ratio is as good as the others.
func TestRatio_IsOfRounds(t *testing.T) {
	a, b := []float64{10, 40, 90}, []float64{20, 20, 30}
	assert.Equal(t, 2.0, stats.Ratio(a, b), "of 0.5, 2 and 3")
	assert.Equal(t, 1.0, stats.Ratio(b, b))
}

func TestRatio_UnpairedSamples(t *testing.T) {
	assert.True(t, math.IsNaN(stats.Ratio([]float64{1, 2}, []float64{1})))
	assert.True(t, math.IsNaN(stats.Ratio([]float64{1}, []float64{0})))
	assert.True(t, math.IsNaN(stats.Ratio(nil, nil)))
}

func TestPercentile(t *testing.T) {
	hundred := make([]float64, 100)
	for i := range hundred {
		hundred[99-i] = float64(i + 1)
	}
	assert.Equal(t, 50.0, stats.Percentile(hundred, 50))
	assert.Equal(t, 99.0, stats.Percentile(hundred, 99))
	assert.Equal(t, 100.0, stats.Percentile(hundred, 100))
	assert.Equal(t, 1.0, stats.Percentile(hundred, 0))
	assert.Equal(t, 3.0, stats.Percentile([]float64{3}, 99))
	assert.True(t, math.IsNaN(stats.Percentile(nil, 50)))
}
