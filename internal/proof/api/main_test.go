package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const root = "../../.."

func TestList_IsUpToDate(t *testing.T) {
	// The cache of test results does not know which files the go command reads. It
	// knows the folders that the test reads itself, with their files' sizes and
	// times.
	require.NoError(t, filepath.WalkDir(root, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		return err
	}))
	lines, err := exported(root)
	require.NoError(t, err)
	written, err := os.ReadFile(filepath.Join(root, "api", next+".txt"))
	require.NoError(t, err)
	is, was := strings.Split(text(lines), "\n"), strings.Split(string(written), "\n")
	assert.True(t, slices.Equal(is, was), "go run ./internal/proof/api, and say in CHANGELOG.md what changed:\nonly in the source: %q\nonly in the list: %q",
		without(is, was), without(was, is))
}

func without(these, others []string) []string {
	return slices.DeleteFunc(slices.Clone(these), func(s string) bool { return slices.Contains(others, s) })
}

func TestChangelog_HasEveryChange(t *testing.T) {
	problems, err := check(root)
	require.NoError(t, err)
	assert.Empty(t, problems, "CHANGELOG.md, section Unreleased:\n%s", strings.Join(problems, "\n"))
}

// A new method of an interface breaks only code that implements it, and a new
// interface is tested only by an implementation.
func TestCompat_ImplementsEveryInterface(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "compat", "*.go"))
	require.NoError(t, err)
	var code strings.Builder
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		code.Write(source)
	}
	list, err := read(root, next)
	require.NoError(t, err)
	for name, facts := range list {
		if strings.HasPrefix(facts[0], "type interface ") {
			implemented := regexp.MustCompile(`_ +` + regexp.QuoteMeta(name) + `(\[[\w.]+\])? += `)
			assert.True(t, implemented.MatchString(code.String()), "compat has no type of its own that implements %s", name)
		}
	}
}

// Users copy the documents' code: every name in it exists.
func TestDocuments_NamesExist(t *testing.T) {
	list, err := read(root, next)
	require.NoError(t, err)
	packages := map[string]bool{}
	for name := range list {
		before, _, _ := strings.Cut(name, ".")
		packages[before] = true
	}
	found := 0
	documents, err := filepath.Glob(filepath.Join(root, "*.md"))
	require.NoError(t, err)
	more, err := filepath.Glob(filepath.Join(root, "*", "*.md"))
	require.NoError(t, err)
	for _, path := range append(documents, more...) {
		if filepath.Base(path) == "CHANGELOG.md" { // names of before, too
			continue
		}
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, name := range qualified.FindAllString(string(content), -1) {
			if pkg, _, _ := strings.Cut(name, "."); packages[pkg] {
				found++
				assert.Contains(t, list, name, path)
			}
		}
	}
	assert.Greater(t, found, 200)
}

// qualified matches an exported name with its package, and a method or field of it.
var qualified = regexp.MustCompile(`\b[a-z]\w*(?:\.[A-Z]\w*){1,2}\b`)

// Users store this JSON and read it elsewhere: both languages list every value of
// its words.
func TestDocuments_ListEveryJSONValue(t *testing.T) {
	list, err := read(root, next)
	require.NoError(t, err)
	for _, name := range []string{"json.md", "json.zh-CN.md"} {
		content, err := os.ReadFile(filepath.Join(root, "docs", name))
		require.NoError(t, err)
		found := 0
		for constant, facts := range list {
			if m := wordOfJSON.FindStringSubmatch(facts[0]); m != nil {
				found++
				assert.Contains(t, string(content), "`"+m[1]+"`", "docs/%s does not list %s", name, constant)
			}
		}
		assert.Greater(t, found, 30)
	}
}

// wordOfJSON matches a constant that stands in JSON of results and errors, apart from
// codes and advices, which have a document of their own.
var wordOfJSON = regexp.MustCompile(`^const idverify\.(?:CheckKind|DecidedBy|Delivery|Direction|Next|Origin|Reason|Warning) = "(.+)"$`)
