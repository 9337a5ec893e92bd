package idverifytest_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/idverifytest"
)

var aliyunNow = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func aliyunServer(t *testing.T) *idverifytest.Server {
	t.Helper()
	srv := idverifytest.New(idverifytest.WithClock(func() time.Time { return aliyunNow }))
	t.Cleanup(srv.Close)
	return srv
}

// aliyunSaid is an answer: the error name or Code, SubCode, Passed and CertifyId.
type aliyunSaid struct {
	status      int
	contentType string
	Code        string
	Message     string
	RequestID   string                                                    `json:"RequestId"`
	HostID      string                                                    `json:"HostId"`
	Result      struct{ SubCode, Passed, CertifyID, MaterialInfo string } `json:"ResultObject"`
}

func (a aliyunSaid) String() string {
	return strings.TrimSpace(fmt.Sprint(a.status, " ", a.Code, " ", a.Result.SubCode, " ", a.Result.Passed))
}

func askAliyun(t *testing.T, srv *idverifytest.Server, r *http.Request) (said aliyunSaid) {
	t.Helper()
	w := httptest.NewRecorder()
	srv.ServeHTTP(w, r)
	_ = json.Unmarshal(w.Body.Bytes(), &said)
	said.status, said.contentType = w.Code, w.Header().Get("Content-Type")
	return said
}

// aliyunFields are the fields of a request about Match, with changes: pairs of name
// and value.
func aliyunFields(change ...string) url.Values {
	person := idverifytest.Match()
	form := url.Values{"SceneId": {idverifytest.AliyunSceneID}, "OuterOrderNo": {"order000000000000000000000000017"}, "ProductCode": {"ID_MIN"},
		"CertType": {"IDENTITY_CARD"}, "CertName": {person.Name}, "CertNo": {person.IDNumber},
		"FaceContrastPicture": {base64.StdEncoding.EncodeToString(idverifytest.Photo())}}
	for i := 0; i < len(change); i += 2 {
		form.Set(change[i], change[i+1])
	}
	return form
}

var aliyunCount int

// aliyunV3 signs a request by the vendor's page. change has its word before that, and
// spoil after it.
func aliyunV3(form url.Values, change, spoil func(*http.Request)) *http.Request {
	aliyunCount++
	body := form.Encode()
	r := httptest.NewRequest(http.MethodPost, "http://cloudauth.aliyuncs.com/", strings.NewReader(body))
	digest := sha256.Sum256([]byte(body))
	for name, value := range map[string]string{"Content-Type": "application/x-www-form-urlencoded", "x-acs-action": "ContrastFaceVerify",
		"x-acs-version": "2019-03-07", "x-acs-date": aliyunNow.Format("2006-01-02T15:04:05Z"),
		"x-acs-signature-nonce": fmt.Sprint("nonce-", aliyunCount), "x-acs-content-sha256": hex.EncodeToString(digest[:])} {
		r.Header.Set(name, value)
	}
	if change != nil {
		change(r)
	}
	names := "content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"
	canonical := "POST\n/\n" + r.URL.RawQuery + "\n"
	for _, name := range strings.Split(names, ";") {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		canonical += name + ":" + value + "\n"
	}
	hash := sha256.Sum256([]byte(canonical + "\n" + names + "\n" + r.Header.Get("x-acs-content-sha256")))
	mac := hmac.New(sha256.New, []byte(idverifytest.AliyunAccessKeySecret))
	mac.Write([]byte("ACS3-HMAC-SHA256\n" + hex.EncodeToString(hash[:])))
	r.Header.Set("Authorization", "ACS3-HMAC-SHA256 Credential="+idverifytest.AliyunAccessKeyID+",SignedHeaders="+names+",Signature="+hex.EncodeToString(mac.Sum(nil)))
	if spoil != nil {
		spoil(r)
	}
	return r
}

