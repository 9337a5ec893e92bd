// Package pseudonym makes pseudonyms for persons and questions. Without the user's
// secret nobody can trace them back.
package pseudonym

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"github.com/idverify/idverify/internal/redact"
)

// MinBytes is the minimum length of a secret.
const MinBytes = 32

// Secret copies a user's secret, or says what is wrong with it. All options that take
// a secret use this check.
func Secret(secret []byte) (own redact.Secret, problem string) {
	switch {
	case len(secret) < MinBytes:
		return redact.Secret{}, fmt.Sprintf("a secret has at least %d bytes", MinBytes)
	case bytes.Count(secret, []byte{0}) == len(secret):
		return redact.Secret{}, "the secret is all zeros"
	}
	return redact.NewSecret(string(secret)), ""
}

// Of is the pseudonym of a list of texts, in 64 hexadecimal digits. Without the
// secret nobody can tell which texts they are. The first text names the purpose, so
// that pseudonyms of different purposes are never equal.
func Of(secret redact.Secret, texts ...string) string {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	for _, t := range texts {
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(t))))
		mac.Write([]byte(t))
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// OfRow is Of for texts without zero bytes, in the form that journals have always
// used.
func OfRow(secret redact.Secret, texts ...string) string {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	for _, t := range texts {
		mac.Write([]byte(t))
		mac.Write([]byte{0})
	}
	return hex.EncodeToString(mac.Sum(nil))
}
