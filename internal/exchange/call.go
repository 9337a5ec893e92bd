// Package exchange is what every vendor's package does in the same way around
// its one exchange: take the request apart, send, turn transport failures into
// errors, look codes up in the vendor's table and judge scores. A vendor's
// package keeps what is the vendor's own: protocol, code table, rules.
package exchange

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/redact"
)

// Vendor is what all calls to one account have in common.
type Vendor struct {
	Name  string
	HTTP  *httpx.Client
	Table *Table
	// RequestIDField is the answer's top-level field with the request id; it
	// is looked for even in an answer that cannot be read whole.
	RequestIDField string
	// Secrets are credentials, to be taken out of the vendor's messages.
	Secrets []redact.Secret
	Now     func() time.Time

	skew skew
}

// Call is one verification under way.
type Call struct {
	*Vendor
	Subject   idverify.Subject
	Evidence  idverify.Evidence
	Reference string
	// Milder says that the client's rules are milder than the vendor recommends:
	// every result warns of it.
	Milder bool
	// OwnID is our id of the call, where the vendor is sent one. It is the
	// request id when the answer has none or did not come.
	OwnID string

	ctx       context.Context // of the call, for looking at media
	response  *httpx.Response
	requestID string
	warnings  []idverify.Warning
	suspect   bool
	secrets   []string
	room      [roomForSecrets]string // for them
	address   string                 // of the picture, one of them

	identifier, shown string // the last that was looked at: an answer's own id is, more than once
}

// roomForSecrets is what most calls hide: name, number, credentials, and a token
// or a signature.
const roomForSecrets = 6

// Begin checks the request and picks the evidence that the provider accepts.
// Nothing has been opened or sent when it fails.
func (v *Vendor) Begin(ctx context.Context, p idverify.Provider, req *idverify.Request) (*Call, error) {
	subject, err := req.Subject()
	if err == nil && (len(req.Evidence) == 0 || slices.Contains(req.Evidence, nil)) {
		err = req.Validate()
	}
	if err != nil {
		return nil, v.named(err)
	}
	evidence, ok := idverify.Accepted(p, req)
	if !ok {
		return nil, v.Refuse(idverify.CodeUnsupportedEvidence, "Evidence", "none of the evidence given is of a form that this vendor reads")
	}
	if ctx.Err() != nil {
		return nil, v.Gone(ctx)
	}
	call := &Call{
		Vendor:    v,
		Subject:   subject,
		Evidence:  evidence,
		Reference: req.Reference,
		ctx:       ctx,
	}
	call.secrets = call.room[:0]
	call.Hide(subject.Name(), subject.IDNumber())
	for _, s := range v.Secrets {
		call.Hide(s.Reveal())
	}
	return call, nil
}

// Hide adds to what is taken out of the vendor's messages.
func (c *Call) Hide(secrets ...string) {
	c.secrets = append(c.secrets, secrets...)
	c.identifier, c.shown = "", ""
}

// Scrub takes out of a vendor's text what the request said of the person, and
// every credential.
func (c *Call) Scrub(text string) string { return redact.Scrub(text, c.secrets...) }

// Identifier is Scrub for a text that is shown where it looks like an
// identifier: nothing is left of one that still tells a part of the person or of
// what else is hidden, or tells it in base64 or hexadecimal. Only of the picture's
// address the caller's own reference may have as much as it likes: pictures are
// called after it.
func (c *Call) Identifier(text string) string {
	if text != c.identifier {
		c.identifier, c.shown = text, c.identify(text)
	}
	return c.shown
}

func (c *Call) identify(text string) string {
	text = c.Scrub(text)
	var spelling redact.Spelling
	spelling.Read(text)
	if spelling.Tells(tellingOfThePerson, c.Subject.Name(), c.Subject.IDNumber()) {
		return redact.Hidden
	}
	for _, secret := range c.secrets {
		telling := tellingOfAKey
		if secret == c.address {
			telling = tellingOfAnAddress
		}
		isOurs := secret == c.address && text == c.Reference
		if !isOurs && spelling.Tells(telling, secret) {
			return redact.Hidden
		}
	}
	return text
}

// So many bytes in a row tell too much. Identifiers are full of dates, which have
// eight; nine of a person's are chance once in millions of identifiers. Keys are
// longer, and full of words. Pictures are called after orders and the second of
// their upload; what signs an address is longer than that.
const (
	tellingOfThePerson = 9
	tellingOfAKey      = 12
	tellingOfAnAddress = 24
)

// Warn adds a warning to the result. What Subject gave is shared, and copied.
func (c *Call) Warn(w idverify.Warning) { c.warnings = append(slices.Clip(c.warnings), w) }

// Suspect makes an attack of whatever the scores decide: the vendor says of the
// capture itself that it cannot be trusted.
func (c *Call) Suspect() { c.suspect = true }

// Send makes the exchange. Its error is an *idverify.Error.
func (c *Call) Send(ctx context.Context, req httpx.Request) error {
	c.requestID, c.warnings, c.suspect = "", c.Subject.Warnings(), false
	if c.Milder {
		c.Warn(idverify.WarnThresholdBelowRecommended)
	}
	response, err := c.HTTP.Do(ctx, req)
	if err != nil {
		var f *httpx.Failure
		if errors.As(err, &f) {
			c.SetRequestID(findText(f.Partial(), c.RequestIDField))
		}
		return c.failed(err)
	}
	c.response = response
	return nil
}

// OK reports whether the answer came with the HTTP status of success.
func (c *Call) OK() bool { return c.response.Status == http.StatusOK }

// ServerFailed reports whether the answer came with an HTTP status that says so.
func (c *Call) ServerFailed() bool { return c.response.Status >= http.StatusInternalServerError }

// AnsweredAt is the vendor's own time of the answer, from its Date header.
func (c *Call) AnsweredAt() (time.Time, bool) {
	t, err := http.ParseTime(c.response.Header.Get("Date"))
	return t, err == nil
}

// id is the vendor's id of the call, or our own when there is none.
func (c *Call) id() string { return cmp.Or(c.requestID, c.OwnID) }

// SetRequestID keeps the vendor's id of the call for the result or error. What
// does not look like one stands in the typed reply only, unless it tells of the
// person.
func (c *Call) SetRequestID(id string) { c.requestID = redact.Word(c.Identifier(id)) }
