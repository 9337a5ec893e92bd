package redact

import (
	"fmt"
	"log/slog"
)

// Secret is text that prints as [hidden] wherever it stands. The text is behind
// a pointer, because fmt reads unexported fields by reflection without asking
// for a Format method, but prints a nested pointer as an address.
type Secret struct{ text *string }

// NewSecret hides s.
func NewSecret(s string) Secret { return Secret{&s} }

// Reveal is the text, "" for the zero Secret.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Format implements [fmt.Formatter].
func (s Secret) Format(f fmt.State, verb rune) { Format(f, verb, Hidden) }

// LogValue implements [slog.LogValuer].
func (s Secret) LogValue() slog.Value { return slog.StringValue(Hidden) }

// MarshalText implements [encoding.TextMarshaler].
func (s Secret) MarshalText() ([]byte, error) { return []byte(Hidden), nil }
