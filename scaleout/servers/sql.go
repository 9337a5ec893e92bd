//go:build unix

package servers

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/idverify/idverify/scaleout/service"
	"github.com/idverify/idverify/sqlidverify"
)

// SQL is a database server that writes to disk as in production.
type SQL interface {
	// Addr is the address that the server listens on.
	Addr() string
	// At is the one database at an address: the server's, or a proxy's.
	At(addr string) service.Database
	// Crash ends the server without a shutdown, and starts it again. It must still have
	// all data that it acknowledged.
	Crash() error
	// Stop ends the server.
	Stop()
}

// StartSQL makes an empty database in a folder, and starts a server on it.
func StartSQL(d sqlidverify.Dialect, dir string) (SQL, error) {
	var s SQL
	var err error
	if d == sqlidverify.MySQL {
		s, err = StartMariaDB(dir)
	} else {
		s, err = StartPostgres(dir)
	}
	if err != nil {
		return nil, err // not a nil server in an interface
	}
	return s, nil
}

// home makes a server's own folder. Servers of SQL refuse to run as root, or should not:
// root leaves them to the user that Debian's package creates, who needs access.
func home(dir, name, owner string) (path string, own *syscall.Credential, err error) {
	path = filepath.Join(dir, name)
	if err := os.Mkdir(path, 0o700); err != nil {
		return "", nil, err
	}
	if os.Geteuid() != 0 {
		return path, nil, nil
	}
	u, err := user.Lookup(owner)
	if err != nil {
		return "", nil, fmt.Errorf("servers: %s does not run as root, and there is no user %s: %w", name, owner, err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return "", nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return "", nil, err
	}
	own = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return path, own, errors.Join(os.Chmod(dir, 0o711), os.Chown(path, int(uid), int(gid)))
}

// anywhere starts a server on a free port. Another program may take the port meanwhile.
func anywhere(start func(port int) (*process, error)) (port int, p *process, err error) {
	for range 3 {
		if port, err = freePort(); err != nil {
			return 0, nil, err
		}
		if p, err = start(port); err == nil {
			return port, p, nil
		}
	}
	return 0, nil, err
}
