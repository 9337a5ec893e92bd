// Package pseudonym makes names for persons and questions that nobody can trace
// without a secret of the user's.
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

// MinBytes is the least that a secret has.
const MinBytes = 32

// Secret copies a secret of the user's, or says what is wrong with it. All options
// that take one hold it to this rule.
func Secret(secret []byte) (own redact.Secret, problem string) {
	switch {
	case len(secret) < MinBytes:
		return redact.Secret{}, fmt.Sprintf("a secret has at least %d bytes", MinBytes)
	case bytes.Count(secret, []byte{0}) == len(secret):
		return redact.Secret{}, "the secret is all zeros"
	}
	return redact.NewSecret(string(secret)), ""
}

// Of stands for a list of texts, in 64 hexadecimal digits: nobody without the
// secret can tell which. The first says what it is for, so that none is taken for
// one of another kind.
func Of(secret redact.Secret, texts ...string) string {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	for _, t := range texts {
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(t))))
		mac.Write([]byte(t))
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// OfRow is Of for texts without zero bytes, in the form that journals have had
// from the beginning.
func OfRow(secret redact.Secret, texts ...string) string {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	for _, t := range texts {
		mac.Write([]byte(t))
		mac.Write([]byte{0})
	}
	return hex.EncodeToString(mac.Sum(nil))
}
