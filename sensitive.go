package idverify

import (
	"fmt"
	"log/slog"

	"github.com/idverify/idverify/internal/redact"
)

// Sensitive is text that may speak of the person or hold a credential. It
// prints, logs and marshals as "[hidden]", however it is reached; only Reveal
// gives it. Whoever calls Reveal decides where it goes.
type Sensitive struct{ text redact.Secret }

// NewSensitive hides text. Hiding "" gives the zero Sensitive.
func NewSensitive(text string) Sensitive {
	if text == "" {
		return Sensitive{}
	}
	return Sensitive{redact.NewSecret(text)}
}

// Reveal is the text itself.
func (s Sensitive) Reveal() string { return s.text.Reveal() }

// Format implements [fmt.Formatter].
func (s Sensitive) Format(f fmt.State, verb rune) { s.text.Format(f, verb) }

// LogValue implements [slog.LogValuer].
func (s Sensitive) LogValue() slog.Value { return s.text.LogValue() }

// MarshalText implements [encoding.TextMarshaler].
func (s Sensitive) MarshalText() ([]byte, error) { return s.text.MarshalText() }
