// Package clone makes copies of plain data whose type is not known.
package clone

import "reflect"

// Of copies a value and what it points at: exported fields, slices, maps and fields
// of type any. Unexported fields stay shared; their type has to copy them. Interfaces
// with methods are shared too: they are more than data, and errors are compared by
// address.
func Of[T any](value T) T {
	copier{}.fill(reflect.ValueOf(&value).Elem())
	return value
}

// copier remembers the copies already made, so that a value that points at itself is
// copied once.
type copier map[original]reflect.Value

type original struct {
	kind   reflect.Type
	at     uintptr
	length int
}

// fill replaces everything that v, a copy, still shares with the original.
func (c copier) fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				c.fill(f)
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			c.fill(v.Index(i))
		}
	case reflect.Interface:
		if !v.IsNil() && v.NumMethod() == 0 {
			v.Set(c.filled(v.Elem()))
		}
	case reflect.Pointer, reflect.Slice, reflect.Map:
		if !v.IsNil() {
			v.Set(c.copy(v))
		}
	}
}

// filled returns a copy of a value that is not addressable.
func (c copier) filled(v reflect.Value) reflect.Value {
	own := reflect.New(v.Type()).Elem()
	own.Set(v)
	c.fill(own)
	return own
}

func (c copier) copy(v reflect.Value) reflect.Value {
	from := original{kind: v.Type(), at: v.Pointer()}
	if v.Kind() == reflect.Slice {
		from.length = v.Len()
	}
	if own, ok := c[from]; ok {
		return own
	}
	var own reflect.Value
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		p.Elem().Set(v.Elem())
		own = p.Convert(v.Type())
		c[from] = own
		c.fill(p.Elem())
	case reflect.Slice:
		own = reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(own, v)
		c[from] = own
		for i := range own.Len() {
			c.fill(own.Index(i))
		}
	default: // a map
		own = reflect.MakeMapWithSize(v.Type(), v.Len())
		c[from] = own
		for key, value := range v.Seq2() {
			own.SetMapIndex(key, c.filled(value))
		}
	}
	return own
}
