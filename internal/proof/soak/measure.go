package main

import (
	"runtime"
	"time"
)

// measure is the resources of a process when nothing is in progress.
type measure struct {
	Goroutines  int    `json:"goroutines"`
	Connections int    `json:"connections"`
	HeapBytes   uint64 `json:"heap_bytes"`
}

func measured(connections int) measure {
	// The second collection frees memory held by finalizers and pools.
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return measure{Goroutines: runtime.NumGoroutine(), Connections: connections, HeapBytes: m.HeapAlloc}
}

// The heap at the end may be this much larger than after the warm-up. That allows for
// growth of the ledger's and the runtime's tables, but not for one call in ten
// thousand that leaks its picture.
const (
	heapGrowth = 4
	heapSpare  = 4 << 20
)

func heapBound(warm uint64) uint64 { return warm + warm/heapGrowth + heapSpare }

// within waits until a condition holds, and reports whether it did within the limit.
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

// holdStill breaks the rules if anything leaked at the end.
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
