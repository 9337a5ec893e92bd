package main

import (
	"fmt"
	"go/types"
	"reflect"
	"slices"
	"strings"
)

// fact is one line of the list: a name, and something that users rely on.
type fact struct{ name, says string }

func (f fact) String() string { return f.name + " " + f.says }

// list tells every fact of the library, in the order of the lines.
func list(lib *library) ([]fact, error) {
	l := lister{deprecated: lib.deprecated}
	for _, p := range lib.packages {
		l.pkg(p)
	}
	slices.SortFunc(l.facts, func(a, b fact) int { return strings.Compare(a.String(), b.String()) })
	return l.facts, l.err
}

// text is the list as it stands in a file.
func text(facts []fact) []byte {
	var b strings.Builder
	for _, f := range facts {
		fmt.Fprintln(&b, f)
	}
	return []byte(b.String())
}

// parse reads what text wrote.
func parse(written []byte) ([]fact, error) {
	var facts []fact
	for line := range strings.Lines(string(written)) {
		name, says, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if !ok || name == "" {
			return nil, fmt.Errorf("%q is no fact", line)
		}
		facts = append(facts, fact{name, says})
	}
	return facts, nil
}

type lister struct {
	speller    speller
	deprecated map[string]bool
	facts      []fact
	err        error // the first
}

func (l *lister) add(name, format string, args ...any) {
	l.facts = append(l.facts, fact{name, fmt.Sprintf(format, args...)})
}

// named begins a name: what else there is to say of it, and once.
func (l *lister) named(name string) string {
	if l.deprecated[name] {
		l.add(name, deprecation)
	}
	return name
}

const deprecation = "deprecated"

func (l *lister) spell(t types.Type) string {
	s, _, err := l.speller.spell(t)
	l.fail(err)
	return s
}

func (l *lister) fail(err error) {
	if l.err == nil {
		l.err = err
	}
}

func (l *lister) pkg(p *types.Package) {
	l.add(l.named(p.Name()), "package %s", p.Path())
	for _, name := range p.Scope().Names() {
		object := p.Scope().Lookup(name)
		if !object.Exported() {
			continue
		}
		name := l.named(p.Name() + "." + name)
		if generic(object) {
			l.fail(fmt.Errorf("%s has type parameters, which this list has no form for yet", name))
			continue
		}
		switch o := object.(type) {
		case *types.Const:
			l.add(name, "const %s = %s", l.spellConst(o), o.Val().ExactString())
		case *types.Var:
			l.add(name, "var %s", l.spell(o.Type()))
		case *types.Func:
			l.add(name, "%s", l.spell(o.Type()))
		case *types.TypeName:
			l.typeName(name, o)
		}
	}
}

func generic(o types.Object) bool {
	switch t := o.Type().(type) {
	case *types.Signature:
		return t.TypeParams().Len() > 0
	case interface{ TypeParams() *types.TypeParamList }: // Named, Alias
		_, isType := o.(*types.TypeName)
		return isType && t.TypeParams().Len() > 0
	}
	return false
}

func (l *lister) spellConst(c *types.Const) string {
	if basic, ok := c.Type().(*types.Basic); ok {
		return basic.Name() // "untyped string" is no expression
	}
	return l.spell(c.Type())
}

func (l *lister) typeName(name string, o *types.TypeName) {
	if o.IsAlias() {
		l.add(name, "type = %s", l.spell(types.Unalias(o.Type())))
		return
	}
	switch u := o.Type().Underlying().(type) {
	case *types.Struct:
		l.add(name, "type struct, %s", comparability(o.Type()))
		l.fields(name, u)
	case *types.Interface:
		// The method names stand here too: one more is an addition to those who
		// call them and a breach to those who implement them.
		l.add(name, "type interface { %s }", strings.Join(methodNames(u), ", "))
		l.interfaceMembers(name, u)
		return // it declares no other methods
	default:
		l.add(name, "type %s, %s", l.spell(u), comparability(o.Type()))
	}
	for _, m := range methods(o.Type()) {
		l.add(l.named(name+"."+m.Name()), "method of %s, %s", l.spell(m.Signature().Recv().Type()), l.spell(withoutReceiver(m)))
	}
}

func comparability(t types.Type) string {
	if types.Comparable(t) {
		return "comparable"
	}
	return "not comparable"
}

func methodNames(i *types.Interface) []string {
	var names []string
	for m := range i.Methods() {
		names = append(names, m.Name())
	}
	return names
}

func (l *lister) interfaceMembers(name string, i *types.Interface) {
	for m := range i.ExplicitMethods() {
		if m.Exported() {
			l.add(l.named(name+"."+m.Name()), "method of the interface, %s", l.spell(withoutReceiver(m)))
		}
	}
	for e := range i.EmbeddedTypes() {
		spelt := l.spell(e)
		l.add(name+"."+spelt[strings.LastIndex(spelt, ".")+1:], "embedded %s", spelt)
	}
}

func (l *lister) fields(name string, s *types.Struct) {
	for tags, f := range exportedFields(s) {
		kind := "field"
		if f.Embedded() {
			kind = "embedded"
		}
		says := kind + " " + l.spell(f.Type())
		if tag, ok := reflect.StructTag(tags).Lookup("json"); ok {
			says += fmt.Sprintf(" json:%q", tag)
		}
		l.add(l.named(name+"."+f.Name()), "%s", says)
	}
}
