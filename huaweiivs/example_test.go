package huaweiivs_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/huaweiivs"
	"github.com/idverify/idverify/idverifytest"
)

func ExampleNew() {
	_, err := huaweiivs.New(huaweiivs.Config{AccessKey: "EXAMPLEAK0000000001"})
	fmt.Println(err)
	// Output: huaweiivs: invalid_config: SecretKey is required (field SecretKey, not sent, billed no, advice fix_account)
}

func ExampleClient_Verify() {
	server := httptest.NewServer(idverifytest.New()) // a stand-in for the vendor
	defer server.Close()
	client, err := huaweiivs.New(huaweiivs.Config{
		AccessKey: idverifytest.HuaweiIVSAccessKey,
		SecretKey: idverifytest.HuaweiIVSSecretKey,
		HTTP:      idverify.HTTP{BaseURL: idverifytest.BaseURLAt(server.URL, idverifytest.HuaweiIVS)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, person := range []idverifytest.Person{idverifytest.Match(), idverifytest.FaceMismatch()} {
		res, err := client.Verify(context.Background(), &idverify.Request{
			Name:     person.Name,
			IDNumber: person.IDNumber,
			Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))},
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(res.Code, res.Passed(), res.Checks[0], res.Billed)
	}
	// Output:
	// match true similarity 88 passed by the vendor's verdict yes
	// face_mismatch false similarity 31 failed by the vendor's verdict yes
}

// The key is requested for every attempt, so a temporary key can change.
func ExampleConfig_credentials() {
	server := httptest.NewServer(idverifytest.New())
	defer server.Close()
	client, err := huaweiivs.New(huaweiivs.Config{
		Credentials: func(context.Context) (idverify.Credentials, error) {
			return idverify.Credentials{
				KeyID:     idverifytest.HuaweiIVSTemporaryAccessKey,
				KeySecret: idverifytest.HuaweiIVSTemporarySecretKey,
				Token:     idverifytest.HuaweiIVSSecurityToken,
			}, nil
		},
		HTTP: idverify.HTTP{BaseURL: idverifytest.BaseURLAt(server.URL, idverifytest.HuaweiIVS)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	person := idverifytest.IdentityMismatch()
	res, err := client.Verify(context.Background(), &idverify.Request{
		Name:     person.Name,
		IDNumber: person.IDNumber,
		Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))},
	})
	fmt.Println(res.Code, err)
	// Output: identity_mismatch <nil>
}

func ExampleCodes() {
	for _, row := range huaweiivs.Codes() {
		if row.HTTPStatus == 401 && row.VendorReason == "clock" {
			fmt.Println(row.VendorCode, row.Code, row.Code.Advice(), row.Repeatable())
		}
	}
	// Output: APIG.0301 signature_expired fix_account false
}
