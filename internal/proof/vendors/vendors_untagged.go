//go:build !acme

package vendors

// tagged are the vendors of the build tags that are set: none.
func tagged() []Vendor { return nil }
