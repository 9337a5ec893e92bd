package volcengine_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/volcengine"
)

func ExampleNew() {
	// A stand-in for the vendor; leave BaseURL out to call the vendor itself.
	server := httptest.NewServer(idverifytest.New())
	defer server.Close()

	client, err := volcengine.New(volcengine.Config{
		AccessKeyID:     idverifytest.VolcengineAccessKeyID,
		SecretAccessKey: idverifytest.VolcengineSecretAccessKey,
		HTTP:            idverify.HTTP{BaseURL: idverifytest.BaseURLAt(server.URL, idverifytest.Volcengine)},
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
	if reply, ok := idverify.ReplyAs[*volcengine.Reply](res, nil); ok {
		fmt.Println(len(reply.Thresholds), "thresholds came with the answer")
	}
	// Output:
	// true match
	// similarity 89.25 >= 69.32 of the answer passed
	// 4 thresholds came with the answer
}

// With a stricter rate than the vendor's own, a face that the vendor passes can be a
// mismatch.
func ExampleConfig_rate() {
	server := httptest.NewServer(idverifytest.New())
	defer server.Close()

	client, err := volcengine.New(volcengine.Config{
		AccessKeyID:     idverifytest.VolcengineAccessKeyID,
		SecretAccessKey: idverifytest.VolcengineSecretAccessKey,
		FalseAcceptRate: 1e-5,
		HTTP:            idverify.HTTP{BaseURL: idverifytest.BaseURLAt(server.URL, idverifytest.Volcengine)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	person := idverifytest.AboveThreshold()
	res, err := client.Verify(context.Background(), &idverify.Request{
		Name:     person.Name,
		IDNumber: person.IDNumber,
		Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))},
	})
	fmt.Println(res.Code, res.Checks[0], err)
	// Output: face_mismatch similarity 69.33 >= 74.4 of the answer failed <nil>
}

func ExampleCodes() {
	for _, row := range volcengine.Codes() {
		if row.Repeatable() {
			fmt.Println(row.VendorCode, row.Code, row.Code.Advice())
		}
	}
	// Output:
	// 100000 vendor_unavailable try_later
	// 100001 source_unavailable try_later
	// 50429 rate_limited try_later
	// FlowLimitExceeded rate_limited try_later
}
