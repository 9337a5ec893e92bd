package batch_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

// assertPathless checks that an error and everything it wraps contain no path.
func assertPathless(t *testing.T, err, cause error, path string) {
	t.Helper()
	require.ErrorIs(t, err, cause)
	var inPath *fs.PathError
	assert.NotErrorAs(t, err, &inPath)
	assert.NotContains(t, err.Error(), path)
}

func TestOpenFileJournal_ErrorsHaveNoPath(t *testing.T) {
	dir := t.TempDir()
	_, err := batch.OpenFileJournal(filepath.Join(dir, "absent", "journal"))
	assertPathless(t, err, fs.ErrNotExist, dir)
	if os.Getuid() > 0 { // root may do everything
		closed := filepath.Join(dir, "closed")
		require.NoError(t, os.WriteFile(closed, nil, 0))
		_, err = batch.OpenFileJournal(closed)
		assertPathless(t, err, fs.ErrPermission, dir)
	}
}

func TestFileJournal_ErrorsHaveNoPath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	open := func() *batch.FileJournal {
		journal, err := batch.OpenFileJournal(path)
		require.NoError(t, err)
		return journal
	}
	journal := open()
	require.NoError(t, journal.Begin(t.Context(), "a"))
	batch.BreakFile(journal)
	_, _, err := journal.Load(t.Context(), "a")
	assertPathless(t, err, os.ErrClosed, path)
	assertPathless(t, journal.Close(), os.ErrClosed, path)

	journal = open()
	batch.BreakFile(journal)
	rows := rows(1)
	results, err := batch.Run(t.Context(), verify(func(context.Context, *idverify.Request) (*idverify.Result, error) { return mismatch() }), rows, batch.WithJournal(journal, secret))
	require.NoError(t, err)
	for r := range results {
		assertPathless(t, r.JournalErr, os.ErrClosed, path)
		assertPathless(t, r.Err, os.ErrClosed, path)
	}
	assertPathless(t, journal.Close(), os.ErrClosed, path)
}

// losses are what can happen to a journal's file while it is open, with the
// expected errors.
var losses = []struct {
	name string
	do   func(t *testing.T, path string)
	says string
	next string // the error of the next run on the file that was opened
}{
	{"removed", func(t *testing.T, path string) { require.NoError(t, os.Remove(path)) }, "moved away or removed", ""},
	{"moved away", func(t *testing.T, path string) { require.NoError(t, os.Rename(path, path+".1")) }, "moved away or removed", ""},
	{"its folder moved", func(t *testing.T, path string) {
		require.NoError(t, os.Rename(filepath.Dir(path), filepath.Dir(path)+".1"))
	}, "moved away or removed", ""},
	{"rotated", func(t *testing.T, path string) {
		require.NoError(t, os.Rename(path, path+".1"))
		require.NoError(t, os.WriteFile(path, nil, 0o600))
	}, "another file stands", ""},
	{"replaced by an editor", func(t *testing.T, path string) {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path+"~", text, 0o600))
		require.NoError(t, os.Rename(path+"~", path))
	}, "another file stands", ""},
	{"hard-linked elsewhere and replaced", func(t *testing.T, path string) {
		require.NoError(t, os.Link(path, path+".link"))
		require.NoError(t, os.Remove(path))
		require.NoError(t, os.WriteFile(path, nil, 0o600))
	}, "another file stands", ""},
	{"replaced by a link to nothing", func(t *testing.T, path string) {
		require.NoError(t, os.Rename(path, path+".1"))
		require.NoError(t, os.Symlink(path+".2", path))
	}, "moved away or removed", ""},
	{"emptied", func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 0)) }, "cut short", "not a journal"},
	{"cut short by a byte", func(t *testing.T, path string) {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.NoError(t, os.Truncate(path, info.Size()-1))
	}, "cut short", "cannot be read"},
	{"cut short and moved", func(t *testing.T, path string) {
		require.NoError(t, os.Truncate(path, 50))
		require.NoError(t, os.Rename(path, path+".1"))
	}, "cut short", "cannot be read"},
	{"written to", func(t *testing.T, path string) {
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
		require.NoError(t, err)
		_, err = file.WriteString("{}\n")
		require.NoError(t, errors.Join(err, file.Close()))
	}, "another program wrote", "cannot be read"},
}

