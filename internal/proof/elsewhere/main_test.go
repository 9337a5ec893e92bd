package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestCheck_WhatDoesNotBuildForASystem(t *testing.T) {
	for name, c := range map[string]struct {
		file, text string
		wrong      bool
	}{
		"nothing":                        {"b.go", "package a", false},
		"a call that the system has not": {"b.go", "package a\nimport \"syscall\"\nvar _ = syscall.Flock", true},
		"in a test":                      {"b_test.go", "package a\nimport \"syscall\"\nvar _ = syscall.Flock", true},
		"in a test of a package apart":   {"b_test.go", "package a_test\nimport \"a\"\nvar _ string = a.Number", true},
		"in the body of a function":      {"b.go", "package a\nfunc f() string { return Number }", true},
		"in a file for that system":      {"b_windows.go", "package a\nvar _ string = Number", true},
		"in a file for another":          {"b_linux.go", "package a\nvar _ string = Number", false},
	} {
		dir := t.TempDir()
		for file, text := range map[string]string{"go.mod": "module a\n\ngo 1.25\n", "a.go": "package a\nconst Number = 1\n", c.file: c.text} {
			require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600))
		}
		packages, wrong, err := check(dir, "windows")
		require.NoError(t, err, name)
		assert.Positive(t, packages, name)
		assert.Equal(t, c.wrong, len(wrong) > 0, "%s: %v", name, wrong)
	}
}

func TestCheck_BrokenModule(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module a\n\ngo 1.25\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.go"), []byte("package a\nimport _ \"a/nowhere\"\n"), 0o600))
	_, wrong, err := check(dir, "windows")
	assert.True(t, err != nil || len(wrong) > 0)
}
