package exchange

import (
	"context"
	"errors"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/httpx"
)

// Every error of a vendor's package is made here, so that none says of a request
// that it was not sent and yet billed. An error is never changed after it was
// made: whoever needs another takes a copy and changes that.

// Misconfigured is the error for a field of the vendor's Config.
func (v *Vendor) Misconfigured(field, problem string) *idverify.Error {
	return v.notSent(idverify.CodeInvalidConfig, field, field+" "+problem, nil)
}

// Refuse is an error found before anything was sent.
func (v *Vendor) Refuse(code idverify.Code, field, detail string) *idverify.Error {
	return v.notSent(code, field, detail, nil)
}

// RefuseFor is Refuse with a cause, whose text is not printed.
func (v *Vendor) RefuseFor(cause error, code idverify.Code, field, detail string) *idverify.Error {
	return v.notSent(code, field, detail, cause)
}

// Gone is the error for a caller whose context ended, with this cause, before
// anything was sent.
func (v *Vendor) Gone(cause error) *idverify.Error {
	code := idverify.CodeTimeout
	if errors.Is(cause, context.Canceled) {
		code = idverify.CodeCanceled
	}
	return v.notSent(code, "", "the caller's context had ended before anything was sent", cause)
}

func (v *Vendor) notSent(code idverify.Code, field, detail string, cause error) *idverify.Error {
	return &idverify.Error{
		Code: code, Vendor: v.Name, Field: field, Detail: detail,
		Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo, Err: cause,
	}
}

// named is a copy of an error of the request's own checks with the vendor's name.
func (v *Vendor) named(err error) error {
	var e *idverify.Error
	if !errors.As(err, &e) {
		return err
	}
	own := *e
	own.Vendor = v.Name
	return &own
}

// failed turns an *httpx.Failure into the error the caller gets.
func (c *Call) failed(err error) *idverify.Error {
	var f *httpx.Failure
	if !errors.As(err, &f) {
		return &idverify.Error{
			Code: idverify.CodeUnknown, Vendor: c.Name, Delivery: idverify.DeliveryUnanswered, Err: err,
			RequestID: c.id(), Detail: "the exchange failed in a way that was not foreseen",
		}
	}
	e := idverify.Error{
		Code: failureCode(f), Vendor: c.Name, Detail: f.Detail, HTTPStatus: f.Status,
		RequestID: c.id(), Delivery: idverify.DeliveryUnanswered, RetryAfter: f.RetryAfter(c.Now()), Err: f,
	}
	if f.Kind == httpx.Media {
		e.Field = "Evidence"
	}
	if !f.Sent && f.Status == 0 {
		// Without its last byte a request cannot have been worked on.
		e.Delivery, e.Billed, e.RequestID = idverify.DeliveryNotSent, idverify.BilledNo, c.requestID
	}
	return &e
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
	}
	return idverify.CodeNetwork
}

// Bad is the error for an answer that cannot be read: nobody knows whether the
// vendor did the work.
func (c *Call) Bad(detail string) *idverify.Error {
	return &idverify.Error{
		Code:       idverify.CodeBadResponse,
		Vendor:     c.Name,
		Detail:     detail,
		RequestID:  c.id(),
		HTTPStatus: c.response.Status,
		RetryAfter: httpx.RetryAfter(c.response.Header, c.Now()),
		Delivery:   idverify.DeliveryUnanswered,
	}
}

// badScore is the error for an answer of success with a score that cannot be
// used: it was worked on, and is billed as success is.
func (c *Call) badScore(field, problem string, success idverify.VendorCode, reply any) *idverify.Error {
	return &idverify.Error{
		Code:       idverify.CodeBadResponse,
		Vendor:     c.Name,
		Field:      field,
		Detail:     problem,
		VendorCode: success.Code,
		RequestID:  c.id(),
		HTTPStatus: c.response.Status,
		RetryAfter: httpx.RetryAfter(c.response.Header, c.Now()),
		Billed:     success.Billed,
		Delivery:   idverify.DeliveryAnswered,
		Reply:      reply,
	}
}

// coded is the error that a row of the table says.
func (c *Call) coded(row idverify.VendorCode, said Said, message idverify.Sensitive) *idverify.Error {
	return &idverify.Error{
		Code:          row.Meaning,
		Vendor:        c.Name,
		Detail:        row.Note + said.Detail,
		VendorCode:    row.Code,
		VendorReason:  row.Reason,
		VendorMessage: message,
		RequestID:     c.id(),
		HTTPStatus:    c.response.Status,
		RetryAfter:    httpx.RetryAfter(c.response.Header, c.Now()),
		Billed:        row.Billed,
		Delivery:      row.Delivery,
		Reply:         said.Reply,
	}
}
