//go:build acme

package idverifytest

func tagged() registry {
	return registry{
		acmeVendor(),
	}
}
