package batch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/long"
)

func openJournal(t *testing.T, path string) *batch.FileJournal {
	t.Helper()
	j, err := batch.OpenFileJournal(path)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, j.Close()) })
	return j
}

// countingVerifier records its requests, and fails as the row's name says.
type countingVerifier struct {
	mu   sync.Mutex
	sent []string
}

func (c *countingVerifier) Verify(_ context.Context, req *idverify.Request) (*idverify.Result, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent = append(c.sent, req.Reference)
	switch {
	case strings.HasPrefix(req.Reference, "free"):
		return nil, fails(idverify.CodeNetwork, idverify.BilledNo)
	case strings.HasPrefix(req.Reference, "lost"):
		return nil, &idverify.Error{Code: idverify.CodeTimeout, Delivery: idverify.DeliveryUnanswered}
	}
	return mismatch()
}

func (c *countingVerifier) wasSent(key string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Contains(c.sent, key)
}

func numbered(n int) iter.Seq[*idverify.Request] {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf("row-%d", i)
	}
	return these(keys...)
}

func TestFileJournal_LoadReturnsWhatWasRecorded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	res := &idverify.Result{Code: idverify.CodeMatch, Vendor: "v", RequestID: "r-1", Billed: idverify.BilledYes,
		Checks: []idverify.Check{similarity(t, 90)}}
	failed := fails(idverify.CodePoorPhoto, idverify.BilledYes)

	j, err := batch.OpenFileJournal(path)
	require.NoError(t, err)
	for _, key := range []string{"decided", "failed", "begun", "again"} {
		require.NoError(t, j.Begin(t.Context(), key))
	}
	require.NoError(t, j.Finish(t.Context(), "decided", batch.Entry{Result: res}))
	require.NoError(t, j.Finish(t.Context(), "failed", batch.Entry{Err: failed}))
	require.NoError(t, j.Finish(t.Context(), "again", batch.Entry{Err: failed}))
	require.NoError(t, j.Begin(t.Context(), "again"))

	for range 2 { // through this handle, and after opening the file again
		for key, want := range map[string]batch.Entry{
			"decided": {Result: res}, "failed": {Err: failed}, "begun": {InFlight: true}, "again": {InFlight: true}, "new": {},
		} {
			got, found, err := j.Load(t.Context(), key)
			require.NoError(t, err)
			assert.Equal(t, want, got, key)
			assert.Equal(t, key != "new", found)
		}
		require.NoError(t, j.Close())
		j = openJournal(t, path)
	}
}

// Holds P-DATA-9.
func TestFileJournal_OwnerOnlyAndNoPersonalData(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j := openJournal(t, path)
	person := idverifytest.Match()
	providers, done := standIns()
	defer done()
	client, err := idverify.New(providers)
	require.NoError(t, err)
	items := []*idverify.Request{{IdempotencyKey: "one", Name: person.Name, IDNumber: person.IDNumber,
		Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))}}}
	for r := range started(t, t.Context(), client, slices.Values(items), batch.WithJournal(j, secret)) {
		require.NoError(t, r.Err)
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, 4, strings.Count(string(text), "\n"))
	assert.Contains(t, string(text), `"result":{"code":"match"`)
	for _, secret := range []string{person.Name, person.IDNumber, "base64", "image", string(secret)} {
		assert.NotContains(t, string(text), secret)
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.EqualValues(t, 0o600, info.Mode().Perm())
	assert.Equal(t, "batch.FileJournal", fmt.Sprint(j))
	for _, spoken := range idverifytest.Spoken(j) {
		assert.NotContains(t, spoken, path)
	}
}

// Holds P-PAY-16.
func TestOpenFileJournal_RefusesJournalInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	first, err := batch.OpenFileJournal(path)
	require.NoError(t, err)
	_, err = batch.OpenFileJournal(path)
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, idverify.CodeInvalidConfig, e.Code)
	assert.Equal(t, "path", e.Field)
	assert.Contains(t, e.Error(), "another run has it open")
	require.NoError(t, first.Close())
	require.NoError(t, first.Close())
	assert.Error(t, first.Begin(t.Context(), "late"))
	_, _, err = first.Load(t.Context(), "late")
	assert.Error(t, err)
	openJournal(t, path)
}

