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

// Two runs over one handle would send eight rows nine times. So the second run is
// refused.
// Holds P-PAY-17.
func TestFileJournal_RefusesSecondConcurrentRun(t *testing.T) {
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
						assert.ErrorContains(t, r.Err, "another run is using the journal")
						refused.Add(1)
					}
				}
			})
		}
		both.Wait()
		assert.Len(t, v.sent, 8)
		require.NoError(t, j.Close())
	}
	// One run after another is allowed.
	j := openJournal(t, filepath.Join(t.TempDir(), "journal"))
	v := new(countingVerifier)
	for range 2 {
		for r := range started(t, t.Context(), v, numbered(8), batch.WithJournal(j, secret)) {
			assert.NoError(t, r.JournalErr)
		}
	}
	assert.Len(t, v.sent, 8)
}

// With another secret no row would be found, and all would be paid for again.
// Holds P-PAY-17.
func TestFileJournal_RefusesRunWithAnotherBinding(t *testing.T) {
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

// A journal with rows but without a binding line does not say under which secret
// they are stored, so none might be found.
// Holds P-PAY-17.
func TestFileJournal_RefusesRowsWithoutBinding(t *testing.T) {
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
	assert.ErrorContains(t, run(), "its binding line is missing")
	require.NoError(t, os.WriteFile(path, []byte(strings.Join(whole, "")), 0o600))
	assert.NoError(t, run())
	assert.Len(t, v.sent, 2)
}
