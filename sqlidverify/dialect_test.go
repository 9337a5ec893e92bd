package sqlidverify_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/sqlidverify"
)

func fieldOf(t *testing.T, err error) string {
	t.Helper()
	var e *idverify.Error
	require.True(t, errors.As(err, &e), "%v", err)
	assert.Equal(t, idverify.CodeInvalidConfig, e.Code)
	return e.Field
}

func TestSchema_EachDialect(t *testing.T) {
	for _, d := range []sqlidverify.Dialect{sqlidverify.PostgreSQL, sqlidverify.MySQL} {
		schema, err := sqlidverify.Schema(d)
		require.NoError(t, err)
		assert.Contains(t, schema, "create table if not exists idverify_claim")
		// Split at the semicolons, it gives statements.
		assert.Equal(t, strings.Count(schema, ";"), strings.Count(schema, ";\n"))
	}
	for _, d := range []sqlidverify.Dialect{"", "oracle"} {
		_, err := sqlidverify.Schema(d)
		assert.Equal(t, "dialect", fieldOf(t, err))
	}
}

func TestConstructors_NameTheField(t *testing.T) {
	db := (&fake{}).open(t)
	const pg = sqlidverify.PostgreSQL
	_, err := sqlidverify.NewLedger(nil, pg)
	assert.Equal(t, "db", fieldOf(t, err))
	_, err = sqlidverify.NewLedger(db, "")
	assert.Equal(t, "dialect", fieldOf(t, err))
	for field, o := range map[string]sqlidverify.JournalOptions{
		"Name": {}, "Hold": {Name: "a", Hold: time.Microsecond},
	} {
		_, err := sqlidverify.NewJournal(db, pg, o)
		assert.Equal(t, field, fieldOf(t, err))
		_, err = sqlidverify.NewQueue(db, pg, sqlidverify.QueueOptions{Name: o.Name, Hold: o.Hold})
		assert.Equal(t, field, fieldOf(t, err))
	}
	for _, name := range []string{"a b", "批次", "a:b", strings.Repeat("a", 65)} {
		_, err := sqlidverify.NewJournal(db, pg, sqlidverify.JournalOptions{Name: name})
		assert.Equal(t, "Name", fieldOf(t, err))
	}
	_, err = sqlidverify.NewJournal(nil, pg, sqlidverify.JournalOptions{Name: "a"})
	assert.Equal(t, "db", fieldOf(t, err))
	_, err = sqlidverify.NewQueue(db, pg, sqlidverify.QueueOptions{Name: "a", Reservation: -1})
	assert.Equal(t, "Reservation", fieldOf(t, err))
	q, err := sqlidverify.NewQueue(db, pg, sqlidverify.QueueOptions{Name: "a"})
	require.NoError(t, err)
	_, err = q.Run(t.Context(), newVendor(), sqlidverify.RunOptions{Secret: secret})
	assert.Equal(t, "Load", fieldOf(t, err))
	_, err = q.Run(t.Context(), newVendor(), sqlidverify.RunOptions{Load: loadPersons})
	assert.Equal(t, "WithJournal.secret", fieldOf(t, err))
	_, err = sqlidverify.Check(t.Context(), nil, pg)
	assert.Equal(t, "db", fieldOf(t, err))
}
