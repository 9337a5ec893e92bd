// Package httpx makes one HTTP exchange with a vendor, and is the only package that
// uses resty. It tries once, follows no redirect, keeps no cookie, reads a bounded
// answer, and its errors contain nothing of URLs, headers or bodies.
package httpx

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/wire"
)

// Defaults for Config.
const (
	DefaultTimeout          = 30 * time.Second
	DefaultMaxResponseBytes = 16 << 20
	DefaultMaxConns         = 512
	DefaultIdleTimeout      = 50 * time.Second
)

// Config says how to reach a vendor. idverify.HTTP tells its fields at length; 0
// is the default of each.
type Config struct {
	// BaseURL is https, or http to a loopback host. A path is kept as prefix.
	BaseURL string
	// Client is copied, not changed. Its Transport and Timeout are used; its
	// cookie jar and redirect policy are not. nil: a transport of our own.
	Client *http.Client
	// Wrap goes around bottom, and so is shown no secret.
	Wrap func(http.RoundTripper) http.RoundTripper

	// Proxy, HTTP2, TLSConfig, MaxConns and IdleTimeout are for the transport of
	// our own, and refused beside a Client.
	Proxy       func(*http.Request) (*url.URL, error)
	HTTP2       bool
	TLSConfig   *tls.Config
	MaxConns    int
	IdleTimeout time.Duration

	// Timeout bounds one exchange.
	Timeout time.Duration
	// MaxResponseBytes bounds the answer.
	MaxResponseBytes int64
}

// Client exchanges requests with one vendor. It is safe for concurrent use.
type Client struct {
	base        string
	resty       *resty.Client
	low         *bottom
	requests    sync.Pool // of *resty.Request
	own         bool      // the transport is ours
	timeout     time.Duration
	maxResponse int64
}

// New checks the configuration. Its error is a *ConfigError.
func New(cfg Config) (*Client, error) {
	base, err := parseBase(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	if cfg.Timeout < 0 {
		return nil, &ConfigError{"Timeout", "must not be negative"}
	}
	if cfg.MaxResponseBytes < 0 {
		return nil, &ConfigError{"MaxResponseBytes", "must not be negative"}
	}
	if err := cfg.checkTransport(); err != nil {
		return nil, err
	}
	c := &Client{
		base:        base,
		own:         cfg.Client == nil,
		maxResponse: cmp.Or(cfg.MaxResponseBytes, DefaultMaxResponseBytes),
	}
	top, low, err := cfg.roundTrippers(base)
	if err != nil {
		return nil, err
	}
	c.timeout, low.limit = cfg.timeLimit()
	c.low, c.resty = low, newResty(top)
	c.requests.New = func() any {
		r := c.resty.R().SetDoNotParseResponse(true).SetBody(placeholder)
		r.Header = ordinary
		return r
	}
	return c, nil
}

// timeLimit is the limit of one exchange, and its name for an error. The Timeout
// of the caller's Client is kept by us, so that what it ends is known.
func (cfg Config) timeLimit() (limit time.Duration, name string) {
	limit, name = cmp.Or(cfg.Timeout, DefaultTimeout), "HTTP.Timeout"
	if c := cfg.Client; c != nil && c.Timeout > 0 && c.Timeout < limit {
		limit, name = c.Timeout, "the Timeout of HTTP.Client"
	}
	return limit, name
}

func newResty(top http.RoundTripper) *resty.Client {
	own := http.Client{Transport: top}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	// Every default of resty that repeats, prints or rereads is off; the body
	// is put on the request in the hook, because resty would hold it whole.
	return resty.NewWithClient(&own).
		SetRetryCount(0).
		SetLogger(silent{}).
		SetPreRequestHook(prepare)
}

// CloseIdleConnections closes those of our own transport.
func (c *Client) CloseIdleConnections() {
	if c.own {
		c.low.CloseIdleConnections()
	}
}

// Timeout bounds one exchange.
func (c *Client) Timeout() time.Duration { return c.timeout }

// Setting is where the setting of that name is made: it is the Client's where the
// caller gave one.
func (c *Client) Setting(name string) string {
	if !c.own {
		return "Client"
	}
	return name
}

// TimeLimit names the setting that Timeout comes from.
func (c *Client) TimeLimit() string { return c.low.limit }

// Request is one exchange to make.
type Request struct {
	Method string
	Path   string // below the base URL, with a leading slash
	// SecretQuery is added below resty and http.Client, so that no error or
	// redirect can carry it. So is Authorization, a header's value.
	SecretQuery   Param
	Authorization string
	// Query is shown in no error, like all that stands behind a path, but is no
	// secret. Header stands beside our own; Content-Type is the body's.
	Query  url.Values
	Header http.Header
	Body   *body.Body
	// Sign, if it is set, adds headers to a request whose address, headers and body
	// are final. It is called for every attempt that is about to be sent, with the
	// SHA-256 of the Body. It reads no body, and may be left behind when its context
	// ends. Its error is a Failure of the kind Unsigned, and nothing was sent.
	Sign func(ctx context.Context, r *http.Request, digest [sha256.Size]byte) error
	// Last says that the connection is closed once the answer has been read.
	Last bool
	// Broken, if it is set, is told what came of an answer that broke off or was
	// too large. It is nowhere else, and nothing of it is kept.
	Broken func(part []byte)
}

// Param is a parameter of a query. The Value may hold anything.
type Param struct{ Name, Value string }

// Response is an answer, read whole.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	// Early says that the answer began before the whole request had been
	// handed to the connection: it cannot be about all of it.
	Early bool

	link *wire.Link // nil where it is not known
}