// A run of five rows loses its journal after the second: the third is not sent, the
// run says why, and the file keeps its content.
// Holds P-PAY-17.
func TestFileJournal_LostFileEndsTheRunBeforeTheNextRow(t *testing.T) {
	for _, loss := range losses {
		t.Run(loss.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "folder", "journal")
			require.NoError(t, os.Mkdir(filepath.Dir(path), 0o700))
			j, err := batch.OpenFileJournal(path)
			require.NoError(t, err)
			opened, err := os.OpenFile(path, os.O_RDWR, 0)
			require.NoError(t, err)
			defer opened.Close()
			v := new(countingVerifier)
			var before []byte
			items := func(yield func(*idverify.Request) bool) {
				next := 0
				for item := range numbered(5) {
					if next++; next == 3 { // with one row at a time, none is in flight here
						before = contentOfOpen(t, opened)
						loss.do(t, path)
					}
					if !yield(item) {
						return
					}
				}
			}
			var last batch.Result
			for last = range started(t, t.Context(), v, items, batch.WithJournal(j, secret), batch.WithConcurrency(1)) {
			}
			assert.NoError(t, j.Close())
			assert.Equal(t, []string{"row-0", "row-1"}, v.sent)
			assert.Equal(t, "row-2", last.Key)
			require.Error(t, last.JournalErr)
			assert.ErrorContains(t, last.JournalErr, loss.says)
			assert.NotContains(t, last.JournalErr.Error(), path)
			assert.ErrorIs(t, last.Err, idverify.ErrInvalidConfig)
			assert.ErrorContains(t, last.Err, loss.says, "the row has the error, too")
			assert.NotErrorIs(t, last.Err, idverify.ErrAmbiguous)
			assertNext(t, loss.next, contentOfOpen(t, opened))
			if loss.next == "" {
				assert.True(t, strings.HasPrefix(string(contentOfOpen(t, opened)), string(before)), "nothing that was in the file is lost")
			}
		})
	}
}

func contentOfOpen(t *testing.T, file *os.File) []byte {
	t.Helper()
	text, err := io.ReadAll(io.NewSectionReader(file, 0, 1<<20))
	require.NoError(t, err)
	return text
}

// assertNext opens what is left of a journal, as the next run would.
func assertNext(t *testing.T, says string, content []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "next")
	require.NoError(t, os.WriteFile(path, content, 0o600))
	j, err := batch.OpenFileJournal(path)
	if says == "" {
		require.NoError(t, err)
		require.NoError(t, j.Close())
		return
	}
	assert.ErrorContains(t, err, says, "lost rows must not count as new")
}

// The answer to a row that is in flight when the file is moved away is reported,
// and written to the file that was opened.
// Holds P-PAY-17.
func TestFileJournal_AnswerInFlightGoesToTheOpenedFile(t *testing.T) {
	for _, loss := range losses {
		t.Run(loss.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "folder", "journal")
			require.NoError(t, os.Mkdir(filepath.Dir(path), 0o700))
			j, err := batch.OpenFileJournal(path)
			require.NoError(t, err)
			opened, err := os.Open(path)
			require.NoError(t, err)
			defer opened.Close()
			v := verify(func(context.Context, *idverify.Request) (*idverify.Result, error) {
				loss.do(t, path)
				return mismatch()
			})
			got := slices.Collect(started(t, t.Context(), v, numbered(5), batch.WithJournal(j, secret), batch.WithConcurrency(1)))
			assert.NoError(t, j.Close())
			require.NotEmpty(t, got)
			assert.LessOrEqual(t, len(got), 2)
			assert.NoError(t, got[0].Err, "a paid answer is returned")
			assert.NotNil(t, got[0].Result)
			assert.ErrorContains(t, got[0].JournalErr, loss.says)
			text := contentOfOpen(t, opened)
			assert.Contains(t, string(text), `"result":`)
			assert.NotContains(t, string(text), "\x00", "the answer is appended whatever happened to the file")
			assertNext(t, loss.next, text)
		})
	}
}

// A file that was cut at the end of a line looks complete. So it is marked.
// Holds P-PAY-17.
func TestFileJournal_CutShortAtALineIsNotOpenedAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, err := batch.OpenFileJournal(path)
	require.NoError(t, err)
	require.NoError(t, j.Begin(t.Context(), "a"))
	whole, err := os.Stat(path)
	require.NoError(t, err)
	require.NoError(t, j.Begin(t.Context(), "b"))
	require.NoError(t, os.Truncate(path, whole.Size()))
	for range 2 {
		assert.ErrorContains(t, j.Begin(t.Context(), "c"), "cut short")
	}
	_, _, err = j.Load(t.Context(), "a")
	assert.ErrorContains(t, err, "cut short")
	require.NoError(t, j.Close())
	_, err = batch.OpenFileJournal(path)
	assert.ErrorContains(t, err, "cut short while a run had it open")
	assert.Equal(t, 1, strings.Count(contentOf(t, path), `"lost":true`))
	assert.NotContains(t, contentOf(t, path), `"key":"c"`)
}

