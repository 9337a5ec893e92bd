package sqlidverify_test

import (
	"context"
	"database/sql/driver"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/sqlidverify"
)

func check(t *testing.T, s server, settings ...string) (found []string) {
	t.Helper()
	all, err := sqlidverify.Check(t.Context(), s.open(t, settings...), s.dialect)
	require.NoError(t, err)
	for _, f := range all {
		found = append(found, string(f.Kind)+": "+f.Detail)
	}
	return found
}

// Tables as in Schema give no finding, and each other column gives one.
func TestCheck_ComparesTables(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		db := s.open(t)
		assert.Empty(t, check(t, s))
		for _, column := range []string{"print", "state", "holder", "until", "answer", "begun", "settled"} {
			must(t, db, "alter table idverify_claim rename column "+column+" to other")
			assert.Equal(t, []string{"table: idverify_claim." + column + " is missing"}, check(t, s))
			must(t, db, "alter table idverify_claim rename column other to "+column)
		}
		for _, column := range []string{"n", "state", "worker", "until"} {
			must(t, db, "alter table idverify_row rename column "+column+" to other")
			assert.Equal(t, []string{"table: idverify_row." + column + " is missing"}, check(t, s))
			must(t, db, "alter table idverify_row rename column other to "+column)
		}
		assert.Empty(t, check(t, s))
		must(t, db, "drop table idverify_row")
		assert.Equal(t, []string{"table: idverify_row is missing"}, check(t, s))
	})
}

func TestCheck_EquivalentTables(t *testing.T) {
	for d, spoils := range map[sqlidverify.Dialect]map[string]string{
		sqlidverify.PostgreSQL: {
			"alter table idverify_claim drop constraint idverify_claim_pkey":                                     "primary_key: idverify_claim: the primary key is not the one of Schema",
			"alter table idverify_claim drop constraint idverify_claim_pkey, add primary key (scope, id, print)": "primary_key: idverify_claim: the primary key is not the one of Schema",
			"alter table idverify_claim set unlogged":                                                            "not_durable: idverify_claim is of a kind that a crash of the server can empty",
			"alter table idverify_claim alter column until type timestamp":                                       "table: idverify_claim.until is not timestamp with time zone",
		},
		sqlidverify.MySQL: {
			"alter table idverify_claim drop primary key":                                                   "primary_key: idverify_claim: the primary key is not the one of Schema",
			"alter table idverify_claim engine = MyISAM":                                                    "not_durable: idverify_claim is of a kind that a crash of the server can empty",
			"alter table idverify_claim modify id varchar(97) character set ascii collate ascii_general_ci": "table: idverify_claim.id is not varchar(97) ascii_bin",
			"alter table idverify_claim modify until datetime not null":                                     "table: idverify_claim.until is not datetime(6)",
		},
	} {
		t.Run(string(d), func(t *testing.T) {
			for spoil, want := range spoils {
				s := newServer(t, d)
				s.create(t)
				must(t, s.open(t), spoil)
				assert.Equal(t, []string{want}, check(t, s), spoil)
			}
		})
	}
}

// What a session may set for itself is looked at on the servers.
func TestCheck_SessionSettings(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		if s.dialect == sqlidverify.PostgreSQL {
			assert.Equal(t, []string{"not_durable: synchronous_commit is off: a crash of the server loses claims"}, check(t, s, "synchronous_commit=off"))
			assert.Equal(t, []string{"read_only: transactions are read only"}, check(t, s, "default_transaction_read_only=on"))
		} else {
			assert.Equal(t, []string{"no_autocommit: autocommit is off: no claim is ever committed"}, check(t, s, "autocommit=0"))
		}
	})
}

