package exchange

import (
	"errors"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/httpx"
)

// Failed turns an *httpx.Failure into the error the caller gets.
func (v *Vendor) Failed(err error) *idverify.Error {
	var f *httpx.Failure
	if !errors.As(err, &f) {
		return &idverify.Error{
			Code: idverify.CodeUnknown, Vendor: v.Name, Sent: true, Ambiguous: true, Err: err,
			Detail: "the exchange failed in a way that was not foreseen",
		}
	}
	e := &idverify.Error{
		Code:       failureCode(f),
		Vendor:     v.Name,
		Detail:     f.Detail,
		HTTPStatus: f.Status,
		Sent:       f.Sent,
		Ambiguous:  f.Sent || f.Status != 0,
		Err:        f,
	}
	if f.Kind == httpx.Media {
		e.Field = "Evidence"
	}
	if !e.Ambiguous {
		// Without its last byte a request cannot have been worked on.
		e.Billed = idverify.BilledNo
		e.Repeatable = f.Kind != httpx.Media
	}
	e.RetryAfter = f.RetryAfter(v.Now())
	return e
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
