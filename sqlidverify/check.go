package sqlidverify

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// FindingKind says what is wrong with a database.
type FindingKind string

// The kinds of findings.
const (
	// FoundTable: a table is missing, or a column of it, or one has another type or
	// collation. In MySQL another collation can take two keys for one.
	FoundTable FindingKind = "table"
	// FoundKey: the primary key is another one. Without it many claimers are told that
	// a question is theirs, and all of them ask.
	FoundKey FindingKind = "primary_key"
	// FoundNotDurable: what was committed can be lost, by a setting of the server or of
	// the session, or by the kind of the table. What is lost may be paid for again.
	FoundNotDurable FindingKind = "not_durable"
	// FoundReadOnly: the server is a standby, or does not write.
	FoundReadOnly FindingKind = "read_only"
	// FoundNoAutocommit: a statement by itself is not committed.
	FoundNoAutocommit FindingKind = "no_autocommit"
	// FoundBinlogFormat: MySQL's binary log holds statements. A server with such a log
	// refuses to reserve rows of a [Queue].
	FoundBinlogFormat FindingKind = "binlog_format"
	// FoundOldVersion: the server is older than what this package needs.
	FoundOldVersion FindingKind = "old_version"
	// FoundUnknown: the server does not say one of these things.
	FoundUnknown FindingKind = "unknown"
)

// Finding is one thing that is wrong with a database, in words.
type Finding struct {
	Kind   FindingKind
	Detail string
}

