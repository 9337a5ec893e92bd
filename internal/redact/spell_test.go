package redact_test

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/internal/redact"
)

func TestSpellsFindsANumberWhereverItStands(t *testing.T) {
	for _, number := range []string{"11010519000101001X", "H1234567(8)", "~~~???~~~???>>", strings.Repeat("7", 64)} {
		for _, written := range []string{number, strings.ToLower(number)} {
			if written != number && number != "11010519000101001X" {
				continue // only the last character has a small form that is looked past
			}
			for _, before := range []string{"", "a", "ab", "abc", "测"} {
				whole := []byte(before + written + "end")
				for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
					assert.True(t, redact.Spells("TID."+enc.EncodeToString(whole)+"-1", number), "%s behind %q", written, before)
				}
				assert.True(t, redact.Spells("TID."+hex.EncodeToString(whole), number))
				assert.True(t, redact.Spells(strings.ToUpper(hex.EncodeToString(whole)), number))
			}
			assert.True(t, redact.Spells(base64.RawStdEncoding.EncodeToString([]byte(written)), number))
			assert.True(t, redact.Spells(hex.EncodeToString([]byte(written)), number))
		}
	}
}

// A text may be cut right behind what is looked for.
func TestSpellsFindsANumberThatTheTextEndsWith(t *testing.T) {
	const known = "11010519000101001"
	assert.True(t, redact.Spells(hex.EncodeToString([]byte(known)), known+"X"))
	for before, whole := range []string{known, "a" + known, "ab" + known} {
		text := base64.RawStdEncoding.EncodeToString([]byte(whole))
		end := len(whole) * 8 / 6 // of the characters that are all of the number
		assert.True(t, redact.Spells(text[(before*8+5)/6:end], known+"X"), before)
		assert.False(t, redact.Spells(text[:end-1], known+"X"), before)
	}
}

func TestSpellsFindsNothingElse(t *testing.T) {
	const number = "11010519000101001X"
	for _, text := range []string{
		"", "TID8bf47ab6eda64476973cc5f5b6ebf57e", "1370579072568000512", number, strings.Repeat("M", 200),
		base64.StdEncoding.EncodeToString([]byte("11010519000201001X")),
		base64.StdEncoding.EncodeToString([]byte(number[6:])), // the limit: a part of it is let pass
		hex.EncodeToString([]byte(number[:14])),
	} {
		assert.False(t, redact.Spells(text, number), text)
	}
	for _, number := range []string{"", "1", "1234567", strings.Repeat("7", 65)} {
		text := hex.EncodeToString([]byte(number)) + base64.StdEncoding.EncodeToString([]byte(number))
		assert.False(t, redact.Spells(text, number), "too short or too long to be a number")
	}
}

// Whatever is base64 of a number somewhere is found, and what is found decodes
// to the number somewhere, but for its ends: of the first character and the last
// but one not every bit stands in characters of base64 that are theirs alone.
func FuzzSpells(f *testing.F) {
	f.Add([]byte("TID"), "11010519000101001X", []byte("0"))
	f.Add([]byte{}, "~~~???~~~?", []byte{0xff, 0xfe})
	f.Add([]byte("ab"), "H1234567(8)", []byte{})
	f.Add([]byte("0"), "0000C000", []byte(" 000C00")) // all but a bit of the first
	f.Fuzz(func(t *testing.T, before []byte, number string, behind []byte) {
		if len(number) < 8 || len(number) > 64 {
			assert.False(t, redact.Spells(string(before), number))
			return
		}
		whole := append(append(append([]byte(nil), before...), number...), behind...)
		assert.True(t, redact.Spells(base64.StdEncoding.EncodeToString(whole), number))
		assert.True(t, redact.Spells(base64.RawURLEncoding.EncodeToString(whole), number))
		assert.True(t, redact.Spells(hex.EncodeToString(whole), number))

		// The other way round, over bytes that may hold it or not.
		text := base64.RawStdEncoding.EncodeToString(append(append([]byte(nil), before...), behind...))
		if redact.Spells(text, number) {
			assert.True(t, decodesTo(text, number[1:len(number)-2]), "%s does not hold %q", text, number)
		}
	})
}

// decodesTo decodes a text from each of its first characters on, and as hex.
func decodesTo(text, known string) bool {
	for from := range min(4, len(text)) {
		part := text[from:]
		part += strings.Repeat("A", (4-len(part)%4)%4)
		plain, err := base64.StdEncoding.DecodeString(part)
		if err == nil && strings.Contains(string(plain), known) {
			return true
		}
	}
	return strings.Contains(strings.ToLower(text), hex.EncodeToString([]byte(known)))
}
