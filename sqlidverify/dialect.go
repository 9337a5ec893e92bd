package sqlidverify

import (
	_ "embed"
	"strconv"
	"strings"
)

// Dialect is the SQL that a database speaks. The zero Dialect is none, and refused.
type Dialect string

// The dialects. PostgreSQL 15 and MariaDB 10.11 were run.
const (
	PostgreSQL Dialect = "postgresql"
	MySQL      Dialect = "mysql" // MySQL 8, and MariaDB 10.6 or later
)

var (
	//go:embed schema/postgresql.sql
	schemaPostgreSQL string
	//go:embed schema/mysql.sql
	schemaMySQL string
)

// Schema is the SQL that makes the tables, as it stands in schema/. Its statements end
// with a semicolon at the end of a line, and with none elsewhere. It fails with
// CodeInvalidConfig and the field "dialect".
func Schema(d Dialect) (string, error) {
	if err := d.check(); err != nil {
		return "", err
	}
	if d == MySQL {
		return schemaMySQL, nil
	}
	return schemaPostgreSQL, nil
}

func (d Dialect) check() error {
	switch d {
	case PostgreSQL, MySQL:
		return nil
	}
	return misconfigured("dialect", "the dialect is PostgreSQL or MySQL")
}

// What the dialects call differently. {in} is a moment that lies a number of
// microseconds ahead, and {left} how many of them are left until a row's until.
var words = map[Dialect]*strings.Replacer{
	PostgreSQL: strings.NewReplacer(
		"{now}", "clock_timestamp()", // now() is the start of the transaction
		"{in}", "clock_timestamp() + ?::bigint * interval '1 microsecond'",
		"{before}", "clock_timestamp() - ?::bigint * interval '1 microsecond'",
		"{left}", "ceil(extract(epoch from until - clock_timestamp()) * 1000000)::bigint",
		"{age}", "(extract(epoch from clock_timestamp() - begun) * 1000000)::bigint",
		"{answer}", "encode(answer, 'hex')", // whatever bytea_output is
		"{unless there}", "on conflict do nothing",
	),
	MySQL: strings.NewReplacer(
		"{now}", "utc_timestamp(6)",
		"{in}", "utc_timestamp(6) + interval ? microsecond",
		"{before}", "utc_timestamp(6) - interval ? microsecond",
		"{left}", "timestampdiff(microsecond, utc_timestamp(6), until)",
		"{age}", "timestampdiff(microsecond, begun, utc_timestamp(6))",
		"{answer}", "hex(answer)",
		"{unless there}", "on duplicate key update state = state", // "insert ignore" drops other errors too
	),
}

// say translates a statement. Its parameters stand in order, each once.
func (d Dialect) say(statement string) string {
	statement = words[d].Replace(statement)
	if d == MySQL {
		return statement
	}
	parts := strings.Split(statement, "?")
	var out strings.Builder
	for i, part := range parts {
		if i > 0 {
			out.WriteString("$" + strconv.Itoa(i))
		}
		out.WriteString(part)
	}
	return out.String()
}
