package redact_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/internal/proof/growth"
	"github.com/idverify/idverify/internal/redact"
)

func TestScrub_IgnoresCase(t *testing.T) {
	assert.Equal(t, "no [hidden], no [hidden]!", redact.Scrub("no abcX, no ABCx!", "aBcx", ""))
	assert.Equal(t, "姓名[hidden]有误", redact.Scrub("姓名张三有误", "张三"))
	assert.Equal(t, "[hidden] [hidden] [hidden]", redact.Scrub("azAZ AZAZ azaz", "AZaz"))
	assert.Equal(t, "untouched", redact.Scrub("untouched", "secret"))
	assert.Equal(t, "İ [hidden]", redact.Scrub("İ key", "KEY"), "folding must not shift positions")
	assert.Equal(t, "\xff\xfe [hidden]", redact.Scrub("\xff\xfe key", "KEY"), "nor must invalid UTF-8")
}

func TestScrub_OverlappingSecrets(t *testing.T) {
	for _, secrets := range [][]string{{"LINK", "API-LINKED-KEY"}, {"API-LINKED-KEY", "LINK"}} {
		assert.Equal(t, "a [hidden] of [hidden].", redact.Scrub("a api-linked-key of link.", secrets...))
	}
	assert.Equal(t, "<[hidden]>", redact.Scrub("<abcdef>", "abcd", "cdef"), "two that overlap")
	assert.Equal(t, "<[hidden]>", redact.Scrub("<abcdefgh>", "abcd", "cdef", "fgh"), "and three")
	assert.Equal(t, "<[hidden]>", redact.Scrub("<aaa>", "aa"), "a secret that overlaps itself")
	assert.Equal(t, "[hidden][hidden]", redact.Scrub("abcd", "ab", "cd"), "two adjacent secrets")
	assert.Equal(t, "[hidden]", redact.Scrub("id", "hidden", "id"), "a replacement is not searched again")
	assert.Empty(t, redact.Scrub("", "x"))
}

func TestScrub_CleanTextAllocatesNothing(t *testing.T) {
	secrets := []string{"测试甲", "11010519000101001X", "EXAMPLE-KEY"}
	allocations := testing.AllocsPerRun(100, func() {
		redact.Scrub("TID8bf47ab6eda64476973cc5f5b6ebf57e", secrets...)
		tells("TID8bf47ab6eda64476973cc5f5b6ebf57e", secrets...)
	})
	assert.Zero(t, allocations)
}

func TestScrub_TruncatesBetweenCharacters(t *testing.T) {
	for text, length := range map[string]int{
		strings.Repeat("a", redact.MaxText):            redact.MaxText,
		strings.Repeat("a", redact.MaxText+1):          redact.MaxText,
		strings.Repeat("a", 20<<20):                    redact.MaxText,
		strings.Repeat("测", redact.MaxText):            redact.MaxText - 1,
		"a" + strings.Repeat("测", redact.MaxText):      redact.MaxText,
		"ab" + strings.Repeat("\U0001F600", 1<<11):     redact.MaxText - 2,
		strings.Repeat("\x80", redact.MaxText+9):       redact.MaxText,
		strings.Repeat("\xff", redact.MaxText) + "123": redact.MaxText,
	} {
		got := redact.Scrub(text, "secret")
		assert.Len(t, got, length)
		assert.True(t, strings.HasPrefix(text, got))
		assert.Equal(t, utf8.ValidString(text), utf8.ValidString(got))
	}
	assert.Len(t, redact.Scrub(strings.Repeat("x", redact.MaxText), "x"), redact.MaxText, "replacements do not make the text longer")
}

// Wherever the text is cut, here or before, no part of a secret is left at the end.
// Holds P-WIRE-10.
func TestScrub_TruncationLeavesNoPartOfASecret(t *testing.T) {
	for _, secret := range []string{"测试甲", "11010519000101001X", strings.Repeat("Key-0123", 512), strings.Repeat("A", 100<<10)} {
		shown := secret[:min(len(secret), 6)]
		for before := range redact.MaxText + 8 {
			begin := redact.MaxText - min(len(secret), redact.MaxText)
			if before > begin+8 && before < redact.MaxText-8 && before%97 > 0 || before < begin-8 {
				continue // neither near the cut nor a sample
			}
			text := strings.Repeat(".", before) + secret + strings.Repeat("-", 2*redact.MaxText)
			for _, end := range []int{len(text), redact.SearchedText, redact.SearchedText + 1} {
				got := redact.Scrub(text[:min(end, len(text))], secret, "another")
				if strings.ContainsAny(got, shown) && !strings.Contains(got, redact.Hidden[:1]) || strings.Contains(got, shown) || len(got) > redact.MaxText {
					t.Fatalf("behind %d bytes, cut at %d: %q", before, end, got[max(0, len(got)-40):])
				}
			}
		}
	}
}

