package growth_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/internal/proof/growth"
	"github.com/idverify/idverify/internal/proof/long"
)

var kept any

func touch(n int) (sum int) {
	for i := range n {
		sum += i ^ sum
	}
	return sum
}

// works are kinds of growth, and whether each is too much.
var works = map[string]struct {
	from    int
	work    func(size int) func()
	problem string
}{
	"nothing":           {1, func(int) func() { return func() {} }, ""},
	"constant":          {64, func(int) func() { return func() { kept = touch(1 << 12) } }, ""},
	"linear":            {1 << 12, func(n int) func() { return func() { kept = touch(n) } }, ""},
	"linear in memory":  {1 << 14, func(n int) func() { return func() { kept = bytes.Repeat([]byte("memory that is used"), n/16) } }, ""},
	"n log n":           {1 << 14, func(n int) func() { return func() { kept = touch(n) + sorted(n) } }, ""},
	"quadratic":         {1 << 7, func(n int) func() { return func() { kept = touch(n * n) } }, "CPU time grows"},
	"behind a constant": {1 << 7, func(n int) func() { return func() { kept = touch(1<<13) + touch(n*n/4) } }, "CPU time grows"},
	"n to the 1.5":      {1 << 8, func(n int) func() { return func() { kept = touch(n * root(n)) } }, "CPU time grows"},
	"a square of bytes": {1 << 10, func(n int) func() { return func() { kept = make([]byte, n*n/64) } }, "grow"},
	"text added up":     {1 << 11, func(n int) func() { return func() { kept = addedUp(n) } }, "grow"},
}

func sorted(n int) int {
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i * 7919 % n
	}
	slices.Sort(numbers)
	return numbers[n/2]
}

func root(n int) (r int) {
	for r*r < n {
		r++
	}
	return r
}

func addedUp(n int) string {
	text := ""
	for range n / 16 {
		text += strings.Repeat("x", 16)
	}
	return text
}

func TestCase_MeasuresGrowth(t *testing.T) {
	if growth.UnderRace {
		t.Skip("the race detector would be measured")
	}
	for name, tt := range works {
		if strings.HasPrefix(tt.problem, "CPU") && !long.Asked() {
			continue
		}
		curve, problem := growth.Case{From: tt.from, Work: tt.work}.Measure()
		if tt.problem == "" {
			assert.Empty(t, problem, "%s\n%s", name, curve)
		} else {
			assert.Contains(t, problem, tt.problem, "%s\n%s", name, curve)
		}
		t.Logf("%s: time %.2f, allocated %.2f\n%s", name, curve.TimeExponent(), curve.AllocatedExponent(), curve)
	}
}

func TestCase_BoundsCost(t *testing.T) {
	if growth.UnderRace || !long.Asked() {
		t.Skip("the race detector would be measured, and the short form measures no CPU time")
	}
	work := func(n int) func() { return func() { kept = make([]byte, 4*n); kept = touch(8 * n) } }
	for want, c := range map[string]growth.Case{
		"": {MaxAllocated: 6, MaxCost: 100},
		"bytes are allocated for each unit of size": {MaxAllocated: 3},
		"times a byte of a plain loop":              {MaxCost: 1},
		"CPU time grows":                            {MaxExponent: 0.1},
	} {
		c.From, c.Work = 1<<14, work
		curve, problem := c.Measure()
		assert.Contains(t, problem, want, "%s", curve)
		assert.Equal(t, want == "", problem == "", "%s\n%s", problem, curve)
	}
	cpu, allocated := growth.Cost(1<<14, work(1<<14))
	assert.Less(t, cpu, 1000.0)
	assert.Greater(t, cpu, 1.0)
	assert.InDelta(t, 4, allocated, 1)
}

// A failure shows the figures, and fails the test itself.
func TestCheck_FailureShowsFigures(t *testing.T) {
	r := &recorder{TB: t}
	growth.Case{From: 1 << 10, Work: works["a square of bytes"].work}.Check(r)
	assert.Equal(t, !growth.UnderRace, strings.Contains(r.said, "allocated"), r.said)
	r = &recorder{TB: t}
	growth.Case{From: 1 << 12, Work: works["linear"].work}.Check(r)
	assert.Empty(t, r.said)
}

type recorder struct {
	testing.TB
	said string
}

func (r *recorder) Helper()                           {}
func (r *recorder) Errorf(format string, args ...any) { r.said = fmt.Sprintf(format, args...) }
