package canary_test

import (
	"bytes"
	"context"
	"encoding"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"go/ast"
	"log"
	"log/slog"
	"os"
	"reflect"
	"regexp"
	"slices"
	"sync"
	"testing"

	"github.com/idverify/idverify/internal/proof/long"
)

// outlets collects all output, and knows the marks. The collected texts are behind a
// second pointer, because fmt would print them when it prints a hook with an outlets.
type outlets struct{ *collection }

type collection struct {
	mu    sync.Mutex
	marks []needle
	said  map[string]source     // texts, with the first source of each
	met   map[error]bool        // errors that were already printed
	kept  map[reflect.Type]bool // types of which a value was already printed
}

// source is where a text came from. By reflection fmt prints fields, exported or not,
// without calling methods.
type source struct {
	where     string
	reflected bool
}

// listen starts to collect, including the process's log, and searches the collected
// texts when the test ends.
func listen(t *testing.T) *outlets {
	t.Helper()
	o := newOutlets()
	log.SetOutput(o.writer("the process's log"))
	t.Cleanup(func() {
		log.SetOutput(os.Stderr)
		for _, leak := range o.leaks() {
			t.Error(leak)
		}
		o.handOver(t)
		if len(o.said) == 0 || len(o.marks) == 0 {
			t.Error("nothing was planted, or nothing was heard")
		}
	})
	return o
}

func newOutlets() *outlets {
	return &outlets{&collection{said: map[string]source{}, met: map[error]bool{}, kept: map[reflect.Type]bool{}}}
}

// plant adds a mark. The whole and its parts are searched for in every encoding, and
// the whole also by its hashes.
func (o *outlets) plant(what, whole string, parts ...string) {
	var marks []needle
	for _, text := range append([]string{whole}, parts...) {
		for form, text := range encoded(text) {
			marks = append(marks, needle{what, form, text})
		}
	}
	for form, text := range hashed(whole) {
		marks = append(marks, needle{what, form, text})
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.marks = append(o.marks, marks...)
}

// plantKey adds a credential and both halves of it.
func (o *outlets) plantKey(what, key string) {
	if len(key) < 16 {
		o.plant(what, key)
		return
	}
	o.plant(what, key, key[:len(key)/2], key[len(key)/2:])
}

// clocks matches times and durations, such as those of a context: among so many
// digits, eight digits of a planted number occur by chance.
var clocks = regexp.MustCompile(`\d\d:\d\d:\d\d\.\d+|m=[+-]\d+\.\d+|\[-?[0-9.]+(ns|µs|ms|s)\]`)

// addresses matches pointers, which fmt prints when it reads fields by reflection. No
// planted text has as many digits, or begins with 0x.
var addresses = regexp.MustCompile(`\b(0x[0-9a-fA-F]{9,14}|0X[0-9a-fA-F]{9,14}|[0-9]{11,15})\b`)

// find looks for a mark in a text. A mark counts only if it is still there after the
// numbers that may contain it by chance are removed.
func (f *finder) find(text string, from source) (needle, bool) {
	n, ok := f.in(text)
	if !ok {
		return n, false
	}
	text = clocks.ReplaceAllString(text, "·")
	if from.reflected {
		text = addresses.ReplaceAllString(text, "·")
	}
	return f.in(text)
}

// leaks lists the marks found, each with its first few places.
func (o *outlets) leaks() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	f := newFinder(o.marks)
	times := map[string]int{}
	var found []string
	for text, from := range o.said {
		n, ok := f.find(text, from)
		if !ok || from.reflected && n.what == vendorsWords {
			continue
		}
		if times[n.what]++; times[n.what] <= 5 {
			found = append(found, fmt.Sprintf("%s came out (%s): %s: %.300q", n.what, n.form, from.where, text))
		}
	}
	for what, n := range times {
		found = append(found, fmt.Sprintf("%s came out in %d texts", what, n))
	}
	return found
}

// marksFile is where a child process writes its needles for its parent, which has the
// child's real standard output and error.
const marksFile = "IDVERIFY_CANARY_MARKS"

