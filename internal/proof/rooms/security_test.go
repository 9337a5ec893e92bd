package rooms_test

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
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

// promise is a row of SECURITY.md: what is promised, and the tests that hold
// it, each as "package test".
type promise struct {
	line  int
	text  string
	tests []string
}

const (
	promisesBegin = "<!-- promises:begin -->"
	promisesEnd   = "<!-- promises:end -->"
)

var (
	codeSpan  = regexp.MustCompile("`([^`]+)`")
	ruleOfRow = regexp.MustCompile(`^[|\s:-]+$`)
	nameOfAny = regexp.MustCompile(`^(Test|Fuzz)[A-Z]\w*$`)
)

// promisesIn reads the tables between the marks. The first row of a table is
// its head, the second its rule; every other row has to be a promise.
func promisesIn(document string) (all []promise, problems []string) {
	inside, row := false, 0
	for i, line := range strings.Split(document, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == promisesBegin || line == promisesEnd:
			if inside == (line == promisesBegin) {
				problems = append(problems, fmt.Sprintf("line %d: %s where there can be none", i+1, line))
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
		p, problem := promiseOf(i+1, line)
		if problem != "" {
			problems = append(problems, fmt.Sprintf("line %d: %s: %s", i+1, problem, line))
			continue
		}
		all = append(all, p)
	}
	if inside {
		problems = append(problems, "the last table is not ended")
	}
	if len(all) == 0 {
		problems = append(problems, "nothing is promised")
	}
	return all, problems
}

// promiseOf reads one row. In its second cell a package's directory stands
// before the tests that are in it.
func promiseOf(number int, line string) (p promise, problem string) {
	cells := strings.Split(strings.Trim(line, "|"), "|")
	if len(cells) != 2 || strings.TrimSpace(cells[0]) == "" {
		return p, "not a promise and its tests"
	}
	p = promise{line: number, text: strings.TrimSpace(cells[0])}
	inPackage, names := "", 0
	for _, span := range codeSpan.FindAllStringSubmatch(cells[1], -1) {
		switch {
		case !nameOfAny.MatchString(span[1]):
			inPackage, names = span[1], 0
		case inPackage == "":
			return p, "a test before its package"
		default:
			names++
			p.tests = append(p.tests, inPackage+" "+span[1])
		}
	}
	switch {
	case len(p.tests) == 0:
		return p, "no test holds it"
	case names == 0:
		return p, "a package without a test"
	}
	return p, ""
}

// testsOf are the tests and fuzz targets that "go test" runs in a directory
// without any flag, on the system that CI has.
func testsOf(dir string) (map[string]bool, error) {
	usual := build.Default
	usual.GOOS, usual.GOARCH, usual.CgoEnabled, usual.BuildTags = "linux", "amd64", true, nil
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	found := map[string]bool{}
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		if built, err := usual.MatchFile(dir, file.Name()); err != nil || !built {
			continue
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, file.Name()), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, decl := range syntax.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && isTest(f) {
				found[f.Name.Name] = true
			}
		}
	}
	return found, nil
}

// isTest tells what testing would run from a helper that has such a name.
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

// notHeld names the tests of promises that are not there.
func notHeld(promises []promise) []string {
	known := map[string]map[string]bool{}
	var problems []string
	for _, p := range promises {
		for _, test := range p.tests {
			dir, name, _ := strings.Cut(test, " ")
			if known[dir] == nil {
				found, err := testsOf(filepath.FromSlash(dir))
				if err != nil {
					problems = append(problems, fmt.Sprintf("line %d: %v", p.line, err))
				}
				known[dir] = found
			}
			if !known[dir][name] {
				problems = append(problems, fmt.Sprintf("line %d: %s has no %s, which is to hold: %s", p.line, dir, name, p.text))
			}
		}
	}
	return problems
}

// heldAlike compares two documents row by row.
func heldAlike(one, other []promise) []string {
	var problems []string
	for i := range max(len(one), len(other)) {
		if i >= len(one) || i >= len(other) {
			return append(problems, fmt.Sprintf("%d promises in one document, %d in the other", len(one), len(other)))
		}
		if !slices.Equal(one[i].tests, other[i].tests) {
			problems = append(problems, fmt.Sprintf("lines %d and %d: %v in one document, %v in the other",
				one[i].line, other[i].line, one[i].tests, other[i].tests))
		}
	}
	return problems
}

func TestEveryPromiseOfSecurityIsHeldByATest(t *testing.T) {
	var documents [][]promise
	for _, file := range []string{"SECURITY.md", "SECURITY.zh-CN.md"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		promises, problems := promisesIn(string(text))
		for _, problem := range append(problems, notHeld(promises)...) {
			t.Errorf("%s: %s", file, problem)
		}
		documents = append(documents, promises)
	}
	assert.Empty(t, heldAlike(documents[0], documents[1]))
}

// What follows proves that the test above can fail.

