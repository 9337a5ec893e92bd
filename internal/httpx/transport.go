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

// checkTransport refuses invalid or unsafe settings of our transport.
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

// ofOurTransport names a field that is set but applies only to our own transport.
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

	// A ping detects a dead HTTP/2 connection. A call that times out does not close
	// it, so later calls would fail on it, too.
	silence     = 15 * time.Second
	pingTimeout = 10 * time.Second
)

// newTransport is used when the caller gives no HTTP client. It takes no proxy from
// the environment: a library that sends faces must connect only to configured hosts.
//
// The default is HTTP/1.1. A call is one large upload: over TLS our own writes take
// half the CPU time of HTTP/2, and each call has its own connection.
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
	// Small first TLS records help a browser show a page early. A face is useless
	// before its last byte.
	d.TLS.DynamicRecordSizingDisabled = true
	conns := cmp.Or(cfg.MaxConns, DefaultMaxConns)
	return &http.Transport{
		Proxy: discreetly(cfg.Proxy),

		OnProxyConnectResponse: toldByProxy,

		DialContext:         d.Plain,
		DialTLSContext:      d.Secure,
		TLSClientConfig:     d.TLS.Clone(), // for connections through a proxy, whose TLS net/http makes
		TLSHandshakeTimeout: wire.HandshakeTimeout,
		ForceAttemptHTTP2:   cfg.HTTP2,
		// Without a limit, many concurrent callers would each dial, even if they then
		// get a connection that became free. The same number may be idle, so that no
		// connection is closed that may be needed again.
		MaxConnsPerHost:        conns,
		MaxIdleConnsPerHost:    conns,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: silence, PingTimeout: pingTimeout},
		IdleConnTimeout:        cmp.Or(cfg.IdleTimeout, DefaultIdleTimeout),
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// discreetly passes the proxy function a request without secrets: net/http would pass
// the whole request.
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
