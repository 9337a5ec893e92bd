package exchange

import (
	"bytes"
	"sync"
	"unicode"
	"unicode/utf8"
)

// keySet is the keys of one object. The few keys of a normal answer are compared
// directly. Those of an object with many or unusual keys are folded into a map, so
// that a hostile answer does not cost quadratic time.
type keySet struct {
	few  [12][]byte
	n    int
	many map[string]bool
}

// has adds a key and reports whether it was there before.
func (k *keySet) has(key []byte) bool {
	if k.many != nil {
		return k.fold(key)
	}
	plain := isASCII(key)
	if plain {
		for _, seen := range k.few[:k.n] {
			if bytes.EqualFold(seen, key) {
				return true
			}
		}
	}
	if plain && k.n < len(k.few) {
		k.few[k.n] = key
		k.n++
		return false
	}
	k.many = make(map[string]bool)
	for _, seen := range k.few[:k.n] {
		k.fold(seen)
	}
	return k.fold(key)
}

func (k *keySet) fold(key []byte) (known bool) {
	folded := foldKey(key)
	known = k.many[folded]
	k.many[folded] = true
	return known
}

func isASCII(key []byte) bool {
	for _, c := range key {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// foldKey gives the same text for all keys that encoding/json treats as equal, as
// bytes.EqualFold does: each character becomes the first of its equal characters. ſ
// and K (the Kelvin sign) count as s and k.
func foldKey(key []byte) string {
	if isASCII(key) {
		return string(bytes.ToUpper(key))
	}
	firsts := firstOfFold()
	return string(bytes.Map(func(r rune) rune {
		if first, ok := firsts[r]; ok {
			return first
		}
		return r
	}, key))
}

// firstOfFold has every character that is not the first of its equal characters.
// [unicode.SimpleFold] would have to be called several times for each.
var firstOfFold = sync.OnceValue(func() map[rune]rune {
	firsts := map[rune]rune{}
	for _, cased := range unicode.CaseRanges {
		for r := rune(cased.Lo); r <= rune(cased.Hi); r++ {
			first := r
			for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
				first = min(first, next)
			}
			if first != r {
				firsts[r] = first
			}
		}
	}
	return firsts
})
