//go:build unix

package servers

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// Postgres is a server that writes to disk as in production.
type Postgres struct {
	state
	dir  string
	port int
	own  *syscall.Credential // PostgreSQL refuses to run as root
}

// StartPostgres makes a database in a folder, which takes some five seconds, and
// starts a server on it.
func StartPostgres(dir string) (*Postgres, error) {
	p := &Postgres{dir: filepath.Join(dir, "postgres")}
	if err := os.Mkdir(p.dir, 0o700); err != nil {
		return nil, err
	}
	if os.Geteuid() == 0 {
		if err := p.leaveRoot(); err != nil {
			return nil, err
		}
	}
	if err := p.make(); err != nil {
		return nil, err
	}
	var err error
	for range 3 {
		if p.port, err = freePort(); err != nil {
			return nil, err
		}
		if p.process, err = p.start(); err == nil {
			return p, nil
		}
	}
	return nil, err
}

// leaveRoot runs everything as the user that Debian's package creates. That user
// needs access to the folder.
func (p *Postgres) leaveRoot() error {
	u, err := user.Lookup("postgres")
	if err != nil {
		return fmt.Errorf("servers: PostgreSQL does not run as root, and there is no user postgres: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return err
	}
	p.own = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return errors.Join(os.Chmod(filepath.Dir(p.dir), 0o711), os.Chown(p.dir, int(uid), int(gid)))
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

func (p *Postgres) start() (*process, error) {
	logFile := filepath.Join(filepath.Dir(p.dir), "postgres.log")
	process, err := begin(logFile, p.own, find("postgres"), "-D", p.data(), "-p", strconv.Itoa(p.port), "-c", "listen_addresses=127.0.0.1",
		"-c", "unix_socket_directories="+p.dir, "-c", "max_connections=200")
	if err != nil {
		return nil, err
	}
	if err := process.await(30*time.Second, p.answers); err != nil {
		process.end(syscall.SIGKILL, stopping)
		return nil, logged("postgres", err, logFile)
	}
	return process, nil
}

// answers looks for the socket file that the server creates once it accepts
// connections.
func (p *Postgres) answers() error {
	conn, err := net.DialTimeout("unix", filepath.Join(p.dir, ".s.PGSQL."+strconv.Itoa(p.port)), time.Second)
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

// Addr is the address that the server listens on.
func (p *Postgres) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port)) }

// DSN opens the one database at an address: the server's, or a proxy's.
func DSN(addr string) string {
	return "postgres://postgres@" + addr + "/postgres?sslmode=disable&connect_timeout=2"
}

// Crash ends the server without a shutdown, and starts it again. It must still have
// all data that it acknowledged.
func (p *Postgres) Crash() error {
	return p.crash(syscall.SIGQUIT, p.start)
}

// Stop ends the server.
func (p *Postgres) Stop() { p.stop(syscall.SIGINT) }
