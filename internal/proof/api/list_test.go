package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// packages imports made-up packages.
type packages map[string]*types.Package

func (p packages) Import(path string) (*types.Package, error) { return p[path], nil }

// made returns one package for each path, in alphabetical order; a package may import
// earlier ones.
func made(t *testing.T, sources map[string]string) []*types.Package {
	t.Helper()
	known := packages{}
	var all []*types.Package
	for _, path := range slices.Sorted(maps.Keys(sources)) {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path+".go", sources[path], parser.SkipObjectResolution)
		require.NoError(t, err)
		known[path], err = (&types.Config{Importer: known}).Check(path, fset, []*ast.File{file}, nil)
		require.NoError(t, err)
		all = append(all, known[path])
	}
	return all
}

func TestList_EveryKindOfLine(t *testing.T) {
	lines := list(made(t, map[string]string{
		"made.invalid/a": `package a
			type Shared struct{ Common string }
			func (*Shared) Share() {}`,
		"made.invalid/face": `package face
			import "made.invalid/a"

			type Code string
			const (
				Yes Code = "yes"
				Name = "face"
				hidden = 1
			)
			const Many = 2
			var Err error
			var err error

			func Ask(who string, what, how int, more ...func(score float64) (ok bool)) (res *Result, err error) { return nil, nil }
			func ask() {}

			type Result struct {
				a.Shared
				lent
				Code Code ` + "`json:\"code,omitempty\" xml:\"c\"`" + `
				Old int
				scores []float64
			}
			func (Result) Passed() bool { return false }
			func (r *Result) Mark(why string) {}
			func (r *Result) mark() {}
			type lent struct{ Lent int }
			func (lent) Lend() {}

			type Point struct{ X, Y int }
			type Other = Point
			type settings struct{}
			type Option func(*settings) error
			type Set[T comparable] map[T]bool
			func Any[T any, E error](of *Result) (T, E) { panic(of) }
			type Verifier interface{ Verify(name string) error }
			type Provider interface {
				Verifier
				Name() string
				sealed()
			}`,
	}))
	assert.Equal(t, strings.ReplaceAll(`a package made.invalid/a
a.Shared type struct, comparable
a.Shared.Common field string
a.Shared.Share method of *a.Shared, func()
face package made.invalid/face
face.Any func[T any, E error](*face.Result) (T, E)
face.Ask func(string, int, int, ...func(float64) bool) (*face.Result, error)
face.Code type string, comparable
face.Err var error
face.Many const untyped int = 2
face.Name const untyped string = "face"
face.Option type func(*face.unexported) error, not comparable
face.Other type = face.Point
face.Point type struct, comparable
face.Point.X field int
face.Point.Y field int
face.Provider type interface { Name, Verify, sealed }
face.Provider.Name method of the interface, func() string
face.Provider.Verifier embedded face.Verifier
face.Result type struct, not comparable
face.Result.Code field face.Code json:"code,omitempty"
face.Result.Lend method of face.Result, func()
face.Result.Lent field int
face.Result.Mark method of *face.Result, func(string)
face.Result.Old field int
face.Result.Passed method of face.Result, func() bool
face.Result.Shared embedded a.Shared
face.Set type [T comparable] map[T]bool, not comparable
face.Verifier type interface { Verify }
face.Verifier.Verify method of the interface, func(string) error
face.Yes const face.Code = "yes"
`, "\t", ""), text(lines))
}
