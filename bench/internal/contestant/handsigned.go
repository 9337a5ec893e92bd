package contestant

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/idverify/idverify/bench/internal/vendor"
	"github.com/idverify/idverify/bench/internal/work"
)

// The signature covers a digest of the body, so a good engineer makes the whole body
// first: encoding/json writes a []byte in base64, net/url escapes a form, and the
// bytes are hashed and sent without another copy.

// signed is a request with its finished body, and the inputs of its signature.
type signed struct {
	h       *hand
	path    string // including the query
	content []byte
	digest  string
	header  http.Header
	now     time.Time
}

func (h *hand) sign(path, contentType string, content []byte) *signed {
	return &signed{
		h: h, path: path, content: content, digest: digest(content), now: time.Now().UTC(),
		header: http.Header{"Content-Type": {contentType}, "Accept": {"application/json"}},
	}
}

// host is the Host header that net/http sends.
func (h *hand) host() string {
	_, host, _ := strings.Cut(h.setup.BaseURL, "://")
	return host
}

func (s *signed) send(ctx context.Context, authorization string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.h.setup.BaseURL+s.path, bytes.NewReader(s.content))
	if err != nil {
		return err
	}
	req.Header = s.header
	req.Header.Set("Authorization", authorization)
	return s.h.do(req, into)
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// chain is HMAC-SHA256 of the first part, then of each further part with the last
// result as the key.
func chain(key string, parts ...string) []byte {
	sum := []byte(key)
	for _, part := range parts {
		mac := hmac.New(sha256.New, sum)
		mac.Write([]byte(part))
		sum = mac.Sum(nil)
	}
	return sum
}

func (h *hand) askTencentFaceID(ctx context.Context) error {
	photo, err := h.whole()
	if err != nil {
		return err
	}
	content, err := json.Marshal(struct {
		IdCard, Name, Extra string
		ImageBase64         []byte
	}{work.PersonIDNumber, work.PersonName, "EXAMPLE", photo})
	if err != nil {
		return err
	}
	s := h.sign(vendor.RootPath, "application/json", content)
	s.header["X-Tc-Action"] = []string{vendor.TencentCloudAction}
	s.header["X-Tc-Version"] = []string{"2018-03-01"}
	seconds, day := strconv.FormatInt(s.now.Unix(), 10), s.now.Format(time.DateOnly)
	s.header["X-Tc-Timestamp"] = []string{seconds}
	canonical := "POST\n/\n\ncontent-type:application/json\nhost:" + h.host() + "\n\ncontent-type;host\n" + s.digest
	scope := day + "/faceid/tc3_request"
	signature := chain("TC3"+work.TencentFaceIDKey.Secret, day, "faceid", "tc3_request",
		"TC3-HMAC-SHA256\n"+seconds+"\n"+scope+"\n"+digest([]byte(canonical)))
	var a tencentFaceIDAnswer
	if err := s.send(ctx, "TC3-HMAC-SHA256 Credential="+work.TencentFaceIDKey.ID+"/"+scope+
		", SignedHeaders=content-type;host, Signature="+hex.EncodeToString(signature), &a); err != nil {
		return err
	}
	return a.verdict()
}

const aliyunModel = "FRONT_CAMERA_LIVENESS"

func (h *hand) askAliyun(ctx context.Context) error {
	photo, err := h.whole()
	if err != nil {
		return err
	}
	order, err := randomHex()
	if err != nil {
		return err
	}
	form := url.Values{}
	for name, value := range aliyunFields(order, photo) {
		form.Set(name, value)
	}
	s := h.sign(vendor.RootPath+"?Model="+aliyunModel, "application/x-www-form-urlencoded", []byte(form.Encode()))
	nonce, err := randomHex()
	if err != nil {
		return err
	}
	date := s.now.Format("2006-01-02T15:04:05Z")
	s.header["X-Acs-Action"] = []string{vendor.AliyunAction}
	s.header["X-Acs-Version"] = []string{"2019-03-07"}
	s.header["X-Acs-Date"] = []string{date}
	s.header["X-Acs-Signature-Nonce"] = []string{nonce}
	s.header["X-Acs-Content-Sha256"] = []string{s.digest}
	const names = "content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"
	canonical := "POST\n/\nModel=" + aliyunModel + "\ncontent-type:application/x-www-form-urlencoded\nhost:" + h.host() +
		"\nx-acs-action:" + vendor.AliyunAction + "\nx-acs-content-sha256:" + s.digest + "\nx-acs-date:" + date +
		"\nx-acs-signature-nonce:" + nonce + "\nx-acs-version:2019-03-07\n\n" + names + "\n" + s.digest
	signature := chain(work.AliyunKey.Secret, "ACS3-HMAC-SHA256\n"+digest([]byte(canonical)))
	var a aliyunAnswer
	if err := s.send(ctx, "ACS3-HMAC-SHA256 Credential="+work.AliyunKey.ID+",SignedHeaders="+names+
		",Signature="+hex.EncodeToString(signature), &a); err != nil {
		return err
	}
	return a.verdict()
}

