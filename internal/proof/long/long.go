// Package long says which form of a proof is run. "go test ./..." runs the short
// form, which covers each kind of thing once. The long form covers every combination.
// The gate runs it, and so does
//
//	IDVERIFY_LONG=1 go test ./...
package long

import (
	"flag"
	"iter"
	"os"
	"sync"
	"unicode/utf8"
)

// Variable is the environment variable for the long form, with any value.
const Variable = "IDVERIFY_LONG"

// Asked reports whether the long form was asked for. Package variables are made before
// go test logs which variables a test reads. The first call within a test therefore
// reads it again: otherwise go test would give the cached result of the short form for
// the long one. It does so once, because each read is a line in that log.
func Asked() bool {
	if flag.Parsed() {
		logged()
	}
	return asked
}

var (
	asked  = os.Getenv(Variable) != ""
	logged = sync.OnceFunc(func() { os.Getenv(Variable) })
)

// Or is all in the long form, and few in the short one.
func Or[T any](all, few T) T {
	if Asked() {
		return all
	}
	return few
}

// Some is the whole list in the long form. In the short form it is n elements, evenly
// spread, with the first and the last.
func Some[T any](n int, list []T) []T {
	if Asked() || len(list) <= n {
		return list
	}
	few := make([]T, n)
	for i := range few {
		few[i] = list[i*(len(list)-1)/(n-1)]
	}
	return few
}

// Runes is every code point, including the surrogates, in the long form. In the short
// form it is the code points below U+0700, where most special rules apply, some other
// blocks with special rules, the ends of each plane, and one in 499 of the rest.
func Runes() iter.Seq[rune] {
	return func(yield func(rune) bool) {
		for r := rune(0); r <= utf8.MaxRune; r++ {
			if !Asked() && !special(r) && r%499 != 0 {
				continue
			}
			if !yield(r) {
				return
			}
		}
	}
}

func special(r rune) bool {
	return r < 0x0700 || 0x2000 <= r && r < 0x2100 || 0x3000 <= r && r < 0x3040 || 0xD7FE <= r && r < 0xD802 || 0xDFFE <= r && r < 0xE002 ||
		0xFE00 <= r && r < 0x10000 || 0xE0000 <= r && r < 0xE0200 || r&0xFFFF < 2 || r&0xFFFF >= 0xFFFE
}
