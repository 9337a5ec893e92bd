package tencent

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the vendor's protocol signs with HMAC-SHA1
	"encoding/base64"
	"encoding/binary"
	"hash"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/redact"
)

// signer makes the Authorization header.
type signer struct {
	appID, secretID, secretKey redact.Secret
	lifetime                   time.Duration
	random                     io.Reader
	macs                       sync.Pool // of hash.Hash, keyed
}

func newSigner(vendor *exchange.Vendor, cfg Config) (*signer, error) {
	s := &signer{
		appID:     redact.NewSecret(cfg.AppID),
		secretID:  redact.NewSecret(cfg.SecretID),
		secretKey: redact.NewSecret(cfg.SecretKey),
		lifetime:  cfg.SignatureLifetime,
		random:    cfg.Rand,
	}
	if s.lifetime == 0 {
		s.lifetime = DefaultSignatureLifetime
	}
	if s.random == nil {
		s.random = rand.Reader
	}
	switch {
	case !isDecimal(cfg.AppID):
		return nil, vendor.Misconfigured("AppID", "must be decimal digits")
	case s.lifetime < minSignatureLifetime, s.lifetime > maxSignatureLifetime:
		return nil, vendor.Misconfigured("SignatureLifetime", "must be between 1 second and 90 days")
	}
	return s, nil
}

// The vendor counts in seconds and accepts lifetimes of at most 90 days.
const (
	minSignatureLifetime = time.Second
	maxSignatureLifetime = 90 * 24 * time.Hour
)

func newMAC(secretKey string) hash.Hash { return hmac.New(sha1.New, []byte(secretKey)) }

// authorization returns a signature that is valid from now on for the lifetime, for
// any number of calls. It fails when the source of randomness fails.
func (s *signer) authorization(now time.Time) (string, error) {
	var nonce [4]byte // at most ten decimal digits, the limit for r
	if _, err := io.ReadFull(s.random, nonce[:]); err != nil {
		return "", err
	}
	signedAt := now.Unix()
	expires := signedAt + int64(s.lifetime/time.Second)
	// b and f (bucket and file, for another of the vendor's services) stay empty;
	// the values are joined without escaping.
	original := append(make([]byte, 0, 192), "a="...)
	original = append(original, s.appID.Reveal()...)
	original = append(original, "&b=&k="...)
	original = append(original, s.secretID.Reveal()...)
	original = strconv.AppendInt(append(original, "&e="...), expires, 10)
	original = strconv.AppendInt(append(original, "&t="...), signedAt, 10)
	original = strconv.AppendUint(append(original, "&r="...), uint64(binary.BigEndian.Uint32(nonce[:])), 10)
	original = append(original, "&f="...)
	mac, ok := s.macs.Get().(hash.Hash)
	if !ok {
		mac = newMAC(s.secretKey.Reveal())
	}
	defer s.macs.Put(mac)
	return sign(mac, original), nil
}

// sign returns the base64 of the 20-byte digest followed by the original text.
func sign(mac hash.Hash, original []byte) string {
	mac.Reset()
	mac.Write(original)
	signed := append(mac.Sum(make([]byte, 0, 256)), original...)
	var room [512]byte
	return string(base64.StdEncoding.AppendEncode(room[:0], signed))
}

func isDecimal(s string) bool { return strings.Trim(s, "0123456789") == "" }

func (c *Client) sign(call *exchange.Call, req *httpx.Request) (err error) {
	req.Authorization, err = c.signer.authorization(call.At())
	if err != nil {
		return c.noRandomness()
	}
	call.Hide(req.Authorization)
	return nil
}
