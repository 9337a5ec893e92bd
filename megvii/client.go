package megvii

import (
	"cmp"
	"context"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/redact"
)

// Name is the vendor's name in results and errors.
const Name = "megvii"

// DefaultBaseURL is the vendor's service for mainland China. The hosts for other
// countries use other sources.
const DefaultBaseURL = "https://api.megvii.com"

// DefaultQualityThreshold is the vendor's own default for the quality of a face.
const DefaultQualityThreshold = 30

// Config is an account at Megvii. It prints without its credentials, except where
// fmt bypasses its methods: under %p, and in an unexported field of another struct,
// in some cases even behind a pointer. Do not keep it in an unexported field of a
// struct that may be printed; keep the [Client].
type Config struct {
	configMask

	// APIKey and APISecret are the account's api_key and api_secret. Required.
	APIKey, APISecret string

	// FalseAcceptRate chooses the threshold among those of each answer: the share of
	// impostors who pass, one of 1e-3, 1e-4, 1e-5 and 1e-6. Default 1e-4. 1e-3 is
	// weaker than recommended: the vendor calls a face above it barely the same
	// person, and every result has the warning
	// [idverify.WarnThresholdBelowRecommended].
	FalseAcceptRate float64

	// QualityThreshold is the lowest acceptable quality of the face, 1 to 100; a
	// lower quality gives CodePoorPhoto, free of charge. Default
	// [DefaultQualityThreshold]. A lower value is weaker than the vendor's own.
	QualityThreshold int
	// LargestFace compares the largest of several faces, which may be a bystander's.
	// Default false: several faces are CodeMultipleFaces.
	LargestFace bool
	// TryRotations makes the vendor also try a picture without a face turned by
	// 90°, 180° and 270°. It takes longer, and slightly more often finds a face
	// where there is none. Default false.
	TryRotations bool
	// ReturnFaces requests data about each detected face: see [Reply.Faces]. Default
	// false.
	ReturnFaces bool

	// HTTP configures the connection to the vendor.
	HTTP idverify.HTTP
}

type configMask = redact.Mask[Config]

// Client verifies with one account. It is safe for concurrent use.
type Client struct {
	clientMask
	vendor      *exchange.Vendor
	credentials credentials
	options     []body.Field
	similarity  idverify.Rule
	lenient     bool // the photo checks are weaker than the vendor recommends
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
			{Field: "APIKey", Value: cfg.APIKey},
			{Field: "APISecret", Value: cfg.APISecret},
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
	if cfg.QualityThreshold < 0 || cfg.QualityThreshold > maxQuality {
		return nil, vendor.Misconfigured("QualityThreshold", "must be 1 to 100, or 0 for the vendor's own")
	}
	return &Client{
		vendor:      vendor,
		credentials: credentials{redact.NewSecret(cfg.APIKey), redact.NewSecret(cfg.APISecret)},
		options:     options(cfg),
		similarity:  rule,
		lenient:     cfg.LargestFace || cmp.Or(cfg.QualityThreshold, DefaultQualityThreshold) < DefaultQualityThreshold,
	}, nil
}

// Name is "megvii".
func (c *Client) Name() string { return Name }

// Accepts reports whether the evidence is an [idverify.PhotoEvidence].
func (c *Client) Accepts(ev idverify.Evidence) bool {
	_, ok := ev.(idverify.PhotoEvidence)
	return ok
}

// Rules returns the rules of the checks that a pass needs.
func (c *Client) Rules() []idverify.Rule { return exchange.Published(c.similarity) }

// WithMaxFAR returns a copy of the client that uses the answer's threshold for a
// false-accept rate of at most rate; 1e-6 is the lowest available.
func (c *Client) WithMaxFAR(rate float64) (idverify.Provider, error) {
	rule, err := c.vendor.MaxFAR(c.similarity, rate)
	if err != nil {
		return nil, err
	}
	strict := *c
	strict.similarity = rule
	return &strict, nil
}

// Ask makes one exchange with the vendor. A decision is a Result whose [Reply] is
// the vendor's answer; anything else is an *idverify.Error.
func (c *Client) Ask(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
	milder := c.lenient || c.similarity.IsMilderThan(similarity)
	return c.vendor.Ask(ctx, q, exchange.Steps{Milder: milder, Encode: c.encode, Decode: c.decode})
}

// Verify is Ask without an [idverify.Client].
func (c *Client) Verify(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
	return idverify.VerifyWith(ctx, c, req)
}

// CloseIdleConnections closes the idle connections of the default transport. It
// does nothing to HTTP.Client.
func (c *Client) CloseIdleConnections() { c.vendor.CloseIdleConnections() }
