package httpx

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"time"
)

// newTransport is used when the caller gives no HTTP client. It takes no proxy
// from the environment: a library that carries faces goes where it is told.
func newTransport() *http.Transport {
	return &http.Transport{
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           0, // no limit over all hosts; the next line sets it for each
		MaxIdleConnsPerHost:    512,
		IdleConnTimeout:        50 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// secretQuery adds the attempt's secret query to a copy of the request, below
// http.Client: the *url.Error it makes on failure cannot hold the secret.
type secretQuery struct{ next http.RoundTripper }

func (t *secretQuery) RoundTrip(req *http.Request) (*http.Response, error) {
	attempt, ok := req.Context().Value(attemptKey{}).(*attempt)
	if !ok || len(attempt.request.SecretQuery) == 0 {
		return t.next.RoundTrip(req)
	}
	secret, address := *req, *req.URL
	address.RawQuery = attempt.request.SecretQuery.Encode()
	secret.URL = &address
	resp, err := t.next.RoundTrip(&secret)
	if resp != nil {
		resp.Request = req
	}
	return resp, err
}

// CloseIdleConnections lets http.Client.CloseIdleConnections reach the
// transport below.
func (t *secretQuery) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// presize bounds what is allocated on the word of a Content-Length header.
const presize = 1 << 20

// readBounded reads everything, or fails once it is more than limit bytes.
func readBounded(r io.Reader, announced, limit int64) ([]byte, error) {
	if announced > limit {
		return nil, errTooLarge
	}
	size := int64(4 << 10)
	if announced >= 0 {
		size = min(announced+1, presize) // one more byte, so that EOF is seen without growing
	}
	buf := make([]byte, 0, size)
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case int64(len(buf)) > limit:
			return nil, errTooLarge
		case err == io.EOF:
			return buf, nil
		case err != nil:
			return nil, err
		}
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
	}
}
