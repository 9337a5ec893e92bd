package contestant

import (
	"context"
	"net/http"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/aliyun"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/bench/internal/work"
	"github.com/idverify/idverify/huaweiivs"
	"github.com/idverify/idverify/megvii"
	//lint:ignore SA1019 figures are compared with those of before
	"github.com/idverify/idverify/tencent"
	"github.com/idverify/idverify/tencentfaceid"
	"github.com/idverify/idverify/volcengine"
)

// newIdverify is a provider with its default settings, with HTTP/2 if that is
// measured.
func newIdverify(s Setup) (Call, error) {
	provider, err := Provider(s, nil)
	if err != nil {
		return nil, err
	}
	return Asking(provider, s), nil
}

// Vendor is a vendor's client, which can be used alone and in a Client.
type Vendor interface {
	idverify.Provider
	idverify.Verifier
}

// Provider is the vendor's client for the body. A nil httpClient means the default.
func Provider(s Setup, httpClient *http.Client) (Vendor, error) {
	settings := idverify.HTTP{BaseURL: s.BaseURL, Client: httpClient, HTTP2: s.HTTP2}
	switch s.Body {
	case work.JSON:
		return baiduv4.New(baiduv4.Config{APIKey: work.APIKey, SecretKey: work.SecretKey, HTTP: settings})
	case work.TencentFaceID:
		key := work.TencentFaceIDKey
		return tencentfaceid.New(tencentfaceid.Config{SecretID: key.ID, SecretKey: key.Secret, HTTP: settings})
	case work.Aliyun:
		key := work.AliyunKey
		return aliyun.New(aliyun.Config{AccessKeyID: key.ID, AccessKeySecret: key.Secret, SceneID: work.AliyunScene, HTTP: settings})
	case work.HuaweiIVS:
		return huaweiivs.New(huaweiivs.Config{AccessKey: work.HuaweiIVSKey.ID, SecretKey: work.HuaweiIVSKey.Secret, HTTP: settings})
	case work.Volcengine:
		key := work.VolcengineKey
		return volcengine.New(volcengine.Config{AccessKeyID: key.ID, SecretAccessKey: key.Secret, HTTP: settings})
	case work.Megvii:
		return megvii.New(megvii.Config{APIKey: work.MegviiKey.ID, APISecret: work.MegviiKey.Secret, HTTP: settings})
	}
	return tencent.New(tencent.Config{AppID: work.AppID, SecretID: work.SecretID, SecretKey: work.SecretKey, HTTP: settings})
}

// Asking is a call of a verifier, with a new request each time, as in a service.
func Asking(verifier idverify.Verifier, s Setup) Call {
	media := idverify.File(s.File)
	if s.File == "" {
		media = idverify.Bytes(work.Photo(s.Size))
	}
	return func(ctx context.Context) error {
		res, err := verifier.Verify(ctx, &idverify.Request{
			Name:     work.PersonName,
			IDNumber: work.PersonIDNumber,
			Evidence: []idverify.Evidence{idverify.Photo(media)},
		})
		if err != nil {
			return err
		}
		if !res.Passed() {
			return errNoPass
		}
		return nil
	}
}
