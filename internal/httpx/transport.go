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

// secretQuery adds the attempt's secret query, and the way to open its body
// again, to a copy of the request, below http.Client: the *url.Error it makes on
// failure cannot hold the secret, and no redirect can send the body again.
type secretQuery struct{ next http.RoundTripper }

func (t *secretQuery) RoundTrip(req *http.Request) (*http.Response, error) {
	attempt, ok := req.Context().Value(attemptKey{}).(*attempt)
	if !ok {
		return t.next.RoundTrip(req)
	}
	secret, address := *req, *req.URL
	if len(attempt.request.SecretQuery) > 0 {
		address.RawQuery = attempt.request.SecretQuery.Encode()
	}
	secret.URL = &address
	secret.GetBody = attempt.reopenBody
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

// readBounded reads everything, or fails once it is more than limit bytes. What
// was read comes along with an error.
func readBounded(r io.Reader, announced, limit int64) ([]byte, error) {
	size := int64(4 << 10)
	if announced >= 0 {
		size = min(announced, limit, presize) + 1 // one more byte, so that EOF is seen without growing
	}
	buf := make([]byte, 0, size)
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case int64(len(buf)) > limit:
			return buf, errTooLarge
		case err == io.EOF:
			return buf, nil
		case err != nil:
			return buf, err
		}
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
	}
}
