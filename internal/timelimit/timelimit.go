// Package timelimit says whose time limit ended a context, so that an error names
// the right owner.
package timelimit

import (
	"context"
	"errors"
)

// ErrPolicy is the cause of a context that VendorPolicy.Timeout ended.
var ErrPolicy = errors.New("VendorPolicy.Timeout passed")

// IsCallers reports whether the caller of a Client ended a context, or a deadline of
// the caller's, rather than a limit of ours or nobody.
func IsCallers(ctx context.Context) bool { return ctx.Err() != nil && context.Cause(ctx) != ErrPolicy }

// Ended says why a context ended. It is for a context that has.
func Ended(ctx context.Context) string {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return "the caller's context was cancelled"
	case !IsCallers(ctx):
		return "VendorPolicy.Timeout passed"
	}
	return "the caller's deadline passed"
}
