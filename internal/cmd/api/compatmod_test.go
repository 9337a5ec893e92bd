package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type goMod struct {
	Module  struct{ Path string }
	Go      string
	Require []struct {
		Path     string
		Indirect bool
	}
}

func readGoMod(t *testing.T, dir string) goMod {
	t.Helper()
	out, err := exec.Command("go", "mod", "edit", "-json", filepath.Join(dir, "go.mod")).Output()
	require.NoError(t, err)
	var m goMod
	require.NoError(t, json.Unmarshal(out, &m))
	return m
}

// Who uses the library needs nothing else and no newer Go, and can import
// nothing that is internal.
func TestCompatIsAStrangersModule(t *testing.T) {
	own, user := readGoMod(t, root), readGoMod(t, filepath.Join(root, "compat"))
	var direct []string
	for _, r := range user.Require {
		if !r.Indirect {
			direct = append(direct, r.Path)
		}
	}
	assert.Equal(t, []string{own.Module.Path}, direct)
	assert.Equal(t, own.Go, user.Go)
	assert.NotContains(t, user.Module.Path, own.Module.Path)
}
