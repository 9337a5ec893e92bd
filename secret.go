package idverify

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"github.com/idverify/idverify/internal/redact"
)

const minSecretBytes = 32

// newSecret copies a secret of the user's, or says what is wrong with it. All
// options that take one hold it to this rule.
func newSecret(secret []byte) (redact.Secret, string) {
	switch {
	case len(secret) < minSecretBytes:
		return redact.Secret{}, fmt.Sprintf("a secret has at least %d bytes", minSecretBytes)
	case bytes.Count(secret, []byte{0}) == len(secret):
		return redact.Secret{}, "the secret is all zeros"
	}
	return redact.NewSecret(string(secret)), ""
}

// pseudonym stands for a list of texts: nobody without the secret can tell which.
// The first says what it is for, so that none is taken for one of another kind.
func pseudonym(secret redact.Secret, texts ...string) string {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	for _, t := range texts {
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(t))))
		mac.Write([]byte(t))
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// fingerprint is the pseudonym of texts without zero bytes, as journals have it.
func fingerprint(secret redact.Secret, texts ...string) string {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	for _, t := range texts {
		mac.Write([]byte(t))
		mac.Write([]byte{0})
	}
	return hex.EncodeToString(mac.Sum(nil))
}
