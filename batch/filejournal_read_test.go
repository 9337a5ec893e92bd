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

// A journal of version 1 may store rows by their keys alone, and does not say which
// secret it used: a run could pay for rows again, or take one person's answer for
// another's.
// Holds P-PAY-17.
func TestOpenFileJournal_RefusesVersion1(t *testing.T) {
	for name, rows := range map[string]string{
		"empty":     "",
		"bound":     `{"at":"2026-01-02T15:04:05Z","key":"row-0:9cc1d2f0d9d6f0a7e0cd1a7d2b1b8c11","begun":true}` + "\n",
		"not bound": `{"at":"2026-01-02T15:04:05Z","key":"row-0","result":{"code":"match"}}` + "\n",
		"torn":      `{"at":"2026-01-02T15:0`,
	} {
		path := filepath.Join(t.TempDir(), "journal")
		text := journalHeadV1 + rows
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := batch.OpenFileJournal(path)
		assert.ErrorIs(t, err, idverify.ErrInvalidConfig, name)
		assert.ErrorContains(t, err, "version 1", name)
		assert.Equal(t, text, contentOf(t, path), name)
	}
}
