package photo

import (
	"context"
	"errors"
	"io/fs"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/timelimit"
)

// Every error of this package is made here. None of what they tell was sent.

// refuse is an error about the picture.
func refuse(code idverify.Code, detail string) *idverify.Error {
	return unsent(code, "Evidence", detail, nil)
}

// unreadable is the error for media that could not be read, or are no whole picture.
// The source's own error may hold a path, so only its kind goes along.
func unreadable(detail string, cause error) *idverify.Error {
	for _, kind := range []error{fs.ErrNotExist, fs.ErrPermission, context.DeadlineExceeded} {
		if errors.Is(cause, kind) {
			return unsent(idverify.CodeUnreadableEvidence, "Evidence", detail, kind)
		}
	}
	return unsent(idverify.CodeUnreadableEvidence, "Evidence", detail, nil)
}

// ended is the error for a context that ended while doing was done.
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

// of is a copy of an error with the vendor's name.
func of(vendor string, e *idverify.Error) *idverify.Error {
	own := *e
	own.Vendor = vendor
	return &own
}
