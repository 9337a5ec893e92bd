package redact

import (
	"strings"
	"unicode/utf8"
)

// MaxText is the length in bytes that Scrub cuts texts to.
const MaxText = 4 << 10

// SearchedText is how many bytes of a text Scrub examines. A longer text may be cut
// to this length first, at any byte: a secret that begins in the part that Scrub
// keeps still ends inside.
const SearchedText = MaxText + maxSecret

// maxSecret is how many bytes of a secret are searched for. Scrub cuts the text
// before the rest of a longer secret.
const maxSecret = 4 << 10

// Scrub cuts a text to at most MaxText bytes, in whole characters, and replaces every
// occurrence of the secrets in it; ASCII letter case is ignored. Overlapping
// occurrences are replaced together, so that no part of either secret is left. An
// occurrence that the cut would divide is also replaced.
//
// The cost for each secret is bounded, however long the text is.
func Scrub(s string, secrets ...string) string {
	searched := s[:min(len(s), SearchedText)]
	var found *occurrences
	for _, secret := range secrets {
		secret = secret[:min(len(secret), maxSecret)]
		if !mayHold(searched, secret) {
			continue
		}
		if found == nil {
			found = new(occurrences)
		}
		found.add(searched, secret)
	}
	kept := Cut(s, MaxText)
	if found != nil {
		kept = Cut(found.replaced(kept), MaxText)
	}
	return kept
}

// Cut is the beginning of a text, at most n bytes in whole characters. It is a copy,
// so that the memory of the rest can be freed.
func Cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	end := n
	for end > 0 && n-end < utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	if !utf8.RuneStart(s[end]) { // the text is not UTF-8
		end = n
	}
	return strings.Clone(s[:end])
}

// mayHold reports whether the text contains the first characters of a secret. Most
// texts do not, and then nothing has to be allocated.
func mayHold(s, secret string) bool {
	if secret == "" || len(secret) > len(s) {
		return false
	}
	begin := secret[:min(len(secret), fewest)]
	first := lower(begin[0])
	for i := range len(s) - len(secret) + 1 {
		if lower(s[i]) == first && equalFold(s[i:i+len(begin)], begin) {
			return true
		}
	}
	return false
}

// occurrences are the places of secrets in a text.
type occurrences struct {
	longest [MaxText]uint16 // length of the longest secret that begins at each byte, 0 for none
	border  [maxSecret]uint16
}

// add searches for a secret with the Knuth–Morris–Pratt algorithm, which reads each
// byte of the text once. A simple search would take the product of both lengths for
// names and tokens that repeat themselves.
func (o *occurrences) add(s, secret string) {
	// border[i] is the length of the longest end of secret[:i+1] that is also its
	// beginning.
	matched := 0
	o.border[0] = 0
	for i := 1; i < len(secret); i++ {
		matched = o.advance(matched, secret, secret[i])
		o.border[i] = uint16(matched)
	}
	matched = 0
	for i := range len(s) {
		if matched = o.advance(matched, secret, s[i]); matched < len(secret) {
			continue
		}
		start := i + 1 - len(secret)
		if start >= MaxText {
			return
		}
		o.longest[start] = max(o.longest[start], uint16(len(secret)))
		matched = int(o.border[matched-1])
	}
}

// advance is how many bytes of the secret match after one more byte.
func (o *occurrences) advance(matched int, secret string, next byte) int {
	next = lower(next)
	for matched > 0 && lower(secret[matched]) != next {
		matched = int(o.border[matched-1])
	}
	if lower(secret[matched]) == next {
		matched++
	}
	return matched
}

// replaced is the text with Hidden in place of the secrets found.
func (o *occurrences) replaced(s string) string {
	var out strings.Builder
	end := 0 // of the text already written or removed
	for i := range len(s) {
		n := int(o.longest[i])
		if n == 0 {
			continue
		}
		if i >= end {
			out.WriteString(s[end:i])
			out.WriteString(Hidden)
		}
		end = max(end, i+n)
	}
	if end < len(s) {
		out.WriteString(s[end:])
	}
	return out.String()
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
