package idverify

import (
	"context"
	"errors"
)

// CodeOf finds the code of an error through any wrapping: "" for nil,
// CodeTimeout and CodeCanceled for what a context ends with, and CodeUnknown for
// any other error that is not this package's.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(askable(err), &e) && e != nil {
		return e.Code
	}
	switch {
	case errors.Is(askable(err), context.DeadlineExceeded):
		return CodeTimeout
	case errors.Is(askable(err), context.Canceled):
		return CodeCanceled
	}
	return CodeUnknown
}

// sentinel is an error that stands for a code in errors.Is.
type sentinel Code

func (s sentinel) Error() string { return "idverify: " + string(s) }

// One sentinel for each code of an error, for [errors.Is].
var (
	ErrInvalidRequest      error = sentinel(CodeInvalidRequest)
	ErrInvalidName         error = sentinel(CodeInvalidName)
	ErrInvalidIDNumber     error = sentinel(CodeInvalidIDNumber)
	ErrUnsupportedEvidence error = sentinel(CodeUnsupportedEvidence)
	ErrUnreadableEvidence  error = sentinel(CodeUnreadableEvidence)
	ErrEvidenceUnreachable error = sentinel(CodeEvidenceUnreachable)
	ErrEvidenceExpired     error = sentinel(CodeEvidenceExpired)
	ErrUnsupportedFormat   error = sentinel(CodeUnsupportedFormat)
	ErrTooLarge            error = sentinel(CodeTooLarge)
	ErrNoFace              error = sentinel(CodeNoFace)
	ErrMultipleFaces       error = sentinel(CodeMultipleFaces)
	ErrPoorPhoto           error = sentinel(CodePoorPhoto)
	ErrPhotoRefused        error = sentinel(CodePhotoRefused)
	ErrBadCapture          error = sentinel(CodeBadCapture)
	ErrTooManyAttempts     error = sentinel(CodeTooManyAttempts)
	ErrPersonRestricted    error = sentinel(CodePersonRestricted)
	ErrInvalidConfig       error = sentinel(CodeInvalidConfig)
	ErrUnauthorized        error = sentinel(CodeUnauthorized)
	ErrSignatureExpired    error = sentinel(CodeSignatureExpired)
	ErrPermissionDenied    error = sentinel(CodePermissionDenied)
	ErrAccountSuspended    error = sentinel(CodeAccountSuspended)
	ErrQuotaExceeded       error = sentinel(CodeQuotaExceeded)
	ErrRateLimited         error = sentinel(CodeRateLimited)
	ErrStoreUnavailable    error = sentinel(CodeStoreUnavailable)
	ErrVendorUnavailable   error = sentinel(CodeVendorUnavailable)
	ErrSourceUnavailable   error = sentinel(CodeSourceUnavailable)
	ErrNetwork             error = sentinel(CodeNetwork)
	ErrTimeout             error = sentinel(CodeTimeout)
	ErrCanceled            error = sentinel(CodeCanceled)
	ErrBadResponse         error = sentinel(CodeBadResponse)
	ErrInterrupted         error = sentinel(CodeInterrupted)
	ErrUnknown             error = sentinel(CodeUnknown)
	ErrCircuitOpen         error = sentinel(CodeCircuitOpen)
	// ErrAmbiguous matches every error that is Ambiguous, whatever its code: sent,
	// not answered, perhaps billed.
	ErrAmbiguous error = sentinel("ambiguous")
)
