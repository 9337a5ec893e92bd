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
	// RequestIDField is the answer's field with the request id, by its path from
	// the top, as in "Response.RequestId". It is looked for even in an answer that
	// cannot be read whole. RequestIDHeader is the header of vendors who say it
	// there; an id of the answer's own outranks it.
	RequestIDField, RequestIDHeader string
	// Secrets are credentials, to be taken out of the vendor's messages.
	Secrets []redact.Secret
	Now     func() time.Time

	skew skew
	keys keys
}

// Call is one verification under way.
type Call struct {
	Exchange

	ctx      context.Context // of the call
	own      httpx.Request   // with what Steps.Sign added
	ahead    time.Duration   // of this machine's clock is the one that is signed for
	warnings []idverify.Warning
}

// Steps are what is a vendor's own on the way of a verification. [Vendor.Ask] is the
// way.
type Steps struct {
	// Milder says that the client's rules are milder than the vendor recommends:
	// every result warns of it.
	Milder bool
	// Encode makes the request of the question. It opens media, and sends nothing.
	Encode func(*Call) (httpx.Request, error)
	// Sign adds what proves who asks: a signature for the time of [Call.At], or an
	// access token. It comes last, so that a slow disk costs none of a signature's life.
	// Nil for a vendor that finds the credentials in the request.
	Sign func(*Call, *httpx.Request) error
	// Refused reports whether an error says that the vendor refused what Sign added,
	// before it looked at the person, and that another Sign may help. The exchange
	// is then made once more. Nil stands for [Call.RefusedForTime].
	Refused func(*Call, error) bool
	// Decode makes a decision or an error of the answer.
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

// At is the time to sign for: now, by the vendor's clock as far as it is known.
func (c *Call) At() time.Time { return c.Now().Add(c.ahead) }

// Clock is At for a hook that signs: it may be left behind, and must not look at a call
// that has gone on.
func (c *Call) Clock() func() time.Time {
	now, ahead := c.Now, c.ahead
	return func() time.Time { return now().Add(ahead) }
}

// Warn adds a warning to the result. What Subject gave is shared, and copied.
func (c *Call) Warn(w idverify.Warning) { c.warnings = append(slices.Clip(c.warnings), w) }

// Suspect makes an attack of whatever the scores decide: the vendor says of the
// capture itself that it cannot be trusted.
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
