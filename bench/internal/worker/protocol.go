// Package worker is the process of one contestant. It is driven by JSON on its
// standard input, one order after the other, and measures itself: what the
// driver and the server do is not in its figures.
package worker

import (
	"github.com/idverify/idverify/bench/internal/contestant"
)

// The orders.
const (
	Open     = "open"     // makes the contestant; first of all
	Turn     = "turn"     // Calls, one after the other
	Crowd    = "crowd"    // Calls, shared by Callers
	Memory   = "memory"   // one call by each of Callers, all at once
	Overhead = "overhead" // Calls of a provider alone, then of a Client over it
)

// Order is one line to a worker.
type Order struct {
	Do      string           `json:"do"`
	Name    contestant.Name  `json:"name,omitempty"`
	Setup   contestant.Setup `json:"setup"`
	Calls   int              `json:"calls,omitempty"`
	Callers int              `json:"callers,omitempty"`
}

// Report is one line from a worker. What is in it depends on the order.
type Report struct {
	Error string `json:"error,omitempty"`

	// Of a turn or a crowd, for each call.
	Time   float64 `json:"time"` // seconds
	CPU    float64 `json:"cpu"`  // seconds; 0 where HasCPU is false
	HasCPU bool    `json:"has_cpu"`
	Bytes  float64 `json:"bytes"`
	Allocs float64 `json:"allocs"`

	P50   float64 `json:"p50,omitempty"`   // seconds
	P99   float64 `json:"p99,omitempty"`   // seconds
	Grown int64   `json:"grown,omitempty"` // bytes

	// Of an overhead, for each call of Client more than of its provider.
	MoreTime   float64 `json:"more_time"` // seconds
	MoreAllocs float64 `json:"more_allocs"`
}

// Plus adds the figures of another turn, weighed.
func (r Report) Plus(turn Report, weight float64) Report {
	r.Time += weight * turn.Time
	r.CPU += weight * turn.CPU
	r.Bytes += weight * turn.Bytes
	r.Allocs += weight * turn.Allocs
	r.HasCPU = turn.HasCPU
	return r
}
