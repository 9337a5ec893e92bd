// Package exchange has what every vendor's package needs around its one exchange:
// read the request, send, turn transport failures into errors, look up codes in the
// vendor's table and judge scores. A vendor's package has only what is specific to
// the vendor: protocol, code table, rules.
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
	// RequestIDField is the answer's field with the request id, by its path from
	// the top, as in "Response.RequestId". It is searched for even in an incomplete
	// answer. RequestIDHeader is for vendors that send the id in a header; an id in
	// the answer takes precedence.
	RequestIDField, RequestIDHeader string
	// Secrets are credentials, which are removed from the vendor's messages.
	Secrets []redact.Secret
	Now     func() time.Time

	skew skew
	keys keys
}

// Call is one verification in progress.
type Call struct {
	Exchange

	ctx      context.Context // of the call
	own      httpx.Request   // with what Steps.Sign added
	ahead    time.Duration   // of this machine's clock is the one that is signed for
	warnings []idverify.Warning
}

// Steps are the vendor-specific parts of a verification. [Vendor.Ask] runs them.
type Steps struct {
	// Milder says that the client's rules are milder than the vendor recommends:
	// every result warns of it.
	Milder bool
	// Encode makes the request of the question. It opens media, and sends nothing.
	Encode func(*Call) (httpx.Request, error)
	// Sign adds the authentication: a signature for the time of [Call.At], or an access
	// token. It runs last, so that a slow disk does not use up a signature's lifetime.
	// Nil for a vendor whose credentials are already in the request.
	Sign func(*Call, *httpx.Request) error
	// Refused reports whether the vendor refused what Sign added, before it looked
	// at the person, and whether signing again may help. The exchange is then made
	// once more. Nil means [Call.RefusedForTime].
	Refused func(*Call, error) bool
	// Decode turns the answer into a decision or an error.
	Decode func(*Call) (*idverify.Result, error)
}

// Ask verifies: it makes one exchange, and a second one where the vendor refused the
// first for its signature or token.
func (v *Vendor) Ask(ctx context.Context, q *idverify.Question, s Steps) (*idverify.Result, error) {
	call, err := v.Begin(ctx, q)
	if err != nil {
		return nil, err
	}
	call.milder = s.Milder
	req, err := s.Encode(call)
	if err != nil {
		return nil, err
	}
	if s.Sign == nil {
		return call.round(req, s)
	}
	refused := s.Refused
	if refused == nil {
		refused = (*Call).RefusedForTime
	}
	sign := func() error {
		call.own = req
		return s.Sign(call, &call.own)
	}
	return call.signed(sign, func() (*idverify.Result, error) { return call.round(call.own, s) }, refused)
}

// round makes one exchange.
func (c *Call) round(req httpx.Request, s Steps) (*idverify.Result, error) {
	if err := c.Send(c.ctx, req); err != nil {
		return nil, err
	}
	return s.Decode(c)
}

// signed makes one exchange, or two. An error of sign is none of the vendor's about a
// signature.
func (c *Call) signed(sign func() error, round func() (*idverify.Result, error), refused func(*Call, error) bool) (*idverify.Result, error) {
	c.ahead = c.skew.get()
	if err := sign(); err != nil {
		return nil, err
	}
	res, err := round()
	if err == nil {
		return c.warnOfSkew(res), nil
	}
	if !refused(c, err) {
		return nil, err
	}
	if err := sign(); err != nil {
		return nil, resent(err)
	}
	if res, err = round(); err != nil {
		refused(c, err)
		return nil, resent(err)
	}
	return c.warnOfSkew(res), nil
}

// Begin takes a question. Nothing has been opened or sent when it fails.
func (v *Vendor) Begin(ctx context.Context, q *idverify.Question) (*Call, error) {
	if q.Evidence() == nil {
		return nil, v.Refuse(idverify.CodeInvalidRequest, "Question", "a question is made by Request.Question")
	}
	if ctx.Err() != nil {
		return nil, v.Gone(ctx)
	}
	subject := q.Subject()
	call := &Call{
		Exchange: Exchange{Vendor: v, Subject: subject, Evidence: q.Evidence(), Reference: q.Reference()},
		ctx:      ctx,
	}
	call.secrets = call.room[:0]
	call.Hide(subject.Name(), subject.IDNumber())
	call.hideCredentials()
	return call, nil
}

// Context is the call's.
func (c *Call) Context() context.Context { return c.ctx }

// At is the time to sign with: now, by the vendor's clock as far as it is known.
func (c *Call) At() time.Time { return c.Now().Add(c.ahead) }

// Clock is At for a signing hook, which may be abandoned and must not read a call that
// has gone on.
func (c *Call) Clock() func() time.Time {
	now, ahead := c.Now, c.ahead
	return func() time.Time { return now().Add(ahead) }
}

// Warn adds a warning to the result. What Subject gave is shared, and copied.
func (c *Call) Warn(w idverify.Warning) { c.warnings = append(slices.Clip(c.warnings), w) }

// Suspect makes the outcome an attack whatever the scores say, because the vendor
// says that the capture itself cannot be trusted.
func (c *Call) Suspect() { c.suspect = true }

// Send makes the exchange. The body of a request that is signed is digested first.
// Its error is an *idverify.Error.
func (c *Call) Send(ctx context.Context, req httpx.Request) error {
	c.warnings, c.suspect = c.Subject.Warnings(), false
	if c.milder {
		c.Warn(idverify.WarnThresholdBelowRecommended)
	}
	if c.isTurned() {
		c.Warn(idverify.WarnPhotoRotatedByEXIF)
	}
	if req.Sign != nil {
		if _, err := c.Digest(req.Body); err != nil {
			return err
		}
	}
	return c.Exchange.Send(ctx, req)
}
