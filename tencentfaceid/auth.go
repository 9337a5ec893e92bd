package tencentfaceid

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

const (
	scheme  = "TC3-HMAC-SHA256"
	service = "faceid"
	ending  = "tc3_request"
)

// sign requests key and time after the body has been digested, which can take long on a
// slow disk.
func (c *Client) sign(call *exchange.Call, req *httpx.Request) error {
	if _, err := call.Digest(req.Body); err != nil {
		return err
	}
	key, err := call.Key(call.Context())
	if err != nil {
		return err
	}
	at := call.At()
	req.Sign = func(_ context.Context, r *http.Request, digest [sha256.Size]byte) error {
		r.Header.Set("X-TC-Timestamp", sign.Unix(at))
		if key.Token != "" {
			r.Header.Set("X-TC-Token", key.Token)
		}
		r.Header.Set("Authorization", authorization(sign.Of(r, digest), key, at))
		return nil
	}
	return nil
}

// authorization signs what all of the vendor's own clients sign: content type, host and
// body. The path is always the vendor's, without a proxy's prefix. The date is in UTC.
func authorization(r sign.Request, key idverify.Credentials, at time.Time) string {
	r.Path, r.Query = path, ""
	hash, signed := r.Canonical("content-type", "host")
	day := sign.Day(at)
	scope := day + "/" + service + "/" + ending
	text := scheme + "\n" + sign.Unix(at) + "\n" + scope + "\n" + hash
	return scheme + " Credential=" + key.KeyID + "/" + scope + ", SignedHeaders=" + signed +
		", Signature=" + sign.Chain("TC3"+key.KeySecret, day, service, ending, text)
}