// The vendor's own test vectors are for no person of the stand-in: the gateway
// accepts their signatures.
func TestAliyun_AcceptsVendorsTestVectors(t *testing.T) {
	const body = "CertName=%E9%9F%A6%E5%B0%8F%E5%AE%9D&CertNo=11204416541220243X&CertType=IDENTITY_CARD&FaceContrastPicture=%2F9j%2F4AAQ%2B%2F8%3D&OuterOrderNo=idv0123456789abcdef0123456789abc&ProductCode=ID_MIN&SceneId=1000000006"
	for query, signature := range map[string]string{
		"":                  "d1ef134e628968a761063ae75582af51aff9216fac425f8375c0bf48596a540d",
		"Model=NO_LIVENESS": "688f1c267c0259de019efb6d417a4734a36f50ee0688e197d5679dc613bc2dd7",
	} {
		for _, right := range []bool{true, false} {
			r := httptest.NewRequest(http.MethodPost, "https://cloudauth.aliyuncs.com/?"+query, strings.NewReader(body))
			if !right {
				signature = "0" + signature[1:]
			}
			for name, value := range map[string]string{"Content-Type": "application/x-www-form-urlencoded", "x-acs-action": "ContrastFaceVerify",
				"x-acs-version": "2019-03-07", "x-acs-date": "2026-01-02T03:04:05Z", "x-acs-signature-nonce": "0123456789abcdef0123456789abcdef",
				"x-acs-content-sha256": "238cb70d355e6535d30482a9981f98dd5c31316e95b16db984eaae06fc62ca8e",
				"Authorization":        "ACS3-HMAC-SHA256 Credential=LTAIEXAMPLEEXAMPLE0001,SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=" + signature} {
				r.Header.Set(name, value)
			}
			want := map[bool]string{true: "200 202 F", false: "400 SignatureDoesNotMatch"}[right]
			said := askAliyun(t, aliyunServer(t), r)
			if right {
				assert.NotContains(t, said.Code, "Signature")
				assert.Equal(t, http.StatusOK, said.status)
				continue
			}
			assert.Equal(t, want, said.String())
		}
	}
	// The older signature, as a GET and as the form of the vendor's own client.
	form, err := url.ParseQuery(body)
	require.NoError(t, err)
	for name, value := range map[string]string{"AccessKeyId": "LTAIEXAMPLEEXAMPLE0001", "Action": "ContrastFaceVerify", "Format": "JSON",
		"SignatureMethod": "HMAC-SHA1", "SignatureNonce": "0123456789abcdef0123456789abcdef", "SignatureVersion": "1.0",
		"Timestamp": "2026-01-02T03:04:05Z", "Version": "2019-03-07", "Signature": "ILQzWw2/eJX/MnN/nZLDfBlSdBY="} {
		form.Set(name, value)
	}
	said := askAliyun(t, aliyunServer(t), aliyunRPC(form))
	assert.Equal(t, http.StatusOK, said.status, said.Code)
	form.Set("Signature", "ILQzWw2/eJX/MnN/nZLDfBlSdBZ=")
	assert.Equal(t, "400 SignatureDoesNotMatch", askAliyun(t, aliyunServer(t), aliyunRPC(form)).String())
}

