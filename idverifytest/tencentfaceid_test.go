package idverifytest_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

// faceIDCall is one request for ImageRecognitionV2 with a test's changes.
type faceIDCall struct {
	members                  map[string]any
	body                     string // instead of members
	id, secret, token        string
	at                       time.Time
	date, service, signed    string
	action, version, hash    string
	method, kind, host, auth string
}

func (c faceIDCall) with(change func(*faceIDCall)) faceIDCall {
	members := map[string]any{}
	for name, value := range c.members {
		members[name] = value
	}
	c.members = members
	change(&c)
	return c
}

func faceIDOf(p idverifytest.Person, now time.Time) faceIDCall {
	return faceIDCall{
		members: map[string]any{"IdCard": p.IDNumber, "Name": p.Name, "ImageBase64": base64.StdEncoding.EncodeToString(idverifytest.Photo())},
		id:      idverifytest.TencentFaceIDSecretID, secret: idverifytest.TencentFaceIDSecretKey,
		at: now, service: "faceid", signed: "content-type;host", action: "ImageRecognitionV2", version: "2018-03-01",
		method: http.MethodPost, kind: "application/json",
	}
}

// ask sends the call, and returns the members of Response: the code of a result or of
// an error, and all of them.
func (c faceIDCall) ask(t *testing.T, srv *idverifytest.Server) (code string, response map[string]any) {
	t.Helper()
	text := []byte(c.body)
	if c.body == "" {
		var err error
		text, err = json.Marshal(c.members)
		require.NoError(t, err)
	}
	req, err := http.NewRequest(c.method, srv.BaseURL(idverifytest.TencentFaceID)+"/", bytes.NewReader(text))
	require.NoError(t, err)
	sum := sha256.Sum256(text)
	hash := hex.EncodeToString(sum[:])
	if c.hash != "" {
		req.Header.Set("X-TC-Content-SHA256", c.hash)
		sum = sha256.Sum256([]byte(c.hash))
		hash = hex.EncodeToString(sum[:])
	}
	host, date := req.URL.Host, c.at.UTC().Format("2006-01-02")
	if c.host != "" {
		host = c.host
	}
	if c.date != "" {
		date = c.date
	}
	values := map[string]string{"content-type": c.kind, "host": host, "x-tc-action": strings.ToLower(c.action)}
	canonical := "POST\n/\n\n"
	for _, name := range strings.Split(c.signed, ";") {
		canonical += name + ":" + values[name] + "\n"
	}
	sum = sha256.Sum256([]byte(canonical + "\n" + c.signed + "\n" + hash))
	scope := date + "/" + c.service + "/tc3_request"
	key := []byte("TC3" + c.secret)
	for _, part := range []string{date, c.service, "tc3_request", fmt.Sprintf("TC3-HMAC-SHA256\n%d\n%s\n%x", c.at.Unix(), scope, sum)} {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(part))
		key = h.Sum(nil)
	}
	auth := fmt.Sprintf("TC3-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%x", c.id, scope, c.signed, key)
	if c.auth != "" {
		auth = c.auth
	}
	for name, value := range map[string]string{"Content-Type": c.kind, "X-TC-Action": c.action, "X-TC-Version": c.version,
		"X-TC-Timestamp": fmt.Sprint(c.at.Unix()), "X-TC-Token": c.token, "X-TC-Region": "ap-guangzhou", "X-TC-Language": "zh-CN", "Authorization": auth} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	resp, err := srv.Client().Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	said, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, []any{http.StatusOK, "application/json"}, []any{resp.StatusCode, resp.Header.Get("Content-Type")})
	var whole struct{ Response map[string]any }
	require.NoError(t, json.Unmarshal(said, &whole), string(said))
	assert.Regexp(t, "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", whole.Response["RequestId"])
	if refused, ok := whole.Response["Error"].(map[string]any); ok {
		assert.NotEmpty(t, refused["Message"])
		assert.NotContains(t, whole.Response, "Result")
		return "Error " + refused["Code"].(string), whole.Response
	}
	assert.NotEmpty(t, whole.Response["Description"])
	return whole.Response["Result"].(string), whole.Response
}