func TestOpenFileJournal_RefusesOtherFilesUnchanged(t *testing.T) {
	dir := t.TempDir()
	const header = journalHead
	for name, text := range map[string]string{
		"csv":               "key,name\n1,x\n",
		"short":             "{}",
		"newer":             `{"format":"idverify-journal","version":3}` + "\n",
		"wrong checksum":    header + strings.Replace(batch.Seal(`{"at":"2026-01-02T15:04:05Z","key":"a","begun":true}`), `"a"`, `"b"`, 1),
		"checksum inside":   header + `{"at":"2026-01-02T15:04:05Z","key":"a","crc":"00000000","begun":true}` + "\n",
		"only a checksum":   header + batch.Seal(`{"at":"2026-01-02T15:04:05Z"}`),
		"key and binding":   header + `{"key":"a","binding":"b"}` + "\n",
		"line 3":            header + `{"key":"a","begun":true}` + "\n" + "rubbish\n" + `{"key":"b","begun":true}` + "\n",
		"says nothing":      header + `{"key":"a"}` + "\n",
		"no key":            header + `{"begun":true}` + "\n",
		"zero result":       header + `{"key":"a","result":{}}` + "\n",
		"error as result":   header + `{"key":"a","result":{"code":"timeout"}}` + "\n",
		"decision as error": header + `{"key":"a","error":{"code":"match"}}` + "\n",
		"no time":           header + `{"key":"a","begun":true,"at":"yesterday"}` + "\n",
		"begun and failed":  header + `{"key":"a","begun":true,"error":{"code":"timeout"}}` + "\n",
		"begun and decided": header + `{"key":"a","begun":true,"result":{"code":"match"}}` + "\n",
		"zero error":        header + `{"key":"a","error":{}}` + "\n",
		"two answers":       header + `{"key":"a","result":{"code":"match"},"error":{"code":"timeout"}}` + "\n",
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := batch.OpenFileJournal(path)
		assert.ErrorIs(t, err, idverify.ErrInvalidConfig, name)
		assert.NotContains(t, err.Error(), dir)
		if name == "line 3" {
			assert.Contains(t, err.Error(), name)
		}
		after, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, text, string(after), name)
		require.NoError(t, os.WriteFile(path, []byte(header), 0o600))
		openJournal(t, path) // no lock on it is left
	}
	for _, none := range []string{dir, os.DevNull} {
		_, err := batch.OpenFileJournal(none)
		assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
		assert.ErrorContains(t, err, "not a regular file")
	}
	_, err := batch.OpenFileJournal(filepath.Join(dir, "no", "such", "directory"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestFileJournal_RefusesEmptyEntry(t *testing.T) {
	j := openJournal(t, filepath.Join(t.TempDir(), "journal"))
	assert.Error(t, j.Begin(t.Context(), ""))
	assert.Error(t, j.Finish(t.Context(), "a", batch.Entry{}))
	assert.Error(t, j.Finish(t.Context(), "a", batch.Entry{Result: &idverify.Result{}}))
}

// Wherever a process is killed: a row that may have been paid for is reported and
// not sent, an answered row is known, and every other row is sent.
// Holds P-PAY-16.
func TestFileJournal_SurvivesKillAtEveryByte(t *testing.T) {
	keys := []string{"free-b", "c"}
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole")
	j := openJournal(t, whole)
	for range started(t, t.Context(), new(countingVerifier), these(keys...), batch.WithJournal(j, secret), batch.WithConcurrency(1)) {
	}
	text, err := os.ReadFile(whole)
	require.NoError(t, err)
	assert.Equal(t, 2+2*len(keys), strings.Count(string(text), "\n"))

	for length := range len(text) + 1 {
		atAnEnd := bytes.ContainsRune(text[max(0, length-2):min(length+2, len(text))], '\n')
		if length%5 > 0 && !atAnEnd && !long.Asked() {
			continue // in the short form one byte in five, and those about the end of a line
		}
		path := filepath.Join(dir, fmt.Sprint(length))
		require.NoError(t, os.WriteFile(path, text[:length], 0o600))
		// A line counts when it is complete, with or without its line feed.
		began, answered := map[string]bool{}, map[string]bool{}
		for line := range strings.Lines(string(text[:length])) {
			for _, key := range keys {
				if strings.Contains(line, `"key":"`+key+`:`) && json.Valid([]byte(line)) {
					began[key] = true
					answered[key] = !strings.Contains(line, `"begun"`)
				}
			}
		}

		j, err := batch.OpenFileJournal(path)
		require.NoError(t, err, "%d bytes", length)
		v := new(countingVerifier)
		for r := range started(t, t.Context(), v, these(keys...), batch.WithJournal(j, secret)) {
			free := strings.HasPrefix(r.Key, "free") && answered[r.Key]
			assert.Equal(t, began[r.Key] && !free, r.Resumed, "%s after %d bytes", r.Key, length)
			assert.Equal(t, r.Resumed && !answered[r.Key], idverify.CodeOf(r.Err) == idverify.CodeInterrupted, "%s after %d bytes", r.Key, length)
			assert.Equal(t, !r.Resumed, v.wasSent(r.Key))
		}
		require.NoError(t, j.Close())
		if length%20 != 0 {
			continue // each write waits for the disk
		}
		// And a third run sends nothing that costs.
		again := new(countingVerifier)
		j = openJournal(t, path)
		for range started(t, t.Context(), again, these(keys...), batch.WithJournal(j, secret)) {
		}
		for _, key := range again.sent {
			assert.Contains(t, key, "free")
		}
	}
}

func TestFileJournal_WritesNothingAfterFailure(t *testing.T) {
	j, err := batch.OpenFileJournal(filepath.Join(t.TempDir(), "journal"))
	require.NoError(t, err)
	require.NoError(t, j.Begin(t.Context(), "a"))
	batch.BreakFile(j)
	err = j.Begin(t.Context(), "b")
	assert.ErrorIs(t, err, os.ErrClosed)
	v := new(countingVerifier)
	got := slices.Collect(started(t, t.Context(), v, these("c", "d"), batch.WithJournal(j, secret), batch.WithConcurrency(1)))
	require.NotEmpty(t, got)
	assert.True(t, errors.Is(got[0].JournalErr, os.ErrClosed))
	assert.Empty(t, v.sent)
}

func TestFileJournal_ManyConcurrentRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j := openJournal(t, path)
	v := new(countingVerifier)
	assert.Len(t, slices.Collect(started(t, t.Context(), v, numbered(500), batch.WithJournal(j, secret), batch.WithConcurrency(32))), 500)
	require.NoError(t, j.Close())

	j = openJournal(t, path)
	for r := range started(t, t.Context(), v, numbered(500), batch.WithJournal(j, secret)) {
		assert.True(t, r.Resumed)
		assert.NoError(t, r.Err)
	}
	assert.Len(t, v.sent, 500)
}

// BenchmarkFileJournal measures beginning and finishing one row.
func BenchmarkFileJournal(b *testing.B) {
	for _, concurrency := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("%d at once", concurrency), func(b *testing.B) {
			j, err := batch.OpenFileJournal(filepath.Join(b.TempDir(), "journal"))
			require.NoError(b, err)
			defer j.Close()
			results, err := batch.Run(b.Context(), new(countingVerifier), numbered(b.N),
				batch.WithJournal(j, secret), batch.WithConcurrency(concurrency))
			require.NoError(b, err)
			for r := range results {
				require.NoError(b, r.Err)
			}
		})
	}
}

// The zero FileJournal is refused before a row is sent.
func TestFileJournal_ZeroValueIsRefused(t *testing.T) {
	const text = "a FileJournal is opened by OpenFileJournal"
	var j batch.FileJournal
	_, err := j.BeginRun(t.Context(), "binding")
	assert.ErrorContains(t, err, text)
	_, _, err = j.Load(t.Context(), "row-1:a")
	assert.ErrorContains(t, err, text)
	assert.ErrorContains(t, j.Begin(t.Context(), "row-1:a"), text)
	assert.ErrorContains(t, j.Finish(t.Context(), "row-1:a", batch.Entry{Err: &idverify.Error{Code: idverify.CodeTimeout}}), text)
	assert.ErrorContains(t, j.Close(), text)
}
