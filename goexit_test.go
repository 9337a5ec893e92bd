package idverify_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// quitting is a provider that ends its goroutine at the first call, as a test's
// fake does that calls require.
type quitting struct{ asked int }

func (*quitting) Name() string                   { return "quitting" }
func (*quitting) Accepts(idverify.Evidence) bool { return true }
func (q *quitting) Ask(context.Context, *idverify.Question) (*idverify.Result, error) {
	if q.asked++; q.asked == 1 {
		runtime.Goexit()
	}
	return mismatch()
}

// A call with a key is made in a goroutine of the Client's. Whoever waits for it
// must be told when it ends, however it does, and the key must be free again.
func TestGoexitOfAProviderEndsACallWithAKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // where waiting for ever is seen at once
		c := oneVendor(t, &quitting{})
		_, err := c.Verify(t.Context(), keyed("k"))
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, idverify.CodeUnknown, e.Code)
		assert.True(t, e.Sent())
		assert.ErrorIs(t, err, idverify.ErrAmbiguous, "nobody knows how far it came")
		assert.Equal(t, idverify.BilledUnknown, e.Billed)
		assert.False(t, e.Repeatable())

		res, err := c.Verify(t.Context(), keyed("k"))
		require.NoError(t, err)
		assert.Equal(t, idverify.CodeFaceMismatch, res.Code)
	})
}
