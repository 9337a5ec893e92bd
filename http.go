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

	// Client takes the place of our own transport: its Transport and Timeout are
	// used, its redirect policy and cookie jar are not. It is copied. Its Transport
	// sees requests whole: Baidu's token in the query, Tencent's signature in a
	// header, the person in the body. Tracing and metrics belong in Wrap. A Client
	// that only sets a Timeout uses http.DefaultTransport, which takes a proxy from
	// the environment.
	Client *http.Client

	// Wrap puts a round tripper of the caller's around the one that sends, for
	// example to trace or to count. New calls it once; a nil result is refused.
	// Beside a Client it goes around the Client's Transport. Each Config needs its
	// own: a round tripper that is used for two sends nothing for the first.
	//
	// Of a request it sees the method, the URL without its query, the length and
	// the context; the headers and the body are added below it. The answer passes
	// through it whole: do not record its body, which may speak of the person or be
	// an access token. The text of an error is ours and quotes nothing; Unwrap gives
	// the cause, whose text may.
	//
	// Headers that it adds are sent, except Baggage and those that are ours. Other
	// changes to the request are not. It may send the request once: retries are
	// decided by a [Client].
	Wrap func(http.RoundTripper) http.RoundTripper

	// Proxy chooses the proxy for a request, as the field of [http.Transport] does:
	// a URL with the scheme http, https or socks5, or nil for none. The request that
	// it is given has no query, headers or body. Default: no proxy, whatever the
	// environment says; [http.ProxyFromEnvironment] reads it. The vendor's
	// certificate is checked through a proxy as without one.
	Proxy func(*http.Request) (*url.URL, error)

	// HTTP2 lets our own transport speak HTTP/2 where the vendor offers it. Default
	// false: HTTP/1.1, which costs half as much CPU for a large upload over TLS, and
	// gives each call a connection of its own.
	HTTP2 bool

	// TLSConfig has what our own transport needs to know of TLS: a private
	// authority in RootCAs, a client certificate. It is copied; TLS 1.2 is the
	// least whatever it says, and NextProtos is ours. One that skips verification
	// or allows renegotiation is refused. Default: the system's authorities.
	TLSConfig *tls.Config

	// MaxConns bounds the connections of our own transport, idle ones included;
	// further calls wait for one. Default 512.
	MaxConns int

	// IdleTimeout is how long our own transport keeps a connection that no call
	// uses. It should be shorter than the vendor's, so that no call meets a
	// connection that is being closed. Default 50 s.
	IdleTimeout time.Duration

	// Timeout bounds one exchange, connecting and reading the answer included; so does
	// the Timeout of a Client, whichever is shorter. The error names the one that
	// passed. Default 30 s.
	Timeout time.Duration

	// MaxResponseBytes bounds the vendor's answer. Default 16 MiB.
	MaxResponseBytes int64

	// Clock tells the time, which signatures and the life of tokens depend on. Where a
	// vendor refuses a signature because the clock runs wrong, by 30 s to a day,
	// signatures use the vendor's time from then on: see [WarnClockSkew]. Default
	// time.Now.
	Clock func() time.Time
}

type httpMask = redact.Mask[HTTP]
