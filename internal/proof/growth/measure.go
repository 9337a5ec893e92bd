package growth

import (
	"math"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"
)

const (
	// Work is repeated for this long, so that the clock's resolution does not matter.
	enough = 2 * time.Millisecond

	mostRepeats = 1 << 20
	// At most this much memory is used for it.
	memory = 64 << 20
	// The garbage collector would run at any time beside the work. It is off until
	// this much memory is in use.
	collectAt = 1 << 30
	// A baseline reads this many bytes.
	baselineSize = 256 << 10
)

// meter measures work in this process.
type meter struct {
	percent int
	limit   int64
	perByte float64 // seconds that the plain loop takes for one byte
	bytes   []byte
}

func begin() *meter {
	m := &meter{perByte: math.Inf(1), bytes: make([]byte, baselineSize)}
	m.percent, m.limit = debug.SetGCPercent(-1), debug.SetMemoryLimit(collectAt)
	return m
}

func (m *meter) end() {
	debug.SetMemoryLimit(m.limit)
	debug.SetGCPercent(m.percent)
}

// cost is the cost of the work done once.
func (m *meter) cost(work func()) (seconds, allocated float64) {
	runtime.GC()
	seconds, allocated = repeated(work, 1)
	// Memory that is new to the process costs more than reused memory.
	most := int(min(mostRepeats, memory/(allocated+1)))
	if timed && seconds < enough.Seconds() && most > 1 {
		seconds, allocated = repeated(work, most)
	}
	return seconds, allocated
}

// repeated is the cost of the work per repetition, with at most most repetitions.
func repeated(work func(), most int) (seconds, allocated float64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var took time.Duration
	times := 0
	for began, more := cpuTime(), 1; times < most && took < enough; more = min(times, most-times) {
		for range more {
			work()
		}
		times += more
		took = cpuTime() - began
	}
	runtime.ReadMemStats(&after)
	return took.Seconds() / float64(times), float64(after.TotalAlloc-before.TotalAlloc) / float64(times)
}

// best is the best baseline measured in this process.
var best atomic.Uint64

// known is the baseline, which only the first caller measures.
func (m *meter) known() float64 {
	if best.Load() == 0 {
		for range rounds {
			m.baseline()
		}
		best.Store(math.Float64bits(m.perByte))
	}
	return math.Float64frombits(best.Load())
}

// baseline is the plain loop: the hash FNV-1a.
func (m *meter) baseline() {
	seconds, _ := m.cost(func() {
		sum := uint32(2166136261)
		for _, b := range m.bytes {
			sum = (sum ^ uint32(b)) * 16777619
		}
		runtime.KeepAlive(sum) // otherwise the compiler removes the loop
	})
	m.perByte = min(m.perByte, seconds/baselineSize)
}
