package idverify_test

import (
	"github.com/idverify/idverify"
)

func mismatch() (*idverify.Result, error) {
	return &idverify.Result{Code: idverify.CodeFaceMismatch, Vendor: "v", Billed: idverify.BilledYes}, nil
}

func ptr[T any](value T) *T { return &value }
