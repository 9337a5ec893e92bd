// Package exchange has what every vendor's package needs for one exchange: it reads
// the request, sends it, turns transport failures into errors, looks up codes in the
// vendor's table and judges scores. A vendor's package adds only its own parts:
// protocol, code table, rules.
package exchange

import (
	"context"
	"slices"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/redact"
)

// Vendor is what all calls with one account share.
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

	ctx         context.Context // of this call
	own         httpx.Request   // including what Steps.Sign added
	ahead       time.Duration   // how far ahead of our clock the signature's time is
	signedAgain bool            // for another time
	warnings    []idverify.Warning
}

// Steps are the vendor-specific parts of a verification. [Vendor.Ask] runs them.
type Steps struct {
	// Milder says that the client's rules are milder than the vendor recommends:
	// every result then has a warning.
	Milder bool
	// Encode makes the request for the question. It opens media, but sends nothing.
	Encode func(*Call) (httpx.Request, error)
	// Sign adds the authentication: a signature for the time of [Call.At], or an access
	// token. It runs last, so that a slow disk does not use up a signature's lifetime.
	// Nil for a vendor whose credentials are already in the request.
	Sign func(*Call, *httpx.Request) error
	// Refused reports whether the vendor refused what Sign added, before it looked at
	// the person, and whether signing again may help. Then another exchange is made.
	// It is called after every exchange that failed, and must soon say no. Nil means
	// [Call.RefusedForTime].
	Refused func(*Call, error) bool
	// Decode turns the answer into a decision or an error.
	Decode func(*Call) (*idverify.Result, error)
}

// Ask verifies: it makes one exchange, and another one where the vendor refused the
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

// signed makes one exchange, and another one as long as refused says so. An error of
// sign is never the vendor's refusal of a signature.
func (c *Call) signed(sign func() error, round func() (*idverify.Result, error), refused func(*Call, error) bool) (*idverify.Result, error) {
	c.ahead = c.skew.get()
	said := func(err error) error { return err }
	for {
		if err := sign(); err != nil {
			return nil, said(err)
		}
		res, err := round()
		if err == nil {
			return c.warnOfSkew(res), nil
		}
		if !refused(c, err) {
			return nil, said(err)
		}
		said = resent
	}
}

// Begin starts a call for a question. If it fails, nothing was opened or sent.
func (v *Vendor) Begin(ctx context.Context, q *idverify.Question) (*Call, error) {
	if err := v.unmade(); err != nil {
		return nil, err
	}
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

// Context is the context of the call.
func (c *Call) Context() context.Context { return c.ctx }

// At is the time to sign with: now, corrected by the known difference to the vendor's
// clock.
func (c *Call) At() time.Time { return c.Now().Add(c.ahead) }

// Clock is At for a signing hook. The hook may be abandoned, and then must not read a
// call that continues.
func (c *Call) Clock() func() time.Time {
	now, ahead := c.Now, c.ahead
	return func() time.Time { return now().Add(ahead) }
}

// Warn adds a warning to the result. The slice from Subject is shared, so it is
// copied.
func (c *Call) Warn(w idverify.Warning) { c.warnings = append(slices.Clip(c.warnings), w) }

// Suspect makes the outcome an attack whatever the scores are, because the vendor
// says that the capture itself cannot be trusted.
func (c *Call) Suspect() { c.suspect = true }

// Send makes the exchange. If the request is signed, the body's digest is computed
// first. The error is an *idverify.Error.
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
