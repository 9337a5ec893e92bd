package growth

import (
	"math"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/idverify/idverify/internal/proof/long"
)

// Work is repeated for so long, so that the clock's steps do not matter.
var enough = long.Or(2*time.Millisecond, 500*time.Microsecond)

const (
	mostRepeats = 1 << 20
	// No more memory is used up for it.
	memory = 64 << 20
	// The garbage collector would run beside the work, at times of its own. It
	// is off until so much is in use.
	collectAt = 1 << 30
	// A baseline goes over so many bytes.
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

// cost is what the work costs once.
func (m *meter) cost(work func()) (seconds, allocated float64) {
	runtime.GC()
	seconds, allocated = repeated(work, 1)
	// Memory that the process has never had costs more than what was used before.
	most := int(min(mostRepeats, memory/(allocated+1)))
	if seconds < enough.Seconds() && most > 1 {
		seconds, allocated = repeated(work, most)
	}
	return seconds, allocated
}

// repeated is what the work costs once when it is done so often at most.
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

// best is the baseline as it was measured in this process, at its best.
var best atomic.Uint64

// known is the baseline, which is measured only for who asks first.
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
		runtime.KeepAlive(sum) // or the loop would be left out
	})
	m.perByte = min(m.perByte, seconds/baselineSize)
}
