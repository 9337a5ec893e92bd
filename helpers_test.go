package idverify_test

import (
	"context"

	"github.com/idverify/idverify"
)

// verify is a Verifier of a test's own.
type verify func(ctx context.Context, req *idverify.Request) (*idverify.Result, error)

func (v verify) Verify(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
	return v(ctx, req)
}

func mismatch() (*idverify.Result, error) {
	return &idverify.Result{Code: idverify.CodeFaceMismatch, Vendor: "v", Billed: idverify.BilledYes}, nil
}
