package redact

import (
	"strings"
	"unicode/utf8"
)

// MaxText is the longest text for people in bytes: what Scrub gives.
const MaxText = 4 << 10

// SearchedText is how much of a text Scrub looks at: what is longer can be cut to
// it before, at any byte. A secret that begins in the part that is kept ends in it.
const SearchedText = MaxText + maxSecret

// maxSecret is how much of a secret is looked for. The rest of a longer one stands
// in a text where the text is cut.
const maxSecret = 4 << 10

// Scrub cuts a text to at most MaxText bytes in whole characters, and replaces in
// it every occurrence of the secrets, letter case ignored for ASCII. Occurrences
// that overlap go together, so that a secret that is part of another, or shares an
// end with it, leaves nothing of the other behind. One that the cut would go
// through is replaced as well.
//
// It costs a constant for each secret, whatever the text is.
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

// Cut is the beginning of a text, at most n bytes in whole characters. It is a
// copy, so that the rest can be forgotten.
func Cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	end := n
	for end > 0 && n-end < utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	if !utf8.RuneStart(s[end]) { // it is no UTF-8
		end = n
	}
	return strings.Clone(s[:end])
}

// mayHold reports whether the first characters of a secret stand in a text. In
// most texts they do not, and nothing has to be allocated.
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

// occurrences are where secrets stand in a text.
type occurrences struct {
	longest [MaxText]uint16 // that begins at a byte, 0 for none
	border  [maxSecret]uint16
}

// add looks for a secret by the algorithm of Knuth, Morris and Pratt, which looks
// at each byte of the text once: names and tokens that repeat themselves would
// else cost the product of both lengths.
func (o *occurrences) add(s, secret string) {
	// border[i] is how much of the end of secret[:i+1] is its beginning as well.
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

// advance is how much of the secret matches with one byte more.
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

// replaced is the text with Hidden for what was found in it.
func (o *occurrences) replaced(s string) string {
	var out strings.Builder
	end := 0 // of what is written or taken out
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
