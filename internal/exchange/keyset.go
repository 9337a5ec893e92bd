package exchange

import (
	"bytes"
	"unicode"
)

// keySet is the keys of one object. The few that a vendor's answer has are
// compared where they stand; those of an object with more are folded into a map,
// so that a hostile answer costs no square of its length.
type keySet struct {
	few  [12][]byte
	n    int
	many map[string]bool
}

// has adds a key and reports whether it was there.
func (k *keySet) has(key []byte) bool {
	if k.many != nil {
		return k.fold(key)
	}
	for _, seen := range k.few[:k.n] {
		if bytes.EqualFold(seen, key) { // as encoding/json does: ſ and K (the Kelvin sign) count as s and k
			return true
		}
	}
	if k.n < len(k.few) {
		k.few[k.n] = key
		k.n++
		return false
	}
	k.many = make(map[string]bool)
	for _, seen := range k.few {
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

// foldKey gives one text to all keys that bytes.EqualFold takes for equal: each
// character becomes the first of those that it is equal to.
func foldKey(key []byte) string {
	return string(bytes.Map(func(r rune) rune {
		first := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			first = min(first, next)
		}
		return first
	}, key))
}