// If the file is lost between the check and the row's line, the journal records
// that the row was not sent.
func TestFileJournal_LostDuringBeginRecordsNotSent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, err := batch.OpenFileJournal(path)
	require.NoError(t, err)
	gone, looks := errors.New("gone"), 0
	batch.SetLook(j, func() error {
		if looks++; looks == 1 {
			return nil
		}
		return gone
	})
	assert.ErrorIs(t, j.Begin(t.Context(), "a"), gone)
	for range 2 {
		entry, found, err := j.Load(t.Context(), "a")
		require.NoError(t, err)
		assert.True(t, found)
		assert.False(t, entry.InFlight)
		assert.False(t, entry.Err.MayHaveCost())
		require.NoError(t, j.Close())
		j = openJournal(t, path)
	}
}

// A journal that was moved away and put back knows every row; otherwise five rows
// would cost ten calls.
// Holds P-PAY-17.
func TestFileJournal_KnowsEveryRowAfterBeingPutBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	v := new(countingVerifier)
	run := func(afterFirst func()) (resumed int) {
		j, err := batch.OpenFileJournal(path)
		require.NoError(t, err)
		for r := range started(t, t.Context(), v, numbered(5), batch.WithJournal(j, secret), batch.WithConcurrency(1)) {
			if r.Index == 0 {
				afterFirst()
			}
			if r.Resumed {
				resumed++
			}
		}
		require.NoError(t, j.Close())
		return resumed
	}
	run(func() { require.NoError(t, os.Rename(path, path+".1")) })
	sent := len(v.sent)
	assert.Less(t, sent, 5)
	require.NoError(t, os.Rename(path+".1", path))
	assert.Equal(t, sent, run(func() {}))
	assert.Len(t, v.sent, 5)
}

func TestFileJournal_HardLinksAndChdirAreNoLoss(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	j, err := batch.OpenFileJournal("journal")
	require.NoError(t, err)
	require.NoError(t, j.Begin(t.Context(), "a"))
	require.NoError(t, os.Link("journal", "linked"))
	_, err = batch.OpenFileJournal("linked")
	assert.ErrorContains(t, err, "another run has it open", "by whatever name")
	require.NoError(t, os.Rename("journal", "away"))
	assert.Error(t, j.Begin(t.Context(), "b"))
	require.NoError(t, os.Rename("linked", "journal"))
	assert.NoError(t, j.Begin(t.Context(), "b"), "it is the same file")
	t.Chdir(t.TempDir())
	assert.NoError(t, j.Begin(t.Context(), "c"))
	require.NoError(t, j.Close())
}

// Holds P-DATA-9.
func TestOpenFileJournal_AllowOtherUsers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes say nothing here")
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o666} {
		path := filepath.Join(t.TempDir(), "journal")
		require.NoError(t, os.WriteFile(path, []byte(journalHead), 0o600))
		require.NoError(t, os.Chmod(path, mode))
		_, err := batch.OpenFileJournal(path)
		assert.ErrorIs(t, err, idverify.ErrInvalidConfig, "%o", mode)
		assert.ErrorContains(t, err, "AllowOtherUsers")
		j, err := batch.OpenFileJournal(path, batch.AllowOtherUsers())
		require.NoError(t, err, "%o", mode)
		require.NoError(t, j.Close())
		require.NoError(t, os.Chmod(path, 0o600))
		openJournal(t, path)
	}
	_, err := batch.OpenFileJournal(filepath.Join(t.TempDir(), "journal"), nil)
	assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
}

func TestFileJournal_WithUniqueKeys(t *testing.T) {
	j := openJournal(t, filepath.Join(t.TempDir(), "a"))
	assert.False(t, j.UniqueKeys())
	j, err := batch.OpenFileJournal(filepath.Join(t.TempDir(), "b"), batch.WithUniqueKeys())
	require.NoError(t, err)
	defer j.Close()
	assert.True(t, j.UniqueKeys())
}

// When the file is cut short while two rows are in flight, both answers are kept.
func TestFileJournal_CutShortKeepsEveryAnswerInFlight(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, err := batch.OpenFileJournal(path)
	require.NoError(t, err)
	for _, key := range []string{"a", "b"} {
		require.NoError(t, j.Begin(t.Context(), key))
	}
	require.NoError(t, os.Truncate(path, 0))
	assert.ErrorContains(t, j.Begin(t.Context(), "c"), "cut short")
	for _, key := range []string{"a", "b"} {
		err := j.Finish(t.Context(), key, batch.Entry{Result: &idverify.Result{Code: idverify.CodeFaceMismatch, Vendor: "made"}})
		assert.ErrorContains(t, err, "cut short")
	}
	require.NoError(t, j.Close())
	assert.Equal(t, 2, strings.Count(contentOf(t, path), `"result"`))
}