func (o *outlets) handOver(t *testing.T) {
	path := os.Getenv(marksFile)
	if path == "" {
		return
	}
	out, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Error(err)
		return
	}
	defer out.Close()
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range o.marks {
		fmt.Fprintf(out, "%q %q %q\n", m.what, m.form, m.text)
	}
}

// heard records a text.
func (o *outlets) heard(where, text string) { o.hear(source{where, false}, text) }

func (o *outlets) hear(from source, text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	known, ok := o.said[text]
	if !ok || known.reflected && !from.reflected {
		o.said[text] = from
	}
}

// writer records what a logger writes.
func (o *outlets) writer(where string) listener { return listener{o, where} }

type listener struct {
	o     *outlets
	where string
}

func (l listener) Write(p []byte) (int, error) {
	l.o.heard(l.where, string(p))
	return len(p), nil
}

// verbs are all verbs for text or bytes. %c, %U and similar verbs make sense only for
// characters, but print everything.
var verbs = append([]string{"%s", "%q", "%c", "%U", "%t", "%p"}, pointerVerbs...)

// pointerVerbs are the verbs that fmt supports for pointers. For any other verb it
// reports a bad verb, and then prints the pointer's target.
var pointerVerbs = []string{"%v", "%+v", "%#v", "%8.3v", "%x", "%X", "%d", "%T"}

// errorVerbs are the verbs for which fmt calls an error's Error method.
var errorVerbs = []string{"%v", "%+v", "%s", "%q", "%x", "%X"}

// value records everything that a value prints, alone and in the places where a user
// would keep it, with every printer, encoder and logger.
func (o *outlets) value(where string, v any) { o.keep(where, v, o.first(v)) }

func (o *outlets) keep(where string, v any, everywhere bool) {
	if v == nil {
		return
	}
	where = fmt.Sprintf("%s, %T", where, v)
	for form, kept := range places(v) {
		if !everywhere && form != "alone" && form != "by value" {
			continue
		}
		at := where + ", " + form
		for _, verb := range verbsFor(kept) {
			o.hear(source{at + ", " + verb, verb == "%p"}, fmt.Sprintf(verb, kept))
		}
		o.encode(at, kept)
		if slices.Contains(logged, form) {
			o.log(at, kept)
		}
	}
}

// first reports whether a value is to be kept in all places: in the short form only
// the first of each type, because how a place prints depends on the type.
func (o *outlets) first(v any) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	known := o.kept[reflect.TypeOf(v)]
	o.kept[reflect.TypeOf(v)] = true
	return !known || long.Asked()
}

// still is value for a value that nobody uses. It also reads the value by reflection,
// which is not safe for a value in use.
func (o *outlets) still(where string, v any) {
	everywhere := o.first(v)
	o.keep(where, v, everywhere)
	o.dumped(where, v)
	if !everywhere {
		return
	}
	kept := []any{v}
	if rv := reflect.ValueOf(v); rv.Kind() == reflect.Pointer && !rv.IsNil() && ast.IsExported(rv.Elem().Type().Name()) {
		kept = append(kept, rv.Elem().Interface()) // in a field of another type the value could not be set
	}
	for _, v := range kept {
		for _, verb := range unexportedVerbs(v) {
			at := fmt.Sprintf("%s, %T in an unexported field, %s", where, v, verb)
			o.hear(source{at, true}, fmt.Sprintf(verb, unexported{v}))
			o.hear(source{at + " of a pointer", true}, fmt.Sprintf(verb, &unexported{v}))
		}
	}
}

type unexported struct{ kept any }

// printed records only the value's own text; it is safe for a value in use.
func (o *outlets) printed(where string, v any) {
	for _, verb := range without(verbs, "%p") {
		o.heard(where+", "+verb, fmt.Sprintf(verb, v))
	}
	o.log(where, v)
}

// logged are the forms in which a value is passed to a logger.
var logged = []string{"alone", "by value", "in a struct"}

