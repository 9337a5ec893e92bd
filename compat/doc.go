// Package compat is a program of somebody who uses idverify: when it no longer
// compiles, neither do theirs. The files *_api.go are generated and use every
// exported name with its exact type; the others are written by hand, as users
// write them, and implement each of the library's interfaces.
//
//	go run ./internal/cmd/api # in the parent folder: write the generated files anew
package compat

// exactly takes a pointer to a T and to nothing that can be converted to one.
func exactly[T any](p *T) T { return *p }
