package httpx

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/idverify/idverify/internal/media"
)

// Sized is media of which only the length is known.
func Sized(o media.Opener, size int64) *media.Seen { return media.Sized(o, size) }

// NewTrusting is New with the default transport and these authorities instead of the
// system's. Tests set a CA only here.
func NewTrusting(cfg Config, roots *x509.CertPool) (*Client, error) {
	cfg.TLSConfig = &tls.Config{RootCAs: roots}
	return New(cfg)
}

// Hurried is the client with another time limit and the same connections.
func (c *Client) Hurried(limit time.Duration) *Client {
	hurried := &Client{base: c.base, resty: c.resty, low: c.low, timeout: limit, maxResponse: c.maxResponse, own: c.own}
	hurried.requests.New = c.requests.New
	return hurried
}

// Suspicious makes the default transport ping an HTTP/2 connection after this much
// silence. Call it before the first exchange.
func (c *Client) Suspicious(silence time.Duration) {
	c.low.next.(*http.Transport).HTTP2 = &http.HTTP2Config{SendPingTimeout: silence, PingTimeout: silence}
}

// KeepsNothing reports whether the next pooled request has nothing of the previous
// one.
func (c *Client) KeepsNothing() bool {
	r := c.requests.Get().(*resty.Request)
	return r.RawRequest == nil && r.Context() == context.Background()
}

// ReadAnswer reads the body of an answer.
func ReadAnswer(raw *http.Response, limit int64) ([]byte, error) { return readAnswer(raw, limit) }
