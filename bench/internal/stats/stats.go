// Package stats has the arithmetic for the figures.
package stats

import (
	"math"
	"slices"
)

// Median is the middle value, or the mean of the two middle values. Without values it
// is NaN.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// Ratio is the median of a[i]/b[i], where both values are of the same round. It is
// NaN if there are none, or the numbers of values differ.
func Ratio(a, b []float64) float64 {
	if len(a) != len(b) {
		return math.NaN()
	}
	ratios := make([]float64, 0, len(a))
	for i := range a {
		if b[i] == 0 {
			return math.NaN()
		}
		ratios = append(ratios, a[i]/b[i])
	}
	return Median(ratios)
}

// Percentile is the smallest value that at least p percent of the values do not
// exceed. Without values it is NaN.
func Percentile(values []float64, p float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1]
}
