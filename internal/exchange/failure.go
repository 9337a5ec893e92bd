package exchange

import (
	"errors"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/httpx"
)

// failed turns an *httpx.Failure into the error the caller gets.
func (c *Call) failed(err error) *idverify.Error {
	var f *httpx.Failure
	if !errors.As(err, &f) {
		return &idverify.Error{
			Code: idverify.CodeUnknown, Vendor: c.Name, Delivery: idverify.DeliveryUnanswered, Err: err,
			RequestID: c.id(), Detail: "the exchange failed in a way that was not foreseen",
		}
	}
	if !f.Sent && f.Status == 0 {
		// Without its last byte a request cannot have been worked on.
		return &idverify.Error{
			Code: failureCode(f), Vendor: c.Name, Field: failureField(f), Detail: f.Detail, RequestID: c.requestID,
			Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo, RetryAfter: f.RetryAfter(c.Now()), Err: f,
		}
	}
	return &idverify.Error{
		Code: failureCode(f), Vendor: c.Name, Field: failureField(f), Detail: f.Detail, RequestID: c.id(),
		HTTPStatus: f.Status, Delivery: idverify.DeliveryUnanswered, RetryAfter: f.RetryAfter(c.Now()), Err: f,
	}
}

func failureField(f *httpx.Failure) string {
	if f.Kind == httpx.Media {
		return "Evidence"
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
	}
	return idverify.CodeNetwork
}
