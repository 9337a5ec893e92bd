package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"

	"github.com/idverify/idverify/idverifytest"
)

// serve runs the stand-in. It prints its address, and ends with its input.
func serve(in io.Reader, out io.Writer) int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 2
	}
	standIn := idverifytest.New()
	go func() {
		_, _ = io.Copy(io.Discard, in)
		standIn.Close()
	}()
	fmt.Fprintln(out, listener.Addr())
	if err := standIn.Serve(listener); err != nil {
		return 1
	}
	return 0
}

// server is the stand-in's process.
type server struct {
	addr string // host and port
	pid  int
	end  func() error // ends the process, and returns how it ended
	gone chan struct{}
}

// startServer starts this program again, as the stand-in.
func startServer() (*server, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	child := exec.Command(program)
	child.Env = append(os.Environ(), asServer+"=1")
	child.Stderr = os.Stderr
	in, err := child.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := child.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := child.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		_ = in.Close()
		return nil, errors.Join(errors.New("the stand-in did not start"), child.Wait())
	}
	s := &server{addr: strings.TrimSpace(line), pid: child.Process.Pid, gone: make(chan struct{})}
	var ended error
	go func() {
		ended = child.Wait()
		close(s.gone)
	}()
	s.end = sync.OnceValue(func() error {
		_ = in.Close()
		<-s.gone
		return ended
	})
	return s, nil
}

// memory is the current and the largest memory of the process, in bytes. ok is false
// if the system does not report it.
func (s *server) memory() (now, most int64, ok bool) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(s.pid) + "/status")
	if err != nil {
		return 0, 0, false
	}
	field := func(name string) int64 {
		_, rest, _ := strings.Cut(string(text), "\n"+name+":")
		rest, _, _ = strings.Cut(rest, " kB")
		n, _ := strconv.ParseInt(strings.TrimSpace(rest), 10, 64)
		return n << 10
	}
	now, most = field("VmRSS"), field("VmHWM")
	return now, most, most > 0
}
