package rooms_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/proof/vendors"
)

// An error may be stored, shared and read by other goroutines as soon as it is
// returned. So a function writes a field only in a new error, or in a local variable
// with a copy (own := *e).
func TestErrors_AreNotChangedAfterConstruction(t *testing.T) {
	s := checked()
	packages := 0
	require.NoError(t, filepath.WalkDir(".", func(dir string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || !d.IsDir():
			return err
		case strings.HasPrefix(d.Name(), ".") && dir != ".", d.Name() == "testdata", dir != "." && hasModule(dir):
			return filepath.SkipDir // other modules, and folders without source
		}
		if pkg, err := s.Import(path.Join(module, filepath.ToSlash(dir))); err == nil && len(pkg.files) > 0 {
			packages++
			assert.Empty(t, s.writes(pkg))
		}
		return nil
	}))
	assert.Greater(t, packages, 15)
}

func TestErrors_DetectsWrites(t *testing.T) {
	const head = "package x\nimport (\"errors\"; \"" + module + "\")\nvar _ = errors.New\ntype holder struct{ e *idverify.Error; v idverify.Error }\n" +
		"func made() *idverify.Error { return &idverify.Error{} }\nvar kept = idverify.Error{}\n"
	for text, found := range map[string]bool{
		`func f(e *idverify.Error) { e.Billed = 1 }`:                                             true,
		`func f(err error) { var e *idverify.Error; if errors.As(err, &e) { e.Detail += "x" } }`: true,
		`func f() *idverify.Error { e := made(); e.Field = "x"; return e }`:                      true,
		`func f() { e, n := made(), 1; _ = n; e.HTTPStatus++ }`:                                  true,
		`func f(h holder) { h.e.Field = "x" }`:                                                   true,
		`func f(h *holder) { h.v.Field = "x" }`:                                                  true,
		`func f(e *idverify.Error) { e.Attempts[0].Vendor = "x" }`:                               true,
		`func f(e *idverify.Error) { *e = idverify.Error{} }`:                                    true,
		`func f(e *idverify.Error) { (*e).Field = "x" }`:                                         true,
		`func f() { kept.Field = "x" }`:                                                          true,
		`func f(e *idverify.Error) { for e.HTTPStatus = range 3 { } }`:                           true,
		`func f(e *idverify.Error) { p := &e.Field; *p = "x" }`:                                  true,
		`func f(es []*idverify.Error) { es[0].Field, es[0].Detail = "x", "y" }`:                  true,
		`func f(e *idverify.Error) *idverify.Error { own := *e; own.Field = "x"; return &own }`:  false,
		`func f() *idverify.Error { e := &idverify.Error{Code: "x"}; e.Field = "x"; return e }`:  false,
		`func f() *idverify.Error { var e idverify.Error; e.Field = "x"; return &e }`:            false,
		`func f(e idverify.Error) string { e.Field = "x"; return e.Error() }`:                    false,
		`func f(a *idverify.Attempt) { a.Vendor = "x" }`:                                         false,
		`func f(e *idverify.Error) { e = made(); _ = e }`:                                        false,
	} {
		s := checked()
		file, err := parser.ParseFile(s.files, "x.go", head+text, parser.SkipObjectResolution)
		require.NoError(t, err, text)
		assert.Equal(t, found, len(s.writes(s.check("x", []*ast.File{file}))) > 0, text)
	}
}

// checkedSource type-checks this module's packages. All other packages are empty, to
// be fast; the errors from that are ignored.
type checkedSource struct {
	files    *token.FileSet
	packages map[string]*sourcePackage
}

type sourcePackage struct {
	*types.Package
	files []*ast.File
	info  types.Info
}

// checked is shared by the tests, so that nothing is checked twice.
var checked = sync.OnceValue(func() *checkedSource {
	return &checkedSource{files: token.NewFileSet(), packages: map[string]*sourcePackage{}}
})

// importer is checkedSource as an importer for go/types.
type importer struct{ *checkedSource }

func (s importer) Import(name string) (*types.Package, error) {
	pkg, err := s.checkedSource.Import(name)
	if err != nil {
		return nil, err
	}
	return pkg.Package, nil
}

func (s *checkedSource) Import(name string) (*sourcePackage, error) {
	if pkg := s.packages[name]; pkg != nil {
		return pkg, nil
	}
	if name != module && !strings.HasPrefix(name, module+"/") {
		empty := types.NewPackage(name, path.Base(name))
		empty.MarkComplete()
		s.packages[name] = &sourcePackage{Package: empty}
		return s.packages[name], nil
	}
	dir := filepath.Join(".", filepath.FromSlash(strings.TrimPrefix(name, module)))
	found, err := vendors.Building().ImportDir(dir, 0)
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, file := range found.GoFiles {
		parsed, err := parser.ParseFile(s.files, filepath.Join(dir, file), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, parsed)
	}
	s.packages[name] = s.check(name, files)
	return s.packages[name], nil
}