// plainly is a simple Scrub for texts that are not cut; its cost is the product of
// all lengths.
func plainly(s string, secrets ...string) string {
	var out strings.Builder
	end := 0
	for i := range len(s) {
		longest := 0
		for _, secret := range secrets {
			if n := len(secret); n > longest && n <= len(s)-i && asciiLower(s[i:i+n]) == asciiLower(secret) {
				longest = n
			}
		}
		if longest > 0 && i >= end {
			out.WriteString(s[end:i] + redact.Hidden)
		}
		if longest > 0 {
			end = max(end, i+longest)
		}
	}
	return out.String() + s[end:]
}

func asciiLower(s string) string {
	bytes := []byte(s)
	for i, c := range bytes {
		if 'A' <= c && c <= 'Z' {
			bytes[i] = c + 'a' - 'A'
		}
	}
	return string(bytes)
}

// Secrets that repeat themselves are found as by simple comparison.
func TestScrub_SelfRepeatingSecrets(t *testing.T) {
	var words []string
	for length := 1; length <= 7; length++ {
		for bits := range 1 << length {
			words = append(words, strings.NewReplacer("0", "a", "1", "B").Replace(fmt.Sprintf("%0*b", length, bits)))
		}
	}
	for _, text := range words {
		text = strings.ToLower(text) + text + "x" + text
		for _, secret := range words {
			if got := redact.Scrub(text, secret); got != plainly(text, secret) {
				t.Fatalf("%q in %q: %q", secret, text, got)
			}
		}
	}
}

func FuzzScrub(f *testing.F) {
	f.Add("no abcX, no ABCx!", "aBcx", "x", uint16(1))
	f.Add("测试甲", "测", "试甲", uint16(700))
	f.Add("aabaabaaab", "aabaaab", "", uint16(3))
	f.Fuzz(func(t *testing.T, text, one, other string, times uint16) {
		text = strings.Repeat(text, min(int(times), 1+3*redact.MaxText/(len(text)+1)))
		got := redact.Scrub(text, one, other)
		if len(text) <= redact.MaxText {
			assert.Equal(t, redact.Cut(plainly(text, one, other), redact.MaxText), got)
		}
		assert.LessOrEqual(t, len(got), redact.MaxText)
		assert.Equal(t, got, redact.Scrub(text[:min(len(text), redact.SearchedText)], one, other), "the rest is not searched")
		if utf8.ValidString(text) && utf8.ValidString(one) && utf8.ValidString(other) {
			assert.True(t, utf8.ValidString(got))
		}
	})
}

// Whatever a vendor repeats, and whatever name the end user chose, the time is linear
// in both lengths.
// Holds P-WIRE-10.
func TestScrub_IsLinear(t *testing.T) {
	zeros := base64.StdEncoding.EncodeToString(make([]byte, 75<<10))
	for _, secrets := range [][]string{
		{strings.Repeat("a", 128)}, {zeros}, {strings.Repeat("a", 127) + "b", strings.Repeat("aB", 2<<10)}, {"测", strings.Repeat("测", 128)}, {"a", "aa", "aaa"},
	} {
		growth.Case{From: 512 << 10, MaxAllocated: .1, MaxCost: 2, Work: func(size int) func() {
			message := strings.Repeat(secrets[0], size/len(secrets[0])+1)[:size]
			return func() { redact.Scrub(message, secrets...) }
		}}.Check(t)
	}
	growth.Case{From: 1 << 20, MaxAllocated: .1, MaxCost: 1, Work: func(size int) func() { // an endless secret
		secret, message := strings.Repeat("A", size-1)+"B", strings.Repeat("A", 1<<20)
		return func() { redact.Scrub(message, secret, secret[1:]) }
	}}.Check(t)
	growth.Case{From: 1 << 10, MaxAllocated: 8, MaxCost: 100, Work: func(size int) func() { // a text that is searched to its end
		message, secret := strings.Repeat("a", size), strings.Repeat("a", 127)
		return func() { redact.Scrub(message, secret+"a", secret+"b") }
	}}.Check(t)
	growth.Case{From: 4, Work: func(size int) func() { // many secrets
		secrets, message := make([]string, size), strings.Repeat("A", 1<<20)
		for i := range secrets {
			secrets[i] = strings.Repeat("A", 4<<10-i)
		}
		return func() { redact.Scrub(message, secrets...) }
	}}.Check(t)
}