// Check compares the tables with [Schema], and looks at settings that lose what was
// committed. It finds nothing where all is well. It takes two seconds at most. Its error
// tells no address. Call it at the start, and refuse to work on what it finds: the stores
// do not look again. It looks at the session of one connection, and at no standby.
func Check(ctx context.Context, db *sql.DB, d Dialect) ([]Finding, error) {
	if err := checkDB(db, d); err != nil {
		return nil, err
	}
	s := &store{db, d}
	var found []Finding
	err := s.step(ctx, forClaims, func(ctx context.Context) error {
		found = nil
		for _, look := range []func(context.Context, *store) ([]Finding, error){checkTables, checkSettings} {
			more, err := look(ctx, s)
			if err != nil {
				return err
			}
			found = append(found, more...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// table is how a table must be: columns with their types, and its primary key.
type table struct {
	name    string
	columns map[string]string
	key     []string
}

var tables = map[Dialect][]table{
	PostgreSQL: {
		{"idverify_claim", map[string]string{
			"scope": "text", "id": "text", "print": "text", "state": "smallint", "holder": "text",
			"until": "timestamp with time zone", "answer": "bytea",
			"begun": "timestamp with time zone", "settled": "timestamp with time zone",
		}, []string{"id", "scope"}},
		{"idverify_row", map[string]string{
			"batch": "text", "row_key": "text", "n": "bigint", "state": "smallint", "worker": "text",
			"until": "timestamp with time zone",
		}, []string{"batch", "row_key"}},
	},
	MySQL: {
		{"idverify_claim", map[string]string{
			"scope": "varchar(66) ascii_bin", "id": "varchar(97) ascii_bin", "print": "varchar(64) ascii_bin",
			"state": "smallint", "holder": "varchar(32) ascii_bin", "until": "datetime(6)", "answer": "mediumblob",
			"begun": "datetime(6)", "settled": "datetime(6)",
		}, []string{"id", "scope"}},
		{"idverify_row", map[string]string{
			"batch": "varchar(64) ascii_bin", "row_key": "varchar(64) ascii_bin", "n": "bigint", "state": "smallint",
			"worker": "varchar(32) ascii_bin", "until": "datetime(6)",
		}, []string{"batch", "row_key"}},
	},
}

// How a database is asked about a table: pairs of a column and its type, of a column of
// the primary key and nothing, and of its kind and nothing.
var inspections = map[Dialect]struct{ columns, key, kind, durable string }{
	PostgreSQL: {
		columns: `select attname, format_type(atttypid, atttypmod) from pg_attribute
			where attrelid = to_regclass(?) and attnum > 0 and not attisdropped`,
		key: `select a.attname, '' from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
			where i.indrelid = to_regclass(?) and i.indisprimary`,
		kind:    `select case relpersistence when 'p' then 'logged' else 'unlogged' end, '' from pg_class where oid = to_regclass(?)`,
		durable: "logged",
	},
	MySQL: {
		columns: `select column_name, concat(data_type, coalesce(concat('(', datetime_precision, ')'), ''),
			coalesce(concat('(', character_maximum_length, ') ', collation_name), ''))
			from information_schema.columns where table_schema = database() and table_name = ?`,
		key: `select column_name, '' from information_schema.statistics
			where table_schema = database() and table_name = ? and index_name = 'PRIMARY'`,
		kind:    `select engine, '' from information_schema.tables where table_schema = database() and table_name = ?`,
		durable: "InnoDB",
	},
}

func checkTables(ctx context.Context, s *store) (found []Finding, err error) {
	ask := inspections[s.d]
	for _, t := range tables[s.d] {
		add := func(kind FindingKind, detail string) { found = append(found, Finding{kind, t.name + detail}) }
		columns, err := s.pairs(ctx, ask.columns, t.name)
		if err != nil {
			return nil, err
		}
		if len(columns) == 0 {
			add(FoundTable, " is missing")
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(t.columns)) {
			switch is, want := columns[name], t.columns[name]; is {
			case want:
			case "":
				add(FoundTable, "."+name+" is missing")
			default:
				add(FoundTable, "."+name+" is not "+want)
			}
		}
		key, err := s.pairs(ctx, ask.key, t.name)
		if err != nil {
			return nil, err
		}
		if !slices.Equal(slices.Sorted(maps.Keys(key)), t.key) {
			add(FoundKey, ": the primary key is not the one of Schema")
		}
		kind, err := s.pairs(ctx, ask.kind, t.name)
		if err != nil {
			return nil, err
		}
		if _, is := kind[ask.durable]; !is {
			add(FoundNotDurable, " is of a kind that a crash of the server can empty")
		}
	}
	return found, nil
}

// pairs reads names with their values.
func (s *store) pairs(ctx context.Context, query string, args ...any) (map[string]string, error) {
	rows, err := s.db.QueryContext(ctx, s.d.say(query), args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	all := map[string]string{}
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return nil, err
		}
		all[name] = value
	}
	return all, rows.Err()
}

// setting is what a setting must be.
type setting struct {
	name   string
	fits   func(value string) bool
	kind   FindingKind
	detail string
}

// How a database is asked about its settings, and what they must be.
var settings = map[Dialect]struct {
	ask  string
	must []setting
}{
	PostgreSQL: {
		ask: `select name, setting from pg_settings
			where name in ('server_version_num', 'fsync', 'synchronous_commit', 'transaction_read_only')
			union all select 'in_recovery', case when pg_is_in_recovery() then 'on' else 'off' end`,
		must: []setting{
			{"server_version_num", isAtLeast(12), FoundOldVersion, "PostgreSQL is older than 12"},
			{"fsync", isNot("off"), FoundNotDurable, "fsync is off: a crash of the machine loses claims"},
			{"synchronous_commit", isNot("off"), FoundNotDurable, "synchronous_commit is off: a crash of the server loses claims"},
			{"in_recovery", isNot("on"), FoundReadOnly, "the server is a standby"},
			{"transaction_read_only", isNot("on"), FoundReadOnly, "transactions are read only"},
		},
	},
	MySQL: {
		ask: `show variables where variable_name in
			('version', 'innodb_flush_log_at_trx_commit', 'log_bin', 'sync_binlog', 'binlog_format', 'autocommit', 'read_only')`,
		must: []setting{
			{"version", isAtLeast(8), FoundOldVersion, "the server is older than MySQL 8 or MariaDB 10.6"},
			{"innodb_flush_log_at_trx_commit", is("1"), FoundNotDurable, "innodb_flush_log_at_trx_commit is not 1: a crash loses claims"},
			{"sync_binlog", is("1"), FoundNotDurable, "sync_binlog is not 1 and log_bin is on: a crash loses claims"},
			{"binlog_format", isNot("STATEMENT"), FoundBinlogFormat, "binlog_format is STATEMENT and log_bin is on: rows of batches cannot be reserved"},
			{"autocommit", isNot("OFF"), FoundNoAutocommit, "autocommit is off: no claim is ever committed"},
			{"read_only", isNot("ON"), FoundReadOnly, "the server does not write"},
		},
	},
}

func checkSettings(ctx context.Context, s *store) (found []Finding, err error) {
	facts, err := s.pairs(ctx, settings[s.d].ask)
	if err != nil {
		return nil, err
	}
	return findings(s.d, facts), nil
}

func findings(d Dialect, facts map[string]string) (found []Finding) {
	for _, m := range settings[d].must {
		value, known := facts[m.name]
		switch {
		case m.name == "binlog_format" && !known: // a server that has no other format than ROW
		case !known:
			found = append(found, Finding{FoundUnknown, "the server does not say " + m.name})
		case (m.name == "sync_binlog" || m.name == "binlog_format") && facts["log_bin"] == "OFF":
		case !m.fits(value):
			found = append(found, Finding{m.kind, m.detail})
		}
	}
	return found
}

func is(want string) func(string) bool     { return func(value string) bool { return value == want } }
func isNot(wrong string) func(string) bool { return func(value string) bool { return value != wrong } }

// isAtLeast reads "150018" of PostgreSQL, "8.0.36" of MySQL and "10.11.6-MariaDB".
func isAtLeast(least int) func(string) bool {
	return func(version string) bool {
		first, rest, dotted := strings.Cut(version, ".")
		major, err := strconv.Atoi(first)
		if err != nil {
			return false
		}
		if !dotted {
			return major/10000 >= least
		}
		second, _, _ := strings.Cut(rest, ".")
		minor, err := strconv.Atoi(second)
		if strings.Contains(version, "MariaDB") {
			return err == nil && (major > 10 || major == 10 && minor >= 6)
		}
		return major >= least
	}
}
