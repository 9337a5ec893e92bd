// Package redact decides what may be printed, by an allow-list: it shows only text
// that is known to be harmless.
package redact

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
)

// Hidden replaces text that was removed.
const Hidden = "[hidden]"

// Format writes text for every verb and flag, quoted for %q. A type whose Format
// method calls it prints only this text with every verb.
func Format(s fmt.State, verb rune, text string) {
	if verb == 'q' {
		text = strconv.Quote(text)
	}
	_, _ = io.WriteString(s, text)
}

// Attrs is a slog group without the empty attributes.
func Attrs(attrs ...slog.Attr) slog.Value {
	kept := attrs[:0]
	for _, a := range attrs {
		if a.Value.Kind() == slog.KindString && a.Value.String() == "" {
			continue
		}
		kept = append(kept, a)
	}
	return slog.GroupValue(kept...)
}

// Word returns s when it looks like an identifier that a vendor made: at most
// 128 letters, digits and ._:/- characters. Anything else becomes Hidden.
func Word(s string) string {
	if len(s) > longestWord {
		return Hidden
	}
	for i := range len(s) {
		if !wordByte(s[i]) {
			return Hidden
		}
	}
	return s
}

func wordByte(b byte) bool {
	switch {
	case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9':
		return true
	}
	return strings.IndexByte("._:/-", b) >= 0
}
