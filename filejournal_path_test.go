package idverify_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// assertPathless holds an error and all behind it to saying nothing of a path.
func assertPathless(t *testing.T, err, cause error, path string) {
	t.Helper()
	require.ErrorIs(t, err, cause)
	var inPath *fs.PathError
	assert.NotErrorAs(t, err, &inPath)
	assert.NotContains(t, err.Error(), path)
}

func TestAJournalThatCannotBeOpenedSaysWhyAndNotWhere(t *testing.T) {
	dir := t.TempDir()
	_, err := idverify.OpenFileJournal(filepath.Join(dir, "absent", "journal"))
	assertPathless(t, err, fs.ErrNotExist, dir)
	if os.Getuid() > 0 { // root may do everything
		closed := filepath.Join(dir, "closed")
		require.NoError(t, os.WriteFile(closed, nil, 0))
		_, err = idverify.OpenFileJournal(closed)
		assertPathless(t, err, fs.ErrPermission, dir)
	}
}

func TestAJournalThatLosesItsFileSaysWhyAndNotWhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	open := func() *idverify.FileJournal {
		journal, err := idverify.OpenFileJournal(path)
		require.NoError(t, err)
		return journal
	}
	journal := open()
	require.NoError(t, journal.Begin(t.Context(), "a"))
	idverify.BreakFile(journal)
	_, err := journal.Load(t.Context(), "a")
	assertPathless(t, err, os.ErrClosed, path)
	assertPathless(t, journal.Close(), os.ErrClosed, path)

	journal = open()
	idverify.BreakFile(journal)
	rows := slices.Values([]idverify.BatchItem{{Key: "b", Request: askFor(photo())}})
	results, err := idverify.Batch(t.Context(), new(countingVerifier), rows, idverify.WithJournal(journal))
	require.NoError(t, err)
	for r := range results {
		assertPathless(t, r.JournalErr, os.ErrClosed, path)
		assertPathless(t, r.Err, os.ErrClosed, path)
	}
	assertPathless(t, journal.Close(), os.ErrClosed, path)
}
