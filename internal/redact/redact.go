// Package redact decides what may be printed. It works by allowing: text is
// shown when it is known to be harmless, not hidden when it is known to harm.
package redact

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
)

// Hidden stands where something was left out.
const Hidden = "[hidden]"

// Format writes text for every verb and flag, quoted for %q. A type whose
// Format method calls it prints nothing but text, however it is printed.
func Format(s fmt.State, verb rune, text string) {
	if verb == 'q' {
		text = strconv.Quote(text)
	}
	_, _ = io.WriteString(s, text)
}

// Attrs is a slog group without the attributes that are empty.
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

// Scrub replaces every occurrence of the secrets in s, letter case ignored
// for ASCII. Occurrences that overlap go together, so that a secret that is part
// of another, or shares an end with it, leaves nothing of the other behind.
func Scrub(s string, secrets ...string) string {
	var out strings.Builder
	end := 0 // of what is written or taken out
	for i := range len(s) {
		n := longestAt(s[i:], secrets)
		if n == 0 {
			continue
		}
		if i >= end {
			out.WriteString(s[end:i])
			out.WriteString(Hidden)
		}
		end = max(end, i+n)
	}
	if end == 0 {
		return s
	}
	out.WriteString(s[end:])
	return out.String()
}

// longestAt is the length of the longest secret that s begins with, 0 if there
// is none. The letter case of ASCII is ignored, and every byte keeps its place,
// which strings.ToLower would not promise.
func longestAt(s string, secrets []string) int {
	longest, first := 0, lower(s[0])
	for _, secret := range secrets {
		n := len(secret)
		if n > longest && n <= len(s) && lower(secret[0]) == first && equalFold(s[:n], secret) {
			longest = n
		}
	}
	return longest
}

func equalFold(a, b string) bool {
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
