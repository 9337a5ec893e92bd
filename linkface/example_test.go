package linkface_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
)

// example returns a client of the stand-in; in production it has an account at the
// vendor.
func example() (client *linkface.Client, done func()) {
	server := httptest.NewServer(idverifytest.New())
	client, err := linkface.New(linkface.Config{
		APIID:     idverifytest.LinkfaceAPIID,
		APISecret: idverifytest.LinkfaceAPISecret,
		HTTP:      idverify.HTTP{BaseURL: idverifytest.BaseURLAt(server.URL, idverifytest.Linkface)},
	})
	if err != nil {
		panic(err)
	}
	return client, server.Close
}

func ExampleNew() {
	_, err := linkface.New(linkface.Config{APIID: "EXAMPLE-API-ID"})
	fmt.Println(err)
	// Output: linkface: invalid_config: APISecret is required (field APISecret, not sent, billed no, advice fix_account)
}

func ExampleCapture() {
	client, done := example()
	defer done()
	person := idverifytest.Match()
	res, err := client.Verify(context.Background(), &idverify.Request{
		Name:     person.Name,
		IDNumber: person.IDNumber,
		Evidence: []idverify.Evidence{linkface.Capture(idverify.Bytes(idverifytest.Capture()))},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(res.Code, res.Passed(), res.Checks[0], res.Billed)
	// Output: match true similarity 0.9312 >= 0.7 passed yes
}

func ExampleCaptureURL() {
	client, done := example()
	defer done()
	person := idverifytest.FaceMismatch()
	res, err := client.Verify(context.Background(), &idverify.Request{
		Name:     person.Name,
		IDNumber: person.IDNumber,
		Evidence: []idverify.Evidence{linkface.CaptureURL("https://media.example.invalid/capture.pb")},
	})
	fmt.Println(res.Code, res.Passed(), err)
	// Output: face_mismatch false <nil>
}

// A capture that the vendor holds from an earlier call need not be uploaded again.
func ExampleCaptureID() {
	client, done := example()
	defer done()
	person := idverifytest.Match()
	ask := func(ev idverify.Evidence) *idverify.Result {
		res, err := client.Verify(context.Background(), &idverify.Request{
			Name: person.Name, IDNumber: person.IDNumber, Evidence: []idverify.Evidence{ev},
		})
		if err != nil {
			panic(err)
		}
		return res
	}
	first := ask(linkface.Capture(idverify.Bytes(idverifytest.Capture())))
	if reply, ok := idverify.ReplyAs[*linkface.Reply](first, nil); ok {
		fmt.Println(ask(linkface.CaptureID(reply.LivenessDataID)).Code)
	}
	// Output: match
}

func ExampleCodes() {
	for _, row := range linkface.Codes() {
		if row.HTTPStatus == http.StatusForbidden {
			fmt.Println(row.VendorCode, row.Code, row.Code.Advice(), row.Repeatable())
		}
	}
	// Output:
	// RATE_LIMIT_EXCEEDED rate_limited try_later true
	// OUT_OF_QUOTA quota_exceeded fix_account false
	// NO_PERMISSION permission_denied fix_account false
}
