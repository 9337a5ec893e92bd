package batch_test

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

const journalHead = `{"format":"idverify-journal","version":2}` + "\n"

// The header of version 1, which OpenFileJournal refuses.
const journalHeadV1 = `{"format":"idverify-journal","version":1}` + "\n"

// Any file is either refused and left untouched, or opened: then each row is as its
// last complete line says, also after opening it again.
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
		journalHead + batch.Seal(begun) + batch.Seal(failed) + batch.Seal(matched), journalHead + strings.TrimSpace(batch.Seal(begun)),
		journalHead + batch.Seal(begun) + strings.Replace(batch.Seal(matched), "match", "watch", 1), journalHead + strings.Replace(batch.Seal(begun), `"crc"`, `"CRC"`, 1),
		journalHead + batch.Seal(`{"at":"2026-01-02T15:04:05Z","binding":"0123"}`) + batch.Seal(`{"key":"\u0061","begun":true}`),
		journalHead + `{"key":"a","binding":"0123"}` + "\n", journalHead + batch.Seal(`{"key":"a"}`), journalHead + batch.Seal(`{"begun":true}`),
		journalHeadV1, journalHeadV1 + begun + "\n", journalHeadV1[:39], journalHeadV1[:40],
		journalHead + `{"lost":true}` + "\n" + begun, journalHead + begun + "\n" + batch.Seal(`{"lost":true}`) + begun, journalHead + begun + "\n" + `{"lost":true`,
		`{"format":"idverify-journal","version":3}` + "\n", "key,name\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "journal")
		require.NoError(t, os.WriteFile(path, text, 0o600))
		wantText, want, sound := readJournal(string(text))

		j, err := batch.OpenFileJournal(path)
		require.Equal(t, sound, err == nil, "%v", err)
		if err != nil {
			assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
			assert.NotContains(t, err.Error(), path)
			assert.Equal(t, string(text), contentOf(t, path))
			return
		}
		assert.Equal(t, wantText, contentOf(t, path))
		checkEntries(t, j, want)
		const added = "new:0123456789abcdef0123456789abcdef"
		require.NoError(t, j.Begin(t.Context(), added))
		require.NoError(t, j.Close())

		j, err = batch.OpenFileJournal(path)
		require.NoError(t, err)
		want[added] = batch.Entry{InFlight: true}
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

func checkEntries(t *testing.T, j *batch.FileJournal, want map[string]batch.Entry) {
	t.Helper()
	for key, entry := range want {
		got, _, err := j.Load(t.Context(), key)
		require.NoError(t, err)
		assert.Equal(t, entry, got)
	}
	unknown, _, err := j.Load(t.Context(), "unknown:0123456789abcdef0123456789abcdef")
	require.NoError(t, err)
	assert.Zero(t, unknown)
}

// readJournal reads a journal independently, as its documentation describes it: the
// file's content once it is open, the last state of each row, and whether it is a
// journal at all.
func readJournal(text string) (string, map[string]batch.Entry, bool) {
	rows := map[string]batch.Entry{}
	head := text[:min(len(text), len(journalHead))]
	switch {
	case len(head) < len(journalHead) && strings.HasPrefix(journalHead, head):
		return journalHead, rows, true
	case head != journalHead:
		return "", nil, false
	}
	open := head
	for line := range strings.Lines(text[len(head):]) {
		isWhole := strings.HasSuffix(line, "\n")
		key, entry, readable := readRow(line)
		switch {
		case readable:
			if key != "" {
				rows[key] = entry
			}
			open += strings.TrimSuffix(line, "\n") + "\n"
		case isWhole:
			return "", nil, false
		}
	}
	return open, rows, true
}

var checksum = regexp.MustCompile(`^(?s)(.*),"crc":"([0-9a-fA-F]{8})"}$`)

// readRow reads one line: a row's, or with an empty key the binding's.
func readRow(text string) (string, batch.Entry, bool) {
	var line struct {
		At      time.Time `json:"at"`
		Binding string    `json:"binding"`
		Lost    bool      `json:"lost"`
		Key     string    `json:"key"`
		Begun   bool      `json:"begun"`
		Result  *idverify.Result
		Error   *idverify.Error
		CRC     string
	}
	if json.Unmarshal([]byte(text), &line) != nil {
		return "", batch.Entry{}, false
	}
	said := 0
	for _, is := range []bool{line.Binding != "", line.Begun, line.Result != nil, line.Error != nil} {
		if is {
			said++
		}
	}
	sound := said == 1 && !line.Lost && (line.Key == "") == (line.Binding != "") &&
		(line.Result == nil || line.Result.Code.IsDecision()) &&
		(line.Error == nil || line.Error.Code != "" && !line.Error.Code.IsDecision())
	if line.CRC != "" {
		parts := checksum.FindStringSubmatch(strings.TrimSuffix(text, "\n"))
		sound = sound && parts != nil &&
			strings.EqualFold(parts[2], fmt.Sprintf("%08x", crc32.Checksum([]byte(parts[1]), crc32.MakeTable(crc32.Castagnoli))))
	}
	return line.Key, batch.Entry{InFlight: line.Begun, Result: line.Result, Err: line.Error}, sound
}
