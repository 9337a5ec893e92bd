package contestant

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"

	"github.com/idverify/idverify/bench/internal/work"
)

// recognition is ImageRecognitionV2 in the form that the vendor's SDK uses for
// requests: a BaseRequest and pointers.
type recognition struct {
	*tchttp.BaseRequest
	IdCard      *string `json:"IdCard,omitempty" name:"IdCard"`
	Name        *string `json:"Name,omitempty" name:"Name"`
	ImageBase64 *string `json:"ImageBase64,omitempty" name:"ImageBase64"`
}

type recognitionResponse struct {
	*tchttp.BaseResponse
	tencentFaceIDAnswer
}

// newTencentSDK is the core of tencentcloud-sdk-go with its default profile:
// TC3-HMAC-SHA256 over the whole body, no retries, a clone of Go's default transport.
// Only the address is changed.
func newTencentSDK(s Setup) (Call, error) {
	if s.Body != work.JSON && s.Body != work.TencentFaceID {
		return nil, errors.New("contestant: the Tencent core posts JSON")
	}
	scheme, host, _ := strings.Cut(s.BaseURL, "://")
	settings := profile.NewClientProfile()
	settings.HttpProfile.Scheme = scheme
	settings.HttpProfile.Endpoint = host
	client := common.NewCommonClient(common.NewCredential(work.TencentFaceIDKey.ID, work.TencentFaceIDKey.Secret), "ap-guangzhou", settings)
	photo := s.whole()
	return func(ctx context.Context) error {
		picture, err := photo()
		if err != nil {
			return err
		}
		req := &recognition{
			BaseRequest: &tchttp.BaseRequest{},
			IdCard:      common.StringPtr(work.PersonIDNumber),
			Name:        common.StringPtr(work.PersonName),
			ImageBase64: common.StringPtr(base64.StdEncoding.EncodeToString(picture)),
		}
		req.Init().WithApiInfo("faceid", "2018-03-01", "ImageRecognitionV2")
		req.SetContext(ctx)
		resp := &recognitionResponse{BaseResponse: &tchttp.BaseResponse{}}
		if err := client.Send(req, resp); err != nil {
			return err
		}
		return resp.verdict()
	}, nil
}
