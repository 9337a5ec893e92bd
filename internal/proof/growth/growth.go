// Package growth tests how cost grows with size. Work on data from strangers must
// cost at most a small constant times the size of the data: otherwise one long input
// stops a program.
//
// A test gives the worst known input, as a function of its size:
//
//	growth.Case{
//		From: 64 << 10, // and twice, four and eight times as much
//		Work: func(size int) func() {
//			message, name := strings.Repeat("a", size), strings.Repeat("a", 128)
//			return func() { redact.Scrub(message, name) }
//		},
//	}.Check(t)
//
// Check measures CPU time and allocated bytes at these sizes. It fails if either
// grows faster than size to the power of 1.3, which allows for caches but not for
// quadratic growth. A size may count anything: bytes, rows, callers, records. CPU time
// is measured in the long form only. The short form counts what is allocated at the
// smallest and the largest size, once each.
//
// The measurement tolerates noisy machines. It uses the CPU time of this process, so
// that other processes do not count. All goroutines of the process count, so run no
// other test beside it (no t.Parallel). The least of several rounds counts, and a
// suspicious result is measured again before it fails, so a failure is worth a look.
// No absolute time is tested: MaxCost compares with a plain loop over as many bytes
// in the same run.
//
// Under the race detector a measurement would be wrong, so Check only does the work
// at its smallest size. The gate runs all tests with Linear or Bounded in their names
// without the race detector.
package growth

import (
	"fmt"
	"math"
	"testing"

	"github.com/idverify/idverify/internal/proof/long"
)

// DefaultExponent is the limit for linear work.
const DefaultExponent = 1.3

// Case is work whose cost must not grow faster than its input.
type Case struct {
	// From is the smallest size, at least 1. Choose it so large, ten thousand bytes
	// or more, that the work on the input outweighs the fixed cost and the
	// processor's caches do not distort the result.
	From int
	// Work makes an input of a size, which is not measured, and returns the work on
	// it. The work is called many times and must do the same every time.
	Work func(size int) func()
	// MaxExponent limits the growth of time and of allocated bytes; 0 means
	// DefaultExponent.
	MaxExponent float64
	// MaxAllocated limits the bytes allocated for each unit of size, at the largest
	// size. 0 means no limit.
	MaxAllocated float64
	// MaxCost limits the CPU time for each unit of size, at the largest size. 1 is
	// the time of a plain loop for one byte, about a nanosecond. 0 means no limit.
	MaxCost float64
}

// Point is the cost at one size: the least of all rounds.
type Point struct {
	Size int
	// Seconds of CPU time.
	Seconds float64
	// Allocated is in bytes, whether they were freed or not.
	Allocated float64
}

// Curve is the cost at the sizes.
type Curve []Point

// The sizes, as powers of two times the smallest; how many rounds measure them; how
// often the whole measurement is repeated while the result is too high; and whether
// CPU time is measured.
var (
	shifts = long.Or([]int{0, 1, 2, 3}, []int{0, 3})
	rounds = long.Or(3, 1)
	tries  = long.Or(10, 2)
	timed  = long.Asked()
)

// Check fails the test if the cost grows too fast, or is too high.
func (c Case) Check(t testing.TB) {
	t.Helper()
	if UnderRace {
		c.Work(c.From)()
		return
	}
	curve, problem := c.Measure()
	if problem != "" {
		t.Errorf("%s\n%s", problem, curve)
	}
}

// Measure returns the curve, and says what is wrong with it, "" for nothing.
func (c Case) Measure() (Curve, string) {
	m := begin()
	defer m.end()
	curve, works := make(Curve, len(shifts)), make([]func(), len(shifts))
	for i, shift := range shifts {
		size := c.From << shift
		curve[i] = Point{size, math.Inf(1), math.Inf(1)}
		works[i] = c.Work(size)
	}
	problem := ""
	for range tries {
		for range rounds {
			for i, work := range works {
				curve[i].add(m.cost(work))
			}
			if timed {
				m.baseline()
			}
		}
		if problem = c.problem(curve, m.perByte); problem == "" {
			break
		}
	}
	return curve, problem
}

func (p *Point) add(seconds, allocated float64) {
	p.Seconds, p.Allocated = min(p.Seconds, seconds), min(p.Allocated, allocated)
}

func (c Case) problem(curve Curve, perByte float64) string {
	limit, largest := c.MaxExponent, curve[len(curve)-1]
	if limit == 0 {
		limit = DefaultExponent
	}
	size := float64(largest.Size)
	cost, allocated := largest.Seconds/perByte/size, largest.Allocated/size
	switch {
	case timed && curve.TimeExponent() > limit:
		return fmt.Sprintf("CPU time grows with size to the power of %.2f, more than %.2f", curve.TimeExponent(), limit)
	case curve.AllocatedExponent() > limit:
		return fmt.Sprintf("allocated bytes grow with size to the power of %.2f, more than %.2f", curve.AllocatedExponent(), limit)
	case c.MaxAllocated > 0 && allocated > c.MaxAllocated:
		return fmt.Sprintf("%.2f bytes are allocated for each unit of size, more than %.2f", allocated, c.MaxAllocated)
	case timed && c.MaxCost > 0 && cost > c.MaxCost:
		return fmt.Sprintf("each unit of size costs %.1f times a byte of a plain loop, more than %.1f", cost, c.MaxCost)
	}
	return ""
}

// TimeExponent is e, if CPU time grows as size to the power of e.
func (c Curve) TimeExponent() float64 {
	return c.exponent(func(p Point) float64 { return p.Seconds })
}

// AllocatedExponent is the same for allocated bytes. Allocations far below the size
// itself hardly count.
func (c Curve) AllocatedExponent() float64 {
	return c.exponent(func(p Point) float64 { return p.Allocated + float64(p.Size) })
}

// exponent is the slope of a straight line through the logarithms, by least squares:
// through all points, or through all except the first if that is steeper, because a
// fixed cost hides growth at small sizes.
func (c Curve) exponent(cost func(Point) float64) float64 {
	if len(c) == 2 {
		return slope(c, cost)
	}
	return max(slope(c, cost), slope(c[1:], cost))
}

func slope(points []Point, cost func(Point) float64) float64 {
	var meanX, meanY, above, below float64
	log := func(p Point) (x, y float64) { return math.Log2(float64(p.Size)), math.Log2(max(cost(p), 1e-9)) }
	for _, p := range points {
		x, y := log(p)
		meanX, meanY = meanX+x/float64(len(points)), meanY+y/float64(len(points))
	}
	for _, p := range points {
		x, y := log(p)
		above, below = above+(x-meanX)*(y-meanY), below+(x-meanX)*(x-meanX)
	}
	return above / below
}

// String is a table.
func (c Curve) String() string {
	text := "      size      CPU time     allocated\n"
	for _, p := range c {
		text += fmt.Sprintf("%10d %11.3fms %11.1fKB\n", p.Size, p.Seconds*1e3, p.Allocated/1024)
	}
	return text
}

// Cost is the cost of work for each unit of size: CPU time, where 1 is one byte of a
// plain loop, and allocated bytes. It measures once, for tests with many inputs and
// for fuzz targets that look for expensive ones. Measure again before you believe a
// high result.
func Cost(size int, work func()) (cpu, allocated float64) {
	m := begin()
	defer m.end()
	seconds, allocated := m.cost(work)
	return seconds / m.known() / float64(size), allocated / float64(size)
}
