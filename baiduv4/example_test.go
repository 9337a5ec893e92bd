package baiduv4_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
)

// example returns a client of the stand-in; in production it has an account at the
// vendor.
func example() (client *baiduv4.Client, done func()) {
	server := httptest.NewServer(idverifytest.New())
	client, err := baiduv4.New(baiduv4.Config{
		APIKey:    idverifytest.BaiduAPIKey,
		SecretKey: idverifytest.BaiduSecretKey,
		HTTP:      idverify.HTTP{BaseURL: idverifytest.BaseURLAt(server.URL, idverifytest.BaiduV4)},
	})
	if err != nil {
		panic(err)
	}
	return client, server.Close
}

func show(client *baiduv4.Client, person idverifytest.Person, evidence idverify.Evidence) {
	res, err := client.Verify(context.Background(), &idverify.Request{
		Name: person.Name, IDNumber: person.IDNumber, Evidence: []idverify.Evidence{evidence},
	})
	if err != nil {
		fmt.Println(idverify.CodeOf(err), idverify.CodeOf(err).Advice())
		return
	}
	fmt.Println(res.Code, res.Passed())
}

func ExampleNew() {
	server := httptest.NewServer(idverifytest.New())
	defer server.Close()

	client, err := baiduv4.New(baiduv4.Config{
		APIKey:    idverifytest.BaiduAPIKey,
		SecretKey: idverifytest.BaiduSecretKey,
		Liveness:  baiduv4.LivenessHigh,
		Synthetic: baiduv4.SyntheticLow, // the strictest level; note the direction
		HTTP:      idverify.HTTP{BaseURL: idverifytest.BaseURLAt(server.URL, idverifytest.BaiduV4)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, rule := range client.Rules() {
		fmt.Println(rule.Kind, rule.Pass, rule.Threshold)
	}
	show(client, idverifytest.SyntheticFace(), idverify.Photo(idverify.Bytes(idverifytest.Photo())))
	// Output:
	// similarity > 80
	// liveness >= 0.9
	// synthetic <= 0.00023
	// attack_suspected false
}

func ExampleFaceToken() {
	client, done := example()
	defer done()
	show(client, idverifytest.Match(), baiduv4.FaceToken(idverifytest.FaceToken))
	show(client, idverifytest.Match(), baiduv4.FaceToken("EXAMPLE-TOO-OLD"))
	// Output:
	// match true
	// evidence_expired retake_photo
}

func ExamplePlainCapture() {
	client, done := example()
	defer done()
	show(client, idverifytest.FaceMismatch(), baiduv4.PlainCapture{
		App:   baiduv4.AppIOS,
		Image: idverify.Bytes(idverifytest.Photo()),
	})
	// Output: face_mismatch false
}

func ExampleSealedCapture() {
	client, done := example()
	defer done()
	show(client, idverifytest.Match(), baiduv4.SealedCapture{
		App:      baiduv4.AppAndroid,
		SKey:     idverifytest.SealedKey,
		DeviceID: idverifytest.SealedDeviceID,
		Data:     idverifytest.SealedData,
	})
	// Output: match true
}

func ExampleCodes() {
	for _, row := range baiduv4.Codes() {
		if row.Repeatable() {
			fmt.Println(row.VendorCode, row.Code, row.Code.Advice())
		}
	}
	// Output:
	// 4 rate_limited try_later
	// 13 vendor_unavailable try_later
	// 18 rate_limited try_later
}

// Token marshals masked, so a store outside the process must reveal the token
// explicitly.
func ExampleNewToken() {
	type row struct {
		Value   string
		Expires time.Time
	}
	token := baiduv4.NewToken("EXAMPLE-TOKEN", time.Date(2030, 1, 31, 0, 0, 0, 0, time.UTC))
	written, _ := json.Marshal(row{token.Reveal(), token.ExpiresAt()})
	fmt.Println(string(written))

	var r row
	_ = json.Unmarshal(written, &r)
	read := baiduv4.NewToken(r.Value, r.Expires)
	fmt.Println(read, read.Equal(token))
	// Output:
	// {"Value":"EXAMPLE-TOKEN","Expires":"2030-01-31T00:00:00Z"}
	// baiduv4.Token true
}

// Clients of one account share its token through a store. Several processes need a
// store that all of them can reach, with the same three methods.
func ExampleNewMemoryStore() {
	stand := idverifytest.New()
	server := httptest.NewServer(stand)
	defer server.Close()

	tokens := baiduv4.NewMemoryStore()
	for _, threshold := range []float64{80, 90} {
		client, err := baiduv4.New(baiduv4.Config{
			APIKey:    idverifytest.BaiduAPIKey,
			SecretKey: idverifytest.BaiduSecretKey,
			Threshold: threshold,
			Tokens:    tokens,
			HTTP:      idverify.HTTP{BaseURL: idverifytest.BaseURLAt(server.URL, idverifytest.BaiduV4)},
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		show(client, idverifytest.IdentityMismatch(), idverify.Photo(idverify.Bytes(idverifytest.Photo())))
	}
	// Output:
	// identity_mismatch false
	// identity_mismatch false
}
