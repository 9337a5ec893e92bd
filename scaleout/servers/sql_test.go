//go:build unix

package servers

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/sqlidverify"
)

func TestSQL_KeepsAcknowledgedDataAfterCrash(t *testing.T) {
	for _, d := range []sqlidverify.Dialect{sqlidverify.PostgreSQL, sqlidverify.MySQL} {
		t.Run(string(d), func(t *testing.T) {
			installed(t, d)
			s, err := StartSQL(d, folder(t))
			require.NoError(t, err)
			defer s.Stop()
			db, err := s.At(s.Addr()).Open()
			require.NoError(t, err)
			defer db.Close()
			for _, statement := range []string{"create table kept (n int)", "insert into kept values (17)"} {
				_, err = db.ExecContext(t.Context(), statement)
				require.NoError(t, err)
			}
			require.NoError(t, s.Crash())
			require.NoError(t, db.Close())
			db, err = s.At(s.Addr()).Open()
			require.NoError(t, err)
			defer db.Close()
			var n int
			require.NoError(t, db.QueryRowContext(t.Context(), "select n from kept").Scan(&n))
			assert.Equal(t, 17, n)
		})
	}
}
