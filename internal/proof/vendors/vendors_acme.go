//go:build acme

package vendors

func tagged() []Vendor {
	return []Vendor{
		acmeVendor(),
	}
}