func (s *checkedSource) check(name string, files []*ast.File) *sourcePackage {
	pkg := &sourcePackage{files: files, info: types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{},
	}}
	config := types.Config{Importer: importer{s}, Error: func(error) {}, FakeImportC: true}
	pkg.Package, _ = config.Check(name, s.files, files, &pkg.info)
	return pkg
}

// writes lists the places where a package writes into an error that is not its own.
func (s *checkedSource) writes(pkg *sourcePackage) []string {
	var found []string
	for _, file := range pkg.files {
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Name.Name == "UnmarshalJSON" { // it fills the caller's value
				continue
			}
			w := writer{pkg: pkg, fresh: map[types.Object]bool{}}
			ast.Inspect(f, func(n ast.Node) bool {
				for _, target := range w.targets(n) {
					if w.isForeign(target) {
						found = append(found, fmt.Sprint(s.files.Position(target.Pos())))
					}
				}
				return true
			})
		}
	}
	return found
}

// writer looks for writes in one function.
type writer struct {
	pkg   *sourcePackage
	fresh map[types.Object]bool // pointers to errors made in the function
}

// targets are the expressions that a statement writes, or takes the address of.
func (w *writer) targets(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok == token.DEFINE {
			w.noteFresh(n)
			return nil
		}
		return n.Lhs
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			return []ast.Expr{n.Key, n.Value}
		}
	case *ast.UnaryExpr:
		if _, isField := ast.Unparen(n.X).(*ast.SelectorExpr); n.Op == token.AND && isField {
			return []ast.Expr{n.X}
		}
	}
	return nil
}

// noteFresh remembers e of e := &Error{…}.
func (w *writer) noteFresh(n *ast.AssignStmt) {
	for i, left := range n.Lhs {
		name, ok := left.(*ast.Ident)
		if !ok || len(n.Lhs) != len(n.Rhs) {
			continue
		}
		if address, ok := n.Rhs[i].(*ast.UnaryExpr); ok && address.Op == token.AND {
			if _, ok := address.X.(*ast.CompositeLit); ok {
				w.fresh[w.pkg.info.Defs[name]] = true
			}
		}
	}
}

// isForeign reports whether an expression is a part of an error that is not in a
// local variable.
func (w *writer) isForeign(target ast.Expr) bool {
	for {
		var inside ast.Expr
		switch e := target.(type) {
		case *ast.ParenExpr:
			target = e.X
			continue
		case *ast.SelectorExpr:
			inside = e.X
		case *ast.IndexExpr:
			inside = e.X
		case *ast.StarExpr:
			inside = e.X
		default:
			return false
		}
		if isError(w.pkg.info.TypeOf(inside)) && !w.isOwn(inside) {
			return true
		}
		target = inside
	}
}

func (w *writer) isOwn(e ast.Expr) bool {
	name, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return false
	}
	object := w.pkg.info.ObjectOf(name)
	if object == nil || object.Parent() == nil || object.Parent() == w.pkg.Scope() {
		return false
	}
	_, pointer := object.Type().(*types.Pointer)
	return !pointer || w.fresh[object]
}

// isError reports whether a type is Error or a pointer to it.
func isError(t types.Type) bool {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == module && named.Obj().Name() == "Error"
}

// There are few constructors, and they cannot make an impossible error.
func TestErrors_AreMadeByConstructors(t *testing.T) {
	s := checked()
	allowed := []string{"errors.go", "errors_constructors.go", filepath.Join("internal", "exchange", "errors.go"), filepath.Join("photo", "errors.go")}
	names := []string{"", "/internal/exchange", "/internal/httpx", "/photo", "/providerkit"}
	for _, v := range vendors.All() {
		names = append(names, "/"+v.Name)
	}
	for _, name := range names {
		pkg, err := s.Import(module + name)
		require.NoError(t, err)
		for _, file := range pkg.files {
			ast.Inspect(file, func(n ast.Node) bool {
				literal, ok := n.(*ast.CompositeLit)
				if !ok || !isError(pkg.info.TypeOf(literal)) {
					return true
				}
				at := s.files.Position(literal.Pos())
				assert.Contains(t, allowed, at.Filename, "%v", at)
				assert.True(t, slices.ContainsFunc(literal.Elts, func(e ast.Expr) bool {
					field, ok := e.(*ast.KeyValueExpr)
					return ok && field.Key.(*ast.Ident).Name == "Delivery"
				}), "%v says no Delivery", at)
				return true
			})
		}
	}
}
