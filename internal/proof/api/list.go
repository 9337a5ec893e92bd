package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"
)

// line is one line of the list: a name, and a fact that users rely on.
type line struct{ name, fact string }

// exported lists the module in the folder root.
func exported(root string) ([]line, error) {
	packages, err := load(root)
	if err != nil {
		return nil, err
	}
	return list(packages), nil
}

// list gives the lines of these packages, sorted.
func list(packages []*types.Package) []line {
	var l lister
	for _, p := range packages {
		l.add(p.Name(), "package %s", p.Path())
		for _, name := range p.Scope().Names() {
			if o := p.Scope().Lookup(name); o.Exported() {
				l.object(p.Name()+"."+name, o)
			}
		}
	}
	slices.SortFunc(l, func(a, b line) int { return strings.Compare(a.name+" "+a.fact, b.name+" "+b.fact) })
	return l
}

// text is the list in the form of its file.
func text(lines []line) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintln(&b, l.name, l.fact)
	}
	return b.String()
}

type lister []line

func (l *lister) add(name, format string, args ...any) {
	*l = append(*l, line{name, fmt.Sprintf(format, args...)})
}

func (l *lister) object(name string, o types.Object) {
	switch o := o.(type) {
	case *types.Const:
		l.add(name, "const %s = %s", spell(o.Type()), o.Val().ExactString())
	case *types.Var:
		l.add(name, "var %s", spell(o.Type()))
	case *types.Func:
		l.add(name, "%s", spell(o.Type()))
	case *types.TypeName:
		if o.IsAlias() {
			l.add(name, "type = %s", spell(types.Unalias(o.Type())))
			return
		}
		l.declared(name, o.Type().(*types.Named))
	}
}

func (l *lister) declared(name string, t *types.Named) {
	of := ""
	if t.TypeParams().Len() > 0 {
		of = typeParams(t.TypeParams()) + " "
	}
	comparable := "not comparable"
	if types.Comparable(t) {
		comparable = "comparable"
	}
	switch u := t.Underlying().(type) {
	case *types.Interface:
		l.members(name, of, u)
		return // its methods are listed with it
	case *types.Struct:
		l.add(name, "type %sstruct, %s", of, comparable)
		l.fields(name, u)
	default:
		l.add(name, "type %s%s, %s", of, spell(u), comparable)
	}
	l.methods(name, t)
}

// members lists an interface. Its own line also has the method names: a new method is
// an addition for code that calls the interface, but a change for code that
// implements it.
func (l *lister) members(name, of string, i *types.Interface) {
	var names []string
	for m := range i.Methods() {
		names = append(names, m.Name())
	}
	l.add(name, "type %sinterface { %s }", of, strings.Join(names, ", "))
	for m := range i.ExplicitMethods() {
		if m.Exported() {
			l.add(name+"."+m.Name(), "method of the interface, %s", spell(m.Type()))
		}
	}
	for e := range i.EmbeddedTypes() {
		spelt := spell(e)
		l.add(name+"."+spelt[strings.LastIndex(spelt, ".")+1:], "embedded %s", spelt)
	}
}

// fields lists the fields that users can name. The fields of an embedded type
// with an unexported name count as the struct's own.
func (l *lister) fields(name string, s *types.Struct) {
	for i := range s.NumFields() {
		f, kind := s.Field(i), "field"
		switch {
		case f.Exported():
			if f.Embedded() {
				kind = "embedded"
			}
			fact := kind + " " + spell(f.Type())
			if tag, ok := reflect.StructTag(s.Tag(i)).Lookup("json"); ok {
				fact += fmt.Sprintf(" json:%q", tag)
			}
			l.add(name+"."+f.Name(), "%s", fact)
		case f.Embedded():
			t := f.Type()
			if p, ok := t.Underlying().(*types.Pointer); ok {
				t = p.Elem()
			}
			if inner, ok := t.Underlying().(*types.Struct); ok {
				l.fields(name, inner)
			}
		}
	}
}

// methods lists the methods of a type and of a pointer to it, except those of
// an embedded type that users can name: these are listed there.
func (l *lister) methods(name string, t *types.Named) {
	own := types.NewMethodSet(t)
	for selection := range types.NewMethodSet(types.NewPointer(t)).Methods() {
		m := selection.Obj()
		path := selection.Index()
		if !m.Exported() || len(path) > 1 && t.Underlying().(*types.Struct).Field(path[0]).Exported() {
			continue
		}
		pointer := "*"
		if own.Lookup(m.Pkg(), m.Name()) != nil {
			pointer = ""
		}
		l.add(name+"."+m.Name(), "method of %s%s, %s", pointer, name, spell(m.Type()))
	}
}

// spell writes a type as a user would, every name with its package. Parameter names
// are left out, because users do not rely on them; types that users cannot name are
// written "unexported".
func spell(t types.Type) string {
	prefix := ""
	if s, ok := t.(*types.Signature); ok {
		if s.TypeParams().Len() > 0 {
			prefix = typeParams(s.TypeParams())
		}
		t = types.NewSignatureType(nil, nil, nil, s.Params(), s.Results(), s.Variadic())
	}
	written := types.TypeString(t, (*types.Package).Name)
	syntax, err := parser.ParseExpr(written)
	if err != nil { // "untyped string" cannot be parsed
		return written
	}
	ast.Inspect(syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncType:
			n.Params, n.Results = nameless(n.Params), nameless(n.Results)
		case *ast.SelectorExpr:
			if !n.Sel.IsExported() {
				n.Sel.Name = "unexported"
			}
		}
		return true
	})
	var out strings.Builder
	_ = printer.Fprint(&out, token.NewFileSet(), syntax) // a Builder never fails
	spelt := strings.Join(strings.Fields(out.String()), " ")
	if prefix != "" {
		return "func" + prefix + strings.TrimPrefix(spelt, "func")
	}
	return spelt
}

func typeParams(list *types.TypeParamList) string {
	var all []string
	for p := range list.TypeParams() {
		all = append(all, p.String()+" "+spell(p.Constraint()))
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// nameless is the list with one unnamed field for each parameter.
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
