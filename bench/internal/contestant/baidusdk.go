package contestant

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"

	"github.com/baidubce/bce-sdk-go/bce"
	bcehttp "github.com/baidubce/bce-sdk-go/http"

	"github.com/idverify/idverify/bench/internal/vendor"
	"github.com/idverify/idverify/bench/internal/work"
)

// newBaiduSDK is the core of bce-sdk-go as its own services use it: the client
// of NewBceClientWithAkSk, encoding/json and NewBodyFromBytes for the body,
// SendRequest, ParseJsonBody. Its transport does not speak HTTP/2.
func newBaiduSDK(s Setup) (Call, error) {
	if s.Body != work.JSON {
		return nil, errors.New("contestant: the Baidu core posts JSON")
	}
	client, err := bce.NewBceClientWithAkSk(work.APIKey, work.SecretKey, s.BaseURL)
	if err != nil {
		return nil, err
	}
	photo := s.whole()
	return func(ctx context.Context) error {
		picture, err := photo()
		if err != nil {
			return err
		}
		text, err := json.Marshal(newBaiduQuestion(base64.StdEncoding.EncodeToString(picture)))
		if err != nil {
			return err
		}
		content, err := bce.NewBodyFromBytes(text)
		if err != nil {
			return err
		}
		req := &bce.BceRequest{}
		req.SetContext(ctx)
		req.SetUri(vendor.BaiduPath)
		req.SetMethod(bcehttp.POST)
		req.SetParam("access_token", work.Token)
		req.SetBody(content)
		resp := &bce.BceResponse{}
		if err := client.SendRequest(req, resp); err != nil {
			return err
		}
		if resp.IsFail() {
			return resp.ServiceError()
		}
		var a baiduAnswer
		if err := resp.ParseJsonBody(&a); err != nil {
			return err
		}
		return a.verdict()
	}, nil
}