func aliyunRPC(form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/aliyun/", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// signAliyunRPC signs parameters with the older signature.
func signAliyunRPC(form url.Values) url.Values {
	aliyunCount++
	for name, value := range map[string]string{"AccessKeyId": idverifytest.AliyunAccessKeyID, "Action": "ContrastFaceVerify",
		"SignatureMethod": "HMAC-SHA1", "SignatureNonce": fmt.Sprint("nonce-", aliyunCount), "SignatureVersion": "1.0",
		"Timestamp": aliyunNow.Format("2006-01-02T15:04:05Z"), "Version": "2019-03-07"} {
		if !form.Has(name) {
			form.Set(name, value)
		}
	}
	escape := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	mac := hmac.New(sha1.New, []byte(idverifytest.AliyunAccessKeySecret+"&"))
	mac.Write([]byte("POST&%2F&" + escape(strings.ReplaceAll(form.Encode(), "+", "%20"))))
	form.Set("Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	return form
}

func TestAliyun_OlderSignature(t *testing.T) {
	srv := aliyunServer(t)
	ask := func(r *http.Request) string { return askAliyun(t, srv, r).String() }
	form := func(change ...string) url.Values {
		return signAliyunRPC(aliyunFields(append(change, "Format", "JSON")...))
	}
	assert.Equal(t, "200 200 200 T", ask(aliyunRPC(form())))
	assert.Equal(t, "200 200 200 T", ask(aliyunRPC(form("SignatureType", ""))), "an empty parameter is signed too")
	used := form()
	assert.Equal(t, "200 200 200 T", ask(aliyunRPC(used)))
	assert.Equal(t, "400 SignatureNonceUsed", ask(aliyunRPC(used)))
	for name, value := range map[string]string{"CertName": "x", "FaceContrastPicture": "AAAA", "SceneId": "1"} {
		changed := form()
		changed.Set(name, value)
		assert.Equal(t, "400 SignatureDoesNotMatch", ask(aliyunRPC(changed)), name)
	}
	// Some of the parameters may be in the query.
	all := form()
	r := aliyunRPC(url.Values{"FaceContrastPicture": all["FaceContrastPicture"], "SceneId": all["SceneId"]})
	all.Del("FaceContrastPicture")
	all.Del("SceneId")
	r.URL.RawQuery = all.Encode()
	assert.Equal(t, "200 200 200 T", ask(r))
	// A parameter that sorts before the picture may not come after it.
	late := form()
	name := late.Get("CertName")
	late.Del("CertName")
	r = aliyunRPC(late)
	r.Body = io.NopCloser(strings.NewReader(late.Encode() + "&CertName=" + url.QueryEscape(name)))
	assert.Equal(t, "400 SignatureDoesNotMatch", ask(r))
	for change, want := range map[string]string{"SignatureMethod": "InvalidSignatureMethod", "Action": "InvalidAction.NotFound", "Version": "InvalidVersion",
		"Timestamp": "InvalidTimeStamp.Format", "AccessKeyId": "InvalidAccessKeyId.NotFound"} {
		assert.Contains(t, ask(aliyunRPC(form(change, "x"))), want)
	}
	// Without Format the gateway's own errors are XML.
	w := httptest.NewRecorder()
	srv.ServeHTTP(w, aliyunRPC(signAliyunRPC(aliyunFields("Action", "x"))))
	assert.Equal(t, "text/xml;charset=utf-8", w.Header().Get("Content-Type"))
	assert.Contains(t, w.Body.String(), "<Error><RequestId>")
	assert.Contains(t, w.Body.String(), "<Code>InvalidAction.NotFound</Code>")
}

func TestAliyun_Signature(t *testing.T) {
	srv := aliyunServer(t)
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	replace := func(from, to string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), from, to, 1))
		}
	}
	for what, tt := range map[string]struct {
		change, spoil func(*http.Request)
		want          string
	}{
		"right":                    {nil, nil, "200 200 200 T"},
		"an extra header":          {header("User-Agent", "x"), nil, "200 200 200 T"},
		"fifteen minutes early":    {header("x-acs-date", "2026-01-02T02:49:05Z"), nil, "200 200 200 T"},
		"a second more":            {header("x-acs-date", "2026-01-02T02:49:04Z"), nil, "400 InvalidTimeStamp.Expired"},
		"fifteen minutes late":     {header("x-acs-date", "2026-01-02T03:19:05Z"), nil, "200 200 200 T"},
		"a second later":           {header("x-acs-date", "2026-01-02T03:19:06Z"), nil, "400 InvalidTimeStamp.Expired"},
		"a date in another format": {header("x-acs-date", "20260102T030405Z"), nil, "400 InvalidTimeStamp.Format"},
		"another action":           {header("x-acs-action", "x"), nil, "404 InvalidAction.NotFound"},
		"another version":          {header("x-acs-version", "x"), nil, "400 InvalidVersion"},
		"no nonce":                 {header("x-acs-signature-nonce", ""), nil, "400 MissingParameter"},
		"a long nonce":             {header("x-acs-signature-nonce", strings.Repeat("x", 129)), nil, "400 InvalidParameter"},
		"another digest":           {header("x-acs-content-sha256", strings.Repeat("0", 64)), nil, "400 SignatureDoesNotMatch"},
		"a header missing":         {header("x-acs-security-token-x", "x"), nil, "400 SignatureDoesNotMatch"},
		"another host":             {nil, func(r *http.Request) { r.Host = "x" }, "400 SignatureDoesNotMatch"},
		"another query":            {nil, func(r *http.Request) { r.URL.RawQuery = "Model=NO_LIVENESS" }, "400 SignatureDoesNotMatch"},
		"another signature":        {nil, replace("Signature=", "Signature=0"), "400 SignatureDoesNotMatch"},
		"another scheme":           {nil, replace("ACS3-HMAC-SHA256", "ACS3-HMAC-SM3"), "400 InvalidSignatureMethod"},
		"no signature":             {nil, replace("Signature=", "X="), "400 IncompleteSignature"},
		"another key":              {nil, replace("Credential=LTAI", "Credential=x"), "404 InvalidAccessKeyId.NotFound"},
		"no key":                   {nil, replace("Credential="+idverifytest.AliyunAccessKeyID, "Credential="), "400 MissingAccessKeyId"},
		"host is not signed":       {nil, replace("content-type;host;", "content-type;"), "400 SignatureDoesNotMatch"},
		"an unknown name":          {nil, replace("SignedHeaders=content-type", "SignedHeaders=accept;content-type"), "400 SignatureDoesNotMatch"},
		"an unknown token":         {header("x-acs-security-token", "x"), nil, "400 InvalidSecurityToken.MismatchWithAccessKey"},
		"a role without a token":   {nil, replace(idverifytest.AliyunAccessKeyID, idverifytest.AliyunTemporaryKeyID), "400 MissingSecurityToken"},
	} {
		assert.Equal(t, tt.want, askAliyun(t, srv, aliyunV3(aliyunFields(), tt.change, tt.spoil)).String(), what)
	}
	same := func(r *http.Request) { r.Header.Set("x-acs-signature-nonce", "EXAMPLE-NONCE") }
	assert.Equal(t, "200 200 200 T", askAliyun(t, srv, aliyunV3(aliyunFields(), same, nil)).String())
	said := askAliyun(t, srv, aliyunV3(aliyunFields(), same, nil))
	assert.Equal(t, "400 SignatureNonceUsed", said.String())
	assert.NotEmpty(t, said.RequestID)
	assert.NotEmpty(t, said.HostID, "gateway errors have another form")
	said = askAliyun(t, srv, httptest.NewRequest(http.MethodPost, "/aliyun/", nil))
	assert.Equal(t, 400, said.status, "nothing is signed")
}

