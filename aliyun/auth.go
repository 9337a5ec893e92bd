package aliyun

import (
	"context"
	"crypto/sha256"
	"net/http"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/sign"
)

// sign signs the request each time it is sent, with the account's key, the vendor's
// time and a new nonce.
func (c *Client) sign(call *exchange.Call, req *httpx.Request) error {
	key, err := call.Key(call.Context())
	if err != nil {
		return err
	}
	clock := call.Clock()
	req.Sign = func(_ context.Context, r *http.Request, digest [sha256.Size]byte) error {
		authorize(r, digest, key, clock(), sign.Nonce())
		return nil
	}
	return nil
}

const scheme = "ACS3-HMAC-SHA256"

// authorize adds the headers of a signed request. All headers whose names begin
// with x-acs- are signed.
func authorize(r *http.Request, digest [sha256.Size]byte, key idverify.Credentials, at time.Time, nonce string) {
	r.Header.Set("X-Acs-Date", sign.Long(at))
	r.Header.Set("X-Acs-Signature-Nonce", nonce)
	r.Header.Set("X-Acs-Content-Sha256", sign.Hex(digest))
	if key.Token != "" {
		r.Header.Set("X-Acs-Accesskey-Id", key.KeyID)
		r.Header.Set("X-Acs-Security-Token", key.Token)
	}
	signed := sign.Of(r, digest)
	signed.Path = path // that of the vendor, whatever a proxy takes off before it
	hash, names := signed.Canonical("content-type", "host", "x-acs-*")
	r.Header.Set("Authorization", scheme+" Credential="+key.KeyID+",SignedHeaders="+names+
		",Signature="+sign.Chain(key.KeySecret, scheme+"\n"+hash))
}
