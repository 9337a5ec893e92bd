package idverify

import (
	"bytes"
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
