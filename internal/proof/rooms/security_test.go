package rooms_test

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	promisesBegin = "<!-- promises:begin -->"
	promisesEnd   = "<!-- promises:end -->"
)

var (
	rowOfPromise = regexp.MustCompile(`^\| (P-[A-Z]+-[0-9]+) \| \S.* \|$`)
	ruleOfRow    = regexp.MustCompile(`^[|\s:-]+$`)
	nameOfAny    = regexp.MustCompile(`^(Test|Fuzz)[A-Z]\w*$`)
	idOfPromise  = regexp.MustCompile(`P-[A-Z]+-[0-9]+`)
	holdsLine    = regexp.MustCompile(`^// Holds P-[A-Z]+-[0-9]+(, P-[A-Z]+-[0-9]+)*\.$`)
)

// promisesIn are the ids in the tables between the marks. The first row of a table is
// its head, the second a separator; every other row must be a promise.
func promisesIn(document string) (ids, problems []string) {
	inside, row := false, 0
	for i, line := range strings.Split(document, "\n") {
		line = strings.TrimSpace(line)
		problem := func(what string) { problems = append(problems, fmt.Sprintf("line %d: %s: %s", i+1, what, line)) }
		switch {
		case line == promisesBegin || line == promisesEnd:
			if inside == (line == promisesBegin) {
				problem("a mark where there can be none")
			}
			inside, row = line == promisesBegin, 0
			continue
		case !inside || !strings.HasPrefix(line, "|"):
			continue
		}
		row++
		if row == 1 || row == 2 && ruleOfRow.MatchString(line) {
			continue
		}
		switch found := rowOfPromise.FindStringSubmatch(line); {
		case found == nil:
			problem("not an id and a promise")
		case slices.Contains(ids, found[1]):
			problem("an id that is taken")
		default:
			ids = append(ids, found[1])
		}
	}
	if inside {
		problems = append(problems, "the last table is not ended")
	}
	if len(ids) == 0 {
		problems = append(problems, "nothing is promised")
	}
	return ids, problems
}

// holders are the tests and fuzz targets, below a directory, that name the promises
// they hold. Only tests count that "go test" runs without any flag, on CI's system.
func holders(root string) (tests map[string][]string, problems []string) {
	usual := build.Default
	usual.GOOS, usual.GOARCH, usual.CgoEnabled, usual.BuildTags = "linux", "amd64", true, nil
	tests = map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || isModule(os.DirFS(filepath.Dir(path)), d.Name())):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		dir, name := filepath.Split(path)
		built, err := usual.MatchFile(dir, name)
		if err != nil {
			return err
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		held := map[*ast.Comment]bool{}
		for _, decl := range syntax.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || !built || !isTest(f) || f.Doc == nil {
				continue
			}
			for _, c := range f.Doc.List {
				if !holdsLine.MatchString(c.Text) {
					continue
				}
				held[c] = true
				for _, id := range idOfPromise.FindAllString(c.Text, -1) {
					tests[id] = append(tests[id], filepath.ToSlash(dir)+f.Name.Name)
				}
			}
		}
		for _, group := range syntax.Comments {
			for _, c := range group.List {
				if idOfPromise.MatchString(c.Text) && !held[c] {
					problems = append(problems, fmt.Sprintf("%s: nothing that go test runs says this above itself, in a line of its own: %s", path, c.Text))
				}
			}
		}
		return nil
	})
	if err != nil {
		problems = append(problems, err.Error())
	}
	return tests, problems
}

// isTest distinguishes tests from helpers with such a name.
func isTest(f *ast.FuncDecl) bool {
	if f.Recv != nil || f.Type.Results != nil || !nameOfAny.MatchString(f.Name.Name) || len(f.Type.Params.List) != 1 {
		return false
	}
	pointer, ok := f.Type.Params.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	of, ok := pointer.X.(*ast.SelectorExpr)
	return ok && of.Sel.Name == f.Name.Name[:1] // Test has a *testing.T, Fuzz a *testing.F
}

// joined lists the promises without a test, and the test ids without a promise.
func joined(ids []string, tests map[string][]string) (problems []string) {
	for _, id := range ids {
		if len(tests[id]) == 0 {
			problems = append(problems, id+": no test holds it")
		}
	}
	for _, id := range slices.Sorted(maps.Keys(tests)) {
		if !slices.Contains(ids, id) {
			problems = append(problems, fmt.Sprintf("%s: is no promise, and %v hold it", id, tests[id]))
		}
	}
	return problems
}

// With -v it lists the tests of each promise.
func TestPromises_HaveTests(t *testing.T) {
	tests := map[string][]string{}
	for _, module := range []string{".", "redisidverify", "sqlidverify"} { // holders leaves the other modules out
		held, problems := holders(module)
		assert.Empty(t, problems)
		for id, names := range held {
			tests[id] = append(tests[id], names...)
		}
	}
	var documents [][]string
	for _, file := range []string{"SECURITY.md", "SECURITY.zh-CN.md"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		ids, problems := promisesIn(string(text))
		for _, problem := range append(problems, joined(ids, tests)...) {
			t.Errorf("%s: %s", file, problem)
		}
		documents = append(documents, ids)
	}
	assert.Equal(t, documents[0], documents[1], "both languages promise the same")
	for _, id := range documents[0] {
		t.Logf("%s: %s", id, strings.Join(tests[id], ", "))
	}
}

