package idverifytest

import (
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"github.com/idverify/idverify"
)

// ruleKeys looks for the keys in everything that the provider, its configuration
// and its outcomes print, alone and nested in other values.
func ruleKeys(t *testing.T, b *bench) {
	values := append([]any{b.provider}, b.Shown...)
	if p, ok := b.provider.(idverify.FARProvider); ok {
		if strict, err := p.WithMaxFAR(0.5); err == nil {
			values = append(values, strict)
		}
	}
	for _, c := range b.Cases {
		res, err := b.ask(t.Context(), b.request(c, b.Evidence[0]))
		if err != nil {
			values = append(values, err)
		} else {
			values = append(values, res, res.Reply)
		}
	}
	for _, v := range values {
		if said := telling(v, b.Keys); said {
			t.Errorf("%T shows a key", v)
		}
	}
}

// telling reports whether a printed value contains one of the keys.
func telling(v any, keys []string) bool {
	texts := Spoken(v)
	type holder struct{ Held any }
	for _, held := range []any{holder{v}, &holder{v}, []any{v}, map[string]any{"held": v}} {
		texts = append(texts, Spoken(held)...)
	}
	if text, err := xml.Marshal(v); err == nil {
		texts = append(texts, string(text))
	}
	said := strings.Join(texts, "\n")
	for _, key := range keys {
		for _, form := range []string{key, fmt.Sprintf("%x", key), fmt.Sprintf("%X", key), fmt.Sprint([]byte(key))} {
			if strings.Contains(said, form) {
				return true
			}
		}
	}
	return false
}
