package idverify

import (
	"context"
	"errors"
)

// CodeOf finds the code of an error through any wrapping: "" for nil, CodeTimeout
// for context.DeadlineExceeded, CodeCanceled for context.Canceled, and CodeUnknown
// for any other error that is not this package's.
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

// Errors to compare with [errors.Is], for what a service handles differently beyond
// [Error.Advice]. For any other code use [CodeOf].
var (
	ErrInvalidRequest   error = sentinel(CodeInvalidRequest)
	ErrInvalidName      error = sentinel(CodeInvalidName)
	ErrInvalidIDNumber  error = sentinel(CodeInvalidIDNumber)
	ErrTooManyAttempts  error = sentinel(CodeTooManyAttempts)
	ErrPersonRestricted error = sentinel(CodePersonRestricted)
	ErrInvalidConfig    error = sentinel(CodeInvalidConfig)
	ErrQuotaExceeded    error = sentinel(CodeQuotaExceeded)
	ErrRateLimited      error = sentinel(CodeRateLimited)
	ErrStoreUnavailable error = sentinel(CodeStoreUnavailable)
	ErrTimeout          error = sentinel(CodeTimeout)
	ErrCanceled         error = sentinel(CodeCanceled)
	ErrInterrupted      error = sentinel(CodeInterrupted)
	ErrCircuitOpen      error = sentinel(CodeCircuitOpen)
	// ErrAmbiguous matches every error that is Ambiguous, whatever its code: sent,
	// unanswered, perhaps billed.
	ErrAmbiguous error = sentinel("ambiguous")
)
