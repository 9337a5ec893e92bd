package aliyun

import (
	"cmp"
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/redact"
)

// Name is the vendor's name in results and errors.
const Name = "aliyun"

// DefaultBaseURL is the vendor's central address. The regions Shanghai and Beijing
// have their own, such as https://cloudauth.cn-shanghai.aliyuncs.com.
const DefaultBaseURL = "https://cloudauth.aliyuncs.com"

// idleTimeout is shorter than the ten seconds after which resets were reported.
const idleTimeout = 5 * time.Second

// Config is an account at Alibaba Cloud. It prints without its credentials, except
// where fmt bypasses its methods: under %p, and in an unexported field of another
// struct, in some cases even behind a pointer. Do not keep it in an unexported
// field of a struct that may be printed; keep the [Client].
type Config struct {
	configMask

	// AccessKeyID and AccessKeySecret are a key of a RAM user. Required, unless
	// Credentials is set.
	AccessKeyID, AccessKeySecret string
	// Credentials returns the key for each attempt, temporary (STS) or rotating; see
	// [idverify.Credentials]. AccessKeyID and AccessKeySecret must then be empty.
	// Default none.
	Credentials func(context.Context) (idverify.Credentials, error)

	// SceneID is the id of the scene in the vendor's console, in decimal digits.
	// Required.
	SceneID string

	// Model says how the vendor checks for presentation attacks. Default
	// FrontCamera.
	Model Model
	// Crop lets the vendor crop the picture to the face. Default false.
	Crop bool
	// PhotoURLs allows [idverify.PhotoURL]. The vendor's pages disagree on whether
	// it fetches any address, or only those of an Alibaba Cloud bucket that was
	// opened to it; it waits three seconds. Default false: a PhotoURL is then
	// skipped, and other evidence of the Request, or another vendor, is used.
	PhotoURLs bool

	// HTTP configures the connection to the vendor. Its Clock gives the time for
	// signatures. When the vendor refuses a signature because of its time, the vendor's
	// Date header is used from then on. The default of IdleTimeout is 5 seconds.
	HTTP idverify.HTTP
}

type configMask = redact.Mask[Config]

// Client verifies with one account. It is safe for concurrent use.
type Client struct {
	clientMask
	vendor    *exchange.Vendor
	scene     string
	model     Model
	crop      bool
	photoURLs bool
	query     url.Values // the same for every request
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
		RequestIDField: "RequestId",
		Key: &exchange.SigningKey{
			ID:          exchange.Credential{Field: "AccessKeyID", Value: cfg.AccessKeyID},
			Secret:      exchange.Credential{Field: "AccessKeySecret", Value: cfg.AccessKeySecret},
			Credentials: cfg.Credentials,
		},
		IdleTimeout: idleTimeout,
		HTTP:        cfg.HTTP,
	})
	if err != nil {
		return nil, err
	}
	c := &Client{vendor: vendor, scene: cfg.SceneID, model: cmp.Or(cfg.Model, FrontCamera), crop: cfg.Crop, photoURLs: cfg.PhotoURLs}
	c.query = url.Values{"Model": {string(c.model)}}
	switch {
	case isKeyID(cfg.AccessKeySecret) && !isKeyID(cfg.AccessKeyID):
		return nil, vendor.Misconfigured("AccessKeySecret", "looks like an AccessKeyID: the two may be swapped")
	case !isScene(cfg.SceneID):
		return nil, vendor.Misconfigured("SceneID", "must be the decimal digits of the console, at most 18 of them")
	case !c.model.isKnown():
		return nil, vendor.Misconfigured("Model", "must be FrontCamera, RearCamera or NoLiveness")
	}
	return c, nil
}

// isKeyID reports whether a text begins like the ids of permanent keys.
func isKeyID(key string) bool { return strings.HasPrefix(key, "LTAI") }

// isScene reports whether a text is a number that fits the vendor's 64 bits.
func isScene(id string) bool {
	return id != "" && len(id) <= 18 && strings.Trim(id, "0123456789") == "" && strings.Trim(id, "0") != ""
}

// Name is "aliyun".
func (c *Client) Name() string { return Name }

// Accepts reports whether the evidence is an [idverify.PhotoEvidence], an
// [OSSObjectEvidence], a [CertifyIDEvidence], or, with Config.PhotoURLs, an
// [idverify.PhotoURLEvidence].
func (c *Client) Accepts(ev idverify.Evidence) bool {
	switch ev.(type) {
	case idverify.PhotoEvidence, OSSObjectEvidence, CertifyIDEvidence:
		return true
	case idverify.PhotoURLEvidence:
		return c.photoURLs
	}
	return false
}

// Rules returns the rules of the checks that a pass needs.
func (c *Client) Rules() []idverify.Rule { return exchange.Published(similarity) }

// WithMaxFAR always fails with CodeInvalidConfig: the vendor publishes no
// false-accept rate for this interface.
func (c *Client) WithMaxFAR(rate float64) (idverify.Provider, error) {
	_, err := c.vendor.MaxFAR(similarity, rate)
	return nil, err
}

// Ask makes one exchange with the vendor, and a second one when the vendor refuses
// the signature because this machine's clock is wrong, which it does before it
// processes the request. A decision is a Result whose [Reply] is the vendor's
// answer; anything else is an *idverify.Error.
func (c *Client) Ask(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
	return c.vendor.Ask(ctx, q, exchange.Steps{Milder: c.model == NoLiveness, Encode: c.encode, Sign: c.sign, Decode: c.decode})
}

// Verify is Ask without an [idverify.Client].
func (c *Client) Verify(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
	return idverify.VerifyWith(ctx, c, req)
}

// CloseIdleConnections closes the idle connections of the default transport. It
// does nothing to HTTP.Client.
func (c *Client) CloseIdleConnections() { c.vendor.CloseIdleConnections() }
