package main

import (
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	ivs "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ivs/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ivs/v2/model"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

// key is a key for the vendor's client.
type key struct{ id, secret, token string }

var (
	permanent = key{idverifytest.HuaweiIVSAccessKey, idverifytest.HuaweiIVSSecretKey, ""}
	temporary = key{idverifytest.HuaweiIVSTemporaryAccessKey, idverifytest.HuaweiIVSTemporarySecretKey, idverifytest.HuaweiIVSSecurityToken}
	wrong     = key{idverifytest.HuaweiIVSTemporaryAccessKey, "EXAMPLE-WRONG", idverifytest.HuaweiIVSSecurityToken}
)

// clients makes calls as users of the vendor's own client do, and prints the results.
func clients(endpoint string, standIn *idverifytest.Server) error {
	for _, c := range []struct {
		what   string
		key    key
		person idverifytest.Person
		detail bool
		picture,
		want string
	}{
		{"pass", permanent, idverifytest.Match(), false, "", "200 valid 1000 88"},
		{"pass, in detail", permanent, idverifytest.Match(), true, "", "200 valid 1000 884.30"},
		{"pass, temporary key", temporary, idverifytest.Match(), false, "", "200 valid 1000 88"},
		{"no: another face", permanent, idverifytest.FaceMismatch(), false, "", "200 invalid 2002 31"},
		{"no: another name", permanent, idverifytest.IdentityMismatch(), false, "", "200 invalid 2001 "},
		{"no: no such number", permanent, idverifytest.IdentityNotFound(), false, "", "200 nonexistent 3001 "},
		{"error: no face", permanent, idverifytest.PersonFor(idverify.CodeNoFace), false, "", "400 IVS.0009"},
		{"error: too many calls", permanent, idverifytest.PersonFor(idverify.CodeRateLimited), false, "", "429 APIG.0308"},
		{"error: a data: URL", permanent, idverifytest.Match(), false, "data:image/jpeg;base64,", "400 IVS.0006"},
		{"error: wrong secret", wrong, idverifytest.Match(), false, "", "401 APIG.0301"},
	} {
		said, err := ask(endpoint, c.key, c.person, c.detail, c.picture)
		if err != nil {
			return fmt.Errorf("%s: %w", c.what, err)
		}
		fmt.Printf("go client, %-22s %s\n", c.what+":", said)
		if said != c.want {
			return fmt.Errorf("%s: %q, want %q", c.what, said, c.want)
		}
	}
	if billed := standIn.Bill().Total(); billed != 6 {
		return fmt.Errorf("%d calls on the bill, want 6", billed)
	}
	return nil
}

// ask makes one call. The project is given, so that the client need not ask for it.
func ask(endpoint string, k key, person idverifytest.Person, detail bool, before string) (string, error) {
	credentials, err := basic.NewCredentialsBuilder().WithAk(k.id).WithSk(k.secret).WithSecurityToken(k.token).
		WithProjectId("0123456789abcdef0123456789abcdef").SafeBuild()
	if err != nil {
		return "", err
	}
	http, err := ivs.IvsClientBuilder().WithEndpoint(endpoint).WithCredential(credentials).SafeBuild()
	if err != nil {
		return "", err
	}
	uuid := "EXAMPLE-UUID-1"
	res, err := ivs.NewIvsClient(http).DetectStandardByNameAndId(&model.DetectStandardByNameAndIdRequest{
		Body: &model.IvsStandardByNameAndIdRequestBody{
			Meta: &model.Meta{Uuid: &uuid},
			Data: &model.IvsStandardByNameAndIdRequestBodyData{ReqData: &[]model.StandardReqDataByNameAndId{{
				VerificationName: person.Name, VerificationId: person.IDNumber,
				FaceImage: before + base64.StdEncoding.EncodeToString(idverifytest.Photo()), Detail: &detail,
			}}},
		},
	})
	var refused *sdkerr.ServiceResponseError
	switch {
	case errors.As(err, &refused):
		return fmt.Sprintf("%d %s", refused.StatusCode, refused.ErrorCode), nil
	case err != nil:
		return "", err
	case res.Meta == nil || *res.Meta.Uuid != uuid:
		return "", errors.New("the answer names another call")
	case res.XRequestId == nil || *res.XRequestId == "":
		return "", errors.New("the answer has no request id")
	}
	one := res.Result.RespData[0]
	return fmt.Sprintf("%d %s %d %s", res.HttpStatusCode, one.VerificationResult, one.VerificationCode, one.Similarity), nil
}
