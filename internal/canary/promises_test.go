package canary_test

import (
	"reflect"
	"slices"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/linkface"
	"github.com/idverify/idverify/tencent"
)

// What the documents except is excepted here, and what is yet to be mended,
// which findings_test.go shows: whoever mends one deletes its line.

// openFields are the types whose exported fields are the person's or the
// account's, and whose documents say that fmt reads them, without asking, as a
// value in an unexported field.
var openFields = []reflect.Type{
	reflect.TypeFor[idverify.Request](),
	reflect.TypeFor[linkface.Config](),
	reflect.TypeFor[baiduv4.Config](),
	reflect.TypeFor[tencent.Config](),
	reflect.TypeFor[baiduv4.SealedCapture](),
	reflect.TypeFor[linkface.Reply](), // open as well: the fields are the vendor's words
	reflect.TypeFor[baiduv4.Reply](),
	reflect.TypeFor[tencent.Reply](),
	reflect.TypeFor[httpx.Failure](),   // yet to be mended
	reflect.TypeFor[idverify.Client](), // yet to be mended
}

// vendorsWords are what a vendor says by itself. Result and Error keep them in
// RequestID and VendorCode, without the person, as they came: whoever reads the
// field, or has fmt read it by reflection, sees them.
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

// What is promised is fmt, slog, JSON and MarshalText. XML and gob take the
// exported fields of these types as they are, where there is no MarshalText.
var openToOtherEncodings = append([]reflect.Type{
	reflect.TypeFor[idverify.Result](), // for its Reply
	reflect.TypeFor[idverify.Error](),  // for its Reply
}, openFields...)

func promisesJSONAndPrintingOnly(v any) bool {
	return holds(reflect.ValueOf(v), openToOtherEncodings, 4)
}

// holds looks for values of some types in a value, a few levels down.
func holds(v reflect.Value, types []reflect.Type, depth int) bool {
	switch {
	case !v.IsValid() || depth < 0:
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
