package canary_test

import (
	"reflect"
	"slices"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/vendors"
	"github.com/idverify/idverify/providerkit"
)

// What the documents except is excepted here, and limits_test.go shows that it
// has to be.

// openFields are the types whose exported fields are the person's or the
// account's, and whose documents say that fmt reads them, without asking, as a
// value in an unexported field.
var openFields = func() []reflect.Type {
	all := []reflect.Type{reflect.TypeFor[idverify.Request](), reflect.TypeFor[idverify.HTTP](), reflect.TypeFor[idverify.PersonLimit](), reflect.TypeFor[idverify.Credentials](),
		reflect.TypeFor[providerkit.Config](), reflect.TypeFor[providerkit.Request](), reflect.TypeFor[providerkit.Said]()}
	for _, a := range accounts {
		_, cfg, _ := a.Make(vendors.Account{})
		for _, open := range append(a.Open, cfg) { // of a Reply: the fields are the vendor's words
			all = append(all, reflect.TypeOf(open))
		}
	}
	return all
}()

// vendorsWords are what a vendor says by itself. A Reply keeps them, without the
// person, as they came: whoever reads its fields, or has fmt read them by
// reflection in an error that wraps it, sees them.
const vendorsWords = "the vendor's own words"

// verbsFor are all verbs, but for what fmt does not ask a type about: %p of
// what is no pointer prints the fields.
func verbsFor(v any) []string {
	if holds(reflect.ValueOf(v), openFields, 4) {
		return without(verbs, "%p")
	}
	return verbs
}

// unexportedVerbs are the verbs under which a value must be silent in an
// unexported field: none for those types, and for a pointer to one those that
// fmt has for pointers.
func unexportedVerbs(v any) []string {
	t := reflect.TypeOf(v)
	switch {
	case slices.Contains(openFields, t):
		return nil
	case holds(reflect.ValueOf(v), openFields, 4):
		return pointerVerbs
	}
	return verbs
}

func without(all []string, one string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == one })
}

// holds looks for values of some types in a value, a few levels down.
func holds(v reflect.Value, types []reflect.Type, depth int) bool {
	switch {
	case !v.IsValid() || depth < 0:
		return false
	case v.Type() == reflect.TypeFor[idverify.Client](): // it holds none, and may be in use
		return false
	case slices.Contains(types, v.Type()):
		return true
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return !v.IsNil() && holds(v.Elem(), types, depth)
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if holds(v.Index(i), types, depth-1) {
				return true
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if holds(key, types, depth-1) || holds(v.MapIndex(key), types, depth-1) {
				return true
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if holds(v.Field(i), types, depth-1) {
				return true
			}
		}
	}
	return false
}