func TestFaceID_Persons(t *testing.T) {
	srv := idverifytest.Start(t)
	for _, want := range []struct {
		person idverifytest.Person
		code   string
		sim    float64
		billed bool
	}{
		{idverifytest.Match(), "Success", 91.27, true},
		{idverifytest.FaceMismatch(), "FailedOperation.CompareLowSimilarity", 31.5, true},
		{idverifytest.IdentityMismatch(), "FailedOperation.IdNameMisMatch", 0, true},
		{idverifytest.IdentityNotFound(), "FailedOperation.IdNoExistSystem", 0, false},
		{idverifytest.ReferencePhotoUnavailable(), "FailedOperation.IdPhotoNoExist", 0, false},
		{idverifytest.AttackSuspected(), "FailedOperation.LifePhotoDetectFake", 0, false},
		{idverifytest.SyntheticFace(), "FailedOperation.LifePhotoDetectFake", 0, false},
		{idverifytest.AtThreshold(), "Success", 70, true},
		{idverifytest.AboveThreshold(), "Success", 70.01, true},
		{idverifytest.BelowThreshold(), "FailedOperation.CompareLowSimilarity", 69.99, true},
		{idverifytest.PersonFor(idverify.CodeNoFace), "FailedOperation.LifePhotoDetectNoFaces", 0, false},
		{idverifytest.PersonFor(idverify.CodePoorPhoto), "FailedOperation.LifePhotoPoorQuality", 0, false},
		{idverifytest.PersonFor(idverify.CodeMultipleFaces), "FailedOperation.LifePhotoDetectFaces", 0, false},
		{idverifytest.PersonFor(idverify.CodeBadCapture), "FailedOperation.LifePhotoPoorQuality", 0, false},
		{idverifytest.PersonFor(idverify.CodeSourceUnavailable), "FailedOperation.CompareLibServiceUnavailable", 0, false},
		{idverifytest.PersonFor(idverify.CodeRateLimited), "Error RequestLimitExceeded", 0, false},
		{idverifytest.PersonFor(idverify.CodeQuotaExceeded), "Error LimitExceeded", 0, false},
		{idverifytest.PersonFor(idverify.CodeVendorUnavailable), "Error InternalError", 0, false},
		{idverifytest.Person{Name: "别的名字", IDNumber: idverifytest.Match().IDNumber}, "FailedOperation.IdNameMisMatch", 0, true},
		{idverifytest.Person{Name: "张三", IDNumber: "11010519491231002X"}, "FailedOperation.IdNoExistSystem", 0, false},
	} {
		srv.Reset()
		call := faceIDOf(want.person, time.Now())
		call.members["Extra"] = "order-1"
		code, response := call.ask(t, srv)
		assert.Equal(t, want.code, code, want.person.Name)
		if !strings.HasPrefix(code, "Error") {
			assert.Equal(t, []any{want.sim, "order-1"}, []any{response["Sim"], response["Extra"]}, want.person.Name)
		}
		assert.Equal(t, want.billed, srv.Bill().Total() == 1, want.person.Name)
	}
	_, response := faceIDOf(idverifytest.Match(), time.Now()).ask(t, srv)
	assert.NotContains(t, response, "Extra")
	srv.SetScores(idverifytest.TencentFaceID, idverifytest.Scores{Similarity: 69})
	code, _ := faceIDOf(idverifytest.Match(), time.Now()).ask(t, srv)
	assert.Equal(t, "FailedOperation.CompareLowSimilarity", code, "the vendor itself refuses below its threshold")
}

