//go:build !acme

package idverifytest

// tagged are the vendors of the build tags that are set: none.
func tagged() registry { return nil }
