package tencent

import (
	"context"
	"io"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/redact"
)

// Name is the vendor's name in results and errors.
const Name = "tencent"

// DefaultBaseURL is the vendor's own service. The older host
// service.image.myqcloud.com speaks the same protocol.
const DefaultBaseURL = "https://recognition.image.myqcloud.com"

// DefaultSignatureLifetime is the longest lifetime used in the vendor's own SDKs
// (30 s to 300 s). It leaves the most room for a slow upload and for a clock that
// is wrong.
const DefaultSignatureLifetime = 5 * time.Minute

// Config is an account at Tencent Cloud. It prints without its credentials, except
// where fmt bypasses its methods: under %p, and in an unexported field of another
// struct, in some cases even behind a pointer. Do not keep it in an unexported
// field of a struct that may be printed; keep the [Client].
type Config struct {
	configMask

	// AppID is the account's APPID, in decimal digits. Required.
	AppID string
	// SecretID and SecretKey are a key of the main account; the interface refuses
	// keys of sub-accounts. Required.
	SecretID, SecretKey string

	// Threshold is what the similarity must exceed to count as the same person,
	// above 1 and below 100. Default 75, the vendor's recommendation. A lower one
	// is weaker than the vendor recommends.
	Threshold float64

	// SignatureLifetime is how long a signature is valid, 1 s to 90 days, in whole
	// seconds. If it is shorter than the upload takes, the call fails with
	// CodeSignatureExpired; the longer it is, the longer a stolen signature can be
	// used. Default DefaultSignatureLifetime.
	SignatureLifetime time.Duration

	// HTTP configures the connection to the vendor. Its Clock gives the time for
	// signatures. When the vendor refuses a signature because of its time, the vendor's
	// Date header is used from then on.
	HTTP idverify.HTTP
	// Rand is the source of random bytes for signatures and generated session ids.
	// It must be safe for concurrent use. Default crypto/rand.Reader.
	Rand io.Reader
}

type configMask = redact.Mask[Config]

// Client verifies with one account. It is safe for concurrent use.
type Client struct {
	clientMask
	vendor     *exchange.Vendor
	signer     *signer
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
		Paths:          []string{path},
		Credentials: []exchange.Credential{
			{Field: "AppID", Value: cfg.AppID},
			{Field: "SecretID", Value: cfg.SecretID},
			{Field: "SecretKey", Value: cfg.SecretKey},
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
	signer, err := newSigner(vendor, cfg)
	if err != nil {
		return nil, err
	}
	return &Client{vendor: vendor, signer: signer, similarity: rule, milder: rule.IsMilderThan(similarity)}, nil
}

// Name is "tencent".
func (c *Client) Name() string { return Name }

// Accepts reports whether the evidence is an [idverify.PhotoEvidence] or an
// [idverify.PhotoURLEvidence].
func (c *Client) Accepts(ev idverify.Evidence) bool {
	switch ev.(type) {
	case idverify.PhotoEvidence, idverify.PhotoURLEvidence:
		return true
	}
	return false
}

// Rules returns the rules of the checks that a pass needs.
func (c *Client) Rules() []idverify.Rule { return exchange.Published(c.similarity) }

// WithMaxFAR always fails with CodeInvalidConfig: the vendor publishes no
// false-accept rate for this interface.
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
