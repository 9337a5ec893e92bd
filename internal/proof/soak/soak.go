package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"time"
)

// settings are the options of a run.
type settings struct {
	callers  int
	duration time.Duration
	storm    bool // a third of the exchanges meet a fault
	calls    int  // questions at most; 0 is no limit
	seed     uint64
	limit    time.Duration // of one exchange
	grace    time.Duration // for the last calls to end, and for goroutines and connections to go
	trouble  io.Writer     // receives the stacks if goroutines leak
}

// warmUp is the share of the run after which the heap is first measured.
const warmUp = 0.2

// scenario is one run.
type scenario struct {
	settings
	ledger  *ledger
	desk    *desk
	servers *servers
	callers []*caller
	hanging bool // a caller did not return
}

// soak runs the whole scenario.
func soak(s settings) (*report, error) {
	began := time.Now()
	start := measured(0)
	dir, err := os.MkdirTemp("", "soak")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	run, err := prepare(s, dir)
	if err != nil {
		return nil, err
	}
	// Nothing should use the standard logger. net/http logs unrequested answers
	// there, and these logs are searched too.
	before := log.Writer()
	defer log.SetOutput(before)
	log.SetOutput(run.callers[0].privacy)

	run.phase(warmUp)
	warm, _ := run.rest()
	if !run.hanging {
		run.phase(1 - warmUp)
	}
	end, idle := run.rest()

	end = run.leave(start, end)
	run.ledger.holdStill(start, warm, end)
	runtime.KeepAlive(run.callers) // their memory belongs to the measured heap
	return run.report(began, start, warm, end, idle), nil
}

func prepare(s settings, dir string) (*scenario, error) {
	run := &scenario{settings: s, ledger: newLedger()}
	privacy := newPrivacy(run.ledger)
	share := faultShare
	if s.storm {
		share = stormShare
	}
	run.desk = newDesk(run.ledger, newMischief(rand.New(rand.NewPCG(s.seed, 0)), s.limit, share))
	run.servers = serve(run.desk, serverLog{run.ledger})
	logger := slog.New(slog.NewJSONHandler(privacy, nil))
	store := newResultStore(4*s.callers + 64)
	trust := run.servers.trusting()

	var clients []policy
	for _, server := range []struct{ protocol, root string }{{http1, run.servers.http1.URL}, {http2, run.servers.http2.URL}} {
		some, err := policies(server.root, server.protocol, s, trust, logger, store)
		if err != nil {
			return nil, fmt.Errorf("clients over %s: %w", server.protocol, err)
		}
		clients = append(clients, some...)
	}
	people := crowd()
	for n := range s.callers {
		run.callers = append(run.callers, &caller{
			ledger: run.ledger, desk: run.desk, privacy: privacy, policies: clients, people: people,
			limit: s.limit, dir: dir, random: rand.New(rand.NewPCG(s.seed, uint64(n)+1)),
		})
	}
	return run, nil
}

// phase lets the callers ask for a share of the run, and waits for the last answer. A
// call without an answer is lost.
func (run *scenario) phase(share float64) {
	until := time.Now().Add(time.Duration(float64(run.duration) * share))
	var asked atomic.Int64
	atMost := int64(float64(run.calls) * share)
	more := func() bool {
		return time.Now().Before(until) && (run.calls == 0 || asked.Add(1) <= atMost)
	}
	var callers sync.WaitGroup
	for _, c := range run.callers {
		callers.Go(func() { c.work(more) })
	}
	back := make(chan struct{})
	go func() {
		callers.Wait()
		close(back)
	}()
	patience := time.NewTimer(time.Until(until) + run.grace)
	defer patience.Stop()
	select {
	case <-back:
	case <-patience.C:
		run.hanging = true
		run.ledger.broken(ruleLost, "callers still wait %s after the last call was begun", run.grace)
		_ = pprof.Lookup("goroutine").WriteTo(run.trouble, 1)
	}
}

// rest measures the resources when nobody calls and idle connections are closed.
func (run *scenario) rest() (m measure, idle int) {
	ctx, cancel := context.WithTimeout(context.Background(), run.grace)
	defer cancel()
	// The second handover lets the ledger judge everything asked until now.
	for range 2 {
		if run.desk.handOver(ctx) != nil {
			run.ledger.broken(ruleConnections, "an exchange that nobody waits for does not end")
		}
	}
	idle, _, _ = run.servers.connections.count()
	run.servers.http1.CloseClientConnections()
	run.servers.http2.CloseClientConnections()
	within(run.grace, func() bool { open, _, _ := run.servers.connections.count(); return open == 0 })
	open, _, _ := run.servers.connections.count()
	return measured(open), idle
}

// leave closes the servers, lets the ledger judge everything and waits for the
// goroutines of connections to end.
func (run *scenario) leave(start, end measure) measure {
	if err := run.servers.close(run.grace); err != nil {
		run.ledger.broken(ruleConnections, "%v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), run.grace)
	defer cancel()
	if err := run.desk.handOver(ctx); err != nil {
		run.ledger.broken(ruleStandIn, "the last exchanges do not end")
	}
	run.ledger.finish()
	if !within(run.grace, func() bool { return runtime.NumGoroutine() <= start.Goroutines }) {
		_ = pprof.Lookup("goroutine").WriteTo(run.trouble, 1)
	}
	end.Goroutines = runtime.NumGoroutine()
	end.Connections, _, _ = run.servers.connections.count()
	return end
}
