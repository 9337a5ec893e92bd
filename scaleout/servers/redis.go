//go:build unix

package servers

import (
	"bufio"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Redis is a server that stores nothing on disk. Its SLOWLOG records every command.
type Redis struct {
	state
	dir  string
	port int
}

// StartRedis starts a server in a folder.
func StartRedis(dir string) (*Redis, error) {
	r := &Redis{dir: dir}
	var err error
	r.port, r.process, err = anywhere(r.startAt)
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Addr is the address that the server listens on.
func (r *Redis) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(r.port)) }

func (r *Redis) start() (*process, error) { return r.startAt(r.port) }

func (r *Redis) startAt(port int) (*process, error) {
	logFile := filepath.Join(r.dir, "redis.log")
	p, err := begin(logFile, nil, find("redis-server"), "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "",
		"--appendonly", "no", "--dir", r.dir, "--maxmemory-policy", "noeviction", "--slowlog-log-slower-than", "0", "--slowlog-max-len", "2000")
	if err != nil {
		return nil, err
	}
	if err := p.await(10*time.Second, func() error { return r.answers(port) }); err != nil {
		p.end(syscall.SIGKILL, stopping)
		return nil, logged("redis-server", err, logFile)
	}
	return p, nil
}

// answers asks for the server's folder: another server may have the port.
func (r *Redis) answers(port int) error {
	conn, err := net.DialTimeout("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := conn.Write([]byte("CONFIG GET dir\r\n")); err != nil {
		return err
	}
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		if strings.TrimSpace(lines.Text()) == r.dir {
			return nil
		}
	}
	return fmt.Errorf("servers: another server has port %d", port)
}

// LoseAll kills the server and starts it again without any data.
func (r *Redis) LoseAll() error {
	return r.crash(syscall.SIGKILL, r.start)
}

// Stop ends the server.
func (r *Redis) Stop() { r.stop(syscall.SIGTERM) }