// oddTests is a package with a test of every kind that go test does not run,
// and two that it does.
func oddTests(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for file, text := range map[string]string{
		"run_test.go":               "func TestRun(t *testing.T) {}\nfunc FuzzRun(f *testing.F) {}\nfunc TestHelper(t *testing.T, s string) {}\nfunc (s suite) TestMethod(t *testing.T) {}\n",
		"run.go":                    "func TestInNoTestFile(t *testing.T) {}\n",
		"elsewhere_windows_test.go": "func TestElsewhere(t *testing.T) {}\n",
		"tagged_test.go":            "func TestBehindATag(t *testing.T) {}\n",
	} {
		text = "package odd\n\n" + text
		if file == "tagged_test.go" {
			text = "//go:build findings\n\n" + text
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600))
	}
	return filepath.ToSlash(dir)
}

func TestAPromiseThatNobodyHoldsIsFound(t *testing.T) {
	odd := oddTests(t)
	const head = promisesBegin + "\n| Promise | Held by |\n| --- | :--- |\n"
	const held = "| It holds. | `.`: `TestOnlyAnEarnedMatchPasses`, `FuzzResultJSON`; `idcard`: `TestMask` |\n"
	for name, test := range map[string]struct{ document, says string }{
		"as it should be":         {head + held + promisesEnd, ""},
		"no test":                 {head + held + "| It holds. | |\n" + promisesEnd, "line 5: no test holds it"},
		"words for a test":        {head + "| It holds. | the tests of `.` |\n" + promisesEnd, "no test holds it"},
		"no second cell":          {head + "| `.`: `TestOnlyAnEarnedMatchPasses` |\n" + promisesEnd, "not a promise and its tests"},
		"no promise":              {head + "| | `.`: `TestOnlyAnEarnedMatchPasses` |\n" + promisesEnd, "not a promise and its tests"},
		"no package":              {head + "| It holds. | `TestOnlyAnEarnedMatchPasses` |\n" + promisesEnd, "a test before its package"},
		"a package and no test":   {head + "| It holds. | `.`: `TestOnlyAnEarnedMatchPasses`; `idcard` |\n" + promisesEnd, "a package without a test"},
		"a test that is not":      {head + "| It holds. | `.`: `TestOnlyAnEarnedMatchPassesNow` |\n" + promisesEnd, ". has no TestOnlyAnEarnedMatchPassesNow"},
		"in another package":      {head + "| It holds. | `idcard`: `TestOnlyAnEarnedMatchPasses` |\n" + promisesEnd, "idcard has no TestOnlyAnEarnedMatchPasses"},
		"a package that is not":   {head + "| It holds. | `internal/absent`: `TestMask` |\n" + promisesEnd, "internal/absent has no TestMask"},
		"behind a tag":            {head + "| It holds. | `" + odd + "`: `TestBehindATag` |\n" + promisesEnd, "has no TestBehindATag"},
		"for another system":      {head + "| It holds. | `" + odd + "`: `TestElsewhere` |\n" + promisesEnd, "has no TestElsewhere"},
		"a helper":                {head + "| It holds. | `" + odd + "`: `TestHelper` |\n" + promisesEnd, "has no TestHelper"},
		"a method":                {head + "| It holds. | `" + odd + "`: `TestMethod` |\n" + promisesEnd, "has no TestMethod"},
		"in no test file":         {head + "| It holds. | `" + odd + "`: `TestInNoTestFile` |\n" + promisesEnd, "has no TestInNoTestFile"},
		"what is run":             {head + "| It holds. | `" + odd + "`: `TestRun`, `FuzzRun` |\n" + promisesEnd, ""},
		"a table without its end": {head + held, "the last table is not ended"},
		"two beginnings":          {head + held + head + held + promisesEnd, "where there can be none"},
		"an end too many":         {head + held + promisesEnd + "\n" + promisesEnd, "where there can be none"},
		"outside the marks":       {held, "nothing is promised"},
	} {
		t.Run(name, func(t *testing.T) {
			promises, problems := promisesIn(test.document)
			problems = append(problems, notHeld(promises)...)
			if test.says == "" {
				assert.Empty(t, problems)
				return
			}
			assert.Contains(t, strings.Join(problems, "\n"), test.says)
		})
	}
}

func TestDocumentsThatPromiseDifferentlyAreFound(t *testing.T) {
	a, b := promise{1, "a", []string{". TestA"}}, promise{2, "b", []string{". TestA", ". TestB"}}
	assert.Empty(t, heldAlike([]promise{a, b}, []promise{a, b}))
	assert.Empty(t, heldAlike([]promise{a}, []promise{{7, "in other words", a.tests}}))
	assert.Len(t, heldAlike([]promise{a, b}, []promise{b, a}), 2)
	assert.Len(t, heldAlike([]promise{a, b}, []promise{a}), 1)
	assert.Len(t, heldAlike(nil, []promise{a}), 1)
}

// What is personal stays in memory: of all that the library is made of, only
// the journal can make or change a file.
func TestOnlyTheJournalWritesFiles(t *testing.T) {
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
