package redact_test

import (
	"encoding/base64"
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/internal/proof/growth"
	"github.com/idverify/idverify/internal/redact"
)

const (
	spelledNumber = "11010519000101001X"
	spelledName   = "测试甲乙"
	spelledKey    = "EXAMPLE-Key/of.somebody"
)

// inARow is how many bytes in a row tell too much in these tests.
const inARow = 9

func tells(text string, secrets ...string) bool {
	var spelling redact.Spelling
	spelling.Read(text)
	return spelling.Tells(inARow, secrets...)
}

var base64s = []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding}

func TestSpelling_FindsSecretAnywhere(t *testing.T) {
	for _, secret := range []string{spelledNumber, spelledName, spelledKey, "H1234567(8)", "Wang Li"} {
		for _, written := range []string{secret, strings.ToLower(secret), strings.ToUpper(secret)} {
			for _, before := range []string{"", "a", "ab", "abc", "测"} {
				whole := []byte(before + written + "end")
				for _, enc := range base64s {
					assert.True(t, tells("TID."+enc.EncodeToString(whole)+"-1", secret), "%s behind %q", written, before)
				}
				assert.True(t, tells("TID."+hex.EncodeToString(whole), "", "another one", secret))
				assert.True(t, tells(strings.ToUpper(hex.EncodeToString(whole)), secret))
				assert.True(t, tells(string(whole), secret))
			}
		}
	}
}

// Holds P-DATA-3.
func TestSpelling_FindsPartsAndGroupedDigits(t *testing.T) {
	for _, text := range []string{
		spelledNumber[:17], spelledNumber[1:], spelledNumber[:9], "id-" + spelledNumber[9:], "110105-19000101-001x", "1.1.0.1.0.5.1.9.0.0.0.1",
		"1101:0519:0001:0100:1X", base64.RawURLEncoding.EncodeToString([]byte(spelledNumber[:9])), hex.EncodeToString([]byte("110105-19000101")),
		"31:31:30:31:30:35:31:39:30", base64.RawURLEncoding.EncodeToString([]byte("甲乙,测试甲")), "EXAMPLE_KEY_", spelledKey[12:],
	} {
		assert.True(t, tells(text, spelledName, spelledNumber, spelledKey), text)
	}
}

// A presigned address has its signature at the end, after a token.
// Holds P-DATA-3.
func TestSpelling_FindsAnyPartOfLongSecret(t *testing.T) {
	const end = "f00dface0123"
	for before := range 2000 {
		secret := strings.Repeat("Token-", before/6) + strings.Repeat("z", before%6) + end
		assert.True(t, tells("TID-"+end, secret), before)
		assert.True(t, tells(end[:inARow], secret), before)
		assert.False(t, tells(end[:inARow-1]+"9", secret), before)
	}
}

func TestSpelling_NoFalsePositives(t *testing.T) {
	for _, text := range []string{
		"", "TID8bf47ab6eda64476973cc5f5b6ebf57e", "1370579072568000512", strings.Repeat("M", 128), "INVALID_ARGUMENT",
		base64.StdEncoding.EncodeToString([]byte("31020219000201001X")),
		spelledNumber[:8], "T" + spelledNumber[6:14] + "-" + spelledNumber[:6] + "-17", // below the limit: eight digits are a date
		hex.EncodeToString([]byte(spelledNumber[6:14])), base64.StdEncoding.EncodeToString([]byte("测试")),
		spelledNumber + strings.Repeat("-", 128), // no word, so it is not read
	} {
		assert.False(t, tells(text, spelledName, spelledNumber, spelledKey), text)
	}
	assert.False(t, tells("TID"+strings.Repeat("0", 31)+"1", strings.Repeat("0", 31)+"2"), "repeated characters match everywhere")
	for _, short := range []string{"", "1", "12345", "1-2-3-4-5", "甲", "Li Na"} {
		text := short + hex.EncodeToString([]byte(short)) + base64.StdEncoding.EncodeToString([]byte(short))
		assert.False(t, tells(text, short), "%q would be found by chance", short)
	}
}

