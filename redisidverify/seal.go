package redisidverify

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// SealKey is a secret with which tokens are encrypted in Redis. It prints without
// the secret.
type SealKey struct {
	// Name is stored with each sealed token: 1 to 32 letters, digits, "-" and "_".
	// It says which key opens the token, and must not be used for another secret
	// later.
	Name string
	// Secret is at least 32 random bytes, the same in all processes. It is copied.
	Secret []byte
}

const (
	minSecret  = 32
	maxKeyName = 32
)

// String is the type's name.
func (k SealKey) String() string { return "redisidverify.SealKey" }

// Format implements [fmt.Formatter].
func (k SealKey) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, k.String()) }

// LogValue implements [slog.LogValuer].
func (k SealKey) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText keeps the secret out of JSON and other encodings.
func (k SealKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// sealer encrypts with the first key and decrypts with all keys: AES-256-GCM.
type sealer struct {
	first string
	keys  map[string]cipher.AEAD
}

func newSealer(keys []SealKey) (*sealer, error) {
	if len(keys) == 0 {
		return nil, misconfigured("Keys", "at least one key to seal tokens with is required")
	}
	s := &sealer{first: keys[0].Name, keys: map[string]cipher.AEAD{}}
	for _, key := range keys {
		_, known := s.keys[key.Name]
		switch {
		case !isWord(key.Name, maxKeyName, "-_"):
			return nil, misconfigured("Keys", "the name of a key has 1 to 32 letters, digits, - and _")
		case known:
			return nil, misconfigured("Keys", "two keys have one name")
		case len(key.Secret) < minSecret:
			return nil, misconfigured("Keys", "a secret has at least 32 bytes")
		}
		aead, err := aeadOf(key.Secret)
		if err != nil {
			return nil, misconfigured("Keys", "the cipher refused a key")
		}
		s.keys[key.Name] = aead
	}
	return s, nil
}

// aeadOf derives the key, so that a secret may also be used elsewhere.
func aeadOf(secret []byte) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "idverify: access tokens in Redis", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

const sealVersion = "1"

// about binds a sealed value to its account: moved to another account it does not
// open.
func about(name, account string) []byte {
	return []byte(sealVersion + ":" + name + ":" + account)
}

// seal makes VERSION:NAME:BASE64.
func (s *sealer) seal(account, token string) string {
	sealed := s.keys[s.first].Seal(nil, nil, []byte(token), about(s.first, account))
	return sealVersion + ":" + s.first + ":" + base64.RawStdEncoding.EncodeToString(sealed)
}

// open is the opposite of seal, false if none of our keys opens the value.
func (s *sealer) open(account, value string) (token string, ok bool) {
	version, rest, _ := strings.Cut(value, ":")
	name, text, _ := strings.Cut(rest, ":")
	aead, known := s.keys[name]
	if version != sealVersion || !known {
		return "", false
	}
	sealed, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return "", false
	}
	opened, err := aead.Open(nil, nil, sealed, about(name, account))
	return string(opened), err == nil && len(opened) > 0
}

// nonce is 128 random bits.
func nonce() string { return rand.Text() }

// isWord reports whether s has 1 to most characters that are letters, digits or in
// more.
func isWord(s string, most int, more string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte(more, c) >= 0:
		default:
			return false
		}
	}
	return s != "" && len(s) <= most
}
