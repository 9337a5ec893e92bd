// Package worker is the process of one contestant. It receives orders as JSON on its
// standard input, and measures itself: its figures exclude the driver and the server.
package worker

import (
	"github.com/idverify/idverify/bench/internal/contestant"
)

// The orders.
const (
	Open     = "open"     // makes the contestant; the first order
	Turn     = "turn"     // Calls, one after the other
	Crowd    = "crowd"    // Calls, shared by Callers
	Memory   = "memory"   // one call by each of Callers, all at once
	Overhead = "overhead" // Calls of a provider alone, then of a Client around it
)

// Order is one line to a worker.
type Order struct {
	Do      string           `json:"do"`
	Name    contestant.Name  `json:"name,omitempty"`
	Setup   contestant.Setup `json:"setup"`
	Calls   int              `json:"calls,omitempty"`
	Callers int              `json:"callers,omitempty"`
}

// Report is one line from a worker. The order decides which fields are set.
type Report struct {
	Error string `json:"error,omitempty"`

	// For a turn or a crowd, per call.
	Time   float64 `json:"time"` // seconds
	CPU    float64 `json:"cpu"`  // seconds; 0 where HasCPU is false
	HasCPU bool    `json:"has_cpu"`
	Bytes  float64 `json:"bytes"`
	Allocs float64 `json:"allocs"`

	P50   float64 `json:"p50,omitempty"`   // seconds
	P99   float64 `json:"p99,omitempty"`   // seconds
	Grown int64   `json:"grown,omitempty"` // bytes

	// For an overhead: how much more Client takes than its provider, per call.
	MoreTime   float64 `json:"more_time"` // seconds
	MoreAllocs float64 `json:"more_allocs"`
}

// Plus adds the weighted figures of another turn.
func (r Report) Plus(turn Report, weight float64) Report {
	r.Time += weight * turn.Time
	r.CPU += weight * turn.CPU
	r.Bytes += weight * turn.Bytes
	r.Allocs += weight * turn.Allocs
	r.HasCPU = turn.HasCPU
	return r
}
