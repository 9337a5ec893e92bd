//go:build unix

package idverify_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// Opening a named pipe would wait for a writer.
// Holds P-LIVE-3.
func TestMedia_NamedPipesAreNotOpened(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	for _, m := range []idverify.Media{idverify.File(pipe), idverify.FS(os.DirFS(dir), "pipe")} {
		_, _, err := m.Open()
		assert.Error(t, err)
	}
}
