//go:build unix

package servers

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// process is a server that we control.
type process struct {
	command *exec.Cmd
	ended   chan struct{}
}

// begin starts a program whose output goes to a file.
func begin(logFile string, own *syscall.Credential, name string, args ...string) (*process, error) {
	out, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	p := &process{command: exec.Command(name, args...), ended: make(chan struct{})}
	p.command.Stdout, p.command.Stderr = out, out
	p.command.Dir = "/"
	p.command.Env = []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")}
	p.command.SysProcAttr = attributes(own)
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.command.Wait()
		close(p.ended)
	}()
	return p, nil
}

// end sends a signal and waits until the program ends, or kills it after patience.
func (p *process) end(s syscall.Signal, patience time.Duration) {
	if p == nil {
		return
	}
	_ = p.command.Process.Signal(s)
	select {
	case <-p.ended:
	case <-time.After(patience):
		_ = p.command.Process.Kill()
		<-p.ended
	}
}

var errEnded = errors.New("it ended by itself")

// await tries until a server answers. It fails if the program has ended.
func (p *process) await(limit time.Duration, answers func() error) error {
	deadline := time.After(limit)
	for {
		err := answers()
		if err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return errEnded
		case <-deadline:
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// logged adds the end of a server's log to an error.
func logged(what string, err error, logFile string) error {
	text, _ := os.ReadFile(logFile)
	return fmt.Errorf("%s did not start: %w\n%s", what, err, text[max(0, len(text)-2000):])
}

// state is a server that can be restarted.
type state struct {
	mu      sync.Mutex
	process *process
}

// crash ends the server by a signal, and starts it again.
func (s *state) crash(signal syscall.Signal, start func() (*process, error)) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.process.end(signal, crashing)
	// Child processes of a killed server may live a moment longer, and a new server
	// does not start beside them.
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); <-time.After(100 * time.Millisecond) {
		if s.process, err = start(); err == nil {
			return nil
		}
	}
	return err
}

func (s *state) stop(signal syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.process.end(signal, stopping)
}

// How long a server may take to end before it is killed.
const (
	crashing = time.Second
	stopping = 10 * time.Second
)
