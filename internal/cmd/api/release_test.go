package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// project is a folder with a changelog and the lists of the API.
func project(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		file := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(content), 0o644))
	}
	return dir
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	return string(content)
}

const introduction = "# Changelog\n\nWords.\n\n"

func TestReleaseMakesAVersionOfWhatIsToCome(t *testing.T) {
	dir := project(t, map[string]string{
		"api/0.1.0.txt": before, "api/next.txt": after,
		"CHANGELOG.md": introduction + "## Unreleased\n\n" + spoken + "\n## 0.1.0\n",
	})
	assert.ErrorContains(t, release(dir, "0.1.1"), "the next version is 0.2.0 or later")
	assert.NoFileExists(t, filepath.Join(dir, "api/0.1.1.txt"))
	require.NoError(t, release(dir, "0.2.0"))
	assert.Equal(t, after, read(t, dir, "api/0.2.0.txt"))
	assert.Equal(t, introduction+"## Unreleased\n\n## 0.2.0\n\n"+spoken+"\n## 0.1.0\n", read(t, dir, "CHANGELOG.md"))

	problems, err := check(dir)
	require.NoError(t, err)
	assert.Empty(t, problems)
	assert.Error(t, release(dir, "0.2.0"), "a version is made once")
}

func TestCheckComparesWithTheNewestRelease(t *testing.T) {
	dir := project(t, map[string]string{
		"api/0.9.0.txt": before, "api/0.10.0.txt": after, "api/next.txt": after,
		"CHANGELOG.md": "## Unreleased\n\n## 0.10.0 - 2026-01-02\n\n## 0.9.0\n",
	})
	problems, err := check(dir)
	require.NoError(t, err)
	assert.Empty(t, problems)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "api/next.txt"), []byte(before), 0o644))
	problems, err = check(dir)
	require.NoError(t, err)
	assert.NotEmpty(t, problems)
}

func TestCheckWantsASectionForEachRelease(t *testing.T) {
	for document, problem := range map[string]string{
		"## 0.1.0\n":                             "section 1 of CHANGELOG.md is 0.1.0, and should be Unreleased",
		"## Unreleased\n":                        "CHANGELOG.md has no section 0.1.0",
		"## Unreleased\n## 0.1.0\n## 0.0.1\n":    "CHANGELOG.md has a section 0.0.1, and api has no list for it",
		"## Unreleased\n## 0.2.0\n## 0.1.0\n":    "section 2 of CHANGELOG.md is 0.2.0, and should be 0.1.0",
		"## Unreleased\n## Unreleased\n## 0.1.0": "section 2 of CHANGELOG.md is Unreleased, and should be 0.1.0",
	} {
		dir := project(t, map[string]string{"api/0.1.0.txt": before, "api/next.txt": before, "CHANGELOG.md": document})
		problems, err := check(dir)
		require.NoError(t, err)
		assert.Equal(t, 1, len(problems), document)
		assert.Contains(t, problems[0], problem)
	}
}

func TestCheckNeedsItsFiles(t *testing.T) {
	whole := map[string]string{"api/0.1.0.txt": before, "api/next.txt": before, "CHANGELOG.md": "## Unreleased\n## 0.1.0\n"}
	_, err := check(project(t, whole))
	require.NoError(t, err)
	for missing := range whole {
		dir := project(t, whole)
		require.NoError(t, os.Remove(filepath.Join(dir, missing)))
		_, err := check(dir)
		assert.Error(t, err, missing)
	}
	dir := project(t, whole)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "api/latest.txt"), nil, 0o644))
	_, err = check(dir)
	assert.ErrorContains(t, err, "no version")
}

func TestWhichVersionMayFollow(t *testing.T) {
	adds, breaks := []change{{kind: added}}, []change{{kind: added}, {kind: removed}, {kind: deprecated}}
	for _, c := range []struct {
		last, next string
		changes    []change
		may        bool
	}{
		{"0.1.0", "0.1.1", nil, true},
		{"0.1.0", "0.1.0", nil, false},
		{"0.1.0", "0.0.9", nil, false},
		{"0.1.0", "0.1.1", adds, true},
		{"0.1.0", "0.1.1", breaks, false},
		{"0.1.0", "0.2.0", breaks, true},
		{"0.9.3", "1.0.0", breaks, true},
		{"1.2.3", "1.2.4", nil, true},
		{"1.2.3", "1.2.4", adds, false},
		{"1.2.3", "1.3.0", adds, true},
		{"1.2.3", "1.3.0", breaks, false},
		{"1.2.3", "2.0.0", breaks, true},
	} {
		last, err := parseVersion(c.last)
		require.NoError(t, err)
		next, err := parseVersion(c.next)
		require.NoError(t, err)
		assert.Equal(t, c.may, follows(next, last, c.changes) == nil, "%s after %s", c.next, c.last)
	}
	for _, no := range []string{"", "1", "1.2", "1.2.3.4", "v1.2.3", "1.2.x", "1.-2.3", "01.2.3", "1.2.3-rc1"} {
		_, err := parseVersion(no)
		assert.Error(t, err, "%q", no)
	}
}

func TestWriteMendsWhatDrifted(t *testing.T) {
	dir := project(t, map[string]string{"api/next.txt": "old\n", "compat/gone_names_api.go": "package compat\n", "compat/doc.go": "package compat\n"})
	want := map[string][]byte{"api/next.txt": []byte("new\n"), "compat/face_names_api.go": []byte("package compat\n")}
	stale, err := drifted(dir, want)
	require.NoError(t, err)
	assert.Equal(t, []string{"api/next.txt", "compat/face_names_api.go", "compat/gone_names_api.go"}, stale)

	require.NoError(t, write(dir, want))
	stale, err = drifted(dir, want)
	require.NoError(t, err)
	assert.Empty(t, stale)
	assert.Equal(t, "new\n", read(t, dir, "api/next.txt"))
	assert.NoFileExists(t, filepath.Join(dir, "compat/gone_names_api.go"))
	assert.FileExists(t, filepath.Join(dir, "compat/doc.go"), "what is written by hand stays")
}
