package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"time"

	"github.com/idverify/idverify/bench/internal/contestant"
	"github.com/idverify/idverify/bench/internal/report"
	"github.com/idverify/idverify/bench/internal/usage"
	"github.com/idverify/idverify/bench/internal/vendor"
	"github.com/idverify/idverify/bench/internal/work"
	"github.com/idverify/idverify/bench/internal/worker"
)

// stage is shared by all parts: the server, and a folder for the run.
type stage struct {
	options
	progress  io.Writer
	folder    string
	authority string
	server    *process
	at        vendor.Addresses
}

func newStage(o options, progress io.Writer) (*stage, error) {
	folder, err := os.MkdirTemp("", "idverify-bench-")
	if err != nil {
		return nil, err
	}
	s := &stage{options: o, progress: progress, folder: folder, authority: filepath.Join(folder, "authority.pem")}
	s.tidyWhenInterrupted()
	if s.server, err = start(roleServer, s.authority); err != nil {
		s.close()
		return nil, err
	}
	if err := s.server.lines.Decode(&s.at); err != nil {
		s.close()
		return nil, fmt.Errorf("the server did not start: %w", err)
	}
	return s, nil
}

// tidyWhenInterrupted removes the folder. The processes end when their input is
// closed.
func (s *stage) tidyWhenInterrupted() {
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt)
	go func() {
		<-interrupted
		_ = os.RemoveAll(s.folder)
		os.Exit(1)
	}()
}

func (s *stage) close() {
	if s.server != nil {
		s.server.stop()
	}
	_ = os.RemoveAll(s.folder)
}

// say prints progress.
func (s *stage) say(format string, args ...any) { fmt.Fprintf(s.progress, format+"\n", args...) }

// wants reports whether the flag -cases selects the name.
func (s *stage) wants(name string) bool { return s.cases.MatchString(name) }

// enter starts a worker with a contestant in it.
func (s *stage) enter(name contestant.Name, setup contestant.Setup) (*process, error) {
	p, err := start(roleWorker, s.authority)
	if err != nil {
		return nil, err
	}
	if _, err := p.do(worker.Order{Do: worker.Open, Name: name, Setup: setup}); err != nil {
		p.stop()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// setup is a contestant's setup for a case.
func (s *stage) setup(c work.Case) contestant.Setup {
	return contestant.Setup{Body: c.Body, BaseURL: s.at.Base[c.Transport], Size: c.Size, HTTP2: c.Transport == work.HTTP2TLS}
}

// counts reads the server's counters.
func (s *stage) counts() (vendor.Counts, error) {
	var counts vendor.Counts
	client := &http.Client{Timeout: 10 * time.Second, Transport: contestant.DefaultTransport()}
	defer client.CloseIdleConnections()
	resp, err := client.Get(s.at.Control)
	if err != nil {
		return counts, err
	}
	defer resp.Body.Close()
	return counts, json.NewDecoder(resp.Body).Decode(&counts)
}

// honest fails if any client sent the server a body of another length than announced.
func (s *stage) honest() error {
	counts, err := s.counts()
	if err == nil && counts.Wrong > 0 {
		err = fmt.Errorf("%d bodies were not as long as announced", counts.Wrong)
	}
	return err
}

func machine(now time.Time) report.Machine {
	return report.Machine{
		Processor: usage.Processor(),
		Cores:     runtime.NumCPU(),
		System:    runtime.GOOS + "/" + runtime.GOARCH,
		Go:        runtime.Version(),
		Date:      now.Format(time.DateOnly),
		Load:      usage.Load(),
	}
}
