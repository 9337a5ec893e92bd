package contestant

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/idverify/idverify/bench/internal/vendor"
	"github.com/idverify/idverify/bench/internal/work"
)

// SameTransport has the same settings as idverify's own transport. A test compares
// them.
func SameTransport(http2 bool) *http.Transport {
	return &http.Transport{
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		ForceAttemptHTTP2:      http2,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second},
		MaxConnsPerHost:        512,
		MaxIdleConnsPerHost:    512,
		IdleConnTimeout:        50 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// DefaultTransport has Go's default settings, without a proxy.
func DefaultTransport() *http.Transport {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	return transport
}

// hand is what a good engineer writes with net/http for one vendor: a body without a
// signature streams with a known length, time and answer size are limited, and a pass
// is decided by the scores.
type hand struct {
	setup  Setup
	photo  source
	whole  func() ([]byte, error)
	client *http.Client
}

func newByHand(s Setup) (Call, error) {
	h := &hand{
		setup: s,
		photo: s.photo(),
		whole: s.whole(),
		client: &http.Client{
			Transport:     SameTransport(s.HTTP2),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	asks := map[work.Body]Call{
		work.Multipart:     h.askTencent,
		work.JSON:          h.askBaidu,
		work.TencentFaceID: h.askTencentFaceID,
		work.Aliyun:        h.askAliyun,
		work.HuaweiIVS:     h.askHuaweiIVS,
		work.Volcengine:    h.askVolcengine,
		work.Megvii:        h.askMegvii,
	}
	if ask := asks[s.Body]; ask != nil {
		return ask, nil
	}
	return nil, fmt.Errorf("contestant: no body %q", s.Body)
}

const (
	timeLimit   = 30 * time.Second
	answerLimit = 16 << 20
)

// post sends a body and reads the answer into into.
func (h *hand) post(ctx context.Context, path string, b *body, authorization string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.setup.BaseURL+path, b)
	if err != nil {
		return err
	}
	req.ContentLength = b.length
	req.Header.Set("Content-Type", b.contentType)
	req.Header.Set("Accept", "application/json")
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	return h.do(req, into)
}

// do sends a request and reads the answer into into.
func (h *hand) do(req *http.Request, into any) error {
	resp, err := h.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit+1))
	switch {
	case err != nil:
		return err
	case len(answer) > answerLimit:
		return errors.New("contestant: the answer is too long")
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("contestant: HTTP %d", resp.StatusCode)
	}
	return json.Unmarshal(answer, into)
}

type tencentAnswer struct {
	Code *int `json:"code"`
	Data struct {
		Similarity *float64 `json:"similarity"`
	} `json:"data"`
}

func (a *tencentAnswer) verdict() error {
	if a.Code == nil || *a.Code != 0 || a.Data.Similarity == nil || *a.Data.Similarity <= 75 {
		return errNoPass
	}
	return nil
}

func (h *hand) askTencent(ctx context.Context) error {
	session, err := randomHex()
	if err != nil {
		return err
	}
	b, err := newForm(tencentFields(session), "image", "photo.jpg", "image/jpeg", h.photo, h.setup.Size)
	if err != nil {
		return err
	}
	var a tencentAnswer
	if err := h.post(ctx, vendor.TencentPath, b, tencentSignature(time.Now()), &a); err != nil {
		return err
	}
	return a.verdict()
}

func tencentFields(session string) [][2]string {
	return [][2]string{
		{"appid", work.AppID},
		{"idcard_number", work.PersonIDNumber},
		{"idcard_name", work.PersonName},
		{"session_id", session},
	}
}

// randomHex makes session ids and boundaries.
func randomHex() (string, error) {
	var id [16]byte
	if _, err := rand.Read(id[:]); err != nil {
		return "", err
	}
	return hex.EncodeToString(id[:]), nil
}

// tencentSignature is HMAC-SHA1 in front of the signed text, in base64, as the vendor
// requires.
func tencentSignature(now time.Time) string {
	var nonce [4]byte
	_, _ = rand.Read(nonce[:]) // crypto/rand never fails; it ends the program
	text := fmt.Sprintf("a=%s&b=&k=%s&e=%d&t=%d&r=%d&f=",
		work.AppID, work.SecretID, now.Unix()+300, now.Unix(), binary.BigEndian.Uint32(nonce[:]))
	mac := hmac.New(sha1.New, []byte(work.SecretKey))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(append(mac.Sum(nil), text...))
}

type baiduAnswer struct {
	ErrorCode int `json:"error_code"`
	Result    *struct {
		VerifyStatus  *int     `json:"verify_status"`
		Score         *float64 `json:"score"`
		LivenessScore *float64 `json:"liveness_score"`
		SpoofingScore *float64 `json:"spoofing_score"`
	} `json:"result"`
}

func (a *baiduAnswer) verdict() error {
	r := a.Result
	switch {
	case a.ErrorCode != 0, r == nil, r.VerifyStatus == nil, *r.VerifyStatus != 0,
		r.Score == nil, *r.Score <= 80,
		r.LivenessScore == nil, *r.LivenessScore < 0.3,
		r.SpoofingScore == nil, *r.SpoofingScore > 0.00048:
		return errNoPass
	}
	return nil
}

// baiduPath has the access token, which is fetched once for 30 days and so is not
// part of a call's cost.
var baiduPath = vendor.BaiduPath + "?" + url.Values{"access_token": {work.Token}}.Encode()

func (h *hand) askBaidu(ctx context.Context) error {
	b, err := newObject(newBaiduQuestion(""), "image", h.photo, h.setup.Size)
	if err != nil {
		return err
	}
	var a baiduAnswer
	if err := h.post(ctx, baiduPath, b, "", &a); err != nil {
		return err
	}
	return a.verdict()
}

// baiduQuestion is the vendor's JSON object. By hand it is written without the image,
// which streams after it.
type baiduQuestion struct {
	IDCardNumber     string `json:"id_card_number"`
	Name             string `json:"name"`
	QualityControl   string `json:"quality_control"`
	LivenessControl  string `json:"liveness_control"`
	SpoofingControl  string `json:"spoofing_control"`
	GetLivenessScore string `json:"get_liveness_score"`
	GetSpoofingScore string `json:"get_spoofing_score"`
	ImageType        string `json:"image_type"`
	Image            string `json:"image,omitempty"`
}

func newBaiduQuestion(image string) *baiduQuestion {
	return &baiduQuestion{
		IDCardNumber:     work.PersonIDNumber,
		Name:             work.PersonName,
		QualityControl:   "NONE",
		LivenessControl:  "NORMAL",
		SpoofingControl:  "NORMAL",
		GetLivenessScore: "1",
		GetSpoofingScore: "1",
		ImageType:        "BASE64",
		Image:            image,
	}
}
