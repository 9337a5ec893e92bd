//go:build unix

// Package servers starts its own Redis and PostgreSQL or MariaDB in a folder, on free
// loopback ports, for tests and demonstrations. Servers that already run are not
// touched.
package servers

import (
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/idverify/idverify/sqlidverify"
)

// Install is the command that installs the missing programs, with a server of the
// dialect.
func Install(d sqlidverify.Dialect) string {
	if d == sqlidverify.MySQL {
		return "apt-get install redis-server mariadb-server"
	}
	return "apt-get install redis-server postgresql"
}

// Missing names the programs that are not installed.
func Missing(d sqlidverify.Dialect) (missing []string) {
	needed := []string{"redis-server", "initdb", "postgres"}
	if d == sqlidverify.MySQL {
		needed = []string{"redis-server", "mariadb-install-db", "mariadbd"}
	}
	for _, program := range needed {
		if find(program) == "" {
			missing = append(missing, program)
		}
	}
	return missing
}

// places are where Debian and Homebrew install programs outside the PATH.
var places = []string{"/usr/sbin", "/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin", "/usr/pgsql-*/bin"}

// find is the path of a program, empty if it is not installed. It prefers the newest
// version of PostgreSQL.
func find(program string) string {
	for _, place := range places {
		found, _ := filepath.Glob(filepath.Join(place, program))
		if len(found) > 0 {
			return slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
		}
	}
	path, err := exec.LookPath(program)
	if err != nil {
		return ""
	}
	return path
}

// version is the first number in a path.
func version(path string) int {
	digits := strings.FieldsFunc(path, func(r rune) bool { return r < '0' || r > '9' })
	if len(digits) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(digits[0])
	return n
}

// freePort is a port that nobody listens at now.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("servers: no free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
