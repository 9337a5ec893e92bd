package huaweiivs

import (
	"context"
	"crypto/sha256"
	"net/http"
	"strings"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/sign"
)

const algorithm = "SDK-HMAC-SHA256"

// signedHeaders are signed if they are sent. User-Agent is not among them, although
// the vendor's own Go client signs it, because proxies rewrite it.
var signedHeaders = []string{"host", "x-sdk-date", "x-project-id", "x-security-token", "enterprise-project-id"}

// signatureLifetime is how far the signed time may differ from the vendor's clock.
const signatureLifetime = 15 * time.Minute

// sign signs every attempt with its own time. The key is requested after the body has
// been digested, which can take long on a slow disk.
func (c *Client) sign(call *exchange.Call, req *httpx.Request) error {
	if _, err := call.Digest(req.Body); err != nil {
		return err
	}
	key, err := call.Key(call.Context())
	if err != nil {
		return err
	}
	clock := call.Clock()
	req.Sign = func(_ context.Context, r *http.Request, digest [sha256.Size]byte) error {
		r.Header.Set("X-Sdk-Date", sign.Short(clock()))
		if key.Token != "" {
			r.Header.Set("X-Security-Token", key.Token)
		}
		r.Header.Set("Authorization", authorization(sign.Of(r, digest), key))
		return nil
	}
	return nil
}

// authorization signs r; all other headers must be final.
func authorization(r sign.Request, key idverify.Credentials) string {
	r.Path = strings.TrimSuffix(r.Path, "/") + "/" // the signed path ends with a slash, even if the sent one does not
	hash, signed := r.Canonical(signedHeaders...)
	toSign := algorithm + "\n" + r.Header.Get("X-Sdk-Date") + "\n" + hash
	return algorithm + " Access=" + key.KeyID + ", SignedHeaders=" + signed + ", Signature=" + sign.Chain(key.KeySecret, toSign)
}

// refused allows a second signature if a clock difference explains the refusal. Five
// bad signatures lock the key, so after one second signature no other is made until the
// vendor has accepted a signature: the key may be wrong too.
func (c *Client) refused(call *exchange.Call, err error) bool {
	return call.RefusedForTime(err) && !c.resigned.Swap(true)
}

// accepted records that the vendor has accepted a signature.
func (c *Client) accepted() { c.resigned.Store(false) }

// isProject reports whether an id can be sent in a header. Both kinds are UUIDs,
// with hyphens or without; an enterprise's may be 0.
func isProject(id string) bool {
	return len(id) <= 64 && strings.IndexFunc(id, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0
}
