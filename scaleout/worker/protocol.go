// Package worker is one process of the fleet. It is told what to do in lines of JSON on
// its standard input, and tells what happened in lines of JSON on its standard output:
// a line is written at once, so that what a killed process has told is known.
package worker

import (
	"errors"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/scaleout/service"
)

// Setup is the first line that a process is given.
type Setup struct {
	Name     string // of this life of the process
	Services []service.Config
	Log      string // files of the process's log and of what OpenTelemetry is told
	Spans    string
	Metrics  string
	// Traced is the share of calls that have spans, 0 for all.
	Traced float64
}

// Command is one thing to do. One of the fields is set besides ID.
type Command struct {
	ID   int
	Ask  *Ask  `json:",omitempty"`
	Pace *Pace `json:",omitempty"`
	Roam *Roam `json:",omitempty"`
	Rows *Rows `json:",omitempty"`
	Stop bool  `json:",omitempty"` // ends Roam and Rows, and flushes what is measured
}

// Ask is a crowd of calls at one moment.
type Ask struct {
	Kind    string
	Numbers []int // of the questions, one for each call
	At      time.Time
	Limit   time.Duration // of a call
	// Services are those that ask in turn; none stands for all.
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

// Roam asks questions at random near one that moves on with time, so that several
// processes ask the same at about the same time.
type Roam struct {
	Kind      string
	Begin     time.Time
	PerSecond float64 // how fast the middle moves
	Spread    int     // how far around it
	Workers   int
	Limit     time.Duration // the longest that a call is waited for
	Seed      uint64
}

// Rows works on a batch until there is no row left: on those of the queue, or, with
// Kind, on rows 1 to Upto, all of them on every machine.
type Rows struct {
	Batch       string
	Postgres    string // DSN
	Kind        string
	Upto        int
	Workers     int
	Hold        time.Duration // of a row that was begun
	Reservation time.Duration // of one that was not
}

// Event is what a process tells.
type Event struct {
	ID     int     // of the command
	Ready  bool    `json:",omitempty"` // the first event
	Told   *Told   `json:",omitempty"`
	Starts *Starts `json:",omitempty"`
	Store  string  `json:",omitempty"` // what a store could not do: "rate paused"
	Done   bool    `json:",omitempty"` // the last event of a command
	Failed string  `json:",omitempty"` // of a command that could not be carried out
}

// Told is what a caller was told.
type Told struct {
	Kind      string
	N         int
	Call      string // names the call among all
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

// Starts are those of a limiter.
type Starts struct {
	At       []time.Time
	Late     time.Duration // the latest that this process was woken at, while it waited
	Slowest  time.Duration // the longest that Redis was waited for
	Degraded int           // starts without the source
}

// ToldOf puts an answer into an event's form.
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
