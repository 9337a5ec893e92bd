package idverify

import (
	"fmt"
	"log/slog"

	"github.com/idverify/idverify/internal/redact"
)

// Sensitive is text that may contain personal data or a credential. It prints, logs
// and marshals as "[hidden]", wherever it is nested; only Reveal returns the text.
// The caller of Reveal is responsible for where the text goes.
type Sensitive struct{ text redact.Secret }

// NewSensitive hides text. Hiding "" gives the zero Sensitive.
func NewSensitive(text string) Sensitive {
	if text == "" {
		return Sensitive{}
	}
	return Sensitive{redact.NewSecret(text)}
}

// Reveal returns the text.
func (s Sensitive) Reveal() string { return s.text.Reveal() }

// Format implements [fmt.Formatter].
func (s Sensitive) Format(f fmt.State, verb rune) { s.text.Format(f, verb) }

// LogValue implements [slog.LogValuer].
func (s Sensitive) LogValue() slog.Value { return s.text.LogValue() }

// MarshalText implements [encoding.TextMarshaler].
func (s Sensitive) MarshalText() ([]byte, error) { return s.text.MarshalText() }
