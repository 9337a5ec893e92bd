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

// process is a server under our hands.
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

// end sends a signal and waits until the program has ended.
func (p *process) end(s syscall.Signal) {
	if p == nil {
		return
	}
	_ = p.command.Process.Signal(s)
	select {
	case <-p.ended:
	case <-time.After(20 * time.Second):
		_ = p.command.Process.Kill()
		<-p.ended
	}
}

var errEnded = errors.New("it ended by itself")

// await asks until a server answers. It fails when the program has ended.
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

// logged is an error with the end of a server's log.
func logged(what string, err error, logFile string) error {
	text, _ := os.ReadFile(logFile)
	return fmt.Errorf("%s did not start: %w\n%s", what, err, text[max(0, len(text)-2000):])
}

// state is a server that is started again now and then.
type state struct {
	mu      sync.Mutex
	process *process
}

// again ends the server by a signal, has something done, and starts it again.
func (s *state) again(signal syscall.Signal, between func() error, start func() (*process, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.process.end(signal)
	if err := between(); err != nil {
		return err
	}
	p, err := start()
	s.process = p
	return err
}

func (s *state) stop(signal syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.process.end(signal)
}
