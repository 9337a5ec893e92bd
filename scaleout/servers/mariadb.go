//go:build unix

package servers

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/idverify/idverify/scaleout/service"
	"github.com/idverify/idverify/sqlidverify"
)

// MariaDB is a server of the second dialect.
type MariaDB struct {
	state
	dir  string
	port int
	own  *syscall.Credential
}

// StartMariaDB makes a database in a folder, and starts a server on it.
func StartMariaDB(dir string) (*MariaDB, error) {
	m := &MariaDB{}
	var err error
	if m.dir, m.own, err = home(dir, "mariadb", "mysql"); err != nil {
		return nil, err
	}
	if err := m.make(); err != nil {
		return nil, err
	}
	m.port, m.process, err = anywhere(m.startAt)
	if err != nil {
		return nil, err
	}
	return m, nil
}

func (m *MariaDB) data() string { return "--datadir=" + filepath.Join(m.dir, "data") }

func (m *MariaDB) first() string { return filepath.Join(m.dir, "first.sql") }

func (m *MariaDB) make() error {
	if err := os.WriteFile(m.first(), []byte("create database if not exists idverify;\n"), 0o644); err != nil {
		return err
	}
	command := exec.Command(find("mariadb-install-db"), "--no-defaults", m.data(), "--auth-root-authentication-method=normal", "--skip-test-db")
	command.Dir = "/"
	command.SysProcAttr = attributes(m.own)
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("mariadb-install-db: %w\n%s", err, out)
	}
	return nil
}

func (m *MariaDB) socket() string { return filepath.Join(m.dir, "my.sock") }

func (m *MariaDB) start() (*process, error) { return m.startAt(m.port) }

func (m *MariaDB) startAt(port int) (*process, error) {
	logFile := filepath.Join(filepath.Dir(m.dir), "mariadb.log")
	process, err := begin(logFile, m.own, find("mariadbd"), "--no-defaults", m.data(), "--port="+strconv.Itoa(port), "--bind-address=127.0.0.1",
		"--socket="+m.socket(), "--pid-file="+filepath.Join(m.dir, "my.pid"), "--init-file="+m.first(), "--max-connections=300")
	if err != nil {
		return nil, err
	}
	if err := process.await(30*time.Second, m.answers); err != nil {
		process.end(syscall.SIGKILL, stopping)
		return nil, logged("mariadbd", err, logFile)
	}
	return process, nil
}

// answers reads the server's greeting, which begins with the number of the protocol. A
// server that cannot take connections sends an error instead.
func (m *MariaDB) answers() error {
	conn, err := net.DialTimeout("unix", m.socket(), time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	var greeting [5]byte
	if _, err := io.ReadFull(conn, greeting[:]); err != nil {
		return err
	}
	if greeting[4] != 10 {
		return errors.New("servers: MariaDB is starting up")
	}
	return nil
}

// Addr implements [SQL].
func (m *MariaDB) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(m.port)) }

// At implements [SQL].
func (m *MariaDB) At(addr string) service.Database {
	return service.Database{Dialect: sqlidverify.MySQL, DSN: "root@tcp(" + addr + ")/idverify?timeout=2s"}
}

// Crash implements [SQL].
func (m *MariaDB) Crash() error { return m.crash(syscall.SIGKILL, m.start) }

// Stop implements [SQL]. Nobody needs the files any more.
func (m *MariaDB) Stop() { m.stop(syscall.SIGKILL) }
