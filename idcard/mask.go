package idcard

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Mask returns what may be shown of s: the first and last character of a number
// that [Parse] accepts, with 16 stars between them, and 18 stars for anything else.
// A mistyped number is as private as a correct one, and even the length of other
// text is not shown.
func Mask(s string) string {
	n, _ := Parse(s)
	return n.String()
}

// String returns the masked number, such as 1****************X: no birth date and no county. The zero Number gives 18
// stars.
func (n Number) String() string {
	text := n.Reveal()
	if text == "" {
		return strings.Repeat("*", numberLen)
	}
	return text[:1] + strings.Repeat("*", numberLen-2) + text[numberLen-1:]
}

// Format writes the masked number for every verb, whatever the flags, the width and the precision.
func (n Number) Format(state fmt.State, _ rune) {
	// Format has no way to report an error; fmt's own buffer gives none.
	_, _ = io.WriteString(state, n.String())
}

// LogValue returns the masked number.
func (n Number) LogValue() slog.Value {
	return slog.StringValue(n.String())
}

// MarshalText returns the masked number, also for JSON, XML and map keys; it never fails. There is no UnmarshalText:
// what was masked cannot be read back. Encode [Number.Reveal] where the whole number is meant to be stored.
func (n Number) MarshalText() ([]byte, error) {
	return []byte(n.String()), nil
}
