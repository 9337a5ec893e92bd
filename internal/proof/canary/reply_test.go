package canary_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/long"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// Fields of a Reply are read without any method, so the request's data is removed
// from every text in it.
// Holds P-DATA-3.
func TestReply_FieldsRepeatNoInput(t *testing.T) {
	for _, a := range accounts {
		e := newEcho(t, a)
		var kind reflect.Type
		filled := map[string]bool{}
		for name, shape := range a.Repeats {
			e.shaped(shape, a.RepeatsAt[name])
			provider := a.provider(t, reach{baseURL: e.server.URL}) // a new one: after some failures the next token has to wait
			for i, s := range a.shown(e.material) {
				req := &idverify.Request{Name: echoName, IDNumber: echoNumber, Evidence: []idverify.Evidence{s.Evidence}, Reference: vendors.Reference}
				told := append(e.told(i, s), "EXAMPLE-of-its-own")
				sayings := append(slices.Clone(told), strings.Join(told, " "), strings.Join(told, ""))
				if !long.Asked() && a.vendor != accounts[0].vendor {
					sayings = sayings[len(told)-1:] // the last one contains all
				}
				for _, said := range sayings {
					e.say = said
					reply := replyOf(provider.Verify(t.Context(), req))
					if !reply.IsValid() {
						continue
					}
					kind = reply.Type()
					e.heard("reply", fmt.Sprint(reply.Interface()))
					for field, text := range textsIn(reply) {
						filled[field] = filled[field] || text != ""
						e.free(t, a.vendor+"."+field, text, told[:len(told)-1])
					}
				}
			}
		}
		require.NotNil(t, kind, "no reply of %s", a.vendor)
		for _, field := range textFields(kind) {
			assert.True(t, filled[field], "%s.Reply.%s was never filled: add it to the shapes", a.vendor, field)
		}
	}
}

// free checks that a text contains nothing of the request's data; the request's
// signature replaces theSignature.
func (e *echo) free(t *testing.T, where, text string, told []string) {
	t.Helper()
	for _, secret := range told {
		if secret == theSignature {
			secret = e.signature
		}
		if secret != "" && strings.Contains(asciiLower(text), asciiLower(secret)) {
			t.Errorf("%s holds %q: %q", where, secret, text)
		}
	}
}

// In a Result or Error, the vendor's request id and code are words or hidden.
func TestReply_RequestIDsAndCodesAreWordsOrHidden(t *testing.T) {
	for _, a := range accounts {
		e := newEcho(t, a)
		req := &idverify.Request{Name: echoName, IDNumber: echoNumber, Evidence: a.evidence(e.material)[:1]}
		for shape, text := range a.Repeats {
			if !long.Asked() && a.vendor != accounts[0].vendor && shape != "match" && shape != "unlisted" {
				continue // the short form tries all for the first vendor only
			}
			e.shaped(text, a.RepeatsAt[shape])
			provider := a.provider(t, reach{baseURL: e.server.URL})
			for _, e.say = range []string{"two words", "T" + echoName, "a\nb", strings.Repeat("a", 200), base64.StdEncoding.EncodeToString([]byte("T" + echoNumber))} {
				res, err := provider.Verify(t.Context(), req)
				e.heard(shape, fmt.Sprint(res, err))
				var id, code string
				var failed *idverify.Error
				if errors.As(err, &failed) {
					id, code = failed.RequestID, failed.VendorCode
				} else {
					id, code = res.RequestID, res.VendorCode
				}
				for _, kept := range []string{id, code} {
					assert.Regexp(t, `^(\[hidden\]|[0-9A-Za-z._:/-]{0,128})$`, kept, "%s, %s", a.vendor, shape)
					assert.False(t, kept != "" && strings.Contains(kept, e.say))
				}
			}
		}
	}
}

// replyOf is the struct of a vendor's reply, in a result or an error.
func replyOf(res *idverify.Result, err error) reflect.Value {
	var e *idverify.Error
	var reply any
	switch {
	case res != nil:
		reply = res.Reply
	case errors.As(err, &e):
		reply = e.Reply
	}
	if reply == nil {
		return reflect.Value{}
	}
	return reflect.ValueOf(reply).Elem()
}

// textsIn are the texts of a struct and of its pointers, by field.
func textsIn(v reflect.Value) map[string]string {
	texts := map[string]string{}
	for i := range v.NumField() {
		name, field := v.Type().Field(i).Name, v.Field(i)
		if field.Kind() == reflect.Pointer && !field.IsNil() {
			field = field.Elem()
		}
		switch {
		case !v.Type().Field(i).IsExported():
		case field.Kind() == reflect.String:
			texts[name] = field.String()
		case field.Kind() == reflect.Slice:
			texts[name] = fmt.Sprint(field.Interface())
			if field.Len() == 0 {
				texts[name] = ""
			}
		case field.Kind() == reflect.Struct:
			for inner, text := range textsIn(field) {
				texts[name+"."+inner] = text
			}
		}
	}
	return texts
}

// textFields are the fields that textsIn can find in a struct of the type.
func textFields(kind reflect.Type) []string {
	var names []string
	for i := range kind.NumField() {
		field := kind.Field(i)
		of := field.Type
		if of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		switch {
		case !field.IsExported():
		case of.Kind() == reflect.String, of.Kind() == reflect.Slice:
			names = append(names, field.Name)
		case of.Kind() == reflect.Struct:
			for _, inner := range textFields(of) {
				names = append(names, field.Name+"."+inner)
			}
		}
	}
	return names
}
