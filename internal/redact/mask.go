package redact

import (
	"fmt"
	"log/slog"
	"reflect"
)

// Mask is embedded by a type that must not print, with the type itself as T. Every
// way to print, log or encode such a value gives one fixed text: the kind of an
// evidence, or the name of any other type. Embed it under an unexported name
//
//	type configMask = redact.Mask[Config]
//
// so that nobody can set the field. Put it first: a field without a size at the end
// of a struct makes the struct one word larger.
//
// Mask adds methods and hides no field. Where fmt does not ask for a method it still
// reads the fields, so put a secret among them into a [Secret].
type Mask[T any] struct{}

func textOf[T any]() string {
	if evidence, ok := any(new(T)).(interface{ EvidenceKind() string }); ok {
		return evidence.EvidenceKind()
	}
	return reflect.TypeFor[T]().String()
}

// String is the fixed text.
func (Mask[T]) String() string { return textOf[T]() }

// Format implements [fmt.Formatter]: every verb prints the fixed text.
func (Mask[T]) Format(s fmt.State, verb rune) { Format(s, verb, textOf[T]()) }

// LogValue implements [slog.LogValuer].
func (Mask[T]) LogValue() slog.Value { return slog.StringValue(textOf[T]()) }

// MarshalText keeps the value out of JSON, XML and other encodings.
func (Mask[T]) MarshalText() ([]byte, error) { return []byte(textOf[T]()), nil }

// MarshalBinary keeps the value out of gob, CBOR and other encodings.
func (Mask[T]) MarshalBinary() ([]byte, error) { return []byte(textOf[T]()), nil }