// The text is a word; a secret may be long, and made of the letters of the text.
// Holds P-WIRE-10.
func TestSpelling_IsLinear(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	letters := func(n int) string {
		text := make([]byte, n)
		for i := range text {
			text[i] = "ab"[random.IntN(2)]
		}
		return string(text)
	}
	for word, make := range map[string]func(size int) string{
		letters(128):                   letters,
		strings.Repeat("a", 128):       func(n int) string { return strings.Repeat("a", n) },
		strings.Repeat("aaaaaaab", 16): func(n int) string { return strings.Repeat("aaaaaaaabaaaaaaaaa", n/18) },
		strings.Repeat("0", 128):       func(n int) string { return strings.Repeat("0", n) },
	} {
		assert.False(t, spells(word, make(8<<10)), "%s: all of it is searched", word)
		growth.Case{From: 8 << 10, MaxAllocated: .1, MaxCost: 400, Work: func(size int) func() {
			secret := make(size)
			return func() { spells(word, secret) }
		}}.Check(t)
	}
}

func spells(word, secret string) bool {
	var spelling redact.Spelling
	spelling.Read(word)
	return spelling.Tells(40, secret)
}

// A text that contains enough of a secret, in any spelling, is found. A text that is
// found contains that much of it when the standard library decodes it.
// Holds P-DATA-3.
func FuzzSpelling(f *testing.F) {
	f.Add("TID", spelledNumber, "0")
	f.Add("", "~~~???abcdef~~~?", "\xff\xfe")
	f.Add("ab", "H1234567(8)", "")
	f.Add("0", "0000C000", " 000C00")
	f.Add("", spelledName, "=")
	f.Fuzz(func(t *testing.T, before, secret, behind string) {
		whole := before + secret + behind
		telling := len(plain(secret)) >= 6 && len(secret) <= 512 && strings.Trim(plain(secret), plain(secret)[:1]) != ""
		for _, text := range []string{
			whole, hex.EncodeToString([]byte(whole)), base64.StdEncoding.EncodeToString([]byte(whole)), base64.RawURLEncoding.EncodeToString([]byte(whole)),
		} {
			if telling && len(text) <= 128 {
				assert.True(t, tells(text, secret), "%q in %q", secret, text)
			}
		}
		text := before + behind
		if len(text) <= 128 && tells(text, secret) {
			assert.True(t, holds(text, plain(secret)), "%q does not contain %q", text, secret)
		}
	})
}

// plain keeps the characters of a text that count.
func plain(text string) string {
	var kept []byte
	for _, c := range []byte(text) {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c >= 0x80 || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' {
			kept = append(kept, c)
		}
	}
	return string(kept)
}

// holds looks for enough of a secret in every reading of a text.
func holds(text, secret string) bool {
	readings := []string{plain(text)}
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune("0123456789abcdef", r) {
			return r
		}
		return '0'
	}, plain(text))
	for from := range min(2, len(digits)+1) {
		read, _ := hex.DecodeString(digits[from : len(digits)-(len(digits)-from)%2])
		readings = append(readings, plain(string(read)))
	}
	for from := range min(4, len(text)+1) {
		characters := []byte(text[from:])
		for i, c := range characters {
			switch {
			case c == '-':
				characters[i] = '+'
			case c == '_':
				characters[i] = '/'
			case !strings.Contains("+/", string(rune(c))) && (c >= 0x80 || plain(string(rune(c))) == ""):
				characters[i] = 'A'
			}
		}
		for len(characters)%4 != 0 {
			characters = append(characters, 'A')
		}
		read, _ := base64.StdEncoding.DecodeString(string(characters))
		readings = append(readings, plain(string(read)))
	}
	n := min(inARow, len(secret))
	for from := 0; from+n <= len(secret); from++ {
		for _, read := range readings {
			if n >= 6 && strings.Contains(read, secret[from:from+n]) {
				return true
			}
		}
	}
	return false
}
