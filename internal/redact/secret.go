package redact

import (
	"fmt"
	"log/slog"
)

// Secret is text that always prints as [hidden]. The text is behind a pointer: fmt
// reads unexported fields by reflection without calling a Format method, but prints a
// nested pointer as an address. Dumpers follow pointers, but call a String method
// even there.
type Secret struct {
	text *string
	_    struct{} // makes the struct two words: go-spew takes a struct of one pointer for the pointer's target
}

// NewSecret hides s.
func NewSecret(s string) Secret { return Secret{text: &s} }

// Reveal is the text, "" for the zero Secret.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// String implements [fmt.Stringer].
func (Secret) String() string { return Hidden }

// Format implements [fmt.Formatter].
func (s Secret) Format(f fmt.State, verb rune) { Format(f, verb, Hidden) }

// LogValue implements [slog.LogValuer].
func (s Secret) LogValue() slog.Value { return slog.StringValue(Hidden) }

// MarshalText implements [encoding.TextMarshaler].
func (s Secret) MarshalText() ([]byte, error) { return []byte(Hidden), nil }
