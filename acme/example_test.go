//go:build acme

package acme_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/acme"
	"github.com/idverify/idverify/idverifytest"
)

func ExampleNew() {
	server := httptest.NewServer(idverifytest.New())
	defer server.Close()

	client, err := acme.New(acme.Config{KeyID: idverifytest.AcmeKeyID, KeySecret: idverifytest.AcmeKeySecret,
		HTTP: idverify.HTTP{BaseURL: idverifytest.BaseURLAt(server.URL, idverifytest.Acme)}})
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
	fmt.Println(res.Passed(), res.Checks[0])
	// Output: true similarity 81.5 passed by the vendor's verdict
}