// The following tests prove that the test above can fail.

func TestPromises_DetectsMalformedTable(t *testing.T) {
	const head = promisesBegin + "\n| Id | Promise |\n| --- | :--- |\n"
	const held = "| P-MADE-1 | It holds. |\n"
	for name, test := range map[string]struct{ document, says string }{
		"correct":                 {head + held + promisesEnd, ""},
		"no id":                   {head + held + "| It holds. |\n" + promisesEnd, "line 5: not an id and a promise"},
		"another kind of id":      {head + "| PASS1 | It holds. |\n" + promisesEnd, "not an id and a promise"},
		"no promise":              {head + "| P-MADE-1 | |\n" + promisesEnd, "not an id and a promise"},
		"an id twice":             {head + held + held + promisesEnd, "line 5: an id that is taken"},
		"a table without its end": {head + held, "the last table is not ended"},
		"two beginnings":          {head + held + head + held + promisesEnd, "where there can be none"},
		"an end too many":         {head + held + promisesEnd + "\n" + promisesEnd, "where there can be none"},
		"outside the marks":       {held, "nothing is promised"},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := promisesIn(test.document)
			if test.says == "" {
				assert.Empty(t, problems)
				return
			}
			assert.Contains(t, strings.Join(problems, "\n"), test.says)
		})
	}
}

func TestPromises_DetectsUntested(t *testing.T) {
	held := map[string][]string{"P-MADE-1": {"TestA"}}
	assert.Empty(t, joined([]string{"P-MADE-1"}, held))
	assert.Equal(t, []string{"P-MADE-2: no test holds it"}, joined([]string{"P-MADE-1", "P-MADE-2"}, held))
	assert.Equal(t, []string{"P-MADE-1: is no promise, and [TestA] hold it"}, joined(nil, held))
}

// Only what go test runs holds a promise.
func TestPromises_OnlyRunTestsCount(t *testing.T) {
	const holds = "// Holds P-" + "MADE-1.\n"
	for name, test := range map[string]struct {
		file, text string
		counts     bool
	}{
		"a test":             {"a_test.go", holds + "func TestRun(t *testing.T) {}", true},
		"a fuzz target":      {"a_test.go", "// Words.\n" + holds + "func FuzzRun(f *testing.F) {}", true},
		"a helper":           {"a_test.go", holds + "func TestHelper(t *testing.T, s string) {}", false},
		"a method":           {"a_test.go", holds + "func (s suite) TestMethod(t *testing.T) {}", false},
		"another system":     {"a_windows_test.go", holds + "func TestElsewhere(t *testing.T) {}", false},
		"with a build tag":   {"a_test.go", "//go:build findings\n\npackage odd\n\n" + holds + "func TestTagged(t *testing.T) {}", false},
		"nothing":            {"a_test.go", holds + "\nfunc TestRun(t *testing.T) {}", false},
		"among other words":  {"a_test.go", "// It " + holds[3:] + "func TestRun(t *testing.T) {}", false},
		"without a full end": {"a_test.go", strings.Replace(holds, ".", "", 1) + "func TestRun(t *testing.T) {}", false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			text := test.text
			if !strings.Contains(text, "package odd") {
				text = "package odd\n\n" + text
			}
			require.NoError(t, os.WriteFile(filepath.Join(dir, test.file), []byte(text+"\n"), 0o600))
			tests, problems := holders(dir)
			assert.Equal(t, test.counts, len(tests) == 1)
			assert.Equal(t, test.counts, len(problems) == 0, "the error names it: %v", problems)
		})
	}
}

// Personal data stays in memory: only the journal can create or change a file.
// Holds P-DATA-8.
func TestLibrary_OnlyJournalWritesFiles(t *testing.T) {
	writing := []string{"Create", "CreateTemp", "OpenFile", "OpenRoot", "WriteFile", "Mkdir", "MkdirAll", "MkdirTemp", "CopyFS",
		"Rename", "Link", "Symlink", "Truncate", "NewFile"}
	writers := map[string]bool{}
	for _, s := range sources(t) {
		if strings.HasPrefix(s.dir, "examples") || proof(s.dir) {
			continue
		}
		for _, loophole := range []string{"io/ioutil", "os/exec", "plugin"} {
			assert.NotContains(t, s.imports, loophole, s.file)
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			if call, ok := n.(*ast.SelectorExpr); ok && slices.Contains(writing, call.Sel.Name) {
				if pkg, ok := call.X.(*ast.Ident); ok && pkg.Name == "os" {
					writers[s.file] = true
				}
			}
			return true
		})
		for _, i := range s.syntax.Imports {
			assert.False(t, i.Name != nil && i.Path.Value == `"os"`, "%s imports os under another name", s.file)
		}
	}
	assert.Equal(t, []string{"batch/filejournal_flock.go", "batch/filejournal_lockfile.go", "batch/filejournal_windows.go"}, slices.Sorted(maps.Keys(writers)))
}