// places are where a user would keep a value.
func places(v any) map[string]any {
	at := map[string]any{"alone": v, "in any": struct{ Kept any }{v}, "in a map": map[string]any{"kept": v}}
	rv := reflect.ValueOf(v)
	typed := rv
	if rv.Kind() == reflect.Pointer && !rv.IsNil() {
		typed = rv.Elem()
		at["by value"] = typed.Interface()
	}
	pointer := reflect.New(typed.Type())
	pointer.Elem().Set(typed)
	slice := reflect.MakeSlice(reflect.SliceOf(typed.Type()), 0, 1)
	at["in a slice"] = reflect.Append(slice, typed).Interface()
	holder := reflect.New(reflect.StructOf([]reflect.StructField{
		{Name: "Value", Type: typed.Type()}, {Name: "Pointer", Type: pointer.Type()},
	})).Elem()
	holder.Field(0).Set(typed)
	holder.Field(1).Set(pointer)
	at["in a struct"] = holder.Interface()
	if typed.Comparable() {
		keyed := reflect.MakeMap(reflect.MapOf(typed.Type(), reflect.TypeFor[string]()))
		keyed.SetMapIndex(typed, reflect.ValueOf("kept"))
		at["as a key"] = keyed.Interface()
	}
	return at
}

func (o *outlets) encode(at string, v any) {
	text, err := json.Marshal(v)
	o.heard(at+", JSON", string(text)+fmt.Sprint(err))
	if m, ok := v.(encoding.TextMarshaler); ok {
		text, err := m.MarshalText()
		o.heard(at+", MarshalText", string(text)+fmt.Sprint(err))
	}
	text, err = xml.Marshal(v)
	o.heard(at+", XML", string(text)+fmt.Sprint(err))
	var out bytes.Buffer
	err = gob.NewEncoder(&out).Encode(v)
	o.heard(at+", gob", out.String()+fmt.Sprint(err))
}

// log passes a value to slog in every possible way.
func (o *outlets) log(at string, v any) {
	l := o.logger(at + ", slog")
	l.With("before", v).WithGroup("group").Log(context.Background(), lowest, "kept",
		"value", v, slog.Group("inner", slog.Any("value", v)), slog.Any("list", []any{v}), v)
}

// lowest is below every named level.
const lowest = slog.Level(-100)

// logger writes text and JSON, at the lowest level.
func (o *outlets) logger(where string) *slog.Logger {
	options := &slog.HandlerOptions{Level: lowest}
	out := o.writer(where)
	return slog.New(both{slog.NewTextHandler(out, options), slog.NewJSONHandler(out, options)})
}

// failure records an error: itself, joined and wrapped, and all errors behind it.
func (o *outlets) failure(where string, err error) {
	if err == nil || o.hasMet(err) {
		return
	}
	o.still(where, err)
	for how, in := range map[string]error{
		"joined":  errors.Join(err, errors.New("and more")),
		"wrapped": fmt.Errorf("while opening an account: %w", err),
		"twice":   fmt.Errorf("%w and %w", errors.New("first"), err),
		"quoted":  fmt.Errorf("while opening an account: %v", err),
	} {
		for _, verb := range verbsFor(err) {
			o.hear(source{where + ", " + how + ", " + verb, !slices.Contains(errorVerbs, verb)}, fmt.Sprintf(verb, in))
		}
		o.log(where+", "+how, in)
	}
	for _, cause := range chain(err) {
		if !o.hasMet(cause) {
			o.still(where+", cause", cause)
			o.heard(where+", cause's text", cause.Error())
		}
	}
}

// hasMet recognises errors that occur again, such as those of attempts.
func (o *outlets) hasMet(err error) bool {
	if reflect.TypeOf(err).Kind() != reflect.Pointer {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	known := o.met[err]
	o.met[err] = true
	return known
}

// chain is every error behind one.
func chain(err error) []error {
	var behind []error
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		if cause := e.Unwrap(); cause != nil {
			behind = []error{cause}
		}
	case interface{ Unwrap() []error }:
		behind = e.Unwrap()
	}
	all := behind
	for _, cause := range behind {
		all = append(all[:len(all):len(all)], chain(cause)...)
	}
	return all
}
