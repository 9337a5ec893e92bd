package idverifytest_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/idverifytest"
)

// answer is an answer as a plain HTTP client sees it.
type answer struct {
	status int
	header http.Header
	raw    []byte
	body   map[string]any // numbers are json.Number
}

func (a answer) object(name string) map[string]any {
	m, _ := a.body[name].(map[string]any)
	return m
}

func (a answer) text(name string) string { return fmt.Sprint(a.body[name]) }

func newRequest(t *testing.T, method, address, contentType string, body io.Reader) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, address, body)
	require.NoError(t, err)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	return req
}

func send(t *testing.T, srv *idverifytest.Server, req *http.Request) answer {
	t.Helper()
	resp, err := srv.Client().Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	a := answer{status: resp.StatusCode, header: resp.Header, raw: raw}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	_ = decoder.Decode(&a.body)
	return a
}

// The first bytes of other file formats.
const (
	webp   = "RIFF\x24\x00\x00\x00WEBPVP8 "
	heif   = "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"
	tiffII = "II*\x00\x08\x00\x00\x00"
	tiffMM = "MM\x00*\x00\x00\x00\x08"
	pdf    = "%PDF-1.7\n"
)

// field is one part of a multipart body; with a file name it is a file.
type field struct{ name, value, file string }

func multi(t testing.TB, fields ...field) (contentType string, body *bytes.Reader) {
	t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for _, f := range fields {
		var part io.Writer
		var err error
		if f.file == "" {
			part, err = w.CreateFormField(f.name)
		} else {
			part, err = w.CreateFormFile(f.name, f.file)
		}
		require.NoError(t, err)
		_, err = io.WriteString(part, f.value)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return w.FormDataContentType(), bytes.NewReader(buf.Bytes())
}

// change replaces the field of that name, adds it, or removes it when its value is
// "-".
func change(fields []field, with field) []field {
	var out []field
	for _, f := range fields {
		if f.name != with.name {
			out = append(out, f)
		}
	}
	if with.value != "-" {
		out = append(out, with)
	}
	return slices.Clip(out) // so that two appends to it do not share an array
}

const linkfacePath = "/identity/liveness_idnumber_verification"

func linkfaceFields(p idverifytest.Person) []field {
	return []field{
		{name: "api_id", value: idverifytest.LinkfaceAPIID},
		{name: "api_secret", value: idverifytest.LinkfaceAPISecret},
		{name: "name", value: p.Name},
		{name: "id_number", value: p.IDNumber},
		{name: "liveness_data_file", value: string(idverifytest.Capture()), file: "live.pb"},
	}
}

func linkfaceRequest(t *testing.T, srv *idverifytest.Server, fields ...field) *http.Request {
	t.Helper()
	contentType, body := multi(t, fields...)
	return newRequest(t, http.MethodPost, srv.BaseURL(idverifytest.Linkface)+linkfacePath, contentType, body)
}

func linkface(t *testing.T, srv *idverifytest.Server, fields ...field) answer {
	t.Helper()
	return send(t, srv, linkfaceRequest(t, srv, fields...))
}

const (
	baiduTokenPath = "/oauth/2.0/token"
	baiduPath      = "/rest/2.0/face/v4/mingjing/verify"
)

func baiduToken(t *testing.T, srv *idverifytest.Server) string {
	t.Helper()
	form := url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {idverifytest.BaiduAPIKey},
		"client_secret": {idverifytest.BaiduSecretKey},
	}
	a := send(t, srv, newRequest(t, http.MethodPost, srv.BaseURL(idverifytest.BaiduV4)+baiduTokenPath,
		"application/x-www-form-urlencoded", strings.NewReader(form.Encode())))
	require.Equal(t, 200, a.status)
	return a.text("access_token")
}

func baiduBody(p idverifytest.Person) map[string]any {
	return map[string]any{
		"image":            base64.StdEncoding.EncodeToString(idverifytest.Photo()),
		"image_type":       "BASE64",
		"id_card_number":   p.IDNumber,
		"name":             p.Name,
		"quality_control":  "NORMAL",
		"liveness_control": "NORMAL",
		"spoofing_control": "NORMAL",
	}
}

func baiduRequest(t *testing.T, srv *idverifytest.Server, token string, body map[string]any) *http.Request {
	t.Helper()
	text, err := json.Marshal(body)
	require.NoError(t, err)
	return newRequest(t, http.MethodPost, srv.BaseURL(idverifytest.BaiduV4)+baiduPath+"?access_token="+url.QueryEscape(token),
		"application/json", bytes.NewReader(text))
}

func baidu(t *testing.T, srv *idverifytest.Server, token string, body map[string]any) answer {
	t.Helper()
	return send(t, srv, baiduRequest(t, srv, token, body))
}

const tencentPath = "/face/idcardcompare"

// sign signs a text in Tencent's way.
func sign(original string) string {
	h := hmac.New(sha1.New, []byte(idverifytest.TencentSecretKey))
	h.Write([]byte(original))
	return base64.StdEncoding.EncodeToString(append(h.Sum(nil), original...))
}

// original is the text in the order of the vendor's Python client.
func original(now time.Time) string {
	return fmt.Sprintf("a=%s&b=&k=%s&e=%d&t=%d&r=123456789&f=",
		idverifytest.TencentAppID, idverifytest.TencentSecretID, now.Unix()+30, now.Unix())
}

func tencentFields(p idverifytest.Person) []field {
	return []field{
		{name: "appid", value: idverifytest.TencentAppID},
		{name: "idcard_number", value: p.IDNumber},
		{name: "idcard_name", value: p.Name},
		{name: "image", value: string(idverifytest.Photo()), file: "test.jpg"},
	}
}

func tencentRequest(t *testing.T, srv *idverifytest.Server, authorization string, fields ...field) *http.Request {
	t.Helper()
	contentType, body := multi(t, fields...)
	req := newRequest(t, http.MethodPost, srv.BaseURL(idverifytest.Tencent)+tencentPath, contentType, body)
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	return req
}

func tencent(t *testing.T, srv *idverifytest.Server, fields ...field) answer {
	t.Helper()
	return send(t, srv, tencentRequest(t, srv, sign(original(time.Now())), fields...))
}

func tencentJSON(t *testing.T, srv *idverifytest.Server, body string) answer {
	t.Helper()
	req := newRequest(t, http.MethodPost, srv.BaseURL(idverifytest.Tencent)+tencentPath, "application/json", strings.NewReader(body))
	req.Header.Set("Authorization", sign(original(time.Now())))
	return send(t, srv, req)
}
