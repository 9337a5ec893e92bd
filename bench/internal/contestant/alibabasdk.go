package contestant

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	"github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	"github.com/alibabacloud-go/tea/dara"

	"github.com/idverify/idverify/bench/internal/vendor"
	"github.com/idverify/idverify/bench/internal/work"
)

// newAlibabaSDK is darabonba-openapi, the core of all the vendor's Go SDKs, called as
// its generated clients call it: a map for the form, CallApi, and the answer's body
// converted to a struct by way of JSON. It takes no context here.
func newAlibabaSDK(s Setup) (Call, error) {
	if s.Body != work.Aliyun {
		return nil, errors.New("contestant: the Alibaba core posts a form")
	}
	scheme, host, _ := strings.Cut(s.BaseURL, "://")
	client, err := openapi.NewClient(&utils.Config{
		AccessKeyId: dara.String(work.AliyunKey.ID), AccessKeySecret: dara.String(work.AliyunKey.Secret),
		Endpoint: dara.String(host), Protocol: dara.String(scheme),
	})
	if err != nil {
		return nil, err
	}
	params := &utils.Params{
		Action: dara.String(vendor.AliyunAction), Version: dara.String("2019-03-07"), Protocol: dara.String(scheme),
		Pathname: dara.String("/"), Method: dara.String("POST"), AuthType: dara.String("AK"),
		Style: dara.String("RPC"), ReqBodyType: dara.String("formData"), BodyType: dara.String("json"),
	}
	photo := s.whole()
	return func(context.Context) error {
		picture, err := photo()
		if err != nil {
			return err
		}
		order, err := randomHex()
		if err != nil {
			return err
		}
		form := map[string]any{}
		for name, value := range aliyunFields(order, picture) {
			form[name] = value
		}
		result, err := client.CallApi(params, &utils.OpenApiRequest{
			Query: map[string]*string{"Model": dara.String(aliyunModel)},
			Body:  utils.ParseToMap(form),
		}, &dara.RuntimeOptions{})
		if err != nil {
			return err
		}
		text, err := json.Marshal(result["body"])
		if err != nil {
			return err
		}
		var a aliyunAnswer
		if err := json.Unmarshal(text, &a); err != nil {
			return err
		}
		return a.verdict()
	}, nil
}
