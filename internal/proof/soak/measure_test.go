package main

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestMeasure_DetectsLeaks(t *testing.T) {
	still := measure{Goroutines: 3, HeapBytes: 10 << 20}
	for name, c := range map[string]struct {
		end  measure
		want []rule
	}{
		"nothing is left":      {still, nil},
		"a goroutine is left":  {measure{Goroutines: 4, HeapBytes: 10 << 20}, []rule{ruleGoroutines}},
		"a connection is left": {measure{Goroutines: 3, HeapBytes: 10 << 20, Connections: 1}, []rule{ruleConnections}},
		"the heap has grown":   {measure{Goroutines: 3, HeapBytes: heapBound(10<<20) + 1}, []rule{ruleHeap}},
		"the heap is at its bound": {measure{Goroutines: 3, HeapBytes: heapBound(10 << 20)},
			nil},
	} {
		l := newLedger()
		l.holdStill(still, still, c.end)
		assert.Equal(t, c.want, brokenIn(l), name)
	}
}

// The measures are those of this process.
func TestMeasure_DetectsLeakInProcess(t *testing.T) {
	before := measured(0)
	end := make(chan struct{})
	go func() { <-end }()
	held := make([]byte, 32<<20)
	after := measured(0)
	assert.Greater(t, after.Goroutines, before.Goroutines)
	assert.Greater(t, after.HeapBytes, heapBound(before.HeapBytes))
	runtime.KeepAlive(held)
	close(end)
	assert.True(t, within(time.Minute, func() bool { return runtime.NumGoroutine() <= before.Goroutines }))
}

func TestWithin_GivesUp(t *testing.T) {
	assert.False(t, within(time.Nanosecond, func() bool { return false }))
	assert.True(t, within(time.Nanosecond, func() bool { return true }))
}