func TestAliyun_Parameters(t *testing.T) {
	srv := aliyunServer(t)
	picture := aliyunFields().Get("FaceContrastPicture")
	large := base64.StdEncoding.EncodeToString(append(idverifytest.Photo(), make([]byte, 749_998-len(idverifytest.Photo()))...))
	for want, changes := range map[string][][]string{
		"400": {{"SceneId", ""}, {"OuterOrderNo", ""}, {"ProductCode", ""}, {"CertType", ""}, {"CertName", ""}, {"CertNo", ""}, {"FaceContrastPicture", ""},
			{"FaceContrastPicture", "", "OssBucketName", "x"}, {"OssObjectName", "x"}},
		"401": {{"SceneId", "x"}, {"OuterOrderNo", strings.Repeat("a", 33)}, {"OuterOrderNo", "a-b"}, {"ProductCode", "ID_PRO"}, {"CertType", "x"},
			{"Model", "x"}, {"Crop", "x"}, {"EncryptType", "SM2"}, {"CertName", "<x>"}, {"CertNo", "110105190001019990"},
			{"FaceContrastPicture", "", "FaceContrastPictureUrl", "x"}},
		"404": {{"SceneId", "1000000007"}},
		"411": {{"FaceContrastPicture", "", "OssBucketName", "x", "OssObjectName", "x"}},
		"419": {{"FaceContrastPicture", "data:image/jpeg;base64," + picture}, {"FaceContrastPicture", picture[:76] + "\n" + picture[76:]},
			{"FaceContrastPicture", picture[:len(picture)-5]}, {"FaceContrastPicture", picture[:len(picture)/8*4]}, {"FaceContrastPicture", "R0lGODlhAAAA"},
			{"FaceContrastPicture", "", "FaceContrastPictureUrl", idverifytest.UnreachableURL},
			{"FaceContrastPicture", "", "OssBucketName", idverifytest.AliyunOSSBucket, "OssObjectName", "unreachable"}},
		"420": {{"CertifyId", "x"}, {"FaceContrastPictureUrl", "x"}, {"OssBucketName", "x", "OssObjectName", "x"}},
		"421": {{"FaceContrastPicture", large}},
		"422": {{"FaceContrastPicture", "", "FaceContrastPictureUrl", idverifytest.TimeoutURL}},
		"423": {{"FaceContrastPicture", "", "CertifyId", "x"}, {"FaceContrastPicture", "", "CertifyId", strings.Repeat("0", 32)}},
	} {
		for _, change := range changes {
			said := askAliyun(t, srv, aliyunV3(aliyunFields(change...), nil, nil))
			assert.Equal(t, "200 "+want, said.String(), change[0])
			assert.Empty(t, said.HostID)
		}
	}
	assert.Zero(t, srv.Bill().Total())
	young := idverifytest.New(idverifytest.WithClock(func() time.Time { return time.Date(1913, 12, 31, 0, 0, 0, 0, time.UTC) }))
	defer young.Close()
	then := func(r *http.Request) { r.Header.Set("x-acs-date", "1913-12-31T00:00:00Z") }
	assert.Equal(t, "200 405", askAliyun(t, young, aliyunV3(aliyunFields(), then, nil)).String(), "born in January 1900")
	twice := aliyunFields()
	twice.Add("CertName", "x")
	assert.Equal(t, "400 InvalidParameter", askAliyun(t, srv, aliyunV3(twice, nil, nil)).String())
}

