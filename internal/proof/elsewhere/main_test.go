package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestCheck_FailedBuild(t *testing.T) {
	dir := t.TempDir()
	wrong := map[string]string{
		"call.go":       "package a\nimport \"syscall\"\nvar _ = syscall.Flock", // does not exist on that system
		"body.go":       "package a\nfunc f() string { return Number }",
		"own_test.go":   "package a\nvar _ string = Number",
		"apart_test.go": "package a_test\nimport \"a\"\nvar _ string = a.Number",
		"a_windows.go":  "package a\nvar _ string = Number",
	}
	right := map[string]string{
		"go.mod":     "module a\n\ngo 1.25\n",
		"a.go":       "package a\nconst Number = 1",
		"a_linux.go": "package a\nvar _ string = Number", // not built for that system
	}
	write(t, dir, right)
	packages, errs, err := check(dir, "windows")
	require.NoError(t, err)
	assert.Equal(t, 1, packages)
	assert.Empty(t, errs)

	write(t, dir, wrong)
	packages, errs, err = check(dir, "windows")
	require.NoError(t, err)
	assert.Equal(t, 3, packages, "itself, with its tests, and its tests apart")
	for file := range wrong {
		assert.Contains(t, errors.Join(errs...).Error(), file)
	}
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for file, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600))
	}
}

func TestCheck_BrokenModule(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"go.mod": "module a\n\ngo 1.25\n", "a.go": "package a\nimport _ \"a/nowhere\"\n"})
	_, wrong, err := check(dir, "windows")
	assert.True(t, err != nil || len(wrong) > 0)
}
