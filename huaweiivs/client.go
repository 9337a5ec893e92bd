package huaweiivs

import (
	"context"
	"sync/atomic"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/redact"
)

// Name is the vendor's name in results and errors.
const Name = "huaweiivs"

// DefaultBaseURL is the region for which the service is documented.
const DefaultBaseURL = "https://ivs.cn-north-4.myhuaweicloud.com"

// Config is an account at Huawei Cloud. It prints without its credentials, except where
// fmt bypasses its methods: under %p, and in an unexported field of another struct, in
// some cases even behind a pointer. Do not keep it in an unexported field of a struct
// that may be printed; keep the [Client].
type Config struct {
	configMask

	// AccessKey and SecretKey are the AK and SK of an IAM user. Required, unless
	// Credentials is set.
	AccessKey, SecretKey string
	// Credentials returns the key for each attempt, temporary or rotating; see
	// [idverify.Credentials]. AccessKey and SecretKey must then be empty. A temporary
	// key's Token is its security token. Default none.
	Credentials func(context.Context) (idverify.Credentials, error)

	// ProjectID is needed where the key belongs to several projects. It is sent and
	// signed as X-Project-Id. Default none.
	ProjectID string
	// EnterpriseProjectID is the cost centre to bill. The vendor reports no error for
	// an unknown one. Default none, which the vendor treats as "default".
	EnterpriseProjectID string

	// Detail asks for a similarity of 0..1000 with decimals, instead of whole
	// numbers of 0..100. It changes no decision. Default false.
	Detail bool
	// NoCrop sends crop as false: the vendor then neither counts the faces nor crops
	// the picture. Default false: the vendor does both.
	NoCrop bool

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
	config     settings
	resigned   atomic.Bool // a second signature was made since the vendor last accepted one
}

type clientMask = redact.Mask[Client]

// settings is what a request needs of the Config.
type settings struct {
	projectID, enterpriseProjectID string
	detail, noCrop                 bool
}

var (
	_ idverify.FARProvider = (*Client)(nil)
	_ idverify.Verifier    = (*Client)(nil)
)

// New checks the configuration. It fails with CodeInvalidConfig, naming the field.
func New(cfg Config) (*Client, error) {
	vendor, err := exchange.NewVendor(exchange.Settings{
		Name:            Name,
		DefaultBaseURL:  DefaultBaseURL,
		Table:           table,
		RequestIDField:  "request_id",
		RequestIDHeader: "X-Request-Id",
		Paths:           []string{path},
		Key: &exchange.SigningKey{
			ID:          exchange.Credential{Field: "AccessKey", Value: cfg.AccessKey},
			Secret:      exchange.Credential{Field: "SecretKey", Value: cfg.SecretKey},
			Credentials: cfg.Credentials,
		},
		HTTP: cfg.HTTP,
	})
	if err != nil {
		return nil, err
	}
	for field, id := range map[string]string{"ProjectID": cfg.ProjectID, "EnterpriseProjectID": cfg.EnterpriseProjectID} {
		if !isProject(id) {
			return nil, vendor.Misconfigured(field, "must be at most 64 letters, digits and hyphens")
		}
	}
	return &Client{
		vendor:     vendor,
		similarity: ruleFor(cfg.Detail),
		config:     settings{cfg.ProjectID, cfg.EnterpriseProjectID, cfg.Detail, cfg.NoCrop},
	}, nil
}

// Name is "huaweiivs".
func (c *Client) Name() string { return Name }

// Accepts reports whether the evidence is an [idverify.PhotoEvidence].
func (c *Client) Accepts(ev idverify.Evidence) bool {
	_, ok := ev.(idverify.PhotoEvidence)
	return ok
}

// Rules returns the rules of the checks that a pass needs.
func (c *Client) Rules() []idverify.Rule { return exchange.Published(c.similarity) }

// WithMaxFAR always fails with CodeInvalidConfig: the vendor itself decides, and
// publishes no false-accept rate.
func (c *Client) WithMaxFAR(rate float64) (idverify.Provider, error) {
	_, err := c.vendor.MaxFAR(c.similarity, rate)
	return nil, err
}

// Ask makes one exchange with the vendor, and a second one when the vendor refuses the
// signature and a clock difference explains it; see the package documentation. A
// decision is a Result whose [Reply] is the vendor's answer; anything else is an
// *idverify.Error.
func (c *Client) Ask(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
	return c.vendor.Ask(ctx, q, exchange.Steps{Encode: c.encode, Sign: c.sign, Refused: c.refused, Decode: c.decode})
}

// Verify is Ask without an [idverify.Client].
func (c *Client) Verify(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
	return idverify.VerifyWith(ctx, c, req)
}

// CloseIdleConnections closes the idle connections of the default transport. It
// does nothing to HTTP.Client.
func (c *Client) CloseIdleConnections() { c.vendor.CloseIdleConnections() }
