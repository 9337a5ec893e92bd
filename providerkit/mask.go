package providerkit

import "github.com/idverify/idverify/internal/redact"

// Mask is embedded by a type that must not print, with the type itself as T. Printing,
// logging or encoding such a value, or a pointer to it, gives only the type's name, and
// for evidence its kind. Embed it first, under an unexported name:
//
//	type configMask = providerkit.Mask[Config]
//
//	type Config struct {
//		configMask
//		Key string
//	}
//
// It only provides methods. Where fmt bypasses methods it still prints the fields:
// under %p, and in an unexported field of another struct. So keep keys as
// [idverify.Sensitive].
type Mask[T any] struct{ mask[T] }

type mask[T any] = redact.Mask[T]

// hidden holds a second pointer: fmt follows one pointer when a verb does not fit, but
// not two.
type hidden[T any] struct{ twice **T }

func hide[T any](it *T) hidden[T] { return hidden[T]{&it} }

func (h hidden[T]) reveal() *T {
	if h.twice == nil {
		return nil
	}
	return *h.twice
}
