//go:build !acme

package vendors

// Tagged are the vendors that exist under a build tag only, which is called after the
// vendor: those of the tags that are set.
func Tagged() []Vendor { return nil }