// A CertifyId of a verification that passed counts as a picture, and no other one
// does.
func TestAliyun_CertifyIDOfAPassCountsAsPicture(t *testing.T) {
	srv := aliyunServer(t)
	pass := askAliyun(t, srv, aliyunV3(aliyunFields(), nil, nil))
	other := idverifytest.FaceMismatch()
	no := askAliyun(t, srv, aliyunV3(aliyunFields("CertName", other.Name, "CertNo", other.IDNumber), nil, nil))
	assert.Equal(t, "200 200 204 F", no.String())
	for id, want := range map[string]string{pass.Result.CertifyID: "200 200 200 T", no.Result.CertifyID: "200 423", idverifytest.AliyunCertifyID: "200 200 200 T"} {
		assert.Equal(t, want, askAliyun(t, srv, aliyunV3(aliyunFields("FaceContrastPicture", "", "CertifyId", id), nil, nil)).String())
	}
	assert.Contains(t, pass.Result.MaterialInfo, `"verifyScore":50.29`)
	assert.Equal(t, 4, srv.Bill().Total())
}

func TestAliyun_VendorErrors(t *testing.T) {
	srv := aliyunServer(t)
	for code, want := range map[string]string{
		"SignatureNonceUsed": "400 SignatureNonceUsed", "InvalidAccessKeyId.NotFound": "404 InvalidAccessKeyId.NotFound", "Forbidden.RAM": "403 Forbidden.RAM",
		"InternalError": "500 InternalError", "ServiceUnavailable": "503 ServiceUnavailable", "418": "200 418", "427": "200 427", "206": "200 200 206 F",
	} {
		srv.Inject(idverifytest.Aliyun, idverifytest.VendorError(code))
		assert.Equal(t, want, askAliyun(t, srv, aliyunV3(aliyunFields(), nil, nil)).String())
	}
	for _, code := range []string{"", "200", "x", "1", "4000", "-41"} {
		assert.Panics(t, func() { srv.Inject(idverifytest.Aliyun, idverifytest.VendorError(code)) }, code)
	}
	assert.Zero(t, srv.Bill().Total())
}
