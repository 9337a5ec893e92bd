package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// library is the module as its users see it: the packages that they can import,
// in the order of their paths.
type library struct {
	packages   []*types.Package
	deprecated map[string]bool // by name, as in "idverify.Result.Code"
	importer   types.Importer  // knows the packages and all that they import
}

// listed is what is asked of "go list".
type listed struct {
	ImportPath, Name, Dir, Export string
	DepOnly                       bool
	GoFiles                       []string
	Module                        *struct{ Path string }
}

// load asks the go command for compiled packages and reads their export data,
// so that what is listed is what a compiler sees.
func load(root string) (*library, error) {
	all, err := goList(root)
	if err != nil {
		return nil, err
	}
	exports := map[string]string{}
	for _, p := range all {
		exports[p.ImportPath] = p.Export
	}
	lib := &library{
		deprecated: map[string]bool{},
		importer: importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
			if exports[path] == "" {
				return nil, fmt.Errorf("the go command compiled no package %s", path)
			}
			return os.Open(exports[path])
		}),
	}
	for _, p := range all {
		if !public(p) {
			continue
		}
		compiled, err := lib.importer.Import(p.ImportPath)
		if err != nil {
			return nil, err
		}
		lib.packages = append(lib.packages, compiled)
		if err := lib.findDeprecated(p); err != nil {
			return nil, err
		}
	}
	if len(lib.packages) == 0 {
		return nil, errors.New("there is no package that a user could import")
	}
	if err := distinct(lib.packages); err != nil {
		return nil, err
	}
	slices.SortFunc(lib.packages, func(a, b *types.Package) int { return strings.Compare(a.Path(), b.Path()) })
	return lib, nil
}

// distinct refuses packages of one name: facts go by it.
func distinct(packages []*types.Package) error {
	paths := map[string]string{}
	for _, p := range packages {
		if other, taken := paths[p.Name()]; taken {
			return fmt.Errorf("two packages are called %s: %s and %s", p.Name(), other, p.Path())
		}
		paths[p.Name()] = p.Path()
	}
	return nil
}

func goList(root string) ([]listed, error) {
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Name,Dir,Export,DepOnly,GoFiles,Module", "./...")
	var out, complaints bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = root, &out, &complaints
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, complaints.Bytes())
	}
	var all []listed
	for in := json.NewDecoder(&out); ; {
		var p listed
		err := in.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		all = append(all, p)
	}
}

// notForUsers are folders of the module whose packages promise nothing.
var notForUsers = []string{"internal", "examples", "bench"}

func public(p listed) bool {
	if p.DepOnly || p.Name == "main" || len(p.GoFiles) == 0 {
		return false
	}
	for folder := range strings.SplitSeq(strings.TrimPrefix(p.ImportPath, p.Module.Path), "/") {
		if slices.Contains(notForUsers, folder) {
			return false
		}
	}
	return true
}

// findDeprecated reads the comments of a package: export data has none.
func (l *library) findDeprecated(p listed) error {
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		l.markDeprecated(file)
	}
	return nil
}

func (l *library) markDeprecated(file *ast.File) {
	pkg := file.Name.Name
	l.mark(pkg, file.Doc)
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			name := pkg
			if decl.Recv != nil {
				name += "." + receiver(decl.Recv.List[0].Type)
			}
			l.mark(name+"."+decl.Name.Name, decl.Doc)
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				l.markSpec(pkg, decl.Doc, spec)
			}
		}
	}
}

// markSpec marks what a declaration names, by its own comment or by that of the
// group it stands in.
func (l *library) markSpec(pkg string, group *ast.CommentGroup, spec ast.Spec) {
	switch spec := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range spec.Names {
			l.mark(pkg+"."+name.Name, spec.Doc, group)
		}
	case *ast.TypeSpec:
		name := pkg + "." + spec.Name.Name
		l.mark(name, spec.Doc, group)
		for _, member := range members(spec.Type) {
			for _, n := range member.Names {
				l.mark(name+"."+n.Name, member.Doc)
			}
		}
	}
}

func (l *library) mark(name string, docs ...*ast.CommentGroup) {
	for _, doc := range docs {
		for line := range strings.SplitSeq("\n"+doc.Text(), "\n\n") {
			if strings.HasPrefix(strings.TrimPrefix(line, "\n"), "Deprecated: ") {
				l.deprecated[name] = true
			}
		}
	}
}

func members(t ast.Expr) []*ast.Field {
	switch t := t.(type) {
	case *ast.StructType:
		return t.Fields.List
	case *ast.InterfaceType:
		return t.Methods.List
	}
	return nil
}

func receiver(t ast.Expr) string {
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if name, ok := t.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}
