package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../../.."

func loaded(t *testing.T) *library {
	t.Helper()
	// The go command reads the packages, of which the cache of test results knows
	// nothing. It does know of folders that the test itself has read, and runs it
	// anew when a file in one of them is another.
	require.NoError(t, filepath.WalkDir(root, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		return err
	}))
	lib, err := loadOnce()
	require.NoError(t, err)
	return lib
}

var loadOnce = sync.OnceValues(func() (*library, error) { return load(root) })

func TestTheGeneratedFilesAreWhatTheSourceSays(t *testing.T) {
	files, err := outputs(loaded(t))
	require.NoError(t, err)
	stale, err := drifted(root, files)
	require.NoError(t, err)
	assert.Empty(t, stale, "the exported API changed: go run ./internal/cmd/api, and say so in CHANGELOG.md")
}

func TestTheChangelogSpeaksOfEveryChange(t *testing.T) {
	problems, err := check(root)
	require.NoError(t, err)
	assert.Empty(t, problems, "CHANGELOG.md, section Unreleased:\n%s", strings.Join(problems, "\n"))
}

// The public packages are those of the README, and no others by accident.
func TestTheListHasThePublicPackages(t *testing.T) {
	var names []string
	for _, p := range loaded(t).packages {
		names = append(names, p.Name())
	}
	assert.Equal(t, []string{"idverify", "baiduv4", "idcard", "idverifytest", "linkface", "tencent"}, names)
}

// The nested module compiles against the library, and leaves out nothing.
func TestCompatUsesEveryExportedName(t *testing.T) {
	lib := loaded(t)
	user, info := checkDir(t, lib.importer, filepath.Join(root, "compat"))
	used := map[types.Object]bool{}
	for _, o := range info.Uses {
		used[o] = true
	}
	for _, p := range lib.packages {
		for _, name := range p.Scope().Names() {
			if o := p.Scope().Lookup(name); o.Exported() {
				assert.True(t, used[o], "%s.%s is not used", p.Name(), name)
				eachMember(o, func(m types.Object) {
					assert.True(t, used[m], "%s.%s.%s is not used", p.Name(), name, m.Name())
				})
				assertImplemented(t, user, o)
			}
		}
	}
}

// assertImplemented looks for a user's own type behind an interface.
func assertImplemented(t *testing.T, user *types.Package, o types.Object) {
	t.Helper()
	name, isType := o.(*types.TypeName)
	if !isType {
		return
	}
	iface, ok := name.Type().Underlying().(*types.Interface)
	if !ok {
		return
	}
	for _, own := range user.Scope().Names() {
		if t, ok := user.Scope().Lookup(own).(*types.TypeName); ok && types.Implements(types.NewPointer(t.Type()), iface) {
			return
		}
	}
	t.Errorf("compat has no type of its own that implements %s", o)
}

func eachMember(o types.Object, visit func(types.Object)) {
	t, ok := o.(*types.TypeName)
	if !ok {
		return
	}
	switch u := t.Type().Underlying().(type) {
	case *types.Struct:
		for f := range u.Fields() {
			if f.Exported() {
				visit(f)
			}
		}
	case *types.Interface:
		for m := range u.Methods() {
			visit(m)
		}
	}
	if named, ok := t.Type().(*types.Named); ok {
		for m := range named.Methods() {
			if m.Exported() {
				visit(m)
			}
		}
	}
}

func checkDir(t *testing.T, from types.Importer, dir string) (*types.Package, *types.Info) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	fset := token.NewFileSet()
	var files []*ast.File
	for _, file := range found {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		syntax, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		files = append(files, syntax)
	}
	require.NotEmpty(t, files)
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	pkg, err := (&types.Config{Importer: from}).Check("compat", fset, files, info)
	require.NoError(t, err)
	return pkg, info
}
