// Package sign has what signed requests have in common at every vendor that signs
// a digest of the body: the canonical request, HMAC-SHA256 one after the other,
// dates in UTC, nonces. What is left for a vendor's package is its string to sign
// and the form of its header.
package sign

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// Chain is HMAC-SHA256 of the first part under secret, of the next part under that,
// and so on, as a signature is written. Where the key is derived from a date and a
// service, those are the first parts; the string to sign is the last.
func Chain(secret string, parts ...string) string {
	var room [keyRoom]byte
	key := append(room[:0], secret...)
	var sum [sha256.Size]byte
	for _, part := range parts {
		sum = mac(key, part)
		key = sum[:]
	}
	if len(parts) == 0 {
		return hex.EncodeToString(key)
	}
	return Hex(sum)
}

// A key and a message that are no longer lie on the stack, where crypto/hmac
// allocates two hashes for each message.
const (
	keyRoom     = 128
	messageRoom = 512
)

// mac is HMAC as RFC 2104 writes it.
func mac(key []byte, part string) [sha256.Size]byte {
	var pad [sha256.BlockSize]byte
	if len(key) > len(pad) {
		sum := sha256.Sum256(key)
		key = sum[:]
	}
	copy(pad[:], key)
	flip(&pad, 0x36)
	var room [messageRoom]byte
	inner := sha256.Sum256(append(append(room[:0], pad[:]...), part...))
	flip(&pad, 0x36^0x5c)
	return sha256.Sum256(append(append(room[:0], pad[:]...), inner[:]...))
}

func flip(pad *[sha256.BlockSize]byte, bits byte) {
	for i := range pad {
		pad[i] ^= bits
	}
}

// Hex is a digest in the lower-case digits that all vendors want.
func Hex(digest [sha256.Size]byte) string {
	var digits [2 * sha256.Size]byte
	hex.Encode(digits[:], digest[:])
	return string(digits[:])
}

// Nonce is 32 hexadecimal digits that were never used before.
func Nonce() string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(random[:])
}

// The times below are in UTC, whatever the location of t: until 08:00 in Beijing it
// is the day before. They leave out fractions of a second.

// Unix is the seconds since 1970, in decimal.
func Unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

// Day is a date, such as 2023-11-14.
func Day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// Long is a time with separators, such as 2023-11-14T22:13:20Z.
func Long(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// Short is a time without separators, such as 20231114T221320Z. Its first
// [ShortDay] characters are the date.
func Short(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// ShortDay is how many characters of [Short] are the date.
const ShortDay = len("20231114")
