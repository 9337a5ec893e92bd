package volcengine

import (
	"context"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/redact"
)

// Name is the vendor's name in results and errors.
const Name = "volcengine"

// DefaultBaseURL is the vendor's own service.
const DefaultBaseURL = "https://visual.volcengineapi.com"

// Config is an account at Volcengine. It prints without its credentials, except
// where fmt bypasses its methods: under %p, and in an unexported field of another
// struct, in some cases even behind a pointer. Do not keep it in an unexported field
// of a struct that may be printed; keep the [Client].
type Config struct {
	configMask

	// AccessKeyID and SecretAccessKey are a permanent key of the account, or of a
	// sub-user with a policy for the service cv. The secret is used exactly as the
	// console shows it: it looks like base64, but is not decoded. Required, unless
	// Credentials is set.
	AccessKeyID, SecretAccessKey string
	// Credentials returns the key for each attempt, temporary or rotating; see
	// [idverify.Credentials]. AccessKeyID and SecretAccessKey must then be empty.
	// Default none.
	Credentials func(context.Context) (idverify.Credentials, error)

	// FalseAcceptRate chooses the threshold among those of each answer: the share of
	// impostors who pass, one of 1e-3, 1e-4, 1e-5 and 1e-6. Default 1e-4, at which the
	// vendor itself decides. A lower rate is stricter: a face that the vendor passes
	// may then be CodeFaceMismatch. 1e-3 is weaker than the vendor recommends, and
	// every result has the warning [idverify.WarnThresholdBelowRecommended]; a vendor's
	// no always stays a no.
	FalseAcceptRate float64

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
	milder     bool // than the vendor recommends
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
		RequestIDField: "request_id",
		Key: &exchange.SigningKey{
			ID:          exchange.Credential{Field: "AccessKeyID", Value: cfg.AccessKeyID},
			Secret:      exchange.Credential{Field: "SecretAccessKey", Value: cfg.SecretAccessKey},
			Credentials: cfg.Credentials,
		},
		HTTP: cfg.HTTP,
	})
	if err != nil {
		return nil, err
	}
	rule, err := vendor.Rate(similarity, "FalseAcceptRate", cfg.FalseAcceptRate)
	if err != nil {
		return nil, err
	}
	return &Client{vendor: vendor, similarity: rule, milder: rule.IsMilderThan(similarity)}, nil
}

// Name is "volcengine".
func (c *Client) Name() string { return Name }

// Accepts reports whether the evidence is an [idverify.PhotoEvidence].
func (c *Client) Accepts(ev idverify.Evidence) bool {
	_, ok := ev.(idverify.PhotoEvidence)
	return ok
}

// Rules returns the rules of the checks that a pass needs.
func (c *Client) Rules() []idverify.Rule { return exchange.Published(c.similarity) }

// WithMaxFAR returns a copy of the client that uses the answer's threshold for the
// highest published rate that is at most rate; it is never made milder. It fails
// with CodeInvalidConfig for a rate below 1e-6, the lowest published one.
func (c *Client) WithMaxFAR(rate float64) (idverify.Provider, error) {
	rule, err := c.vendor.MaxFAR(c.similarity, rate)
	if err != nil {
		return nil, err
	}
	strict := *c
	strict.similarity, strict.milder = rule, rule.IsMilderThan(similarity)
	return &strict, nil
}

// Ask makes one exchange with the vendor, and a second one when the vendor refuses
// the signature because this machine's clock is wrong, which it does before it
// processes the request. A decision is a Result whose [Reply] is the vendor's
// answer; anything else is an *idverify.Error.
func (c *Client) Ask(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
	return c.vendor.Ask(ctx, q, exchange.Steps{Milder: c.milder, Encode: c.encode, Sign: c.sign, Decode: c.decode})
}

// Verify is Ask without an [idverify.Client].
func (c *Client) Verify(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
	return idverify.VerifyWith(ctx, c, req)
}

// CloseIdleConnections closes the idle connections of the default transport. It
// does nothing to HTTP.Client.
func (c *Client) CloseIdleConnections() { c.vendor.CloseIdleConnections() }
