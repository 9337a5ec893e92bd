package contestant

import (
	"context"
	"encoding/base64"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/idverify/idverify/bench/internal/vendor"
	"github.com/idverify/idverify/bench/internal/work"
)

// restyClient is resty as its README shows it: resty.New with its own
// transport, a multipart field from a reader, a struct for a JSON body, and
// SetResult for the answer. Retries are off by default.
type restyClient struct {
	client *resty.Client
	setup  Setup
	photo  source
	whole  func() ([]byte, error)
}

func newResty(s Setup) (Call, error) {
	client := resty.New().SetBaseURL(s.BaseURL).SetTimeout(timeLimit)
	r := &restyClient{client: client, setup: s}
	if s.Body == work.JSON {
		r.whole = s.whole()
		return r.askBaidu, nil
	}
	r.photo = s.photo()
	return r.askTencent, nil
}

func (r *restyClient) askTencent(ctx context.Context) error {
	session, err := randomHex()
	if err != nil {
		return err
	}
	photo, err := r.photo()
	if err != nil {
		return err
	}
	defer photo.Close()
	fields := map[string]string{}
	for _, f := range tencentFields(session) {
		fields[f[0]] = f[1]
	}
	var a tencentAnswer
	resp, err := r.client.R().
		SetContext(ctx).
		SetHeader("Authorization", tencentSignature(time.Now())).
		SetMultipartFormData(fields).
		SetMultipartField("image", "photo.jpg", "image/jpeg", photo).
		SetResult(&a).
		Post(vendor.TencentPath)
	if err != nil {
		return err
	}
	if resp.IsError() {
		return errNoPass
	}
	return a.verdict()
}

func (r *restyClient) askBaidu(ctx context.Context) error {
	photo, err := r.whole()
	if err != nil {
		return err
	}
	var a baiduAnswer
	resp, err := r.client.R().
		SetContext(ctx).
		SetQueryParam("access_token", work.Token).
		SetBody(newBaiduQuestion(base64.StdEncoding.EncodeToString(photo))).
		SetResult(&a).
		Post(vendor.BaiduPath)
	if err != nil {
		return err
	}
	if resp.IsError() {
		return errNoPass
	}
	return a.verdict()
}
