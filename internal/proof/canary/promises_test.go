package canary_test

import (
	"reflect"
	"slices"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/vendors"
	"github.com/idverify/idverify/providerkit"
)

// Exceptions that the documents state. limits_test.go shows that they are necessary.

// openFields are the types with personal or account data in exported fields. Their
// documents say that fmt reads these fields, without calling methods, if the value is
// in an unexported field.
var openFields = func() []reflect.Type {
	all := []reflect.Type{reflect.TypeFor[idverify.Request](), reflect.TypeFor[idverify.HTTP](), reflect.TypeFor[idverify.PersonLimit](), reflect.TypeFor[idverify.Credentials](),
		reflect.TypeFor[providerkit.Config](), reflect.TypeFor[providerkit.Request](), reflect.TypeFor[providerkit.Said]()}
	for _, a := range accounts {
		_, cfg, _ := a.Make(vendors.Account{})
		for _, open := range append(a.Open, cfg) { // a Reply's fields are the vendor's words
			all = append(all, reflect.TypeOf(open))
		}
	}
	return all
}()

// vendorsWords are texts that a vendor sends. A Reply keeps them unchanged, without
// personal data. Code that reads its fields sees them, and so does fmt if it prints
// by reflection an error that wraps the Reply.
const vendorsWords = "the vendor's own words"

// verbsFor are all verbs, except those for which fmt calls no method: %p of a value
// that is no pointer prints its fields.
func verbsFor(v any) []string {
	if holds(reflect.ValueOf(v), openFields, 4) {
		return without(verbs, "%p")
	}
	return verbs
}

// unexportedVerbs are the verbs under which a value in an unexported field must print
// nothing: none for those types; for a pointer to one of them, the verbs that fmt has
// for pointers.
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

// holds looks for values of some types inside a value, a few levels deep.
func holds(v reflect.Value, types []reflect.Type, depth int) bool {
	switch {
	case !v.IsValid() || depth < 0:
		return false
	case v.Type() == reflect.TypeFor[idverify.Client](): // it has none of them, and may be in use
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
