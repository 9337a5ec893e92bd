package tencent_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/tencent"
)

func ExampleNew() {
	// A stand-in for the vendor; leave BaseURL out to call the vendor itself.
	server := httptest.NewServer(idverifytest.New())
	defer server.Close()

	client, err := tencent.New(tencent.Config{
		AppID:     idverifytest.TencentAppID,
		SecretID:  idverifytest.TencentSecretID,
		SecretKey: idverifytest.TencentSecretKey,
		HTTP:      idverify.HTTP{BaseURL: idverifytest.BaseURLAt(server.URL, idverifytest.Tencent)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	person := idverifytest.Match()
	res, err := client.Verify(context.Background(), &idverify.Request{
		Name:     person.Name,
		IDNumber: person.IDNumber,
		Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(res.Passed(), res.Code)
	fmt.Println(res.Checks[0])
	// Output:
	// true match
	// similarity 89.25 > 75 passed
}

func ExampleCodes() {
	for _, row := range tencent.Codes() {
		if row.Repeatable() {
			fmt.Println(row.VendorCode, row.Code, row.Code.Advice())
		}
	}
	// Output:
	// 15 rate_limited try_later
	// 107 vendor_unavailable try_later
	// 108 vendor_unavailable try_later
}
