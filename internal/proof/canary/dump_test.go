package canary_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idcard"
	"github.com/idverify/idverify/idverifytest"
)

// dumped records what a dumper such as go-spew makes of a value that is not in use. A
// dumper reads every field, follows every pointer, and prints the text of an Error or
// String method instead if there is one.
func (o *outlets) dumped(where string, v any) {
	d := dumper{seen: map[unsafe.Pointer]bool{}}
	if v != nil {
		d.dump(addressable(reflect.ValueOf(v)), 16)
	}
	o.hear(source{where + ", dumped", true}, d.String())
}

// String hides the marks themselves from dumpers.
func (*collection) String() string { return "collection" }

type dumper struct {
	strings.Builder
	seen map[unsafe.Pointer]bool
}

// dump needs an addressable value, so that it can read unexported fields and call
// their methods.
func (d *dumper) dump(v reflect.Value, depth int) {
	v = reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
	if depth == 0 || v.Kind() != reflect.Pointer && v.Kind() != reflect.Interface && d.asks(v) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() && !d.seen[v.UnsafePointer()] {
			d.seen[v.UnsafePointer()] = true
			d.dump(v.Elem(), depth-1)
			delete(d.seen, v.UnsafePointer()) // a value behind two pointers is read twice
		}
	case reflect.Interface:
		if !v.IsNil() {
			d.dump(addressable(v.Elem()), depth-1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			d.dump(v.Field(i), depth-1)
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			fmt.Fprintf(d, "%s ", v.Slice(0, v.Len()))
			return
		}
		for i := range v.Len() {
			d.dump(v.Index(i), depth-1)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			d.dump(addressable(key), depth-1)
			d.dump(addressable(v.MapIndex(key)), depth-1)
		}
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
	default:
		fmt.Fprint(d, v, " ")
	}
}

func (d *dumper) asks(v reflect.Value) bool {
	switch text := v.Addr().Interface().(type) {
	case error:
		fmt.Fprint(d, text.Error(), " ")
	case fmt.Stringer:
		fmt.Fprint(d, text.String(), " ")
	default:
		return false
	}
	return true
}

func addressable(v reflect.Value) reflect.Value {
	at := reflect.New(v.Type()).Elem()
	at.Set(v)
	return at
}

func TestDump_IsSearched(t *testing.T) {
	for what, v := range map[string]any{
		"a field":           leaky{leaked},
		"an unexported one": leakyInside{leaked},
		"behind pointers":   struct{ a **leakyInside }{func() **leakyInside { p := &leakyInside{leaked}; return &p }()},
		"bytes":             map[string]any{"x": []any{[]byte(leaked)}},
		"a method":          &struct{ telling error }{&tellingError{URL: leaked}},
	} {
		o := newOutlets()
		o.plant("the mark", leaked)
		o.dumped(what, v)
		assert.NotEmpty(t, o.leaks(), what)
	}
}

// A Client has every key, and connections with the last bytes sent.
// Holds P-DATA-1.
func TestDump_OfClientLeaksNothing(t *testing.T) {
	w := newWorld(t)
	var providers []idverify.Provider
	for _, a := range accounts {
		provider := a.provider(t, w.at(a.vendor))
		providers = append(providers, provider)
		if a.Tokens == nil { // with tokens, a background goroutine calls the store
			_, err := idverify.VerifyWith(t.Context(), provider, w.request(idverifytest.Match(), a.evidence(w.material)[0]))
			require.NoError(t, err)
		}
	}
	client, err := idverify.New(providers, w.options(accounts[0].vendor)...)
	require.NoError(t, err)
	w.dumped("clients", []any{providers, client, *client, struct{ kept any }{client}})
}

// go-spew treats a struct of one pointer as the pointer's target, and calls that
// one's String method. With an idcard.Number this crashed the process, and the crash
// report had the digits in it.
// Holds P-DATA-1.
func TestDump_NoTypeWithStringIsOnePointer(t *testing.T) {
	w := newWorld(t)
	looked := map[reflect.Type]bool{}
	for name, sample := range w.samples(t) {
		if sample != nil {
			shapes := map[reflect.Type]bool{}
			typesIn(reflect.TypeOf(sample), shapes)
			for kind := range shapes {
				looked[kind] = true
				assert.False(t, isOnePointer(kind) && hasText(kind), "%s: %s", name, kind)
			}
		}
	}
	assert.True(t, looked[reflect.TypeFor[idcard.Number]()])
	assert.True(t, isOnePointer(reflect.TypeFor[struct{ kept *string }]()))
}

func hasText(kind reflect.Type) bool {
	return kind.Implements(reflect.TypeFor[fmt.Stringer]()) || kind.Implements(reflect.TypeFor[error]())
}

func isOnePointer(kind reflect.Type) bool {
	if kind.Kind() != reflect.Struct || kind.Size() != unsafe.Sizeof(uintptr(0)) {
		return false
	}
	for i := range kind.NumField() {
		switch field := kind.Field(i).Type; field.Kind() {
		case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
			return true
		case reflect.Struct:
			if isOnePointer(field) {
				return true
			}
		}
	}
	return false
}

// typesIn adds a type of this module, except its tests', and the types of its fields.
func typesIn(kind reflect.Type, all map[reflect.Type]bool) {
	for kind.Kind() == reflect.Pointer || kind.Kind() == reflect.Slice {
		kind = kind.Elem()
	}
	if all[kind] || !strings.HasPrefix(kind.PkgPath(), "github.com/idverify/idverify") || strings.HasSuffix(kind.PkgPath(), "_test") {
		return
	}
	all[kind] = true
	if kind.Kind() == reflect.Struct {
		for i := range kind.NumField() {
			typesIn(kind.Field(i).Type, all)
		}
	}
}
