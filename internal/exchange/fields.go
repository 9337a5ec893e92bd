package exchange

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
)

// Fields reads content as exactly one JSON object into the struct that reply points
// to, by the struct's json tags, and ignores all other members. Each field has a type
// of this package or another [json.Unmarshaler], which gets the raw value inside the
// answer and must copy what it keeps. A pointer stays nil for null. If members
// refuses the content, the struct is empty.
func Fields(content []byte, reply any) error {
	target := reflect.ValueOf(reply).Elem()
	names := namesOf(target.Type())
	err := members(content, func(key, value []byte) error {
		for i, name := range names {
			if name != nil && bytes.EqualFold(key, name) && unmarshal(target.Field(i), value) != nil {
				return errNotJSON
			}
		}
		return nil
	})
	if err != nil {
		target.SetZero()
	}
	return err
}

func unmarshal(field reflect.Value, value []byte) error {
	if field.Kind() == reflect.Pointer {
		if string(value) == "null" {
			return nil
		}
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	return field.Addr().Interface().(json.Unmarshaler).UnmarshalJSON(value)
}

// namesOf are the JSON names of a struct's fields, nil for a field without one.
func namesOf(t reflect.Type) [][]byte {
	if names, ok := fieldNames.Load(t); ok {
		return names.([][]byte)
	}
	names := make([][]byte, t.NumField())
	for i := range names {
		field := t.Field(i)
		tag := field.Tag.Get("json")
		if tag == "" {
			continue
		}
		if pointer := reflect.PointerTo(field.Type); !pointer.Implements(unmarshaler) && !field.Type.Implements(unmarshaler) {
			panic(fmt.Sprintf("exchange: %s.%s cannot be read", t, field.Name))
		}
		names[i] = []byte(tag)
	}
	fieldNames.Store(t, names)
	return names
}

var (
	unmarshaler = reflect.TypeFor[json.Unmarshaler]()
	fieldNames  sync.Map // of [][]byte by reflect.Type
)

// Raw is a raw value. It is part of the answer's memory, and valid only as long as
// the answer.
type Raw []byte

// UnmarshalJSON implements [json.Unmarshaler] for [Fields].
func (r *Raw) UnmarshalJSON(text []byte) error {
	*r = text
	return nil
}
