// Package httpx makes one HTTP exchange with a vendor. It is the only package that
// uses resty. It tries once, follows no redirects, keeps no cookies and limits the
// size of the answer. Its errors contain no URLs, headers or bodies.
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

// Config says how to reach a vendor. idverify.HTTP documents the fields in detail. A
// zero field has its default.
type Config struct {
	// BaseURL is https, or http to a loopback host. Its path is kept as a prefix.
	BaseURL string
	// Client is copied, not changed. Its Transport and Timeout are used; its cookie
	// jar and redirect policy are not. If nil, our own transport is used.
	Client *http.Client
	// Wrap goes around bottom, and so sees no secrets.
	Wrap func(http.RoundTripper) http.RoundTripper

	// Proxy, HTTP2, TLSConfig, MaxConns and IdleTimeout are for our own transport.
	// They are refused together with a Client.
	Proxy       func(*http.Request) (*url.URL, error)
	HTTP2       bool
	TLSConfig   *tls.Config
	MaxConns    int
	IdleTimeout time.Duration

	// Timeout limits one exchange.
	Timeout time.Duration
	// MaxResponseBytes limits the size of the answer.
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

// timeLimit is the limit of one exchange, and its name for an error. The Timeout of
// the caller's Client is applied by us, so that an error can name it.
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

	// All features of resty that repeat, print or reread a request are off. The hook
	// sets the body, because resty would hold all of it in memory.
	return resty.NewWithClient(&own).
		SetRetryCount(0).
		SetLogger(silent{}).
		SetPreRequestHook(prepare)
}

// CloseIdleConnections closes the idle connections of our own transport.
func (c *Client) CloseIdleConnections() {
	if c.own {
		c.low.CloseIdleConnections()
	}
}

// Timeout is the time limit of one exchange.
func (c *Client) Timeout() time.Duration { return c.timeout }

// Setting is the field of Config with the setting of that name: Client if the caller
// gave one, because its Transport then has the setting.
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
	// SecretQuery and Authorization, a header's value, are added below resty and
	// http.Client, so that no error or redirect can contain them.
	SecretQuery   Param
	Authorization string
	// Query is not secret, but appears in no error, like everything after the path.
	// Header is added to our own headers; the Body sets Content-Type.
	Query  url.Values
	Header http.Header
	Body   *body.Body
	// Sign, if it is set, adds headers to a request whose address, headers and body
	// are final. It is called before each attempt is sent, with the SHA-256 of the
	// Body, and must not read the body. It may be abandoned when its context ends. Its
	// error becomes a Failure of the kind Unsigned, and nothing was sent.
	Sign func(ctx context.Context, r *http.Request, digest [sha256.Size]byte) error
	// Last says that the connection is closed once the answer has been read.
	Last bool
	// Broken, if it is set, gets the bytes read from an answer that broke off or was
	// too large. They are available nowhere else and are not kept.
	Broken func(part []byte)
}

// Param is a parameter of a query. The Value may hold anything.
type Param struct{ Name, Value string }

// Response is an answer, read whole.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	// Early says that the answer began before the whole request was written to the
	// connection: it cannot be an answer to all of it.
	Early bool

	link *wire.Link // nil if unknown
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

// placeholder is the body until prepare runs: resty reads and copies nothing of an
// empty bytes.Reader.
var placeholder = bytes.NewReader(nil)

// ordinary are the headers of every request. resty copies them. Because all of them
// are set, it adds none of its own and does not guess Accept from the body's type.
var ordinary = http.Header{
	"Accept":          {"application/json"},
	"Accept-Encoding": {"identity"}, // answers are short, and without compression there are no gzip bombs
	"User-Agent":      {"idverify-go"},
	"Content-Type":    {"application/octet-stream"}, // until prepare sets the body's
}

// Do makes the exchange. The answer may have any status except 3xx. The error is a
// *Failure.
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

// prepare takes the headers, which contain credentials, and the body from the request
// and keeps them for bottom. The layers between see only the body's length.
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
