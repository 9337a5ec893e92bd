package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"go/types"
	"strings"
)

// speller writes types down as a user of the module would, every name with that
// of its package, and remembers which packages it named.
type speller struct {
	imports map[string]string // path by name
}

// unexported stands for a type that users cannot name.
const unexported = "unexported"

// spell writes a type without the names of parameters, which are not part of
// it. nameable is false when users cannot write it: then the text holds the
// word unexported, so that renaming such a type is no change.
func (s *speller) spell(t types.Type) (text string, nameable bool, err error) {
	nameable = true
	var clash error
	written := types.TypeString(t, func(p *types.Package) string {
		if strings.Contains("/"+p.Path()+"/", "/internal/") {
			nameable = false
		}
		if path, taken := s.imports[p.Name()]; taken && path != p.Path() {
			clash = fmt.Errorf("two packages are called %s: %s and %s", p.Name(), path, p.Path())
		}
		if s.imports != nil {
			s.imports[p.Name()] = p.Path()
		}
		return p.Name()
	})
	syntax, err := parser.ParseExpr(written)
	if err = errors.Join(clash, err); err != nil {
		return "", false, err
	}
	ast.Inspect(syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncType:
			n.Params, n.Results = nameless(n.Params), nameless(n.Results)
		case *ast.SelectorExpr:
			if !n.Sel.IsExported() {
				n.Sel.Name, nameable = unexported, false
			}
		}
		return true
	})
	var out bytes.Buffer
	if err := printer.Fprint(&out, token.NewFileSet(), syntax); err != nil {
		return "", false, err
	}
	return strings.Join(strings.Fields(out.String()), " "), nameable, nil
}

// nameless has one field for each parameter, and no names.
func nameless(list *ast.FieldList) *ast.FieldList {
	if list == nil {
		return nil
	}
	var fields []*ast.Field
	for _, f := range list.List {
		for range max(1, len(f.Names)) {
			fields = append(fields, &ast.Field{Type: f.Type})
		}
	}
	return &ast.FieldList{List: fields}
}
