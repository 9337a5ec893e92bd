// Package sign has what vendors with a signed body digest have in common: the
// canonical request, chained HMAC-SHA256, dates in UTC, nonces. Each vendor's package
// adds only its string to sign and the form of its header.
package sign

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// Chain is HMAC-SHA256 of the first part with secret as the key, then of each further
// part with the last result as the key, in the encoding of a signature. If a vendor
// derives the key from a date and a service, those are the first parts; the string to
// sign is the last.
func Chain(secret string, parts ...string) string {
	key := append(make([]byte, 0, max(len(secret), sha256.Size)), secret...)
	var text []byte // reused for each part
	for _, part := range parts {
		text = append(text[:0], part...)
		mac := hmac.New(sha256.New, key)
		_, _ = mac.Write(text) // never fails
		key = mac.Sum(key[:0])
	}
	return hex.EncodeToString(key)
}

// Hex is a digest in lower-case hexadecimal, as all vendors require.
func Hex(digest [sha256.Size]byte) string {
	var digits [2 * sha256.Size]byte
	hex.Encode(digits[:], digest[:])
	return string(digits[:])
}

// Nonce is 32 random hexadecimal digits.
func Nonce() string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(random[:])
}

// The times below are in UTC, whatever the location of t: before 08:00 in Beijing,
// UTC still has the previous date. Fractions of a second are left out.

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
