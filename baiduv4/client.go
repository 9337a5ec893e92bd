package baiduv4

import (
	"context"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/redact"
)

// Name is the vendor's name in results and errors.
const Name = "baiduv4"

// DefaultBaseURL is the vendor's own service.
const DefaultBaseURL = "https://aip.baidubce.com"

// Config is an application at Baidu. It prints without its credentials, except
// where fmt bypasses its methods: under %p, and in an unexported field of another
// struct, in some cases even behind a pointer. Do not keep it in an unexported
// field of a struct that may be printed; keep the [Client].
type Config struct {
	configMask

	// APIKey and SecretKey are the application's. Required.
	APIKey, SecretKey string

	// Threshold is what a score must exceed to count as the same person, above 1
	// and below 100. Default 80, the vendor's recommendation: one impostor in
	// 10,000 passes. A lower one is weaker than the vendor recommends.
	Threshold float64
	// Quality is the quality that a picture needs. Default QualityNone, the
	// vendor's own default.
	Quality QualityControl
	// Liveness is the liveness a picture needs. Default LivenessNormal, the
	// vendor's recommendation; LivenessNone turns the check off.
	Liveness LivenessControl
	// Synthetic is how synthetic a picture may look: the vendor's spoofing_control.
	// Default SyntheticNormal, the vendor's recommendation; SyntheticNone turns the
	// check off.
	Synthetic SyntheticControl

	// Risk says what to do about a capture whose device the vendor rates as
	// dangerous. Default RiskReject: CodeAttackSuspected.
	Risk RiskControl

	// Tokens stores access tokens. Default a NewMemoryStore of the client's own;
	// use one that several processes share to share a token.
	Tokens TokenStore
	// OnTokenFetch is called after every fetch of an access token from the vendor,
	// so that a failing renewal can be noticed before the old token expires. The
	// context has the values of the caller who needed the token first, and ends
	// after two seconds; no call waits for the function, and a panic in it is
	// dropped. It is called concurrently. Default nil.
	OnTokenFetch func(ctx context.Context, fetched TokenFetch)

	// HTTP configures the connection to the vendor. A call makes up to four
	// exchanges: token, call, and both again when the vendor refuses the token. One
	// more call is made when it refuses the token of another process as well. The
	// answer to a SealedCapture contains the picture.
	HTTP idverify.HTTP
}

type configMask = redact.Mask[Config]

// Client verifies with one application. It is safe for concurrent use and needs no
// closing: its only background work is renewing the token, which HTTP.Timeout limits.
type Client struct {
	clientMask
	vendor     *exchange.Vendor
	tokens     *tokenSource
	similarity idverify.Rule
	controls   controls
	milder     bool // than the vendor recommends
}

type clientMask = redact.Mask[Client]

var (
	_ idverify.FARProvider = (*Client)(nil)
	_ idverify.Verifier    = (*Client)(nil)
)

// New checks the configuration. It fails with CodeInvalidConfig, naming the field.
// Nothing is sent; the token is fetched by the first call.
func New(cfg Config) (*Client, error) {
	vendor, err := exchange.NewVendor(exchange.Settings{
		Name:           Name,
		DefaultBaseURL: DefaultBaseURL,
		Table:          table,
		Paths:          []string{path, tokenPath},
		RequestIDField: "log_id",
		Credentials: []exchange.Credential{
			{Field: "APIKey", Value: cfg.APIKey},
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
	controls, err := cfg.controls(vendor)
	if err != nil {
		return nil, err
	}
	client := &Client{vendor: vendor, tokens: cfg.source(vendor), similarity: rule, controls: controls}
	client.milder = exchange.IsMilder(client.Rules(), recommended)
	return client, nil
}

// Name is "baiduv4".
func (c *Client) Name() string { return Name }

// Accepts reports whether the evidence is an [idverify.PhotoEvidence], a
// [FaceTokenEvidence], a [PlainCapture] or a [SealedCapture].
func (c *Client) Accepts(ev idverify.Evidence) bool { return accepts(ev) }

// Rules returns the rules of the checks that a pass needs.
func (c *Client) Rules() []idverify.Rule {
	rules := []idverify.Rule{c.similarity}
	for _, rule := range []idverify.Rule{livenessRules[c.controls.liveness], syntheticRules[c.controls.synthetic]} {
		if isOn(rule) {
			rules = append(rules, rule)
		}
	}
	return exchange.Published(rules...)
}

// WithMaxFAR returns a copy of the client with a published similarity threshold
// whose false-accept rate is at most rate; the only published rate is 1e-4, at 80.
// The copy uses the same access token.
func (c *Client) WithMaxFAR(rate float64) (idverify.Provider, error) {
	rule, err := c.vendor.MaxFAR(c.similarity, rate)
	if err != nil {
		return nil, err
	}
	strict := *c
	strict.similarity = rule
	strict.milder = exchange.IsMilder(strict.Rules(), recommended)
	return &strict, nil
}

// Ask makes one exchange with the vendor, and a second one when the vendor refuses
// the access token, which it does before it processes the request. It makes a third one
// when the second used the token of another process, and that was refused too. A
// decision is a Result whose [Reply] is the vendor's answer; anything else is an
// *idverify.Error.
func (c *Client) Ask(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
	a := &asking{client: c}
	return c.vendor.Ask(ctx, q, exchange.Steps{Milder: c.milder, Encode: c.encode, Sign: a.sign, Refused: a.refused, Decode: a.answered})
}

// Verify is Ask without an [idverify.Client].
func (c *Client) Verify(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
	return idverify.VerifyWith(ctx, c, req)
}

// CloseIdleConnections closes the idle connections of the default transport. It
// does nothing to HTTP.Client.
func (c *Client) CloseIdleConnections() { c.vendor.CloseIdleConnections() }
