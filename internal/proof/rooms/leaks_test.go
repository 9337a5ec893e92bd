package rooms_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every package with tests, including those of nested modules, checks for leaked
// goroutines at the end, and ignores none. The modules that cannot are listed.
// Holds P-LIVE-1.
func TestPackages_CheckForGoroutineLeaks(t *testing.T) {
	tested := map[string]bool{}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && file != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(file, "_test.go") {
			tested[filepath.Dir(file)] = true
		}
		return nil
	})
	require.NoError(t, err)
	require.True(t, tested["."] && tested[vendorRooms()[0]] && tested[filepath.Join("examples", "batch")])
	// As a user's module, its module may need only ours.
	delete(tested, "compat")
	for dir := range tested {
		if strings.HasPrefix(dir, "bench") {
			continue // it links vendors' own SDKs, one of which leaks a goroutine
		}
		file := filepath.Join(dir, "main_test.go")
		if !assert.FileExists(t, file) {
			continue
		}
		used := goleakIn(t, file)
		assert.Contains(t, used, "VerifyTestMain", "%s has no TestMain that looks for leaks", file)
		for _, name := range used {
			assert.False(t, strings.HasPrefix(name, "Ignore"), "%s: close what leaks instead of goleak.%s", file, name)
		}
	}
}

// goleakIn lists the functions of goleak that the TestMain of a file uses.
func goleakIn(t *testing.T, file string) []string {
	t.Helper()
	syntax, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	var used []string
	for _, decl := range syntax.Decls {
		main, ok := decl.(*ast.FuncDecl)
		if !ok || main.Name.Name != "TestMain" {
			continue
		}
		ast.Inspect(main, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if pkg, ok := s.X.(*ast.Ident); ok && pkg.Name == "goleak" {
					used = append(used, s.Sel.Name)
				}
			}
			return true
		})
	}
	return used
}
