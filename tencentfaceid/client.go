package tencentfaceid

import (
	"context"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/redact"
)

// Name is the vendor's name in results and errors.
const Name = "tencentfaceid"

// DefaultBaseURL is the vendor's service in mainland China. The host may contain a
// region, as in https://faceid.ap-guangzhou.tencentcloudapi.com; for other countries it
// is https://faceid.intl.tencentcloudapi.com.
const DefaultBaseURL = "https://faceid.tencentcloudapi.com"

// Config is an account at Tencent Cloud. It prints without its credentials, except
// where fmt bypasses its methods: under %p, and in an unexported field of another
// struct, in some cases even behind a pointer. Do not keep it in an unexported
// field of a struct that may be printed; keep the [Client].
type Config struct {
	configMask

	// SecretID and SecretKey are a permanent key, of the main account or of a
	// sub-account. Required, unless Credentials is set.
	SecretID, SecretKey string
	// Credentials returns the key for each attempt, temporary (STS) or rotating; see
	// [idverify.Credentials]. SecretID and SecretKey must then be empty. Default none.
	Credentials func(context.Context) (idverify.Credentials, error)

	// Threshold is the lowest similarity that counts as the same person, from 70 to
	// 100. Default 70, the vendor's own threshold: one impostor in 10,000 passes. It
	// can only be raised. A face that the vendor passes below it is CodeFaceMismatch.
	Threshold float64

	// HTTP configures the connection to the vendor. Its Clock gives the time for
	// signatures. When the vendor refuses a signature because of its time, the vendor's
	// Date header is used from then on.
	HTTP idverify.HTTP
}

type configMask = redact.Mask[Config]

// Client verifies with one account. It is safe for concurrent use.
type Client struct {
	clientMask
	vendor     *exchange.Vendor
	similarity idverify.Rule
}

type clientMask = redact.Mask[Client]

var (
	_ idverify.FARProvider = (*Client)(nil)
	_ idverify.Verifier    = (*Client)(nil)
)

// New checks the configuration. It fails with CodeInvalidConfig, naming the field.
func New(cfg Config) (*Client, error) {
	vendor, err := exchange.NewVendor(exchange.Settings{
		Name:           Name,
		DefaultBaseURL: DefaultBaseURL,
		Table:          table,
		Paths:          []string{path},
		RequestIDField: "Response.RequestId",
		Key: &exchange.SigningKey{
			ID:          exchange.Credential{Field: "SecretID", Value: cfg.SecretID},
			Secret:      exchange.Credential{Field: "SecretKey", Value: cfg.SecretKey},
			Credentials: cfg.Credentials,
		},
		IdleTimeout: idleTimeout,
		HTTP:        cfg.HTTP,
	})
	if err != nil {
		return nil, err
	}
	rule, err := vendor.Threshold(similarity, "Threshold", cfg.Threshold)
	if err != nil {
		return nil, err
	}
	if err := vendor.HoldLine(rule, similarity, "Threshold"); err != nil {
		return nil, err
	}
	return &Client{vendor: vendor, similarity: rule}, nil
}

// Name is "tencentfaceid".
func (c *Client) Name() string { return Name }

// Accepts reports whether the evidence is an [idverify.PhotoEvidence].
func (c *Client) Accepts(ev idverify.Evidence) bool {
	_, ok := ev.(idverify.PhotoEvidence)
	return ok
}

// Rules returns the rules of the checks that a pass needs.
func (c *Client) Rules() []idverify.Rule { return exchange.Published(c.similarity) }

// WithMaxFAR returns a copy of the client whose false-accept rate is at most rate.
// The vendor publishes only 1e-4, for its own threshold, so a lower rate fails with
// CodeInvalidConfig.
func (c *Client) WithMaxFAR(rate float64) (idverify.Provider, error) {
	rule, err := c.vendor.MaxFAR(c.similarity, rate)
	if err != nil {
		return nil, err
	}
	strict := *c
	strict.similarity = rule
	return &strict, nil
}

// Ask makes one exchange with the vendor, and a second one when the vendor refuses
// the signature because this machine's clock is wrong, which it does before it
// processes the request. A decision is a Result whose [Reply] is the vendor's
// answer; anything else is an *idverify.Error.
func (c *Client) Ask(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
	var extra string // this call's Extra, which the answer repeats
	return c.vendor.Ask(ctx, q, exchange.Steps{
		Encode: func(call *exchange.Call) (httpx.Request, error) {
			extra = newExtra()
			return c.encode(call, extra)
		},
		Sign:   c.sign,
		Decode: func(call *exchange.Call) (*idverify.Result, error) { return c.decode(call, extra) },
	})
}

// Verify is Ask without an [idverify.Client].
func (c *Client) Verify(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
	return idverify.VerifyWith(ctx, c, req)
}

// CloseIdleConnections closes the idle connections of the default transport. It
// does nothing to HTTP.Client.
func (c *Client) CloseIdleConnections() { c.vendor.CloseIdleConnections() }