// IsRepeated reports whether the previous answer on the same connection had the same
// id and was about another person: a gateway has sent that answer twice, and the
// next request took it for its own. The connection is unusable then, and is closed.
func (r *Response) IsRepeated(id string, person uint64) bool {
	if r.link == nil || id == "" || !r.link.HasSaid(id, person) {
		return false
	}
	_ = r.link.Close()
	return true
}

// Abandon closes the connection after an answer to another request: later answers on it
// cannot be trusted either.
func (r *Response) Abandon() {
	if r.link != nil {
		_ = r.link.Close()
	}
}

// placeholder stands in for the body until prepare runs: with an empty
// bytes.Reader resty reads and copies nothing.
var placeholder = bytes.NewReader(nil)

// ordinary are the headers of every request. resty reads them and copies them;
// with all of them there it adds none of its own, and does not try to guess from
// the type what to accept.
var ordinary = http.Header{
	"Accept":          {"application/json"},
	"Accept-Encoding": {"identity"}, // answers are short, and what is not packed cannot swell
	"User-Agent":      {"idverify-go"},
	"Content-Type":    {"application/octet-stream"}, // until prepare knows the body
}

// Do makes the exchange. The answer may have any status but 3xx. Its error is
// a *Failure.
func (c *Client) Do(ctx context.Context, req Request) (*Response, error) {
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	attempt := &attempt{Context: limited, caller: ctx, request: req, low: c.low}

	raw, err := c.execute(attempt)
	if err != nil {
		return nil, attempt.failed(err)
	}
	defer raw.Body.Close()
	// The connection is closed first, so that a write of the caller's memory ends.
	failed := func(err error) error {
		_ = raw.Body.Close()
		return attempt.failed(err)
	}
	early := attempt.isEarly()
	attempt.status, attempt.retry = raw.StatusCode, retryAfterOf(raw.Header)
	switch {
	case raw.StatusCode < 200: // 101: the body is the bare connection, and never ends
		return nil, failed(errNoAnswer)
	case raw.StatusCode >= 300 && raw.StatusCode < 400:
		return nil, failed(errRedirect)
	}
	content, err := readAnswer(raw, c.maxResponse)
	if err != nil {
		if req.Broken != nil {
			req.Broken(content)
		}
		return nil, failed(err)
	}
	if early {
		_ = raw.Body.Close()
		attempt.finish() // the request is still being sent
	}
	return &Response{Status: raw.StatusCode, Header: raw.Header, Body: content, Early: early, link: attempt.lastLink()}, nil
}

// prepare keeps the request that is about to be sent for bottom, without the
// headers, where credentials are, and without a body. What stands between sees
// how long the body is.
func prepare(_ *resty.Client, raw *http.Request) error {
	attempt, ok := attemptOf(raw.Context())
	if !ok {
		return errors.New("httpx: request without an attempt")
	}
	attempt.headers, raw.Header = raw.Header, http.Header{}
	for name, values := range attempt.request.Header {
		attempt.headers[http.CanonicalHeaderKey(name)] = values
	}
	attempt.kind[0] = attempt.request.Body.ContentType()
	attempt.headers["Content-Type"] = attempt.kind[:]
	if attempt.request.Authorization != "" {
		attempt.headers["Authorization"] = []string{attempt.request.Authorization}
	}
	raw.Body, raw.GetBody = http.NoBody, nil
	raw.ContentLength = attempt.request.Body.Len()
	return nil
}

// silent is a logger that drops everything: resty prints URLs with their query.
type silent struct{}

func (silent) Errorf(string, ...any) {}
func (silent) Warnf(string, ...any)  {}
func (silent) Debugf(string, ...any) {}
