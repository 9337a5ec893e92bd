package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/idverifytest"
)

func TestSecret_CreatedOnceThenRequired(t *testing.T) {
	server := idverifytest.Start(t)
	p := idverifytest.Match()
	in := write(t, "key,name,id_number,photo\nk1,"+p.Name+","+p.IDNumber+",face.jpg\n")
	run := func(args ...string) (string, error) {
		return start(t, append([]string{"-in", in, "-base", rootOf(server)}, args...)...)
	}
	out, err := run()
	require.NoError(t, err, out)
	secret := filepath.Join(filepath.Dir(in), "people.secret")
	info, err := os.Stat(secret)
	require.NoError(t, err)
	if runtime.GOOS != "windows" {
		assert.EqualValues(t, 0o600, info.Mode().Perm())
	}
	text, err := os.ReadFile(secret)
	require.NoError(t, err)
	assert.Len(t, strings.TrimSpace(string(text)), 64)
	out, err = run()
	require.NoError(t, err, out)
	assert.Contains(t, out, "1 rows from the journal, 0 calls billed")

	for says, spoil := range map[string]func() error{
		"the secret is gone":         func() error { return os.Remove(secret) },
		"64 hexadecimal digits":      func() error { return os.WriteFile(secret, []byte("no digits\n"), 0o600) },
		"of at least 64":             func() error { return os.WriteFile(secret, []byte(strings.Repeat("ab", 31)), 0o600) },
		"written with another secre": func() error { return os.WriteFile(secret, []byte(strings.Repeat("ab", 32)), 0o600) },
		"other users may read":       func() error { return os.Chmod(secret, 0o644) },
	} {
		if runtime.GOOS == "windows" && strings.HasPrefix(says, "other users") {
			continue
		}
		require.NoError(t, spoil())
		_, err := run()
		assert.ErrorContains(t, err, says)
		require.NoError(t, os.WriteFile(secret, text, 0o600))
		require.NoError(t, os.Chmod(secret, 0o600))
	}
	assert.Equal(t, 1, server.Bill().Total())

	elsewhere := filepath.Join(t.TempDir(), "kept")
	require.NoError(t, os.Rename(secret, elsewhere))
	out, err = run("-secret", elsewhere)
	require.NoError(t, err, out)
	assert.Equal(t, 1, server.Bill().Total())
}

// A journal in the old format had no secret.
func TestJournal_OldFormatIsRefused(t *testing.T) {
	in := write(t, "key,name,id_number,photo\n")
	journal := filepath.Join(filepath.Dir(in), "people.journal")
	require.NoError(t, os.WriteFile(journal, []byte(`{"format":"idverify-journal","version":1}`+"\n"+`{"key":"k1","begun":true}`+"\n"), 0o600))
	_, err := start(t, "-in", in)
	assert.ErrorContains(t, err, "version 1")
	assert.NoFileExists(t, filepath.Join(filepath.Dir(in), "people.secret"))
}
