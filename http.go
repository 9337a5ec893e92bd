package idverify

import (
	"crypto/tls"
	"net/http"
	"net/url"
	"time"

	"github.com/idverify/idverify/internal/redact"
)

// HTTP is how a vendor is reached. It is the field HTTP of the Config of every
// vendor's package, and its zero value is what most callers want. New checks it
// and names the field in its error, for example "HTTP.BaseURL".
//
// Without a Client the vendor's package makes a transport of its own: TLS 1.2 or
// later, HTTP/1.1, no proxy, nothing read from the environment. Proxy, HTTP2,
// TLSConfig, MaxConns and IdleTimeout are settings of that transport, and are
// refused beside a Client.
//
// It prints and marshals as "idverify.HTTP".
type HTTP struct {
	httpMask

	// BaseURL is where the vendor's paths begin: https, or http for a loopback
	// host. It has no query and no user. Default: the DefaultBaseURL of the
	// vendor's package. Where requests are signed, the host is signed as it stands
	// here, and the path where the package says so: a reverse proxy that rewrites
	// either is answered with CodeUnauthorized. One that is set as Proxy rewrites
	// neither.
	BaseURL string

	// Client replaces our own transport: its Transport and Timeout are used, its
	// redirect policy and cookie jar are not. It is copied. Its Transport sees the
	// complete requests: Baidu's token in the query, Tencent's signature in a
	// header, personal data in the body. Tracing and metrics belong in Wrap. A
	// Client that only sets a Timeout uses http.DefaultTransport, which takes a
	// proxy from the environment.
	Client *http.Client

	// Wrap puts a round tripper of yours around the one that sends, for example to
	// trace or to count. New calls it once and refuses a nil result. With a Client
	// it wraps the Client's Transport. Use a separate round tripper for each Config:
	// if two share one, the first can no longer send.
	//
	// It sees a request's method, URL without the query, length and context; headers
	// and body are added further inside. It sees the complete answer: do not record
	// its body, which may contain personal data or an access token. An error's text
	// is ours and quotes nothing; Unwrap gives the cause, whose text may.
	//
	// Headers that it adds are sent, except Baggage and headers that we set
	// ourselves. Any other change to the request is ignored. It may send the request
	// only once: a [Client] decides about retries.
	Wrap func(http.RoundTripper) http.RoundTripper

	// Proxy chooses the proxy for a request, as the field of [http.Transport] does:
	// a URL with the scheme http, https or socks5, or nil for none. The request
	// passed to it has no query, headers or body. Default: no proxy, whatever the
	// environment says; use [http.ProxyFromEnvironment] to read the environment. The
	// vendor's certificate is checked with a proxy exactly as without.
	Proxy func(*http.Request) (*url.URL, error)

	// HTTP2 lets our own transport use HTTP/2 where the vendor offers it. Default
	// false: HTTP/1.1, which costs half as much CPU for a large upload over TLS, and
	// gives each call a connection of its own.
	HTTP2 bool

	// TLSConfig adds TLS settings to our own transport: a private authority in
	// RootCAs, a client certificate. It is copied; TLS 1.2 remains the minimum, and
	// NextProtos is overwritten. A configuration that skips verification or allows
	// renegotiation is refused. Default: the system's authorities.
	TLSConfig *tls.Config

	// MaxConns limits the connections of our own transport, idle ones included;
	// further calls wait for a free one. Default 512.
	MaxConns int

	// IdleTimeout is how long our own transport keeps an unused connection. It
	// should be shorter than the vendor's, so that no call uses a connection that
	// the vendor is closing. Default 50 s, or what the Config of the vendor's package
	// says.
	IdleTimeout time.Duration

	// Timeout limits one exchange, from connecting to the end of the answer. If a
	// Client has a Timeout too, the shorter one applies. The error names the one that
	// expired. Default 30 s.
	Timeout time.Duration

	// MaxResponseBytes limits the size of the vendor's answer. Default 16 MiB.
	MaxResponseBytes int64

	// Clock returns the current time, for signatures and the lifetime of tokens. If a
	// vendor refuses a signature because this clock is wrong by 30 s to a day,
	// signatures use the vendor's time from then on: see [WarnClockSkew]. Default
	// time.Now.
	Clock func() time.Time
}

type httpMask = redact.Mask[HTTP]
