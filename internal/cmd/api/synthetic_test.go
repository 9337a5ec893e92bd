package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// packages imports what was made up.
type packages map[string]*types.Package

func (p packages) Import(path string) (*types.Package, error) {
	if p[path] == nil {
		return nil, fmt.Errorf("there is no package %s", path)
	}
	return p[path], nil
}

// made is a library of one made-up file for each path; "internal" paths can be
// imported by those that come later in the alphabet.
func made(t *testing.T, sources map[string]string) *library {
	t.Helper()
	known := packages{}
	lib := &library{deprecated: map[string]bool{}, importer: known}
	var paths []string
	for path := range sources {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path+".go", sources[path], parser.ParseComments)
		require.NoError(t, err)
		known[path], err = (&types.Config{Importer: known}).Check(path, fset, []*ast.File{file}, nil)
		require.NoError(t, err)
		if public(listed{ImportPath: path, Name: file.Name.Name, GoFiles: []string{"a.go"}, Module: &struct{ Path string }{"made.invalid"}}) {
			lib.packages = append(lib.packages, known[path])
			lib.markDeprecated(file)
		}
	}
	return lib
}

// face is a made-up library of one package.
func face(t *testing.T, declarations string) *library {
	t.Helper()
	return made(t, map[string]string{"made.invalid/face": "package face\n" + declarations})
}
