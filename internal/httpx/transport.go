package httpx

import (
	"cmp"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"time"
)

// checkTransport refuses settings of our transport that cannot be kept.
func (cfg Config) checkTransport() error {
	refuse := func(field, problem string) error { return &ConfigError{field, problem} }
	limits := cfg.TLSConfig
	switch {
	case cfg.MaxConns < 0:
		return refuse("MaxConns", "must not be negative")
	case cfg.IdleTimeout < 0:
		return refuse("IdleTimeout", "must not be negative")
	case cfg.Client != nil:
		if field := cfg.ofOurTransport(); field != "" {
			return refuse(field, "is for the default transport: set it on the Transport of Client")
		}
	case limits == nil:
		return nil
	case limits.InsecureSkipVerify:
		return refuse("TLSConfig", "must not skip verification: put a private CA in RootCAs")
	case limits.Renegotiation != tls.RenegotiateNever:
		return refuse("TLSConfig", "must not allow renegotiation")
	case limits.MaxVersion != 0 && limits.MaxVersion < tls.VersionTLS12:
		return refuse("TLSConfig", "must allow TLS 1.2 or later")
	}
	return nil
}

// ofOurTransport names a field that is set and that only our transport has.
func (cfg Config) ofOurTransport() string {
	switch {
	case cfg.Proxy != nil:
		return "Proxy"
	case cfg.HTTP2:
		return "HTTP2"
	case cfg.TLSConfig != nil:
		return "TLSConfig"
	case cfg.MaxConns > 0:
		return "MaxConns"
	case cfg.IdleTimeout > 0:
		return "IdleTimeout"
	}
	return ""
}

// roundTripper is what sends: what the caller wraps around, then bottom, then
// the connections.
func (cfg Config) roundTripper() (http.RoundTripper, error) {
	var connections http.RoundTripper
	switch {
	case cfg.Client == nil:
		connections = newTransport(cfg)
	case cfg.Client.Transport == nil:
		connections = http.DefaultTransport
	default:
		connections = cfg.Client.Transport
	}
	var top http.RoundTripper = &bottom{next: connections}
	if cfg.Wrap == nil {
		return top, nil
	}
	if top = cfg.Wrap(top); top == nil {
		return nil, &ConfigError{"Wrap", "must not return nil"}
	}
	return top, nil
}

const (
	connectTimeout   = 10 * time.Second
	handshakeTimeout = 10 * time.Second

	// A connection of HTTP/2 that has gone dead is found out by a ping; a call
	// that times out would leave it there for the next ones to fail on.
	silence     = 15 * time.Second
	pingTimeout = 10 * time.Second
)

// newTransport is used when the caller gives no HTTP client. It takes no proxy
// from the environment: a library that carries faces goes where it is told.
func newTransport(cfg Config) *http.Transport {
	d := &dialer{
		tcp: net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second},
		tls: &tls.Config{},
	}
	if cfg.TLSConfig != nil {
		d.tls = cfg.TLSConfig.Clone()
	}
	d.tls.MinVersion = max(d.tls.MinVersion, tls.VersionTLS12)
	d.tls.NextProtos = []string{"h2", "http/1.1"}
	// Small first records let a page appear early. A face is of no use until
	// its last byte.
	d.tls.DynamicRecordSizingDisabled = true
	conns := cmp.Or(cfg.MaxConns, DefaultMaxConns)
	return &http.Transport{
		DialContext:       d.plain,
		DialTLSContext:    d.secure,
		ForceAttemptHTTP2: true,
		// Without a limit a crowd that comes at once dials for every caller, also
		// for those who get a connection that became free meanwhile. As many may
		// be idle, so that none is closed while it may be wanted again.
		MaxConnsPerHost:        conns,
		MaxIdleConnsPerHost:    conns,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: silence, PingTimeout: pingTimeout},
		IdleConnTimeout:        cmp.Or(cfg.IdleTimeout, DefaultIdleTimeout),
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// dialer makes connections of our own type, over TLS as well: the transport's
// own TLS would hide it.
type dialer struct {
	tcp net.Dialer
	tls *tls.Config
}

