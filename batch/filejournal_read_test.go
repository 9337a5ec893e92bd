package batch_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

// copied is a copy of a file of testdata, which a journal may change.
func copied(t *testing.T, name string) (path string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "before", name))
	require.NoError(t, err)
	path = filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, text, 0o600))
	return path
}

// A journal of version 1 is read if its rows were bound to persons, by the option
// that there was.
func TestFileJournal_OfVersion1IsReadAndSendsNothingTwice(t *testing.T) {
	j := openJournal(t, copied(t, "bound.jsonl"))
	v := new(countingVerifier)
	delivery := map[string]idverify.Delivery{}
	for r := range started(t, t.Context(), v, these("decided", "lost", "unsent", "limited", "source", "paid", "early", "in-flight"), batch.WithJournal(j, secret)) {
		assert.NoError(t, r.JournalErr)
		if e, ok := r.Err.(*idverify.Error); ok && r.Resumed {
			delivery[r.Key] = e.Delivery
		}
	}
	assert.ElementsMatch(t, []string{"unsent", "limited", "source"}, v.sent)
	assert.Equal(t, map[string]idverify.Delivery{"lost": idverify.DeliveryUnanswered, "early": idverify.DeliveryUnanswered,
		"paid": idverify.DeliveryAnswered, "in-flight": idverify.DeliveryUnanswered}, delivery)
}

// A journal of version 1 with a row that is not bound is refused: a run would not
// find that row, and pay for it again.
func TestFileJournal_OfVersion1IsRefusedByNameWhereARowIsNotBound(t *testing.T) {
	path := copied(t, "unbound.jsonl")
	before := contentOf(t, path)
	_, err := batch.OpenFileJournal(path)
	assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
	assert.ErrorContains(t, err, "version 1")
	assert.Equal(t, before, contentOf(t, path))

	dir := t.TempDir()
	for name, key := range map[string]string{"unbound": "row-0", "short": "row-0:9cc1", "upper case": "row-0:9CC1D2F0D9D6F0A7E0CD1A7D2B1B8C11"} {
		path := filepath.Join(dir, name)
		text := journalHeadV1 + `{"at":"2026-01-02T15:04:05Z","key":"` + key + `","begun":true}` + "\n"
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := batch.OpenFileJournal(path)
		assert.ErrorContains(t, err, "version 1", name)
		assert.Equal(t, text, contentOf(t, path))
	}

	j := openJournal(t, copied(t, "bound.jsonl"))
	assert.ErrorContains(t, j.Begin(t.Context(), "unbound"), "version 1", "it could not be opened again")

	// A key of its own that looks bound is found out at its row.
	path = filepath.Join(dir, "looks bound")
	const key = "sha:0123456789abcdef0123456789abcdef"
	require.NoError(t, os.WriteFile(path, []byte(journalHeadV1+`{"at":"2026-01-02T15:04:05Z","key":"`+key+`","begun":true}`+"\n"), 0o600))
	j = openJournal(t, path)
	v := new(countingVerifier)
	for r := range started(t, t.Context(), v, these(key), batch.WithJournal(j, secret)) {
		assert.ErrorContains(t, r.JournalErr, "version 1")
	}
	assert.Empty(t, v.sent)
}
