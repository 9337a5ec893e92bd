package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/idverify/idverify/bench/internal/vendor"
	"github.com/idverify/idverify/bench/internal/worker"
)

// The role of a process that this program starts, and the file of the run's
// certificate authority. With SSL_CERT_FILE Go trusts it by default.
const (
	roleVariable      = "IDVERIFY_BENCH_ROLE"
	authorityVariable = "SSL_CERT_FILE"

	roleServer = "server"
	roleWorker = "worker"
)

func play(role string) error {
	switch role {
	case roleServer:
		return serve(os.Stdin, os.Stdout, os.Getenv(authorityVariable))
	case roleWorker:
		if err := trust(os.Getenv(authorityVariable)); err != nil {
			return err
		}
		return worker.Serve(os.Stdin, os.Stdout)
	}
	return fmt.Errorf("no such role")
}

// serve writes the authority's file, prints its addresses, and ends with its input.
func serve(in io.Reader, out io.Writer, authorityFile string) error {
	authority, certificate, err := vendor.Certificates(time.Now())
	if err != nil {
		return err
	}
	if err := os.WriteFile(authorityFile, authority, 0o600); err != nil {
		return err
	}
	server, err := vendor.Start(certificate)
	if err != nil {
		return err
	}
	defer server.Close()
	if err := json.NewEncoder(out).Encode(server.Addresses); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return err
}

// process is a process that this program started.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	orders *json.Encoder
	lines  *json.Decoder
}

// start starts this program again in a role.
func start(role, authorityFile string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(childEnvironment(os.Environ()), roleVariable+"="+role, authorityVariable+"="+authorityFile)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &process{cmd: cmd, in: in, orders: json.NewEncoder(in), lines: json.NewDecoder(bufio.NewReader(out))}, nil
}

// childEnvironment is our environment without proxies: the measured calls stay on
// this machine.
func childEnvironment(ours []string) []string {
	var theirs []string
	for _, setting := range ours {
		name, _, _ := strings.Cut(setting, "=")
		if !strings.HasSuffix(strings.ToUpper(name), "_PROXY") {
			theirs = append(theirs, setting)
		}
	}
	return append(theirs, trustSettings...)
}

// do gives a worker an order and waits for its report.
func (p *process) do(o worker.Order) (worker.Report, error) {
	var r worker.Report
	if err := p.orders.Encode(o); err != nil {
		return r, err
	}
	if err := p.lines.Decode(&r); err != nil {
		return r, fmt.Errorf("the worker ended: %w", err)
	}
	if r.Error != "" {
		return r, errors.New(r.Error)
	}
	return r, nil
}

// stop closes the input of a process, which ends it, and waits for it.
func (p *process) stop() {
	_ = p.in.Close()
	_ = p.cmd.Wait() // its errors have been reported
}