// What only a server can be set to is read from a database that says so.
func TestCheck_ServerSettings(t *testing.T) {
	const postgres = "server_version_num=150018 fsync=on synchronous_commit=on transaction_read_only=off in_recovery=off"
	const mysql = "version=8.0.36 innodb_flush_log_at_trx_commit=1 log_bin=ON sync_binlog=1 autocommit=ON read_only=OFF"
	for _, c := range []struct {
		d    sqlidverify.Dialect
		is   string
		want []sqlidverify.FindingKind
	}{
		{sqlidverify.PostgreSQL, postgres, nil},
		{sqlidverify.PostgreSQL, strings.Replace(postgres, "=on", "=local", 2), nil},
		{sqlidverify.PostgreSQL, "server_version_num=110022 fsync=off synchronous_commit=off transaction_read_only=on in_recovery=on", []sqlidverify.FindingKind{
			sqlidverify.FoundOldVersion, sqlidverify.FoundNotDurable, sqlidverify.FoundNotDurable, sqlidverify.FoundReadOnly, sqlidverify.FoundReadOnly}},
		{sqlidverify.PostgreSQL, "server_version_num=150018", []sqlidverify.FindingKind{
			sqlidverify.FoundUnknown, sqlidverify.FoundUnknown, sqlidverify.FoundUnknown, sqlidverify.FoundUnknown}},
		{sqlidverify.MySQL, mysql, nil},
		{sqlidverify.MySQL, strings.NewReplacer("8.0.36", "10.6.1-MariaDB", "log_bin=ON sync_binlog=1", "log_bin=OFF sync_binlog=0").Replace(mysql), nil},
		{sqlidverify.MySQL, strings.Replace(mysql, "8.0.36", "10.5.9-MariaDB-log", 1), []sqlidverify.FindingKind{sqlidverify.FoundOldVersion}},
		{sqlidverify.MySQL, strings.Replace(mysql, "8.0.36", "5.7.44", 1), []sqlidverify.FindingKind{sqlidverify.FoundOldVersion}},
		{sqlidverify.MySQL, mysql + " binlog_format=MIXED", nil},
		{sqlidverify.MySQL, mysql + " binlog_format=STATEMENT", []sqlidverify.FindingKind{sqlidverify.FoundBinlogFormat}},
		{sqlidverify.MySQL, strings.Replace(mysql, "log_bin=ON", "log_bin=OFF", 1) + " binlog_format=STATEMENT", nil},
		{sqlidverify.MySQL, "version=new innodb_flush_log_at_trx_commit=2 log_bin=ON sync_binlog=0 autocommit=OFF read_only=ON", []sqlidverify.FindingKind{
			sqlidverify.FoundOldVersion, sqlidverify.FoundNotDurable, sqlidverify.FoundNotDurable, sqlidverify.FoundNoAutocommit, sqlidverify.FoundReadOnly}},
	} {
		db := (&fake{answer: says(c.is)}).open(t)
		found, err := sqlidverify.Check(t.Context(), db, c.d)
		require.NoError(t, err)
		var kinds []sqlidverify.FindingKind
		for _, f := range found {
			assert.NotEmpty(t, f.Detail)
			if f.Kind != sqlidverify.FoundTable { // this database has none
				kinds = append(kinds, f.Kind)
			}
		}
		assert.Equal(t, c.want, kinds, c.is)
	}
}

func TestCheck_TakesTwoSecondsAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		found, err := sqlidverify.Check(t.Context(), failing().open(t), sqlidverify.MySQL)
		assert.EqualError(t, err, "sqlidverify: the database failed")
		assert.Empty(t, found)
		assert.LessOrEqual(t, time.Since(began), 2*time.Second)
	})
}

// says is a database without tables whose settings are these. It tells those that it
// is asked for.
func says(settings string) func(_ context.Context, _ int, statement string) ([][]driver.Value, error) {
	return func(_ context.Context, _ int, statement string) (rows [][]driver.Value, err error) {
		if !strings.Contains(statement, "pg_settings") && !strings.HasPrefix(statement, "show variables") {
			return nil, nil
		}
		for pair := range strings.FieldsSeq(settings) {
			if name, value, _ := strings.Cut(pair, "="); strings.Contains(statement, "'"+name+"'") {
				rows = append(rows, []driver.Value{name, value})
			}
		}
		return rows, nil
	}
}
