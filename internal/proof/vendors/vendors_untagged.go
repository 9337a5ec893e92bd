//go:build !acme

package vendors

// Tagged are the vendors that exist only under a build tag, which has the vendor's
// name, if the tag is set.
func Tagged() []Vendor { return nil }