func (d *dialer) plain(ctx context.Context, network, addr string) (net.Conn, error) {
	tcp, err := d.tcp.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: tcp}, nil
}

func (d *dialer) secure(ctx context.Context, network, addr string) (net.Conn, error) {
	tcp, err := d.tcp.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	cfg := d.tls
	if cfg.ServerName == "" {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			_ = tcp.Close()
			return nil, err
		}
		cfg = cfg.Clone()
		cfg.ServerName = host
	}
	gather := &gatherer{Conn: tcp}
	secured := tls.Client(gather, cfg)
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	trace := httptrace.ContextClientTrace(ctx)
	if trace != nil && trace.TLSHandshakeStart != nil {
		trace.TLSHandshakeStart()
	}
	err = secured.HandshakeContext(ctx)
	if trace != nil && trace.TLSHandshakeDone != nil {
		trace.TLSHandshakeDone(secured.ConnectionState(), err)
	}
	if err != nil {
		_ = tcp.Close()
		return nil, err
	}
	if secured.ConnectionState().NegotiatedProtocol == "h2" {
		return secured, nil // the type by which net/http knows HTTP/2
	}
	return &conn{Conn: secured, gather: gather}, nil
}

// bottom is the innermost round tripper. On a copy of the request it puts what
// http.Client must not have: the secret query, which its *url.Error would show,
// the headers and the way to open the body again, which it would use to follow
// a redirect.
type bottom struct{ next http.RoundTripper }

func (t *bottom) RoundTrip(req *http.Request) (*http.Response, error) {
	attempt, ok := attemptOf(req.Context())
	if !ok {
		return nil, errors.New("httpx: request without an attempt")
	}
	whole := *req
	whole.Header = attempt.headers
	whole.GetBody = attempt.reopenBody
	if secret := attempt.request.SecretQuery; secret.Name != "" {
		address := *req.URL
		address.RawQuery = secret.Name + "=" + url.QueryEscape(secret.Value)
		whole.URL = &address
	}
	resp, err := t.next.RoundTrip(&whole)
	if resp != nil {
		resp.Request = req
	}
	return resp, err
}

// CloseIdleConnections lets http.Client.CloseIdleConnections reach the
// transport below.
func (t *bottom) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// readAnswer reads everything, up to a limit that counts what comes out where
// the answer is packed although nobody asked for that.
func readAnswer(raw *http.Response, limit int64) ([]byte, error) {
	switch coding := raw.Header.Get("Content-Encoding"); {
	case coding == "", strings.EqualFold(coding, "identity"):
		return readBounded(raw.Body, raw.ContentLength, limit)
	case strings.EqualFold(coding, "gzip"):
		unpacked, err := gzip.NewReader(raw.Body)
		switch {
		case errors.Is(err, gzip.ErrHeader), err == io.EOF:
			return nil, errPacked
		case err != nil:
			return nil, err
		}
		return readBounded(unpacked, -1, limit)
	}
	return nil, errPacked
}

// presize bounds what is allocated on the word of a Content-Length header
// alone. Who has sent as much is believed the rest.
const presize = 256 << 10

// readBounded reads everything, or fails once it is more than limit bytes. What
// was read comes along with an error.
func readBounded(r io.Reader, announced, limit int64) ([]byte, error) {
	size := int64(4 << 10)
	if announced >= 0 {
		size = min(announced, limit, math.MaxInt64-1) + 1 // one more byte, so that EOF is seen without growing
	}
	buf := make([]byte, 0, min(size, presize))
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
			more := max(size-int64(len(buf)), int64(len(buf)))
			buf = slices.Grow(buf, int(min(more, limit-int64(len(buf))+1)))
		}
	}
}
