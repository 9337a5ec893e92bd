package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/idverify/idverify/bench/internal/contestant"
	"github.com/idverify/idverify/bench/internal/stats"
	"github.com/idverify/idverify/bench/internal/usage"
)

// Serve carries out orders until there are no more.
func Serve(orders io.Reader, reports io.Writer) error {
	in, out := json.NewDecoder(orders), json.NewEncoder(reports)
	var w worker
	for {
		var o Order
		if err := in.Decode(&o); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		report, err := w.obey(o)
		if err != nil {
			report.Error = err.Error()
		}
		if err := out.Encode(report); err != nil {
			return err
		}
	}
}

type worker struct{ call contestant.Call }

func (w *worker) obey(o Order) (Report, error) {
	if w.call == nil && o.Do != Open && o.Do != Overhead {
		return Report{}, errors.New("worker: nothing is open")
	}
	switch o.Do {
	case Open:
		call, err := contestant.New(o.Name, o.Setup)
		w.call = call
		return Report{}, err
	case Turn:
		return w.turn(o.Calls)
	case Crowd:
		return w.crowd(o.Calls, o.Callers)
	case Memory:
		return w.memory(o.Callers)
	case Overhead:
		return overhead(o.Setup, o.Calls)
	}
	return Report{}, fmt.Errorf("worker: no order %q", o.Do)
}

// meter is the usage of the process at one moment.
type meter struct {
	memory runtime.MemStats
	cpu    time.Duration
	hasCPU bool
	clock  time.Time
}

func read() *meter {
	m := new(meter)
	runtime.ReadMemStats(&m.memory)
	m.cpu, m.hasCPU = usage.CPU()
	m.clock = time.Now()
	return m
}

// since is the usage per call since m was read.
func (m *meter) since(calls int) Report {
	clock := time.Now()
	cpu, _ := usage.CPU()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	n := float64(calls)
	return Report{
		Time:   clock.Sub(m.clock).Seconds() / n,
		CPU:    (cpu - m.cpu).Seconds() / n,
		HasCPU: m.hasCPU,
		Bytes:  float64(memory.TotalAlloc-m.memory.TotalAlloc) / n,
		Allocs: float64(memory.Mallocs-m.memory.Mallocs) / n,
	}
}

func (w *worker) turn(calls int) (Report, error) {
	ctx := context.Background()
	before := read()
	for range calls {
		if err := w.call(ctx); err != nil {
			return Report{}, err
		}
	}
	return before.since(calls), nil
}

func (w *worker) crowd(calls, callers int) (Report, error) {
	ctx := context.Background()
	took := make([]float64, calls)
	var next atomic.Int64
	before := read()
	err := together(callers, func() error {
		for {
			i := int(next.Add(1)) - 1
			if i >= calls {
				return nil
			}
			began := time.Now()
			if err := w.call(ctx); err != nil {
				return err
			}
			took[i] = time.Since(began).Seconds()
		}
	})
	if err != nil {
		return Report{}, err
	}
	report := before.since(calls)
	report.P50, report.P99 = stats.Percentile(took, 50), stats.Percentile(took, 99)
	return report, nil
}

// memory makes a call first, so that one-time setup is not measured.
func (w *worker) memory(callers int) (Report, error) {
	ctx := context.Background()
	if err := w.call(ctx); err != nil {
		return Report{}, err
	}
	grown := usage.Memory()
	if err := together(callers, func() error { return w.call(ctx) }); err != nil {
		return Report{}, err
	}
	bytes, err := grown()
	return Report{Grown: bytes}, err
}

// together runs do in as many goroutines at once, and returns the first error.
func together(goroutines int, do func() error) error {
	errs := make(chan error, goroutines)
	start := make(chan struct{})
	var running sync.WaitGroup
	for range goroutines {
		running.Add(1)
		go func() {
			defer running.Done()
			<-start
			if err := do(); err != nil {
				errs <- err
			}
		}()
	}
	close(start)
	running.Wait()
	close(errs)
	return <-errs
}
