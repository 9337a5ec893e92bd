// Package report turns measurements into figures, targets, a table and a picture.
package report

import (
	"fmt"
	"strings"

	"github.com/idverify/idverify/bench/internal/contestant"
	"github.com/idverify/idverify/bench/internal/stats"
	"github.com/idverify/idverify/bench/internal/work"
	"github.com/idverify/idverify/bench/internal/worker"
)

// Results is a whole run.
type Results struct {
	Machine  Machine    `json:"machine"`
	Rounds   int        `json:"rounds"`
	Quick    bool       `json:"quick"`
	Cases    []Case     `json:"cases"`
	Crowds   []Crowd    `json:"crowds"`
	Memory   []Memory   `json:"memory"`
	Overhead []Overhead `json:"overhead"`
}

// Machine is the machine that ran the bench.
type Machine struct {
	Processor string `json:"processor"`
	Cores     int    `json:"cores"`
	System    string `json:"system"`
	Go        string `json:"go"`
	Date      string `json:"date"`
	// Load is how many threads of other programs wanted a core before the run; 0 if
	// the system does not say.
	Load float64 `json:"load,omitempty"`
}

// isBusy reports whether other work disturbs the figures.
func (m Machine) isBusy() bool { return m.Load > 1 }

func (m Machine) String() string {
	processor := m.Processor
	if processor == "" {
		processor = "processor of unknown make"
	}
	return fmt.Sprintf("%s, %d cores, %s, %s, %s", processor, m.Cores, m.System, m.Go, m.Date)
}

// Round is one turn of every contestant.
type Round map[contestant.Name]worker.Report

// Case is one kind of call, measured for every contestant.
type Case struct {
	work.Case
	Contestants []Figures `json:"contestants"`
	// Idverify has idverify's ratios to each of the others.
	Idverify map[contestant.Name]Ratios `json:"idverify_to"`
}

// Figures are medians over the rounds, of one call.
type Figures struct {
	Name   contestant.Name `json:"name"`
	Time   float64         `json:"time_us"`
	CPU    float64         `json:"cpu_us,omitempty"` // omitted if the system does not report it
	Bytes  float64         `json:"bytes"`
	Allocs float64         `json:"allocs"`
	// ToHand are the ratios to net/http by hand.
	ToHand Ratios `json:"to_hand"`
}

// Ratios are medians of the ratios of each round.
type Ratios struct {
	Time   float64 `json:"time"`
	CPU    float64 `json:"cpu,omitempty"` // omitted if the system does not report it
	Bytes  float64 `json:"bytes"`
	Allocs float64 `json:"allocs"`
}

const micro = 1e6

// order is the order in the tables and the picture.
var order = []contestant.Name{
	contestant.ByHand, contestant.Idverify, contestant.IdverifyHTTP2,
	contestant.Resty, contestant.TencentSDK, contestant.BaiduSDK,
	contestant.AlibabaSDK, contestant.HuaweiSDK, contestant.VolcengineSDK,
}

// Sum makes the figures of a case. Every round has the same contestants.
func Sum(c work.Case, rounds []Round) Case {
	result := Case{Case: c, Idverify: map[contestant.Name]Ratios{}}
	for _, name := range order {
		if _, took := rounds[0][name]; !took {
			continue
		}
		result.Contestants = append(result.Contestants, figures(name, rounds))
		if name != contestant.Idverify {
			result.Idverify[name] = ratios(contestant.Idverify, name, rounds)
		}
	}
	return result
}

func figures(name contestant.Name, rounds []Round) Figures {
	median := func(of func(worker.Report) float64) float64 { return stats.Median(series(name, rounds, of)) }
	return Figures{
		Name:   name,
		Time:   median(timeOf) * micro,
		CPU:    median(cpuOf) * micro,
		Bytes:  median(bytesOf),
		Allocs: median(allocsOf),
		ToHand: ratios(name, contestant.ByHand, rounds),
	}
}

func timeOf(r worker.Report) float64   { return r.Time }
func cpuOf(r worker.Report) float64    { return r.CPU }
func bytesOf(r worker.Report) float64  { return r.Bytes }
func allocsOf(r worker.Report) float64 { return r.Allocs }

func series(name contestant.Name, rounds []Round, of func(worker.Report) float64) []float64 {
	values := make([]float64, 0, len(rounds))
	for _, round := range rounds {
		values = append(values, of(round[name]))
	}
	return values
}

// ratios are a's figures divided by b's; 0 for figures that the system does not
// report.
func ratios(a, b contestant.Name, rounds []Round) Ratios {
	ratio := func(of func(worker.Report) float64) float64 {
		return stats.Ratio(series(a, rounds, of), series(b, rounds, of))
	}
	r := Ratios{Time: ratio(timeOf), Bytes: ratio(bytesOf), Allocs: ratio(allocsOf)}
	if rounds[0][a].HasCPU {
		r.CPU = ratio(cpuOf)
	}
	return r
}

// Of returns a contestant's figures.
func (c Case) Of(name contestant.Name) (Figures, bool) {
	for _, f := range c.Contestants {
		if f.Name == name {
			return f, true
		}
	}
	return Figures{}, false
}

// Line is a short text about a case, printed as progress.
func (c Case) Line() string {
	var text strings.Builder
	for _, f := range c.Contestants {
		if f.Name == contestant.ByHand {
			fmt.Fprintf(&text, "by-hand %.0f µs, CPU %.0f", f.Time, f.CPU)
			continue
		}
		fmt.Fprintf(&text, " | %s ×%.2f, CPU ×%.2f", f.Name, f.ToHand.Time, f.ToHand.CPU)
		if f.Name == contestant.Idverify {
			fmt.Fprintf(&text, ", %.0f B, %.0f allocs", f.Bytes, f.Allocs)
		}
	}
	return text.String()
}

// Crowd is many callers at once.
type Crowd struct {
	Name      contestant.Name `json:"name"`
	Transport work.Transport  `json:"transport"`
	Callers   int             `json:"callers"`
	Calls     int             `json:"calls"`
	PerSecond float64         `json:"calls_per_second"`
	P50       float64         `json:"p50_ms"`
	P99       float64         `json:"p99_ms"`
	CPU       float64         `json:"cpu_us_per_call,omitempty"`
	// Opened is how many connections the server accepted in all rounds, including the
	// first; Later is how many of them after the first round.
	Opened int64 `json:"connections_opened"`
	Later  int64 `json:"connections_opened_later"`
}

// Memory is the largest growth of the process while Callers sent a file each.
type Memory struct {
	work.Case
	Name    contestant.Name `json:"name"`
	Callers int             `json:"callers"`
	Grown   float64         `json:"grown_mb"`
}

// Overhead is the additional cost of Client over a provider, per call.
type Overhead struct {
	Vendor string  `json:"vendor"`
	Time   float64 `json:"time_us"`
	Allocs float64 `json:"allocs"`
}
