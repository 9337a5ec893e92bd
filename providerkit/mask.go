package providerkit

import "github.com/idverify/idverify/internal/redact"

// Mask is embedded by a type that must not print, with the type itself as T. Whoever
// prints, logs or encodes such a value, or a pointer to it, gets the type's name, and
// of an evidence its kind. Embed it under a name that is not exported, and first:
//
//	type configMask = providerkit.Mask[Config]
//
//	type Config struct {
//		configMask
//		Key string
//	}
//
// It lends methods and hides no field. Where fmt asks for no method it reads the fields
// all the same: under %p as a value, and in an unexported field of another struct. Keep
// a key there as [idverify.Sensitive].
type Mask[T any] struct{ mask[T] }

type mask[T any] = redact.Mask[T]

// hidden is what fmt must not follow a pointer to: it follows one where it calls a verb
// bad, and no second one.
type hidden[T any] struct{ twice **T }

func hide[T any](it *T) hidden[T] { return hidden[T]{&it} }

func (h hidden[T]) reveal() *T {
	if h.twice == nil {
		return nil
	}
	return *h.twice
}
