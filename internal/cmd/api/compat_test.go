package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// builds compiles what was generated for one library against another, beside
// what a user wrote by hand.
func builds(t *testing.T, generatedFor, against *library, byHand string) error {
	t.Helper()
	files, err := compat(generatedFor)
	require.NoError(t, err)
	files["compat/doc.go"] = []byte("package compat\nfunc exactly[T any](p *T) T { return *p }\n")
	files["compat/own.go"] = []byte("package compat\n" + byHand)
	fset := token.NewFileSet()
	var sources []*ast.File
	for name, source := range files {
		syntax, err := parser.ParseFile(fset, name, source, 0)
		require.NoError(t, err, "%s", source)
		sources = append(sources, syntax)
	}
	_, err = (&types.Config{Importer: against.importer}).Check("compat", fset, sources, nil)
	return err
}

func TestAChangeOfTheAPIBreaksTheUsersProgram(t *testing.T) {
	for name, c := range map[string]struct{ before, after string }{
		"constant removed":         {`const Name = "face"`, ``},
		"constant of another type": {`const Name = "face"`, `type N string; const Name N = "face"`},
		"variable of another type": {`var Err error`, `var Err interface{ error; Code() int }`},
		"variable made constant":   {`var Limit = 1`, `const Limit = 1`},
		"function removed":         {`func Ask() {}`, ``},
		"parameter added":          {`func Ask(int) {}`, `func Ask(int, string) {}`},
		"parameter made optional":  {`func Ask(int) {}`, `func Ask(int, ...string) {}`},
		"result of another type":   {`func Ask() error { return nil }`, `func Ask() any { return nil }`},
		"type removed":             {`type Code string`, ``},
		"type made of another":     {`type Code string`, `type Code int`},
		"type no longer a key":     {`type Point struct{ X int }`, `type Point struct{ X int; more []int }`},
		"field removed":            {`type Point struct{ X, Y int }`, `type Point struct{ X int }`},
		"field of a like type":     {`type Code string; type R struct{ Code Code }`, `type Code string; type R struct{ Code string }`},
		"field of a wider type":    {`type R struct{ Code string }`, `type R struct{ Code any }`},
		"field moved inwards":      {`type Base struct{ X int }; type R struct{ X int }`, `type Base struct{ X int }; type R struct{ Base }`},
		"method removed":           {`type R struct{}; func (R) Passed() bool { return false }`, `type R struct{}`},
		"method for pointers only": {`type R struct{}; func (R) String() string { return "" }`, `type R struct{}; func (*R) String() string { return "" }`},
		"method's result added":    {`type R struct{}; func (*R) Close() {}`, `type R struct{}; func (*R) Close() error { return nil }`},
		"no error any more":        {`type E struct{}; func (*E) Error() string { return "" }`, `type E struct{}; func (*E) Err() string { return "" }`},
		"interface method removed": {`type V interface{ A(); B() }`, `type V interface{ A() }`},
		"no provider any more": {`type V interface{ A() }; type C struct{}; func (C) A() {}`,
			`type V interface{ A(); B() }; type C struct{}; func (C) A() {}`},
		"alias of another type": {`type A = int`, `type A = string`},
		"lent field removed":    {`type l struct{ X int }; type R struct{ l }`, `type l struct{}; type R struct{ l }`},
	} {
		before, after := face(t, c.before), face(t, c.after)
		assert.NoError(t, builds(t, before, before, ""), name)
		assert.Error(t, builds(t, before, after, ""), name)
	}
}

func TestAnAdditionBreaksNothing(t *testing.T) {
	before := face(t, `type R struct{ X int }; func Ask(who string) {}; type V interface{ A() }`)
	after := face(t, `type R struct{ X int; Y string }; func (R) More() {}; func Ask(name string) {}; func New() {}; type V interface{ A() }`)
	assert.NoError(t, builds(t, before, after, ""))
}

// What generated code cannot see, the interfaces implemented by hand do.
func TestAMethodMoreBreaksWhoImplementsAnInterface(t *testing.T) {
	before, after := face(t, `type V interface{ A() }`), face(t, `type V interface{ A(); B() }`)
	byHand := `import "made.invalid/face"
		type own struct{}
		func (own) A() {}
		var _ face.V = own{}`
	assert.NoError(t, builds(t, before, before, byHand))
	assert.NoError(t, builds(t, before, after, ""))
	assert.ErrorContains(t, builds(t, before, after, byHand), "missing method B")
}

func TestCompatRefusesATypeThatUsersCannotWrite(t *testing.T) {
	lib := made(t, map[string]string{
		"made.invalid/internal/key": "package key\ntype Key string",
		"made.invalid/visible":      "package visible\nimport \"made.invalid/internal/key\"\nfunc Key() key.Key { return \"\" }",
	})
	_, err := compat(lib)
	assert.ErrorContains(t, err, "visible.Key: users cannot write its type")
	_, err = compat(face(t, `type secret string; type R struct{ Secret secret }`))
	assert.ErrorContains(t, err, "face.R.Secret: users cannot write its type")
}

func TestCompatRefusesTwoPackagesOfOneName(t *testing.T) {
	lib := made(t, map[string]string{
		"made.invalid/a/rand": "package rand\ntype A int",
		"made.invalid/b/rand": "package rand\ntype B int",
		"made.invalid/face":   "package face\nimport (a \"made.invalid/a/rand\"; b \"made.invalid/b/rand\")\nfunc Two(a.A, b.B) {}",
	})
	_, err := compat(lib)
	assert.ErrorContains(t, err, "two packages are called rand")
	assert.ErrorContains(t, distinct(lib.packages), "two packages are called rand")
}
