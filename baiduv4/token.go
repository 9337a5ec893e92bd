package baiduv4

import (
	"time"

	"github.com/idverify/idverify/internal/redact"
)

// Token is an access token and when it expires. It prints and marshals masked;
// a [TokenStore] that keeps it elsewhere writes Reveal and ExpiresAt, and
// reads them back with [NewToken].
type Token struct {
	tokenMask

	value   redact.Secret
	expires time.Time
}

type tokenMask = redact.Mask[Token]

// NewToken is a token with a value and the moment from which it is invalid.
func NewToken(value string, expires time.Time) Token {
	// Wall-clock time only: it is compared with that of other machines.
	return Token{value: redact.NewSecret(value), expires: expires.Round(0)}
}

// Reveal is the token in clear: it allows calls that are billed.
func (t Token) Reveal() string { return t.value.Reveal() }

// ExpiresAt is the moment from which the token is invalid.
func (t Token) ExpiresAt() time.Time { return t.expires }

// Equal reports whether two tokens have the same value.
func (t Token) Equal(other Token) bool { return t.Reveal() == other.Reveal() }

// IsZero reports whether there is no token.
func (t Token) IsZero() bool { return t.Reveal() == "" }
