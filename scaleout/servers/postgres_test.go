//go:build unix

package servers

import (
	"database/sql"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPostgres_KeepsAcknowledgedDataAfterCrash(t *testing.T) {
	installed(t)
	p, err := StartPostgres(folder(t))
	require.NoError(t, err)
	defer p.Stop()
	db, err := sql.Open("pgx", DSN(p.Addr()))
	require.NoError(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), "create table kept (n int); insert into kept values (17)")
	require.NoError(t, err)
	require.NoError(t, p.Crash())
	require.NoError(t, db.Close())
	db, err = sql.Open("pgx", DSN(p.Addr()))
	require.NoError(t, err)
	defer db.Close()
	var n int
	require.NoError(t, db.QueryRowContext(t.Context(), "select n from kept").Scan(&n))
	assert.Equal(t, 17, n)
}
