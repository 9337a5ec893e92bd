// Client asks the stand-in for ImageRecognitionV2 with the vendor's official Go
// client, and prints what its users see. With -serve it only serves the stand-in, and
// prints its address and the people that the other client asks about.
package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http/httptest"
	"strings"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	sdkerrors "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"

	"github.com/idverify/idverify/idverifytest"
)

func main() {
	log.SetFlags(0)
	serve := flag.Bool("serve", false, "serve the stand-in until killed")
	flag.Parse()
	server := httptest.NewServer(idverifytest.New())
	defer server.Close()
	if *serve {
		about, err := json.Marshal(map[string]any{
			"url": server.URL, "id": idverifytest.TencentFaceIDSecretID, "key": idverifytest.TencentFaceIDSecretKey,
			"temporary": []string{idverifytest.TencentFaceIDTemporaryID, idverifytest.TencentFaceIDTemporaryKey, idverifytest.TencentFaceIDToken},
			"photo":     idverifytest.Photo(), "match": idverifytest.Match(), "mismatch": idverifytest.FaceMismatch(),
		})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(string(about))
		select {}
	}
	failed := false
	for _, c := range cases() {
		seen := c.ask(strings.TrimPrefix(server.URL, "http://"))
		fmt.Printf("go common: %s: %s\n", c.name, seen)
		if seen != c.want {
			fmt.Printf("\twant: %s\n", c.want)
			failed = true
		}
	}
	if failed {
		log.Fatal("the official Go client saw something else")
	}
}

// example is one call, and the result that the client's user sees.
type example struct {
	name, want string
	person     idverifytest.Person
	credential common.CredentialIface
	unsigned   bool
}

func cases() []example {
	key := common.NewCredential(idverifytest.TencentFaceIDSecretID, idverifytest.TencentFaceIDSecretKey)
	temporary := common.NewTokenCredential(idverifytest.TencentFaceIDTemporaryID, idverifytest.TencentFaceIDTemporaryKey, idverifytest.TencentFaceIDToken)
	wrong := common.NewCredential(idverifytest.TencentFaceIDSecretID, "EXAMPLEWRONGKEY")
	return []example{
		{name: "a pass", person: idverifytest.Match(), credential: key, want: "no error, Result Success, Sim 91.27, Extra order-1"},
		{name: "a no", person: idverifytest.FaceMismatch(), credential: key, want: "no error, Result FailedOperation.CompareLowSimilarity, Sim 31.5, Extra order-1"},
		{name: "an error", person: idverifytest.Match(), credential: wrong, want: "error AuthFailure.SignatureFailure, with a request id"},
		{name: "a temporary key", person: idverifytest.Match(), credential: temporary, want: "no error, Result Success, Sim 91.27, Extra order-1"},
		{name: "an unsigned payload", person: idverifytest.Match(), credential: key, unsigned: true, want: "no error, Result Success, Sim 91.27, Extra order-1"},
	}
}

func (c example) ask(host string) string {
	settings := profile.NewClientProfile()
	settings.HttpProfile.Endpoint, settings.HttpProfile.Scheme = host, "HTTP"
	settings.UnsignedPayload = c.unsigned
	request := tchttp.NewCommonRequest("faceid", "2018-03-01", "ImageRecognitionV2")
	err := request.SetActionParameters(map[string]any{
		"IdCard": c.person.IDNumber, "Name": c.person.Name, "Extra": "order-1",
		"ImageBase64": base64.StdEncoding.EncodeToString(idverifytest.Photo()),
	})
	if err != nil {
		return err.Error()
	}
	response := tchttp.NewCommonResponse()
	if err := common.NewCommonClient(c.credential, "", settings).Send(request, response); err != nil {
		var refused *sdkerrors.TencentCloudSDKError
		if !errors.As(err, &refused) || refused.RequestId == "" {
			return "another error: " + err.Error()
		}
		return "error " + refused.Code + ", with a request id"
	}
	var said struct {
		Response struct {
			Sim           float64
			Result, Extra string
		}
	}
	if err := json.Unmarshal(response.GetBody(), &said); err != nil {
		return err.Error()
	}
	return fmt.Sprintf("no error, Result %s, Sim %v, Extra %s", said.Response.Result, said.Response.Sim, said.Response.Extra)
}
