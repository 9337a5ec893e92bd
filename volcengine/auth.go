package volcengine

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

const (
	algorithm = "HMAC-SHA256"
	region    = "cn-north-1"
	service   = "cv"
	ending    = "request"
)

// sign signs every attempt with the current key and time. Media can be slow to
// read, so the body is digested before key and time are requested.
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
		authorize(r, digest, key, at)
		return nil
	}
	return nil
}

// authorize adds the signature to an otherwise final request. It signs what the
// vendor's own Go SDK signs.
func authorize(r *http.Request, digest [sha256.Size]byte, key idverify.Credentials, at time.Time) {
	date := sign.Short(at)
	r.Header.Set("X-Date", date)
	r.Header.Set("X-Content-Sha256", sign.Hex(digest))
	r.Header.Del("X-Security-Token")
	if key.Token != "" {
		r.Header.Set("X-Security-Token", key.Token)
	}
	request := sign.Of(r, digest)
	request.Host = withoutDefaultPort(request.Host)
	hash, signed := request.Canonical("content-type", "host", "x-content-sha256", "x-date", "x-security-token")
	day := date[:sign.ShortDay]
	scope := strings.Join([]string{day, region, service, ending}, "/")
	toSign := strings.Join([]string{algorithm, date, scope, hash}, "\n")
	r.Header.Set("Authorization", algorithm+" Credential="+key.KeyID+"/"+scope+", SignedHeaders="+signed+
		", Signature="+sign.Chain(key.KeySecret, day, region, service, ending, toSign))
}

// withoutDefaultPort returns the host as the vendor's SDKs sign it: without port 80
// or 443, whichever scheme is used.
func withoutDefaultPort(host string) string {
	return strings.TrimSuffix(strings.TrimSuffix(host, ":443"), ":80")
}
