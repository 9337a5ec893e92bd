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

// sign lets every attempt be signed with the key and the time of now. Media can be
// slow to read, so the body is digested before either is asked for.
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

// authorize adds the signature to a request that is final but for it. It signs what
// the vendor's own Go kit signs.
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

// withoutDefaultPort is the host as the vendor's kits sign it: without a port that
// http or https would have taken by itself, whichever of the two it is.
func withoutDefaultPort(host string) string {
	return strings.TrimSuffix(strings.TrimSuffix(host, ":443"), ":80")
}
