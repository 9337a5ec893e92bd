package main

import (
	"runtime"
	"time"
)

// measure is what a process holds when nothing is under way.
type measure struct {
	Goroutines  int    `json:"goroutines"`
	Connections int    `json:"connections"`
	HeapBytes   uint64 `json:"heap_bytes"`
}

func measured(connections int) measure {
	// The second collection frees what finalizers and pools held on to.
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return measure{Goroutines: runtime.NumGoroutine(), Connections: connections, HeapBytes: m.HeapAlloc}
}

// The heap at the end may be this much larger than after the warm-up: what the
// ledger's and the runtime's tables may have grown by, and not one call in ten
// thousand that leaves its picture behind.
const (
	heapGrowth = 4
	heapSpare  = 4 << 20
)

func heapBound(warm uint64) uint64 { return warm + warm/heapGrowth + heapSpare }

// within waits until a condition holds, and reports whether it came to that
// within the limit.
func within(limit time.Duration, holds func() bool) bool {
	end := time.NewTimer(limit)
	defer end.Stop()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-look.C:
		case <-end.C:
			return holds()
		}
	}
	return true
}

// holdStill breaks the rules for what must not be left at the end.
func (l *ledger) holdStill(start, warm, end measure) {
	if end.Goroutines > start.Goroutines {
		l.broken(ruleGoroutines, "%d at the start, %d at the end", start.Goroutines, end.Goroutines)
	}
	if end.Connections > 0 {
		l.broken(ruleConnections, "%d are open", end.Connections)
	}
	if bound := heapBound(warm.HeapBytes); end.HeapBytes > bound {
		l.broken(ruleHeap, "%d bytes after the warm-up, %d at the end, at most %d are allowed", warm.HeapBytes, end.HeapBytes, bound)
	}
}
