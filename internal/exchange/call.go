// Package exchange is what every vendor's package does in the same way around
// its one exchange: take the request apart, send, turn transport failures into
// errors, look codes up in the vendor's table and judge scores. A vendor's
// package keeps what is the vendor's own: protocol, code table, rules.
package exchange

import (
	"context"
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
	Exchange
	// Milder says that the client's rules are milder than the vendor recommends:
	// every result warns of it.
	Milder bool

	ctx      context.Context // of the call, for looking at media
	warnings []idverify.Warning
	suspect  bool
}

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
		Exchange: Exchange{Vendor: v, Subject: subject, Evidence: evidence, Reference: req.Reference},
		ctx:      ctx,
	}
	call.secrets = call.room[:0]
	call.Hide(subject.Name(), subject.IDNumber())
	call.hideCredentials()
	return call, nil
}

// Warn adds a warning to the result. What Subject gave is shared, and copied.
func (c *Call) Warn(w idverify.Warning) { c.warnings = append(slices.Clip(c.warnings), w) }

// Suspect makes an attack of whatever the scores decide: the vendor says of the
// capture itself that it cannot be trusted.
func (c *Call) Suspect() { c.suspect = true }

// Send makes the exchange. Its error is an *idverify.Error.
func (c *Call) Send(ctx context.Context, req httpx.Request) error {
	c.warnings, c.suspect = c.Subject.Warnings(), false
	if c.Milder {
		c.Warn(idverify.WarnThresholdBelowRecommended)
	}
	return c.Exchange.Send(ctx, req)
}
