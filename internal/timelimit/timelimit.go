// Package timelimit says whose time limit ended a context, so that an error names the
// right one.
package timelimit

import (
	"context"
	"errors"
)

// ErrPolicy is the cause of a context that VendorPolicy.Timeout cancelled.
var ErrPolicy = errors.New("VendorPolicy.Timeout passed")

// IsCallers reports whether a context ended because the caller of a Client cancelled
// it or the caller's deadline passed, and not because of one of our limits.
func IsCallers(ctx context.Context) bool { return ctx.Err() != nil && context.Cause(ctx) != ErrPolicy }

// Ended says why a context ended. The context must have ended.
func Ended(ctx context.Context) string {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return "the caller's context was cancelled"
	case !IsCallers(ctx):
		return "VendorPolicy.Timeout passed"
	}
	return "the caller's deadline passed"
}
