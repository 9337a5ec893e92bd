//go:build !acme

package idverifytest

// tagged are the vendors of the active build tags: none.
func tagged() registry { return nil }
