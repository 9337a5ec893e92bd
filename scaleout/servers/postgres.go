//go:build unix

package servers

import (
	"errors"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/idverify/idverify/scaleout/service"
	"github.com/idverify/idverify/sqlidverify"
)

// Postgres is a server of the first dialect.
type Postgres struct {
	state
	dir  string
	port int
	own  *syscall.Credential
}

// StartPostgres makes a database in a folder, which takes some five seconds, and
// starts a server on it.
func StartPostgres(dir string) (*Postgres, error) {
	p := &Postgres{}
	var err error
	if p.dir, p.own, err = home(dir, "postgres", "postgres"); err != nil {
		return nil, err
	}
	if err := p.make(); err != nil {
		return nil, err
	}
	p.port, p.process, err = anywhere(p.startAt)
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Postgres) data() string { return filepath.Join(p.dir, "data") }

func (p *Postgres) make() error {
	command := exec.Command(find("initdb"), "-D", p.data(), "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C")
	command.Dir = "/"
	command.SysProcAttr = attributes(p.own)
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

func (p *Postgres) start() (*process, error) { return p.startAt(p.port) }

func (p *Postgres) startAt(port int) (*process, error) {
	logFile := filepath.Join(filepath.Dir(p.dir), "postgres.log")
	process, err := begin(logFile, p.own, find("postgres"), "-D", p.data(), "-p", strconv.Itoa(port), "-c", "listen_addresses=127.0.0.1",
		"-c", "unix_socket_directories="+p.dir, "-c", "max_connections=200")
	if err != nil {
		return nil, err
	}
	if err := process.await(30*time.Second, func() error { return p.answers(port) }); err != nil {
		process.end(syscall.SIGKILL, stopping)
		return nil, logged("postgres", err, logFile)
	}
	return process, nil
}

// answers looks for the socket file that the server creates once it accepts
// connections.
func (p *Postgres) answers(port int) error {
	conn, err := net.DialTimeout("unix", filepath.Join(p.dir, ".s.PGSQL."+strconv.Itoa(port)), time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	return isReady(conn)
}

// isReady logs in: a server in recovery refuses the login.
func isReady(conn net.Conn) error {
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	const parameters = "user\x00postgres\x00database\x00postgres\x00\x00"
	hello := append([]byte{0, 0, 0, byte(8 + len(parameters)), 0, 3, 0, 0}, parameters...)
	if _, err := conn.Write(hello); err != nil {
		return err
	}
	var answer [1]byte
	if _, err := conn.Read(answer[:]); err != nil {
		return err
	}
	if answer[0] != 'R' {
		return errors.New("servers: PostgreSQL is starting up")
	}
	_, err := conn.Write([]byte{'X', 0, 0, 0, 4})
	return err
}

// Addr implements [SQL].
func (p *Postgres) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port)) }

// At implements [SQL].
func (p *Postgres) At(addr string) service.Database {
	return service.Database{Dialect: sqlidverify.PostgreSQL, DSN: "postgres://postgres@" + addr + "/postgres?sslmode=disable&connect_timeout=2"}
}

// Crash implements [SQL].
func (p *Postgres) Crash() error { return p.crash(syscall.SIGQUIT, p.start) }

// Stop implements [SQL].
func (p *Postgres) Stop() { p.stop(syscall.SIGINT) }
