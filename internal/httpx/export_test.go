package httpx

import (
	"crypto/x509"
	"net/http"
	"time"
)

// NewTrusting is New on the default transport, with these authorities in the
// place of the system's. It is the one place where tests give it a CA.
func NewTrusting(cfg Config, roots *x509.CertPool) (*Client, error) {
	c, err := New(cfg)
	if err != nil {
		return nil, err
	}
	c.resty.GetClient().Transport.(*secretQuery).next.(*http.Transport).TLSClientConfig.RootCAs = roots
	return c, nil
}

// Hurried is the client with another time limit, on the same connections.
func (c *Client) Hurried(limit time.Duration) *Client {
	hurried := *c
	hurried.timeout = limit
	return &hurried
}
