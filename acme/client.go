//go:build acme

package acme

import (
	"context"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/redact"
)

// Name is the vendor's name in results and errors.
const Name = "acme"

// DefaultBaseURL is a made-up host that does not exist.
const DefaultBaseURL = "https://acme.invalid"

// Config is an account at Acme. It prints without its credentials, except where fmt
// bypasses its methods: under %p, and in an unexported field of another struct. Keep
// the [Client] instead.
type Config struct {
	configMask

	// KeyID and KeySecret are the account's key. Required.
	KeyID, KeySecret string

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
		RequestIDField: "Response.RequestId",
		Paths:          []string{path},
		Key: &exchange.SigningKey{
			ID:     exchange.Credential{Field: "KeyID", Value: cfg.KeyID},
			Secret: exchange.Credential{Field: "KeySecret", Value: cfg.KeySecret},
		},
		HTTP: cfg.HTTP,
	})
	if err != nil {
		return nil, err
	}
	return &Client{vendor: vendor, similarity: similarity}, nil
}

// Name is "acme".
func (c *Client) Name() string { return Name }

// Accepts reports whether the evidence is an [idverify.PhotoEvidence].
func (c *Client) Accepts(ev idverify.Evidence) bool {
	_, ok := ev.(idverify.PhotoEvidence)
	return ok
}

// Rules returns the rules of the checks that a pass needs.
func (c *Client) Rules() []idverify.Rule { return exchange.Published(c.similarity) }

// WithMaxFAR always fails with CodeInvalidConfig: the vendor decides, and publishes
// no false-accept rate.
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
	return c.vendor.Ask(ctx, q, exchange.Steps{Encode: c.encode, Sign: c.sign, Decode: c.decode})
}

// Verify is Ask without an [idverify.Client].
func (c *Client) Verify(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
	return idverify.VerifyWith(ctx, c, req)
}

// CloseIdleConnections closes the idle connections of the default transport. It
// does nothing to HTTP.Client.
func (c *Client) CloseIdleConnections() { c.vendor.CloseIdleConnections() }
