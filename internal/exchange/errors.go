package exchange

import (
	"cmp"
	"context"
	"errors"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/timelimit"
)

// Every error of a vendor's package is made here, so that no error can say "not
// sent" and "billed" at once. An error is never changed after it was made; to
// change one, copy it first.

// Misconfigured makes the error for a field of the vendor's Config.
func (v *Vendor) Misconfigured(field, problem string) *idverify.Error {
	return v.notSent(idverify.CodeInvalidConfig, field, field+" "+problem, nil)
}

// unmade is the error of a client that its package's New did not make, nil for one
// that it did.
func (v *Vendor) unmade() error {
	if v == nil || v.HTTP == nil {
		return new(Vendor).Misconfigured("Client", "was not made by New")
	}
	return nil
}

// Refuse makes an error for a problem found before anything was sent.
func (v *Vendor) Refuse(code idverify.Code, field, detail string) *idverify.Error {
	return v.notSent(code, field, detail, nil)
}

// RefuseFor is Refuse with a cause, whose text is not printed.
func (v *Vendor) RefuseFor(cause error, code idverify.Code, field, detail string) *idverify.Error {
	return v.notSent(code, field, detail, cause)
}

// Gone makes the error for a context that ended before anything was sent.
func (v *Vendor) Gone(ctx context.Context) *idverify.Error {
	code := idverify.CodeTimeout
	if errors.Is(ctx.Err(), context.Canceled) {
		code = idverify.CodeCanceled
	}
	return v.notSent(code, "", timelimit.Ended(ctx)+" before anything was sent", ctx.Err())
}

// Panicked makes the error of an exchange whose transport panicked, for callers that
// share it or come later. The first caller gets the panic itself.
func (v *Vendor) Panicked() *idverify.Error {
	return &idverify.Error{Code: idverify.CodeUnknown, Vendor: v.Name, Delivery: idverify.DeliveryUnanswered, Detail: "the transport panicked"}
}

func (v *Vendor) notSent(code idverify.Code, field, detail string, cause error) *idverify.Error {
	return &idverify.Error{
		Code: code, Vendor: v.Name, Field: field, Detail: detail,
		Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo, Err: cause,
	}
}

// failed turns an *httpx.Failure into the error the caller gets.
func (x *Exchange) failed(err error) *idverify.Error {
	var f *httpx.Failure
	if errors.As(err, &f) && f.Kind == httpx.Unsigned {
		return x.unsigned(f)
	}
	if f == nil {
		return &idverify.Error{
			Code: idverify.CodeUnknown, Vendor: x.Name, Delivery: idverify.DeliveryUnanswered, Err: err,
			RequestID: x.id(), Detail: "the exchange failed for an unexpected reason",
		}
	}
	p := page{code: failureCode(f), delivery: idverify.DeliveryUnanswered, field: x.failureField(f)}
	if f.Status != 0 && f.Kind != httpx.Canceled && !x.partly {
		if said := x.pageOf(f.Status); said.delivery == idverify.DeliveryRefused {
			p = said
		}
	}
	e := idverify.Error{
		Code: p.code, Vendor: x.Name, Field: p.field, Detail: p.explain(f.Detail), HTTPStatus: f.Status,
		RequestID: x.id(), Delivery: p.delivery, Billed: p.billed(), RetryAfter: f.RetryAfter(x.Now()), Err: f,
	}
	if !f.Sent && f.Status == 0 {
		// Without its last byte the vendor cannot have processed a request.
		e.Delivery, e.Billed, e.RequestID = idverify.DeliveryNotSent, idverify.BilledNo, x.requestID
	}
	return &e
}

// unsigned is the error of a request that could not be signed. It was not sent,
// whatever the signer's error says.
func (x *Exchange) unsigned(f *httpx.Failure) *idverify.Error {
	var known *idverify.Error
	if !errors.As(f.SigningError(), &known) {
		return x.notSent(idverify.CodeUnknown, "", f.Detail, f)
	}
	return x.Unsent(known)
}

// Unsent returns a copy of an error with delivery "not sent", for an error made
// before anything was sent.
func (v *Vendor) Unsent(e *idverify.Error) *idverify.Error {
	own := *e
	own.Vendor, own.Delivery, own.Billed = v.Name, idverify.DeliveryNotSent, idverify.BilledNo
	return &own
}

func (x *Exchange) failureField(f *httpx.Failure) string {
	switch f.Kind {
	case httpx.Media:
		return "Evidence"
	case httpx.Misconfigured:
		return "HTTP." + f.Field
	}
	return ""
}

func failureCode(f *httpx.Failure) idverify.Code {
	switch f.Kind {
	case httpx.Timeout:
		return idverify.CodeTimeout
	case httpx.Canceled:
		return idverify.CodeCanceled
	case httpx.Media:
		return idverify.CodeUnreadableEvidence
	case httpx.BadAnswer:
		return idverify.CodeBadResponse
	case httpx.Misconfigured:
		return idverify.CodeInvalidConfig
	}
	return idverify.CodeNetwork
}

