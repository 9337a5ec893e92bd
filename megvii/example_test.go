package megvii_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/megvii"
)

func ExampleNew() {
	// A stand-in for the vendor; leave BaseURL out to call the vendor itself.
	server := httptest.NewServer(idverifytest.New())
	defer server.Close()

	client, err := megvii.New(megvii.Config{
		APIKey:    idverifytest.MegviiAPIKey,
		APISecret: idverifytest.MegviiAPISecret,
		HTTP:      idverify.HTTP{BaseURL: idverifytest.BaseURLAt(server.URL, idverifytest.Megvii)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, person := range []idverifytest.Person{idverifytest.Match(), idverifytest.FaceMismatch(), idverifytest.IdentityMismatch()} {
		res, err := client.Verify(context.Background(), &idverify.Request{
			Name:     person.Name,
			IDNumber: person.IDNumber,
			Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))},
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(res.Passed(), res.Code, res.Billed)
	}
	// Output:
	// true match yes
	// false face_mismatch yes
	// false identity_mismatch yes
}

func ExampleCodes() {
	for _, row := range megvii.Codes() {
		if row.Repeatable() {
			fmt.Println(row.VendorCode, row.Code, row.Code.Advice())
		}
	}
	// Output:
	// DATA_SOURCE_ERROR source_unavailable try_later
	// CONCURRENCY_LIMIT_EXCEEDED rate_limited try_later
	// INTERNAL_ERROR vendor_unavailable try_later
}
