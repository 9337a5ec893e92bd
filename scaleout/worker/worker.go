package worker

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/scaleout/service"
)

// Variable is the environment variable of the fleet's processes, which then call
// [Main] first.
const Variable = "IDVERIFY_SCALEOUT_WORKER"

// IsWorker reports whether this process is one of the fleet.
func IsWorker() bool { return os.Getenv(Variable) != "" }

// Main executes commands until the standard input ends.
func Main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type process struct {
	setup    Setup
	services []*service.Service
	calls    atomic.Int64
	stopping context.Context // of Roam and Rows
	stop     context.CancelFunc
	otel     *telemetry

	mu  sync.Mutex
	out io.Writer
}

func serve(in io.Reader, out io.Writer) error {
	lines := json.NewDecoder(bufio.NewReader(in))
	p := &process{out: out}
	if err := lines.Decode(&p.setup); err != nil {
		return err
	}
	p.stopping, p.stop = context.WithCancel(context.Background())
	defer p.stop()
	if err := p.open(); err != nil {
		return err
	}
	p.tell(Event{Ready: true})
	for {
		var c Command
		err := lines.Decode(&c)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		go p.carryOut(c)
	}
}

func (p *process) open() error {
	var err error
	if p.otel, err = openTelemetry(p.setup); err != nil {
		return err
	}
	for _, config := range p.setup.Services {
		s, err := service.Open(config, service.Watch{
			Logger: p.otel.logger, Otel: &p.otel.options, Wrap: p.otel.wrap, Redis: p.otel.instrument,
			Store: func(e idverify.StoreEvent) { p.tell(Event{Store: e.Store + " " + string(e.Reason)}) },
		})
		if err != nil {
			return err
		}
		p.services = append(p.services, s)
	}
	return nil
}

// tell writes an event at once.
func (p *process) tell(e Event) {
	line, err := json.Marshal(e)
	if err != nil {
		panic(err) // an event is plain data
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = p.out.Write(append(line, '\n'))
}

func (p *process) carryOut(c Command) {
	var err error
	switch {
	case c.Ask != nil:
		p.ask(c.ID, *c.Ask)
	case c.Pace != nil:
		err = p.pace(c.ID, *c.Pace)
	case c.Roam != nil:
		p.roam(c.ID, *c.Roam)
	case c.Rows != nil:
		err = p.rows(c.ID, *c.Rows)
	case c.Stop:
		p.stop()
		err = p.otel.flush()
	}
	end := Event{ID: c.ID, Done: true}
	if err != nil {
		end.Failed = err.Error()
	}
	p.tell(end)
}
