package photo

import (
	"context"
	"errors"
	"io/fs"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/timelimit"
)

// Every error of this package is made here. All mean that nothing was sent.

// refuse makes an error about the picture.
func refuse(code idverify.Code, detail string) *idverify.Error {
	return unsent(code, "Evidence", detail, nil)
}

// unreadable makes the error for media that could not be read, or that are no
// complete picture. The source's own error may contain a path, so only its kind is
// kept.
func unreadable(detail string, cause error) *idverify.Error {
	for _, kind := range []error{fs.ErrNotExist, fs.ErrPermission, context.DeadlineExceeded} {
		if errors.Is(cause, kind) {
			return unsent(idverify.CodeUnreadableEvidence, "Evidence", detail, kind)
		}
	}
	return unsent(idverify.CodeUnreadableEvidence, "Evidence", detail, nil)
}

// ended makes the error for a context that ended during doing.
func ended(ctx context.Context, doing string) *idverify.Error {
	code := idverify.CodeTimeout
	switch {
	case !timelimit.IsCallers(ctx):
		code = idverify.CodeRateLimited // this machine was too busy, which is no vendor's fault
	case errors.Is(ctx.Err(), context.Canceled):
		code = idverify.CodeCanceled
	}
	return unsent(code, "", timelimit.Ended(ctx)+" "+doing, ctx.Err())
}

func misconfigured(field, detail string) *idverify.Error {
	return unsent(idverify.CodeInvalidConfig, field, detail, nil)
}

func unsent(code idverify.Code, field, detail string, cause error) *idverify.Error {
	return &idverify.Error{
		Code: code, Field: field, Detail: detail,
		Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo, Err: cause,
	}
}

// of returns a copy of an error with the vendor's name.
func of(vendor string, e *idverify.Error) *idverify.Error {
	own := *e
	own.Vendor = vendor
	return &own
}
