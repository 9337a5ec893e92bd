package main

import (
	"go/types"
	"iter"
)

// exportedFields gives the fields that users can name, with their tags. What an
// embedded type without an exported name lends is the struct's own to them.
func exportedFields(s *types.Struct) iter.Seq2[string, *types.Var] {
	return func(yield func(string, *types.Var) bool) { eachField(s, yield) }
}

func eachField(s *types.Struct, yield func(string, *types.Var) bool) bool {
	for i := range s.NumFields() {
		f := s.Field(i)
		if f.Exported() {
			if !yield(s.Tag(i), f) {
				return false
			}
			continue
		}
		if inner := lender(f); inner != nil && !eachField(inner, yield) {
			return false
		}
	}
	return true
}

// lender is the struct behind an embedded field, nil when f is no such field.
func lender(f *types.Var) *types.Struct {
	if !f.Embedded() {
		return nil
	}
	t := f.Type()
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	inner, _ := t.Underlying().(*types.Struct)
	return inner
}

// isOwn reports whether the field is declared in the struct itself.
func isOwn(s *types.Struct, field *types.Var) bool {
	for f := range s.Fields() {
		if f == field {
			return true
		}
	}
	return false
}

// methods gives the exported methods of a type and of a pointer to it, without
// those that are listed where they come from: at an embedded type that users
// can name.
func methods(t types.Type) []*types.Func {
	var own []*types.Func
	for selection := range types.NewMethodSet(types.NewPointer(t)).Methods() {
		m := selection.Obj().(*types.Func)
		if !m.Exported() {
			continue
		}
		if path := selection.Index(); len(path) > 1 {
			if t.Underlying().(*types.Struct).Field(path[0]).Exported() {
				continue
			}
		}
		own = append(own, m)
	}
	return own
}

func withoutReceiver(m *types.Func) *types.Signature {
	s := m.Signature()
	return types.NewSignatureType(nil, nil, nil, s.Params(), s.Results(), s.Variadic())
}
