package batch_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/batch"
)

// Eight rows, nine bills: two runs over one handle. The second is refused whole.
// Holds P-PAY-17.
func TestFileJournal_OneHandleServesOneRun(t *testing.T) {
	for range 30 {
		path := filepath.Join(t.TempDir(), "journal")
		j, err := batch.OpenFileJournal(path)
		require.NoError(t, err)
		v := new(countingVerifier)
		var refused atomic.Int64
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				for r := range started(t, t.Context(), v, numbered(8), batch.WithJournal(j, secret)) {
					if r.JournalErr != nil {
						assert.ErrorContains(t, r.Err, "serves another run")
						refused.Add(1)
					}
				}
			})
		}
		both.Wait()
		assert.Len(t, v.sent, 8)
		require.NoError(t, j.Close())
	}
	// One after the other is no harm.
	j := openJournal(t, filepath.Join(t.TempDir(), "journal"))
	v := new(countingVerifier)
	for range 2 {
		for r := range started(t, t.Context(), v, numbered(8), batch.WithJournal(j, secret)) {
			assert.NoError(t, r.JournalErr)
		}
	}
	assert.Len(t, v.sent, 8)
}

// Under another secret no row would be found, and all would be paid for again.
// Holds P-PAY-17.
func TestFileJournal_RefusesARunThatWouldNotFindItsRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	v := new(countingVerifier)
	run := func(secret []byte, opts ...batch.Option) error {
		j, err := batch.OpenFileJournal(path)
		require.NoError(t, err)
		defer j.Close()
		for r := range started(t, t.Context(), v, numbered(3), append(opts, batch.WithJournal(j, secret), batch.WithConcurrency(1))...) {
			if r.JournalErr != nil {
				return r.JournalErr
			}
		}
		return nil
	}
	other := []byte("ANOTHER-EXAMPLE-SECRET-EXAMPLE-S")
	require.NoError(t, run(secret))
	assert.ErrorContains(t, run(other), "written with another secret")
	assert.ErrorContains(t, run(secret, batch.WithEvidenceBinding()), "written with another secret")
	assert.Len(t, v.sent, 3)
	require.NoError(t, run(secret))
	assert.Len(t, v.sent, 3)
}

// A journal whose rows were made under a secret that it does not name might find
// none of them.
// Holds P-PAY-17.
func TestFileJournal_WithRowsAndNoBindingIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	v := new(countingVerifier)
	run := func() (failure error) {
		j, err := batch.OpenFileJournal(path)
		require.NoError(t, err)
		defer j.Close()
		for r := range started(t, t.Context(), v, numbered(2), batch.WithJournal(j, secret), batch.WithConcurrency(1)) {
			failure = r.JournalErr
		}
		return failure
	}
	require.NoError(t, run())
	whole := strings.SplitAfter(contentOf(t, path), "\n")
	require.Contains(t, whole[1], `"binding"`)
	require.NoError(t, os.WriteFile(path, []byte(whole[0]+strings.Join(whole[2:], "")), 0o600))
	assert.ErrorContains(t, run(), "under which secret")
	require.NoError(t, os.WriteFile(path, []byte(strings.Join(whole, "")), 0o600))
	assert.NoError(t, run())
	assert.Len(t, v.sent, 2)
}
