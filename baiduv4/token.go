package baiduv4

import (
	"time"

	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/redact"
)

const (
	// maxTokenBytes is more than any of the vendor's tokens has: they have about
	// 70.
	maxTokenBytes = exchange.MaxText
	// maxLifetime is the longest credible lifetime of a token; the vendor's tokens
	// live 30 days.
	maxLifetime = 10 * 365 * 24 * time.Hour
	// A token is renewed once a tenth of its lifetime is left, or this much.
	renewAhead = 24 * time.Hour
	// A token is not used in the last twentieth of its lifetime, or this long if
	// that is shorter, so that it is still valid when the call arrives.
	expiryMargin = 10 * time.Second
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

// Reveal returns the unmasked token, which allows billed calls.
func (t Token) Reveal() string { return t.value.Reveal() }

// ExpiresAt is the moment from which the token is invalid.
func (t Token) ExpiresAt() time.Time { return t.expires }

// Equal reports whether two tokens have the same value.
func (t Token) Equal(other Token) bool { return t.Reveal() == other.Reveal() }

// IsZero reports whether there is no token.
func (t Token) IsZero() bool { return t.Reveal() == "" }

// isCredible reports whether a token from a store can be one of the vendor's.
func (t Token) isCredible(now time.Time) bool {
	return len(t.Reveal()) <= maxTokenBytes && t.expires.Sub(now) <= maxLifetime
}

// heldToken is a token with the times that follow from its lifetime, as far as this
// client has seen it.
type heldToken struct {
	Token
	renewAt, useUntil time.Time
}

func hold(token Token, now time.Time) heldToken {
	life := token.expires.Sub(now)
	return heldToken{
		Token:    token,
		renewAt:  token.expires.Add(-min(life/10, renewAhead)),
		useUntil: token.expires.Add(-min(life/20, expiryMargin)),
	}
}

func (h heldToken) usable(now time.Time) bool { return now.Before(h.useUntil) }
func (h heldToken) due(now time.Time) bool    { return !now.Before(h.renewAt) }
