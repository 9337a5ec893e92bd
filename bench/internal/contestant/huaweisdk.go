package contestant

import (
	"context"
	"encoding/base64"
	"errors"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	ivs "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ivs/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ivs/v2/model"

	"github.com/idverify/idverify/bench/internal/work"
)

// newHuaweiSDK is huaweicloud-sdk-go-v3 with its default settings. The project is
// given, so that the SDK need not ask for it. It takes no context.
func newHuaweiSDK(s Setup) (Call, error) {
	if s.Body != work.HuaweiIVS {
		return nil, errors.New("contestant: the Huawei kit posts IVS's JSON")
	}
	credentials, err := basic.NewCredentialsBuilder().WithAk(work.HuaweiIVSKey.ID).WithSk(work.HuaweiIVSKey.Secret).
		WithProjectId("0123456789abcdef0123456789abcdef").SafeBuild()
	if err != nil {
		return nil, err
	}
	core, err := ivs.IvsClientBuilder().WithEndpoint(s.BaseURL).WithCredential(credentials).SafeBuild()
	if err != nil {
		return nil, err
	}
	client, photo := ivs.NewIvsClient(core), s.whole()
	return func(context.Context) error {
		picture, err := photo()
		if err != nil {
			return err
		}
		id, err := randomHex()
		if err != nil {
			return err
		}
		res, err := client.DetectStandardByNameAndId(&model.DetectStandardByNameAndIdRequest{
			Body: &model.IvsStandardByNameAndIdRequestBody{
				Meta: &model.Meta{Uuid: &id},
				Data: &model.IvsStandardByNameAndIdRequestBodyData{ReqData: &[]model.StandardReqDataByNameAndId{{
					VerificationName: work.PersonName, VerificationId: work.PersonIDNumber,
					FaceImage: base64.StdEncoding.EncodeToString(picture),
				}}},
			},
		})
		switch {
		case err != nil:
			return err
		case res.Result == nil || len(res.Result.RespData) != 1:
			return errNoPass
		}
		if one := res.Result.RespData[0]; one.VerificationResult != "valid" || one.VerificationCode != 1000 {
			return errNoPass
		}
		return nil
	}, nil
}
