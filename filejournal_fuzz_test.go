package idverify_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

const journalHead = `{"format":"idverify-journal","version":1}` + "\n"

// Whatever a file holds, it is refused and untouched, or opened and says of
// every row what its last whole line says; and it says so when opened again.
func FuzzOpenFileJournal(f *testing.F) {
	const begun, matched = `{"at":"2026-01-02T15:04:05Z","key":"a","begun":true}`, `{"key":"a","result":{"code":"match"}}`
	const failed = `{"key":"b","error":{"code":"timeout","ambiguous":true,"attempts":[{"code":"timeout","duration_ms":7}]}}`
	for _, text := range []string{
		"", journalHead[:9], journalHead[:len(journalHead)-1], journalHead, journalHead + "\n", journalHead + "{}", journalHead + "{}\n",
		journalHead + begun + "\n" + matched + "\n" + `{"key":"b","er`,
		journalHead + failed, journalHead + failed + "\n" + `{"key":"b","begun":true}`, journalHead + matched + "\r\n" + begun + "\n",
		journalHead + `{"key":"a","result":{"code":"timeout"}}` + "\n", journalHead + `{"key":"a","error":{"code":"match"}}` + "\n",
		journalHead + `{"key":"a","begun":true,"result":{"code":"match"}}` + "\n", journalHead + `{"key":"","begun":true}` + "\n",
		journalHead + `{"key":"a","begun":false}` + "\n" + begun, journalHead + begun + " {}\n", journalHead + `{"key":"\ud800","begun":true}`,
		`{"format":"idverify-journal","version":2}` + "\n", "key,name\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "journal")
		require.NoError(t, os.WriteFile(path, text, 0o600))
		wantText, want, sound := readJournal(string(text))

		j, err := idverify.OpenFileJournal(path)
		require.Equal(t, sound, err == nil, "%v", err)
		if err != nil {
			assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
			assert.NotContains(t, err.Error(), path)
			assert.Equal(t, string(text), contentOf(t, path))
			return
		}
		assert.Equal(t, wantText, contentOf(t, path))
		checkEntries(t, j, want)
		require.NoError(t, j.Begin(t.Context(), "new"))
		require.NoError(t, j.Close())

		j, err = idverify.OpenFileJournal(path)
		require.NoError(t, err)
		want["new"] = idverify.JournalEntry{InFlight: true}
		checkEntries(t, j, want)
		require.NoError(t, j.Close())
	})
}

func contentOf(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(content)
}

func checkEntries(t *testing.T, j *idverify.FileJournal, want map[string]idverify.JournalEntry) {
	t.Helper()
	for key, entry := range want {
		got, err := j.Load(t.Context(), key)
		require.NoError(t, err)
		assert.Equal(t, entry, got)
	}
	unknown, err := j.Load(t.Context(), "a key that no line has")
	require.NoError(t, err)
	assert.Zero(t, unknown)
}

// readJournal reads a journal as its documentation describes it: what the file
// holds once it is open, the last that is known of each row, and whether it is
// a journal at all.
func readJournal(text string) (string, map[string]idverify.JournalEntry, bool) {
	rows := map[string]idverify.JournalEntry{}
	if strings.HasPrefix(journalHead, text) {
		return journalHead, rows, true
	}
	if !strings.HasPrefix(text, journalHead) {
		return "", nil, false
	}
	open := journalHead
	for line := range strings.Lines(text[len(journalHead):]) {
		isWhole := strings.HasSuffix(line, "\n")
		key, entry, readable := readRow(line)
		switch {
		case readable:
			rows[key] = entry
			open += strings.TrimSuffix(line, "\n") + "\n"
		case isWhole:
			return "", nil, false
		}
	}
	return open, rows, true
}

func readRow(text string) (string, idverify.JournalEntry, bool) {
	var line struct {
		At     time.Time `json:"at"`
		Key    string    `json:"key"`
		Begun  bool      `json:"begun"`
		Result *idverify.Result
		Error  *idverify.Error
	}
	if json.Unmarshal([]byte(text), &line) != nil {
		return "", idverify.JournalEntry{}, false
	}
	said := 0
	for _, is := range []bool{line.Begun, line.Result != nil, line.Error != nil} {
		if is {
			said++
		}
	}
	sound := line.Key != "" && said == 1 &&
		(line.Result == nil || line.Result.Code.IsDecision()) &&
		(line.Error == nil || line.Error.Code != "" && !line.Error.Code.IsDecision())
	return line.Key, idverify.JournalEntry{InFlight: line.Begun, Result: line.Result, Err: line.Error}, sound
}
