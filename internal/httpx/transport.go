package httpx

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
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
//
// It speaks HTTP/1.1 as a rule. A call is one large upload: over TLS our own
// writes make that half the price of HTTP/2, and each call has a connection of its
// own.
func newTransport(cfg Config) *http.Transport {
	d := &dialer{
		tcp: net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second},
		tls: &tls.Config{},
	}
	if cfg.Proxy != nil {
		d.vendor = hostPort(cfg.BaseURL)
	}
	if cfg.TLSConfig != nil {
		d.tls = cfg.TLSConfig.Clone()
	}
	d.tls.MinVersion = max(d.tls.MinVersion, tls.VersionTLS12)
	d.tls.NextProtos = []string{"http/1.1"}
	if cfg.HTTP2 {
		d.tls.NextProtos = []string{"h2", "http/1.1"}
	}
	// Small first records let a page appear early. A face is of no use until
	// its last byte.
	d.tls.DynamicRecordSizingDisabled = true
	conns := cmp.Or(cfg.MaxConns, DefaultMaxConns)
	return &http.Transport{
		Proxy: discreetly(cfg.Proxy),

		OnProxyConnectResponse: toldByProxy,

		DialContext:         d.plain,
		DialTLSContext:      d.secure,
		TLSClientConfig:     d.tls.Clone(), // what goes through a proxy is secured by net/http
		TLSHandshakeTimeout: handshakeTimeout,
		ForceAttemptHTTP2:   cfg.HTTP2,
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

// discreetly asks for a proxy with a request that has nothing to hide: net/http
// would show the whole one.
func discreetly(proxy func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	if proxy == nil {
		return nil
	}
	return func(whole *http.Request) (*url.URL, error) {
		bare := whole.WithContext(whole.Context())
		address := *whole.URL
		address.RawQuery = ""
		bare.URL, bare.Header, bare.Body, bare.GetBody = &address, http.Header{}, http.NoBody, nil
		return proxy(bare)
	}
}

// dialer makes connections of our own type, over TLS as well: the transport's
// own TLS would hide it.
type dialer struct {
	vendor string // its host and port where any other is a proxy's, else empty
	tcp    net.Dialer
	tls    *tls.Config
}

func (d *dialer) plain(ctx context.Context, network, addr string) (net.Conn, error) {
	tcp, err := d.tcp.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	l := newLink(tcp)
	return &conn{Conn: l, link: l}, nil
}

// tlsFor is for the vendor, or for a proxy that is reached over TLS: it has a name
// of its own, and is told CONNECT, which net/http says in HTTP/1.1 only.
func (d *dialer) tlsFor(addr string) (*tls.Config, error) {
	vendors := d.vendor == "" || addr == d.vendor
	if vendors && d.tls.ServerName != "" {
		return d.tls, nil
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	cfg := d.tls.Clone()
	cfg.ServerName = host
	if !vendors {
		cfg.NextProtos = []string{"http/1.1"}
	}
	return cfg, nil
}

func (d *dialer) secure(ctx context.Context, network, addr string) (net.Conn, error) {
	tcp, err := d.tcp.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	cfg, err := d.tlsFor(addr)
	if err != nil {
		_ = tcp.Close()
		return nil, err
	}
	return over(ctx, newLink(tcp), cfg)
}

// over speaks TLS over a link, which it closes when that fails.
func over(ctx context.Context, l *link, cfg *tls.Config) (net.Conn, error) {
	gather := &gatherer{Conn: l}
	secured := tls.Client(gather, cfg)
	ctx, cancel := context.WithTimeoutCause(ctx, handshakeTimeout, errHandshakeLate)
	defer cancel()
	trace := httptrace.ContextClientTrace(ctx)
	if trace != nil && trace.TLSHandshakeStart != nil {
		trace.TLSHandshakeStart()
	}
	err := secured.HandshakeContext(ctx)
	if trace != nil && trace.TLSHandshakeDone != nil {
		trace.TLSHandshakeDone(secured.ConnectionState(), err)
	}
	if err != nil {
		_ = l.Close()
		if context.Cause(ctx) == errHandshakeLate {
			return nil, errHandshakeLate
		}
		return nil, err
	}
	if secured.ConnectionState().NegotiatedProtocol == "h2" {
		return secured, nil // the type by which net/http knows HTTP/2
	}
	return &conn{Conn: secured, link: l, gather: gather}, nil
}
