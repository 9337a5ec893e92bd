package sqlidverify_test

import (
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/sqlidverify"
)

// server is a database of one test, with its tables. Nothing else in the server that
// was given is touched, and no setting of it.
type server struct {
	dialect sqlidverify.Dialect
	name    string // of the schema or database
	addr    string
}

// onServers runs a test on each server that was given, with its tables. Tests wait for
// the servers' clocks most of the time, so they run beside each other.
func onServers(t *testing.T, test func(t *testing.T, s server)) {
	t.Helper()
	t.Parallel()
	for _, d := range []sqlidverify.Dialect{sqlidverify.PostgreSQL, sqlidverify.MySQL} {
		t.Run(string(d), func(t *testing.T) {
			t.Parallel()
			s := newServer(t, d)
			s.create(t)
			test(t, s)
		})
	}
}

// newServer makes an empty schema in PostgreSQL, or a database in MySQL.
func newServer(t testing.TB, d sqlidverify.Dialect) server {
	t.Helper()
	s := server{dialect: d, name: "idverify_test_" + digits(16)}
	variable := map[sqlidverify.Dialect]string{sqlidverify.PostgreSQL: "IDVERIFY_TEST_POSTGRES", sqlidverify.MySQL: "IDVERIFY_TEST_MYSQL"}[d]
	given := os.Getenv(variable)
	if given == "" {
		t.Skip(variable + " is not set")
	}
	var admin *sql.DB
	var end string
	if d == sqlidverify.PostgreSQL {
		config, err := pgx.ParseConfig(given)
		require.NoError(t, err)
		s.addr = fmt.Sprintf("%s:%d", config.Host, config.Port)
		admin = stdlib.OpenDB(*config)
		must(t, admin, "create schema "+s.name)
		end = "drop schema " + s.name + " cascade"
	} else {
		config, err := mysql.ParseDSN(given)
		require.NoError(t, err)
		s.addr = config.Addr
		connector, err := mysql.NewConnector(config)
		require.NoError(t, err)
		admin = sql.OpenDB(connector)
		must(t, admin, "create database "+s.name)
		end = "drop database " + s.name
	}
	t.Cleanup(func() {
		must(t, admin, end)
		require.NoError(t, admin.Close())
	})
	return s
}

// create makes the tables, as a DBA does.
func (s server) create(t testing.TB) {
	t.Helper()
	schema, err := sqlidverify.Schema(s.dialect)
	require.NoError(t, err)
	db := s.open(t)
	for statement := range strings.SplitSeq(schema, ";\n") {
		if strings.TrimSpace(statement) != "" {
			must(t, db, statement)
		}
	}
}

// at is the same database at another address.
func (s server) at(addr string) server {
	s.addr = addr
	return s
}

// open connects as drivers come, with a setting of the session for each of settings.
func (s server) open(t testing.TB, settings ...string) *sql.DB {
	t.Helper()
	var db *sql.DB
	if s.dialect == sqlidverify.PostgreSQL {
		config, err := pgx.ParseConfig(os.Getenv("IDVERIFY_TEST_POSTGRES"))
		require.NoError(t, err)
		host, port, _ := strings.Cut(s.addr, ":")
		_, err = fmt.Sscan(port, &config.Port)
		require.NoError(t, err)
		config.Host = host
		for _, f := range config.Fallbacks { // without TLS, for example
			f.Host, f.Port = config.Host, config.Port
		}
		config.RuntimeParams["search_path"] = s.name
		for _, setting := range settings {
			name, value, _ := strings.Cut(setting, "=")
			if name == "protocol" {
				config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
				continue
			}
			config.RuntimeParams[name] = value
		}
		db = stdlib.OpenDB(*config)
	} else {
		config, err := mysql.ParseDSN(os.Getenv("IDVERIFY_TEST_MYSQL"))
		require.NoError(t, err)
		config.Addr, config.DBName, config.Logger = s.addr, s.name, noLog{}
		for _, setting := range settings {
			name, value, _ := strings.Cut(setting, "=")
			switch name {
			case "clientFoundRows":
				config.ClientFoundRows = true
			case "interpolateParams":
				config.InterpolateParams = true
			default:
				if config.Params == nil {
					config.Params = map[string]string{}
				}
				config.Params[name] = value
			}
		}
		connector, err := mysql.NewConnector(config)
		require.NoError(t, err)
		db = sql.OpenDB(connector)
	}
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// noLog drops what the MySQL driver says of connections that a test has cut.
type noLog struct{}

func (noLog) Print(...any) {}

func must(t testing.TB, db *sql.DB, statement string, args ...any) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), statement, args...)
	if t.Context().Err() != nil { // in a cleanup
		_, err = db.Exec(statement, args...)
	}
	require.NoError(t, err)
}

func newLedger(t testing.TB, db *sql.DB, d sqlidverify.Dialect) *sqlidverify.Ledger {
	t.Helper()
	l, err := sqlidverify.NewLedger(db, d)
	require.NoError(t, err)
	return l
}

func newJournal(t testing.TB, db *sql.DB, d sqlidverify.Dialect, o sqlidverify.JournalOptions) *sqlidverify.Journal {
	t.Helper()
	if o.Name == "" {
		o.Name = "batch-" + digits(8)
	}
	j, err := sqlidverify.NewJournal(db, d, o)
	require.NoError(t, err)
	return j
}

// request is a claim of a question of its own.
func request() idverify.ClaimRequest {
	return idverify.ClaimRequest{ID: digits(64), Print: digits(64), Holder: digits(32), Hold: time.Minute}
}

// digits are n hexadecimal digits that no other test uses.
func digits(n int) string {
	random := make([]byte, n/2)
	_, _ = rand.Read(random)
	return hex.EncodeToString(random)
}
