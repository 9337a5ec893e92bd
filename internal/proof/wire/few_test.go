package wire_test

import (
	"slices"

	"github.com/idverify/idverify/internal/proof/long"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// few are all vendors in the long form. In the short form they are the first, one
// with access tokens, and one whose body is read for a digest before it is sent.
func few() []vendors.Vendor {
	kinds := []func(vendors.Vendor) bool{
		func(vendors.Vendor) bool { return true },
		func(v vendors.Vendor) bool { return v.Tokens != nil },
		func(v vendors.Vendor) bool { return v.Digests },
	}
	all := vendors.All()
	if long.Asked() {
		return all
	}
	var few []vendors.Vendor
	for _, is := range kinds {
		if i := slices.IndexFunc(all, is); i >= 0 {
			few = append(few, all[i])
			all = slices.Delete(all, i, i+1)
		}
	}
	return few
}

// one is all vendors in the long form, and the nth vendor in the short form.
func one(n int) []vendors.Vendor {
	all := vendors.All()
	return long.Or(all, all[n%len(all):][:1])
}