type object = map[string]any

func (h *hand) askHuaweiIVS(ctx context.Context) error {
	photo, err := h.whole()
	if err != nil {
		return err
	}
	id, err := randomHex()
	if err != nil {
		return err
	}
	content, err := json.Marshal(object{
		"meta": object{"uuid": id},
		"data": object{"req_data": []object{{
			"verification_name": work.PersonName, "verification_id": work.PersonIDNumber, "face_image": photo,
		}}},
	})
	if err != nil {
		return err
	}
	s := h.sign(vendor.HuaweiIVSPath, "application/json", content)
	date := s.now.Format("20060102T150405Z")
	s.header["X-Sdk-Date"] = []string{date}
	canonical := "POST\n" + vendor.HuaweiIVSPath + "/\n\nhost:" + h.host() + "\nx-sdk-date:" + date + "\n\nhost;x-sdk-date\n" + s.digest
	signature := chain(work.HuaweiIVSKey.Secret, "SDK-HMAC-SHA256\n"+date+"\n"+digest([]byte(canonical)))
	var a huaweiIVSAnswer
	if err := s.send(ctx, "SDK-HMAC-SHA256 Access="+work.HuaweiIVSKey.ID+", SignedHeaders=host;x-sdk-date, Signature="+
		hex.EncodeToString(signature), &a); err != nil {
		return err
	}
	return a.verdict()
}

// volcengineQuery is sorted as the signature requires.
const volcengineQuery = "Action=" + vendor.VolcengineAction + "&Version=2022-08-31"

func (h *hand) askVolcengine(ctx context.Context) error {
	photo, err := h.whole()
	if err != nil {
		return err
	}
	content, err := json.Marshal(volcengineQuestion(photo))
	if err != nil {
		return err
	}
	s := h.sign(vendor.RootPath+"?"+volcengineQuery, "application/json", content)
	date := s.now.Format("20060102T150405Z")
	s.header["X-Date"] = []string{date}
	s.header["X-Content-Sha256"] = []string{s.digest}
	const names = "content-type;host;x-content-sha256;x-date"
	canonical := "POST\n/\n" + volcengineQuery + "\ncontent-type:application/json\nhost:" + h.host() +
		"\nx-content-sha256:" + s.digest + "\nx-date:" + date + "\n\n" + names + "\n" + s.digest
	day := date[:8]
	scope := day + "/cn-north-1/cv/request"
	signature := chain(work.VolcengineKey.Secret, day, "cn-north-1", "cv", "request",
		"HMAC-SHA256\n"+date+"\n"+scope+"\n"+digest([]byte(canonical)))
	var a volcengineAnswer
	if err := s.send(ctx, "HMAC-SHA256 Credential="+work.VolcengineKey.ID+"/"+scope+", SignedHeaders="+names+
		", Signature="+hex.EncodeToString(signature), &a); err != nil {
		return err
	}
	return a.verdict()
}

// askMegvii signs nothing: key and secret are fields of the form, which streams.
func (h *hand) askMegvii(ctx context.Context) error {
	b, err := newForm(megviiFields, "image", "photo.jpg", "image/jpeg", h.photo, h.setup.Size)
	if err != nil {
		return err
	}
	var a megviiAnswer
	if err := h.post(ctx, vendor.MegviiPath, b, "", &a); err != nil {
		return err
	}
	return a.verdict()
}
