package aliyun_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/aliyun"
	"github.com/idverify/idverify/idverifytest"
)

func ExampleNew() {
	// A stand-in for the vendor; leave BaseURL out to call the vendor itself.
	server := httptest.NewServer(idverifytest.New())
	defer server.Close()

	client, err := aliyun.New(aliyun.Config{
		AccessKeyID:     idverifytest.AliyunAccessKeyID,
		AccessKeySecret: idverifytest.AliyunAccessKeySecret,
		SceneID:         idverifytest.AliyunSceneID,
		HTTP:            idverify.HTTP{BaseURL: idverifytest.BaseURLAt(server.URL, idverifytest.Aliyun)},
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
	// similarity passed by the vendor's verdict
}

func ExampleCodes() {
	for _, row := range aliyun.Codes() {
		if row.Repeatable() {
			fmt.Println(row.VendorCode, row.Code, row.Code.Advice())
		}
	}
	// Output:
	// Throttling rate_limited try_later
	// Throttling.User rate_limited try_later
	// Throttling.Api rate_limited try_later
}