func TestFaceID_Signature(t *testing.T) {
	now := time.Date(2024, 2, 29, 23, 58, 0, 0, time.UTC) // already the next day in Beijing
	srv := idverifytest.Start(t, idverifytest.WithClock(func() time.Time { return now }))
	good := faceIDOf(idverifytest.Match(), now)
	const zeros = "0000000000000000000000000000000000000000000000000000000000000000"
	for name, tt := range map[string]struct {
		want   string
		change func(*faceIDCall)
	}{
		"good":                 {"Success", func(*faceIDCall) {}},
		"early":                {"Success", func(c *faceIDCall) { c.at = now.Add(-5 * time.Minute) }},
		"late, the next day":   {"Success", func(c *faceIDCall) { c.at = now.Add(5 * time.Minute) }},
		"too early":            {"Error AuthFailure.SignatureExpire", func(c *faceIDCall) { c.at = now.Add(-5*time.Minute - time.Second) }},
		"too late":             {"Error AuthFailure.SignatureExpire", func(c *faceIDCall) { c.at = now.Add(5*time.Minute + time.Second) }},
		"date of Beijing":      {"Error AuthFailure.InvalidAuthorization", func(c *faceIDCall) { c.date = "2024-03-01" }},
		"service by an IP":     {"Error AuthFailure.InvalidAuthorization", func(c *faceIDCall) { c.service = "127" }},
		"charset":              {"Success", func(c *faceIDCall) { c.kind = "application/json; charset=utf-8" }},
		"action signed":        {"Success", func(c *faceIDCall) { c.signed = "content-type;host;x-tc-action" }},
		"host not signed":      {"Error AuthFailure.InvalidAuthorization", func(c *faceIDCall) { c.signed = "content-type" }},
		"type not signed":      {"Error AuthFailure.InvalidAuthorization", func(c *faceIDCall) { c.signed = "host" }},
		"out of order":         {"Error AuthFailure.InvalidAuthorization", func(c *faceIDCall) { c.signed = "host;content-type" }},
		"host without port":    {"Success", func(c *faceIDCall) { c.host = "127.0.0.1" }},
		"another host":         {"Error AuthFailure.SignatureFailure", func(c *faceIDCall) { c.host = "faceid.example.com" }},
		"wrong secret":         {"Error AuthFailure.SignatureFailure", func(c *faceIDCall) { c.secret += "1" }},
		"unknown id":           {"Error AuthFailure.SecretIdNotFound", func(c *faceIDCall) { c.id += "1" }},
		"token with permanent": {"Error AuthFailure.TokenFailure", func(c *faceIDCall) { c.token = idverifytest.TencentFaceIDToken }},
		"temporary": {"Success", func(c *faceIDCall) {
			c.id, c.secret, c.token = idverifytest.TencentFaceIDTemporaryID, idverifytest.TencentFaceIDTemporaryKey, idverifytest.TencentFaceIDToken
		}},
		"temporary, no token": {"Error AuthFailure.TokenFailure", func(c *faceIDCall) {
			c.id, c.secret = idverifytest.TencentFaceIDTemporaryID, idverifytest.TencentFaceIDTemporaryKey
		}},
		"unsigned payload": {"Success", func(c *faceIDCall) { c.hash = "UNSIGNED-PAYLOAD" }},
		"other hash":       {"Error AuthFailure.SignatureFailure", func(c *faceIDCall) { c.hash = zeros }},
		"old method":       {"Error AuthFailure.InvalidAuthorization", func(c *faceIDCall) { c.auth = "HmacSHA256 x" }},
		"capitals": {"Error AuthFailure.InvalidAuthorization", func(c *faceIDCall) {
			c.auth = "TC3-HMAC-SHA256 Credential=" + c.id + "/2024-02-29/faceid/tc3_request, SignedHeaders=content-type;host, Signature=" + strings.Repeat("A", 64)
		}},
		"another action":  {"Error InvalidAction", func(c *faceIDCall) { c.action = "ImageRecognition" }},
		"another version": {"Error NoSuchVersion", func(c *faceIDCall) { c.version = "2017-03-12" }},
		"GET":             {"Error UnsupportedProtocol", func(c *faceIDCall) { c.method = http.MethodPut }},
	} {
		code, _ := good.with(tt.change).ask(t, srv)
		assert.Equal(t, tt.want, code, name)
	}
}

