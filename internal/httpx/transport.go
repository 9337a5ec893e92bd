package httpx

import (
	"cmp"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/idverify/idverify/internal/wire"
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
	connectTimeout = 10 * time.Second

	// A connection of HTTP/2 that has gone dead is found out by a ping; a call
	// that times out would leave it there for the next ones to fail on.
	silence     = 15 * time.Second
	pingTimeout = 10 * time.Second
)

// newTransport is used when the caller gives no HTTP client. It takes no proxy from
// the environment: a library that sends faces connects only where it is told to.
//
// It speaks HTTP/1.1 as a rule. A call is one large upload: over TLS our own
// writes make that half the price of HTTP/2, and each call has a connection of its
// own.
func newTransport(cfg Config) *http.Transport {
	tcp := net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}
	d := &wire.Dialer{Dial: tcp.DialContext, TLS: &tls.Config{}}
	if cfg.Proxy != nil {
		d.Vendor = hostPort(cfg.BaseURL)
	}
	if cfg.TLSConfig != nil {
		d.TLS = cfg.TLSConfig.Clone()
	}
	d.TLS.MinVersion = max(d.TLS.MinVersion, tls.VersionTLS12)
	d.TLS.NextProtos = []string{"http/1.1"}
	if cfg.HTTP2 {
		d.TLS.NextProtos = []string{"h2", "http/1.1"}
	}
	// Small first records let a page appear early. A face is of no use until
	// its last byte.
	d.TLS.DynamicRecordSizingDisabled = true
	conns := cmp.Or(cfg.MaxConns, DefaultMaxConns)
	return &http.Transport{
		Proxy: discreetly(cfg.Proxy),

		OnProxyConnectResponse: toldByProxy,

		DialContext:         d.Plain,
		DialTLSContext:      d.Secure,
		TLSClientConfig:     d.TLS.Clone(), // what goes through a proxy is secured by net/http
		TLSHandshakeTimeout: wire.HandshakeTimeout,
		ForceAttemptHTTP2:   cfg.HTTP2,
		// Without a limit, many concurrent callers would each dial, even those that
		// then get a connection that became free. The same number may be idle, so
		// that no connection is closed that may be needed again.
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
