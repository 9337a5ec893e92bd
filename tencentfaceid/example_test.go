package tencentfaceid_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/tencentfaceid"
)

func ExampleNew() {
	// A stand-in for the vendor; leave BaseURL out to call the vendor itself.
	server := httptest.NewServer(idverifytest.New())
	defer server.Close()

	client, err := tencentfaceid.New(tencentfaceid.Config{
		SecretID:  idverifytest.TencentFaceIDSecretID,
		SecretKey: idverifytest.TencentFaceIDSecretKey,
		HTTP:      idverify.HTTP{BaseURL: idverifytest.BaseURLAt(server.URL, idverifytest.TencentFaceID)},
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
		fmt.Println(res.Passed(), res.Code, res.Checks[0])
	}
	// Output:
	// true match similarity 91.27 >= 70 passed
	// false face_mismatch similarity 31.5 failed by the vendor's verdict
}

func ExampleCodes() {
	for _, row := range tencentfaceid.Codes() {
		if row.Repeatable() {
			fmt.Println(row.VendorCode, row.Code)
		}
	}
	// Output:
	// RequestLimitExceeded rate_limited
	// RequestLimitExceeded.IPLimitExceeded rate_limited
	// RequestLimitExceeded.UinLimitExceeded rate_limited
	// RequestLimitExceeded.GlobalRegionUinLimitExceeded rate_limited
	// FailedOperation.DetectEngineSystemError vendor_unavailable
}