// Foreign is the error for an answer that does not have the vendor's format. A server
// on the way sent it, and its HTTP status gives the meaning, unless the answer shows
// that the vendor did the work.
func (x *Exchange) Foreign(problem string) *idverify.Error {
	if x.hasWorked() {
		return x.foreign(otherPage, problem)
	}
	return x.foreign(x.pageOf(x.response.Status), problem)
}

func (x *Exchange) foreign(p page, problem string) *idverify.Error {
	return &idverify.Error{
		Code:       p.code,
		Vendor:     x.Name,
		Field:      p.field,
		Detail:     p.explain(problem),
		RequestID:  x.id(),
		HTTPStatus: x.response.Status,
		RetryAfter: httpx.RetryAfter(x.response.Header, x.Now()),
		Billed:     p.billed(),
		Delivery:   p.delivery,
	}
}

// Bad makes the error for an answer that contradicts itself or the vendor's
// documents: whether the vendor did the work is unknown.
func (x *Exchange) Bad(detail string) *idverify.Error {
	return &idverify.Error{
		Code:       idverify.CodeBadResponse,
		Vendor:     x.Name,
		Detail:     detail,
		RequestID:  x.id(),
		HTTPStatus: x.response.Status,
		RetryAfter: httpx.RetryAfter(x.response.Header, x.Now()),
		Delivery:   idverify.DeliveryUnanswered,
	}
}

// BadFor is Bad with a cause, whose text is not printed.
func (x *Exchange) BadFor(cause error, detail string) *idverify.Error {
	own := *x.Bad(detail)
	own.Err = cause
	return &own
}

// badScore makes the error for a success with an unusable score: the vendor did the
// work, and bills it as a success.
func (c *Call) badScore(field, problem string, success idverify.CodeRow, reply any) *idverify.Error {
	return &idverify.Error{
		Code:       idverify.CodeBadResponse,
		Vendor:     c.Name,
		Field:      field,
		Detail:     problem,
		VendorCode: success.VendorCode,
		RequestID:  c.id(),
		HTTPStatus: c.response.Status,
		RetryAfter: httpx.RetryAfter(c.response.Header, c.Now()),
		Billed:     c.billed(success),
		Delivery:   idverify.DeliveryAnswered,
		Reply:      reply,
	}
}

// Contradiction is the error for an answer with two statements that cannot both be
// true. It ends the call. The cost is what the answer itself says, or yes if the
// code's row says so: if one of the statements means free, the other may not.
func (c *Call) Contradiction(said Said, field, detail string) *idverify.Error {
	row, listed := c.Table.Find(said.Code, said.Reasons...)
	if !listed {
		row = c.unlisted(said)
	}
	return c.contradicts(row, said.Reply, field, detail)
}

// Incomplete makes the error for an answer that lacks something its code promises.
// The vendor did the work, and charges as the code's row says.
func (c *Call) Incomplete(said Said, field string) *idverify.Error {
	row, _ := c.Table.Find(said.Code, said.Reasons...)
	e := *c.badScore(field, field+" is missing", row, said.Reply)
	e.VendorReason = row.VendorReason
	return &e
}

func (c *Call) contradicts(row idverify.CodeRow, reply any, field, detail string) *idverify.Error {
	e := *c.badScore(field, detail, row, reply)
	e.VendorReason, e.Contradiction, e.Billed = row.VendorReason, true, c.charged
	if e.Billed == idverify.BilledUnknown && row.Billed == idverify.BilledYes {
		e.Billed = idverify.BilledYes
	}
	return &e
}

// Astray makes the error for an answer that names another question. It may be about
// another person, so nothing of it is shown, not even its id, and it ends the call.
// The outcome of this call's own question is unknown.
func (c *Call) Astray(field string) *idverify.Error {
	c.response.Abandon()
	e := *c.Bad(field + " names another call: the answer is not to this one")
	e.Field, e.Contradiction, e.RequestID = field, true, c.OwnID
	return &e
}

// coded makes the error of a table row.
func (x *Exchange) coded(row idverify.CodeRow, said Said) *idverify.Error {
	wait := cmp.Or(httpx.RetryAfter(x.response.Header, x.Now()), said.RetryAfter)
	if refusesPerson(row.Code) {
		wait = 0 // no program should wait for it
	}
	return &idverify.Error{
		Code:          row.Code,
		Vendor:        x.Name,
		Field:         said.Field,
		Detail:        row.Note + said.Detail + x.clockNote(row),
		VendorCode:    row.VendorCode,
		VendorReason:  row.VendorReason,
		VendorMessage: x.message(said),
		RequestID:     x.id(),
		HTTPStatus:    x.response.Status,
		RetryAfter:    wait,
		Billed:        x.billed(row),
		Delivery:      row.Delivery,
		NoRepeat:      row.NoRepeat,
		Reply:         said.Reply,
	}
}

// resent returns a copy of the last exchange's error that covers those before. The
// vendor refused them because of their token or signature, so they did leave this
// machine.
func resent(err error) error {
	var e *idverify.Error
	if !errors.As(err, &e) {
		return err
	}
	own := *e
	if own.Delivery == idverify.DeliveryNotSent {
		own.Delivery = idverify.DeliveryRefused
	}
	return &own
}
