package linkface

import (
	"context"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/redact"
)

// Name is the vendor's name in results and errors.
const Name = "linkface"

// DefaultBaseURL is the vendor's own service.
const DefaultBaseURL = "https://cloudapi.linkface.cn"

// Config is an account at Linkface. It prints without its credentials, except where
// fmt bypasses its methods: under %p, and in an unexported field of another struct,
// in some cases even behind a pointer. Do not keep it in an unexported field of a
// struct that may be printed; keep the [Client].
type Config struct {
	configMask

	// APIID and APISecret are the account's api_id and api_secret. Required.
	APIID, APISecret string

	// Threshold is the lowest verify_score that counts as the same person, above 0
	// and at most 1. Default 0.7, the vendor's recommendation: one impostor in
	// 10,000 passes. A lower one is weaker than the vendor recommends.
	Threshold float64

	// HTTP configures the connection to the vendor. The vendor may take five
	// seconds to fetch a CaptureURL, in addition to its query of the source.
	HTTP idverify.HTTP
}

type configMask = redact.Mask[Config]

// Client verifies with one account. It is safe for concurrent use.
type Client struct {
	clientMask
	vendor      *exchange.Vendor
	credentials credentials
	similarity  idverify.Rule
	milder      bool // than the vendor recommends
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
		RequestIDField: "request_id",
		Credentials: []exchange.Credential{
			{Field: "APIID", Value: cfg.APIID},
			{Field: "APISecret", Value: cfg.APISecret},
		},
		HTTP: cfg.HTTP,
	})
	if err != nil {
		return nil, err
	}
	rule, err := vendor.Threshold(similarity, "Threshold", cfg.Threshold)
	if err != nil {
		return nil, err
	}
	return &Client{
		vendor:      vendor,
		credentials: credentials{redact.NewSecret(cfg.APIID), redact.NewSecret(cfg.APISecret)},
		similarity:  rule,
		milder:      rule.IsMilderThan(similarity),
	}, nil
}

// Name is "linkface".
func (c *Client) Name() string { return Name }

// Accepts reports whether the evidence is a [CaptureEvidence].
func (c *Client) Accepts(ev idverify.Evidence) bool {
	_, ok := ev.(CaptureEvidence)
	return ok
}

// Rules returns the rules of the checks that a pass needs.
func (c *Client) Rules() []idverify.Rule { return exchange.Published(c.similarity, liveness) }

// WithMaxFAR returns a copy of the client with a published similarity threshold
// whose false-accept rate is at most rate; 1e-6 is the lowest published rate.
func (c *Client) WithMaxFAR(rate float64) (idverify.Provider, error) {
	rule, err := c.vendor.MaxFAR(c.similarity, rate)
	if err != nil {
		return nil, err
	}
	strict := *c
	strict.similarity, strict.milder = rule, rule.IsMilderThan(similarity)
	return &strict, nil
}

// Ask makes one exchange with the vendor. A decision is a Result whose [Reply] is
// the vendor's answer; anything else is an *idverify.Error.
func (c *Client) Ask(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
	return c.vendor.Ask(ctx, q, exchange.Steps{Milder: c.milder, Encode: c.encode, Decode: c.decode})
}

// Verify is Ask without an [idverify.Client].
func (c *Client) Verify(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
	return idverify.VerifyWith(ctx, c, req)
}

// CloseIdleConnections closes the idle connections of the default transport. It
// does nothing to HTTP.Client.
func (c *Client) CloseIdleConnections() { c.vendor.CloseIdleConnections() }
