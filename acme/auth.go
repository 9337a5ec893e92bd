//go:build acme

package acme

import (
	"context"
	"crypto/sha256"
	"net/http"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/sign"
)

const algorithm = "ACME-HMAC-SHA256"

// sign signs the request at the moment it is sent, with a new nonce for every
// attempt: the vendor accepts each nonce once.
func (c *Client) sign(call *exchange.Call, req *httpx.Request) error {
	key, err := call.Key(call.Context())
	if err != nil {
		return err
	}
	clock := call.Clock()
	req.Sign = func(_ context.Context, r *http.Request, digest [sha256.Size]byte) error {
		r.Header.Set("X-Acme-Date", sign.Short(clock()))
		r.Header.Set("X-Acme-Nonce", sign.Nonce())
		r.Header.Set("Authorization", authorization(key, sign.Of(r, digest)))
		return nil
	}
	return nil
}

// authorization signs every relevant header, and the digest of the body.
func authorization(key idverify.Credentials, r sign.Request) string {
	canonical, signed := r.Canonical("content-type", "host", "x-acme-*")
	date := r.Header.Get("X-Acme-Date")
	signature := sign.Chain(key.KeySecret, date[:sign.ShortDay], strings.Join([]string{algorithm, date, canonical}, "\n"))
	return algorithm + " Credential=" + key.KeyID + ", SignedHeaders=" + signed + ", Signature=" + signature
}