func TestFaceID_Refuses(t *testing.T) {
	srv := idverifytest.Start(t)
	good := faceIDOf(idverifytest.Match(), time.Now())
	photo := good.members["ImageBase64"].(string)
	member := func(name string, value any) func(*faceIDCall) {
		return func(c *faceIDCall) { c.members[name] = value }
	}
	text := func(content string) string { return base64.StdEncoding.EncodeToString([]byte(content)) }
	for name, tt := range map[string]struct {
		want   string
		change func(*faceIDCall)
	}{
		"no JSON":          {"Error InvalidParameter", func(c *faceIDCall) { c.body = `IdCard=1` }},
		"an array":         {"Error InvalidParameter", func(c *faceIDCall) { c.body = `[]` }},
		"twice":            {"Error InvalidParameter", func(c *faceIDCall) { c.body = `{"Name":"a","Name":"b"}` }},
		"a form":           {"Error InvalidParameter", func(c *faceIDCall) { c.kind = "application/x-www-form-urlencoded" }},
		"another charset":  {"Error InvalidParameter", func(c *faceIDCall) { c.kind = "application/json; charset=gbk" }},
		"unknown":          {"Error UnknownParameter", member("ImageUrl", "x")},
		"no name":          {"Error MissingParameter", func(c *faceIDCall) { delete(c.members, "Name") }},
		"empty number":     {"Error MissingParameter", member("IdCard", "")},
		"null picture":     {"Error MissingParameter", member("ImageBase64", nil)},
		"a number":         {"Error InvalidParameter", member("IdCard", 110105)},
		"picture in list":  {"Error InvalidParameter", member("ImageBase64", []string{photo})},
		"empty Extra":      {"Error InvalidParameterValue", member("Extra", "")},
		"long Extra":       {"Error InvalidParameterValue", member("Extra", "12345678901")},
		"ten of Extra":     {"Success", member("Extra", "一二三四五六七八九十")},
		"null Extra":       {"Success", member("Extra", nil)},
		"Optional":         {"Success", member("Optional", "x")},
		"Encryption":       {"Error FailedOperation.DecryptSystemError", member("Encryption", map[string]any{"Iv": "x"})},
		"name":             {"FailedOperation.NameFormatError", member("Name", "张3")},
		"number":           {"FailedOperation.IdFormatError", member("IdCard", "110110199909090909")},
		"small x":          {"FailedOperation.IdFormatError", member("IdCard", "11010519491231002x")},
		"data prefix":      {"Error InvalidParameterValue", member("ImageBase64", "data:image/jpeg;base64,"+photo)},
		"lines":            {"Error InvalidParameterValue", member("ImageBase64", photo[:76]+"\r\n"+photo[76:])},
		"truncated base64": {"Error InvalidParameterValue", member("ImageBase64", photo[:len(photo)-3])},
		"URL alphabet":     {"Error InvalidParameterValue", member("ImageBase64", "_-"+photo[2:])},
		"a bitmap":         {"Error InvalidParameterValue", member("ImageBase64", text("BM made-up picture of enough bytes"))},
		"half a picture":   {"FailedOperation.ImageDecodeFailed", member("ImageBase64", photo[:len(photo)/8*4])},
		"too large":        {"FailedOperation.LifePhotoSizeError", member("ImageBase64", photo+strings.Repeat("A", 3<<20+4-len(photo)))},
		"escaped slashes": {"Success", func(c *faceIDCall) {
			whole, _ := json.Marshal(c.members)
			c.body = strings.ReplaceAll(string(whole), "/", `\/`)
		}},
	} {
		code, _ := good.with(tt.change).ask(t, srv)
		assert.Equal(t, tt.want, code, name)
	}
	code, _ := good.with(member("Optional", strings.Repeat("x", 10<<20))).ask(t, srv)
	assert.Equal(t, "Error RequestSizeLimitExceeded", code)
}

// Faults with the vendor's own codes: those of the gateway, and those of the product.
func TestFaceID_Faults(t *testing.T) {
	srv := idverifytest.Start(t)
	good := faceIDOf(idverifytest.Match(), time.Now())
	for _, tt := range []struct {
		fault idverifytest.Fault
		want  string
	}{
		{idverifytest.RateLimited(), "Error RequestLimitExceeded"},
		{idverifytest.QuotaExceeded(), "Error LimitExceeded"},
		{idverifytest.Unavailable(), "Error InternalError"},
		{idverifytest.ExpiredToken(), "Error AuthFailure.SignatureExpire"},
		{idverifytest.RevokedToken(), "Error AuthFailure.SignatureFailure"},
		{idverifytest.VendorError("UnauthorizedOperation.Arrears"), "Error UnauthorizedOperation.Arrears"},
		{idverifytest.VendorError("FailedOperation.IdentityAuthLimitExceeded"), "FailedOperation.IdentityAuthLimitExceeded"},
		{idverifytest.VendorError("FailedOperation.IdNameMisMatch"), "FailedOperation.IdNameMisMatch"},
	} {
		srv.Inject(idverifytest.TencentFaceID, tt.fault)
		code, _ := good.ask(t, srv)
		assert.Equal(t, tt.want, code)
	}
	assert.Zero(t, srv.Bill().Total(), "a fault before the vendor costs nothing")
	for _, none := range []string{"", "Success", "0", "failedOperation", "Failed Operation", "A.b"} {
		assert.Panics(t, func() { srv.Inject(idverifytest.TencentFaceID, idverifytest.VendorError(none)) }, none)
	}
}
