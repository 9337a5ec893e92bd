// Package worker is one process of the fleet. It receives commands as lines of JSON
// on standard input, and sends events as lines of JSON on standard output. Each line
// is written at once, so that the events of a killed process are known.
package worker

import (
	"errors"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/scaleout/service"
)

// Setup is the first line that a process receives.
type Setup struct {
	Name     string // of this run of the process
	Services []service.Config
	// Under is the command that starts the process, such as "ip netns exec"; none starts
	// it directly.
	Under   []string `json:"-"`
	Log     string   // files of the process's log and of its OpenTelemetry data
	Spans   string
	Metrics string
	// Traced is the share of calls that have spans, 0 for all.
	Traced float64
}

// Command is one command. Exactly one field is set besides ID.
type Command struct {
	ID   int
	Ask  *Ask  `json:",omitempty"`
	Pace *Pace `json:",omitempty"`
	Roam *Roam `json:",omitempty"`
	Rows *Rows `json:",omitempty"`
	Stop bool  `json:",omitempty"` // ends Roam and Rows, and flushes telemetry
}

// Ask is many calls at the same moment.
type Ask struct {
	Kind    string
	Numbers []int // of the questions, one for each call
	At      time.Time
	Limit   time.Duration // of a call
	// Services are asked in turn; none means all.
	Services []int
}

// Pace takes starts from a shared limiter as fast as it gives them.
type Pace struct {
	Name      string
	PerSecond float64
	Processes int
	Workers   int
	At        time.Time
	For       time.Duration
}

// Roam asks random questions near a number that grows with time, so that several
// processes ask the same at about the same time.
type Roam struct {
	Kind      string
	Begin     time.Time
	PerSecond float64 // how fast the number grows
	Spread    int     // how far around the number
	Workers   int
	Limit     time.Duration // the longest wait for a call
	Seed      uint64
}

// Rows works on a batch until no row is left: on the rows of the queue or, with Kind,
// on rows 1 to Upto, which every machine then processes.
type Rows struct {
	Batch       string
	Database    service.Database
	Kind        string
	Upto        int
	Workers     int
	Hold        time.Duration // of a row in progress
	Reservation time.Duration // of a row not yet started
}

// Event is a report of a process.
type Event struct {
	ID     int     // of the command
	Ready  bool    `json:",omitempty"` // the first event
	Told   *Told   `json:",omitempty"`
	Starts *Starts `json:",omitempty"`
	Store  string  `json:",omitempty"` // what a store could not do, such as "rate paused"
	Done   bool    `json:",omitempty"` // the last event of a command
	Failed string  `json:",omitempty"` // error of a command that could not be executed
}

// Told is the answer to a caller.
type Told struct {
	Kind      string
	N         int
	Call      string // name of the call, unique
	Code      idverify.Code
	Decision  bool
	Ambiguous bool
	MayCost   bool
	Origin    idverify.Origin
	Vendor    string
	Resumed   bool `json:",omitempty"`
	Taken     bool `json:",omitempty"`
	Took      time.Duration
	// Broken says how the answer breaks the contract of Verify.
	Broken string `json:",omitempty"`
}

// Starts are the starts that a limiter gave.
type Starts struct {
	At       []time.Time
	Late     time.Duration // the longest delay of a sleep in this process
	Slowest  time.Duration // the longest that Redis took
	Degraded int           // starts without the source
}

// ToldOf converts an answer for an event.
func ToldOf(res *idverify.Result, err error) Told {
	var e *idverify.Error
	switch {
	case err == nil && res != nil:
		t := Told{Code: res.Code, Decision: true, MayCost: true, Origin: res.Origin, Vendor: res.Vendor}
		if !res.Code.IsDecision() || res.Passed() != (res.Code == idverify.CodeMatch) {
			t.Broken = "a result that is no decision, or a pass that is no match"
		}
		return t
	case res == nil && errors.As(err, &e) && e != nil && !e.Code.IsDecision():
		return Told{Code: e.Code, Ambiguous: e.Ambiguous(), MayCost: e.MayHaveCost(), Origin: e.Origin, Vendor: e.Vendor}
	}
	return Told{Broken: "neither a decision nor a typed error"}
}
