// Package nearface is a provider for a made-up vendor that idverify does not know. It
// shows what you have to write and what the kit does for you. Copy it.
package nearface

import (
	"context"
	"net/http"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/providerkit"
)

// Config is an account at NearFace. It prints only its name.
type Config struct {
	configMask

	// Key is the account's key, from the vendor's console. Required.
	Key string
	// HTTP is how the vendor is reached.
	HTTP idverify.HTTP
}

type configMask = providerkit.Mask[Config]

// Client asks with one account.
type Client struct {
	clientMask
	vendor     *providerkit.Vendor
	key        idverify.Sensitive // always prints as [hidden]
	similarity idverify.Rule
}

type clientMask = providerkit.Mask[Client]

// From the vendor's documents: the score's scale, the threshold for the same person,
// and its false accept rate.
var similarity = idverify.Rule{
	Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Min: 0, Max: 100}, Pass: idverify.AtLeast, Threshold: 80,
	FAR: []idverify.FARStep{{Threshold: 80, Rate: 1e-4}, {Threshold: 90, Rate: 1e-5}},
}

var codes = []idverify.CodeRow{
	{VendorCode: "0", Code: idverify.CodeMatch, Billed: idverify.BilledYes}, // compared: the score decides
	{VendorCode: "1001", Code: idverify.CodeIdentityMismatch, Billed: idverify.BilledYes},
	{VendorCode: "2001", Code: idverify.CodeNoFace, Billed: idverify.BilledNo},
	{VendorCode: "4001", Code: idverify.CodeUnauthorized, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused},
	{VendorCode: "4290", Code: idverify.CodeRateLimited, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused},
	{VendorCode: "5001", Code: idverify.CodeVendorUnavailable}, // the documents do not say what it costs
}

// New fails with CodeInvalidConfig and the name of the field.
func New(cfg Config) (*Client, error) {
	vendor, err := providerkit.New(providerkit.Config{
		Name: "nearface", DefaultBaseURL: "https://api.nearface.invalid", Keys: map[string]string{"Key": cfg.Key},
		Codes: codes, RequestIDField: "id", HTTP: cfg.HTTP,
	})
	if err != nil {
		return nil, err
	}
	return &Client{vendor: vendor, key: idverify.NewSensitive(cfg.Key), similarity: similarity}, nil
}

// Name is "nearface".
func (c *Client) Name() string { return c.vendor.Name() }

// Accepts reports whether the evidence is a photo.
func (c *Client) Accepts(ev idverify.Evidence) bool { _, ok := ev.(idverify.PhotoEvidence); return ok }

// Rules are the checks that a pass needs.
func (c *Client) Rules() []idverify.Rule { return []idverify.Rule{c.similarity} }

// WithMaxFAR returns a client that uses the vendor's published threshold for this
// false accept rate.
func (c *Client) WithMaxFAR(rate float64) (idverify.Provider, error) {
	rule, err := c.vendor.MaxFAR(c.similarity, rate)
	if err != nil {
		return nil, err
	}
	strict := *c
	strict.similarity = rule
	return &strict, nil
}

// Ask makes one exchange.
func (c *Client) Ask(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
	return c.vendor.Ask(ctx, q, providerkit.Steps{Encode: c.encode, Decode: c.decode})
}

// Verify is Ask without an idverify.Client.
func (c *Client) Verify(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
	return idverify.VerifyWith(ctx, c, req)
}

func (c *Client) encode(call *providerkit.Call) (req providerkit.Request, err error) {
	photo, err := call.Photo(call.Evidence().(idverify.PhotoEvidence).Media(), idverify.PhotoLimits{
		Formats: []idverify.PhotoFormat{idverify.PhotoJPEG, idverify.PhotoPNG}, MaxBytes: 4 << 20})
	if err != nil {
		return req, err
	}
	req = providerkit.Request{Path: "/v2/compare", Header: http.Header{"X-Api-Key": {c.key.Reveal()}}}
	req.Body, err = call.JSON(
		providerkit.With("trace", call.Trace()),
		providerkit.With("person", providerkit.Object{
			providerkit.With("name", call.Subject().Name()), providerkit.With("number", call.Subject().IDNumber())}),
		providerkit.With("photo", photo),
	)
	return req, err
}

func (c *Client) decode(a *providerkit.Answer) (*idverify.Result, error) {
	var said struct {
		ID      providerkit.Remark `json:"id"`
		Trace   providerkit.Remark `json:"trace"`
		Code    providerkit.Text   `json:"code"`
		Message providerkit.Remark `json:"message"`
		Score   providerkit.Score  `json:"score"`
	}
	if err := a.JSON(&said); err != nil {
		return nil, err
	}
	a.RequestID(string(said.ID))
	a.Worked(said.Score.Pointer() != nil)
	switch said.Code {
	case "":
		return nil, a.Foreign("code is missing")
	case "0":
		if err := a.CheckTrace(string(said.Trace)); err != nil {
			return nil, err
		}
		return a.Judge("0", nil, providerkit.Measured{Field: "score", Score: said.Score, Rule: c.similarity})
	}
	return a.Coded(providerkit.Said{Code: string(said.Code), Message: string(said.Message)})
}
