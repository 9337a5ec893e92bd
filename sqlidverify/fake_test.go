package sqlidverify_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
)

// fake is a database whose every answer is written by a test. It notes what it was asked.
type fake struct {
	answer func(ctx context.Context, n int, statement string) ([][]driver.Value, error)

	changed int64 // rows, as it says of every statement

	mu         sync.Mutex
	statements []string
	args       []driver.Value
}

// failing is a database that only fails.
func failing() *fake {
	return &fake{answer: func(context.Context, int, string) ([][]driver.Value, error) { return nil, errors.New("EXAMPLE") }}
}

func (f *fake) open(t *testing.T) *sql.DB {
	db := sql.OpenDB(f)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func (f *fake) asked(ctx context.Context, statement string, args []driver.NamedValue) ([][]driver.Value, error) {
	f.mu.Lock()
	f.statements = append(f.statements, strings.Fields(statement)[0])
	for _, a := range args {
		f.args = append(f.args, a.Value)
	}
	n := len(f.statements)
	f.mu.Unlock()
	return f.answer(ctx, n, statement)
}

func (f *fake) said() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string{}, f.statements...)
}

func (f *fake) Connect(context.Context) (driver.Conn, error) { return fakeConn{f}, nil }
func (f *fake) Driver() driver.Driver                        { return nil }

type fakeConn struct{ *fake }

func (fakeConn) Prepare(string) (driver.Stmt, error) { panic("not used") }
func (fakeConn) Close() error                        { return nil }
func (fakeConn) Begin() (driver.Tx, error)           { panic("not used") }

func (c fakeConn) ExecContext(ctx context.Context, statement string, args []driver.NamedValue) (driver.Result, error) {
	_, err := c.asked(ctx, statement, args)
	return driver.RowsAffected(c.changed), err
}

func (c fakeConn) QueryContext(ctx context.Context, statement string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.asked(ctx, statement, args)
	return &fakeRows{rows: rows}, err
}

type fakeRows struct{ rows [][]driver.Value }

func (r *fakeRows) Columns() []string {
	if len(r.rows) == 0 {
		return nil
	}
	return make([]string, len(r.rows[0]))
}

func (*fakeRows) Close() error { return nil }

func (r *fakeRows) Next(to []driver.Value) error {
	if len(r.rows) == 0 {
		return io.EOF
	}
	copy(to, r.rows[0])
	r.rows = r.rows[1:]
	return nil
}
