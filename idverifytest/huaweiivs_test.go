package idverifytest_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

var huaweiIVSAt = time.Date(2023, 11, 14, 22, 13, 20, 0, time.UTC)

func huaweiIVSBody(p idverifytest.Person) map[string]any {
	return map[string]any{
		"verification_name": p.Name, "verification_id": p.IDNumber,
		"face_image": base64.StdEncoding.EncodeToString(idverifytest.Photo()),
	}
}

// huaweiIVSKey signs a request with an independent implementation.
type huaweiIVSKey struct{ id, secret, token string }

var huaweiIVSPermanent = huaweiIVSKey{idverifytest.HuaweiIVSAccessKey, idverifytest.HuaweiIVSSecretKey, ""}

func (k huaweiIVSKey) sign(r *http.Request, body []byte, at time.Time) {
	r.Header.Set("X-Sdk-Date", at.UTC().Format("20060102T150405Z"))
	lines, names := "host:"+r.URL.Host+"\nx-sdk-date:"+r.Header.Get("X-Sdk-Date")+"\n", "host;x-sdk-date"
	if k.token != "" {
		r.Header.Set("X-Security-Token", k.token)
		lines, names = lines+"x-security-token:"+k.token+"\n", names+";x-security-token"
	}
	digest := sha256.Sum256(body)
	canonical := sha256.Sum256([]byte("POST\n" + r.URL.Path + "/\n\n" + lines + "\n" + names + "\n" + hex.EncodeToString(digest[:])))
	mac := hmac.New(sha256.New, []byte(k.secret))
	fmt.Fprintf(mac, "SDK-HMAC-SHA256\n%s\n%x", r.Header.Get("X-Sdk-Date"), canonical)
	r.Header.Set("Authorization", fmt.Sprintf("SDK-HMAC-SHA256 Access=%s, SignedHeaders=%s, Signature=%x", k.id, names, mac.Sum(nil)))
}

// huaweiIVSSend sends a signed body; change may modify the request at the end.
func huaweiIVSSend(t *testing.T, srv *idverifytest.Server, key huaweiIVSKey, body string, change func(*http.Request)) answer {
	t.Helper()
	r := newRequest(t, http.MethodPost, srv.BaseURL(idverifytest.HuaweiIVS)+"/v2.0/ivs-standard", "application/json", bytes.NewReader([]byte(body)))
	key.sign(r, []byte(body), huaweiIVSAt)
	if change != nil {
		change(r)
	}
	return send(t, srv, r)
}

func huaweiIVSText(one ...map[string]any) string {
	text, _ := json.Marshal(map[string]any{"meta": map[string]any{"uuid": "EXAMPLE-1"}, "data": map[string]any{"req_data": one}})
	return string(text)
}

func startHuaweiIVS(t *testing.T) (*idverifytest.Server, *time.Time) {
	now := huaweiIVSAt
	return idverifytest.Start(t, idverifytest.WithClock(func() time.Time { return now })), &now
}

func TestHuaweiIVS_Persons(t *testing.T) {
	srv, _ := startHuaweiIVS(t)
	for _, want := range []struct {
		person     idverifytest.Person
		http       int
		code       string
		similarity any
		billed     bool
	}{
		{idverifytest.Match(), 200, "1000 valid", "88", true},
		{idverifytest.FaceMismatch(), 200, "2002 invalid", "31", true},
		{idverifytest.IdentityMismatch(), 200, "2001 invalid", nil, true},
		{idverifytest.IdentityNotFound(), 200, "3001 nonexistent", nil, true},
		{idverifytest.ReferencePhotoUnavailable(), 200, "2006 invalid", nil, true},
		{idverifytest.AttackSuspected(), 200, "1000 valid", "88", true},
		{idverifytest.SyntheticFace(), 200, "1000 valid", "88", true},
		{idverifytest.AtThreshold(), 200, "2002 invalid", "64", true},
		{idverifytest.AboveThreshold(), 200, "1000 valid", "65", true},
		{idverifytest.BelowThreshold(), 200, "2002 invalid", "63", true},
		{idverifytest.PersonFor(idverify.CodePoorPhoto), 200, "2003 invalid", nil, true},
		{idverifytest.PersonFor(idverify.CodeNoFace), 400, "IVS.0009", nil, false},
		{idverifytest.PersonFor(idverify.CodeMultipleFaces), 400, "IVS.0009", nil, false},
		{idverifytest.PersonFor(idverify.CodeBadCapture), 400, "IVS.0010", nil, false},
		{idverifytest.PersonFor(idverify.CodeRateLimited), 429, "APIG.0308", nil, false},
		{idverifytest.PersonFor(idverify.CodeQuotaExceeded), 405, "APIG.0501", nil, false},
		{idverifytest.PersonFor(idverify.CodeSourceUnavailable), 502, "APIG.0202", nil, false},
		{idverifytest.PersonFor(idverify.CodeVendorUnavailable), 502, "APIG.0202", nil, false},
		{idverifytest.Person{Name: "别的名字", IDNumber: idverifytest.Match().IDNumber}, 200, "2001 invalid", nil, true},
		{idverifytest.Person{Name: "张三", IDNumber: "11010519491231002X"}, 200, "3001 nonexistent", nil, true},
	} {
		srv.Reset()
		a := huaweiIVSSend(t, srv, huaweiIVSPermanent, huaweiIVSText(huaweiIVSBody(want.person)), nil)
		assert.Equal(t, want.http, a.status, want.person.Name)
		assert.NotEmpty(t, a.header.Get("X-Request-Id"))
		assert.Equal(t, want.billed, srv.Bill().Total() == 1, want.person.Name)
		if want.http != 200 {
			assert.Equal(t, want.code, a.text("error_code"))
			continue
		}
		assert.Equal(t, map[string]any{"uuid": "EXAMPLE-1"}, a.object("meta"))
		one := a.object("result")["resp_data"].([]any)[0].(map[string]any)
		assert.Equal(t, want.code, fmt.Sprint(one["verification_code"], " ", one["verification_result"]))
		assert.Equal(t, want.similarity, one["similarity"])
	}
}

func TestHuaweiIVS_Refuses(t *testing.T) {
	srv, _ := startHuaweiIVS(t)
	good := func(member string, value any) string {
		body := huaweiIVSBody(idverifytest.Match())
		body[member] = value
		if value == "-" {
			delete(body, member)
		}
		return huaweiIVSText(body)
	}
	photo := base64.StdEncoding.EncodeToString(idverifytest.Photo())
	of := func(picture []byte) string { return base64.StdEncoding.EncodeToString(picture) }
	whole := huaweiIVSBody(idverifytest.Match())
	for _, want := range []struct{ name, body, code string }{
		{"no JSON", "{", "IVS.0001"},
		{"empty", "", "IVS.0001"},
		{"no meta", strings.Replace(huaweiIVSText(whole), `"meta"`, `"x"`, 1), "IVS.0001"},
		{"a long uuid", strings.Replace(huaweiIVSText(whole), "EXAMPLE-1", strings.Repeat("a", 65), 1), "IVS.0011"},
		{"nobody", huaweiIVSText(), "IVS.0003"},
		{"two", huaweiIVSText(whole, whole), "IVS.0002"},
		{"no name", good("verification_name", "-"), "IVS.0003"},
		{"name of null", good("verification_name", nil), "IVS.0003"},
		{"name format", good("verification_name", "张3"), "IVS.0011"},
		{"number format", good("verification_id", "110101199909090909"), "IVS.0011"},
		{"number as a number", good("verification_id", 1), "IVS.0011"},
		{"detail as text", good("detail", "true"), "IVS.0011"},
		{"no picture", good("face_image", "-"), "IVS.0003"},
		{"a data: URL", good("face_image", "data:image/jpeg;base64,"+photo), "IVS.0006"},
		{"line breaks", good("face_image", photo[:76]+"\n"+photo[76:]), "IVS.0006"},
		{"truncated base64", good("face_image", photo[:len(photo)-1]), "IVS.0006"},
		{"half a picture", good("face_image", of(idverifytest.Photo()[:len(idverifytest.Photo())/2+2])), "IVS.0006"},
		{"a PNG", good("face_image", of(append([]byte(small), make([]byte, 8000)...))), "IVS.0006"},
		{"too small", good("face_image", photo[:10_236]), "IVS.0004"},
		{"too large", good("face_image", of(append(idverifytest.Photo(), make([]byte, 3_000_000)...))), "IVS.0004"},
		{"good", huaweiIVSText(whole), ""},
	} {
		a := huaweiIVSSend(t, srv, huaweiIVSPermanent, want.body, nil)
		if want.code == "" {
			assert.Equal(t, 200, a.status)
			continue
		}
		assert.Equal(t, 400, a.status, want.name)
		assert.Equal(t, want.code, a.text("error_code"), want.name)
	}
	a := huaweiIVSSend(t, srv, huaweiIVSPermanent, huaweiIVSText(whole), func(r *http.Request) { r.Header.Del("Content-Type") })
	assert.Equal(t, "IVS.0012", a.text("error_code"))
	assert.Equal(t, 1, srv.Bill().Total())
}

func TestHuaweiIVS_Signatures(t *testing.T) {
	srv, now := startHuaweiIVS(t)
	body := huaweiIVSText(huaweiIVSBody(idverifytest.Match()))
	temporary := huaweiIVSKey{idverifytest.HuaweiIVSTemporaryAccessKey, idverifytest.HuaweiIVSTemporarySecretKey, idverifytest.HuaweiIVSSecurityToken}
	resigned := func(r *http.Request, from, to string) {
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), from, to, 1))
	}
	for _, want := range []struct {
		name   string
		key    huaweiIVSKey
		change func(*http.Request)
		says   string
	}{
		{"right", huaweiIVSPermanent, nil, ""},
		{"temporary", temporary, nil, ""},
		{"no token", huaweiIVSKey{temporary.id, temporary.secret, ""}, nil, "verify aksk signature fail"},
		{"another token", huaweiIVSKey{temporary.id, temporary.secret, "x"}, nil, "verify aksk signature fail"},
		{"right again", temporary, nil, ""},
		{"no key", huaweiIVSKey{"EXAMPLE", temporary.secret, ""}, nil, "ak not exist"},
		{"unsigned", huaweiIVSPermanent, func(r *http.Request) { r.Header.Del("Authorization") }, "x-auth-token not found"},
		{"somebody's token", huaweiIVSPermanent, func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }, "decrypt token fail"},
		{"another date", huaweiIVSPermanent, func(r *http.Request) { r.Header.Set("X-Sdk-Date", "20231114T221321Z") }, "verify aksk signature fail"},
		{"without the date", huaweiIVSPermanent, func(r *http.Request) { resigned(r, "host;x-sdk-date", "host") }, "verify aksk signature fail"},
		{"not sorted", huaweiIVSPermanent, func(r *http.Request) { resigned(r, "host;x-sdk-date", "x-sdk-date;host") }, "verify aksk signature fail"},
		{"a header that is not sent", huaweiIVSPermanent, func(r *http.Request) { resigned(r, "host;", "host;x-project-id;") }, "verify aksk signature fail"},
		{"right in between", huaweiIVSPermanent, nil, ""},
	} {
		a := huaweiIVSSend(t, srv, want.key, body, want.change)
		if want.says == "" {
			assert.Equal(t, 200, a.status, want.name)
			continue
		}
		assert.Equal(t, 401, a.status, want.name)
		assert.Equal(t, "APIG.0301", a.text("error_code"), want.name)
		assert.Contains(t, a.text("error_msg"), want.says, want.name)
	}

	*now = huaweiIVSAt.Add(15 * time.Minute)
	assert.Equal(t, 200, huaweiIVSSend(t, srv, huaweiIVSPermanent, body, nil).status)
	*now = now.Add(time.Second)
	wrong := func(r *http.Request) { resigned(r, "Signature=", "Signature=0") }
	for i := range 6 {
		a := huaweiIVSSend(t, srv, huaweiIVSPermanent, body, wrong)
		assert.Equal(t, i == 5, strings.Contains(a.text("error_msg"), "reach the limit"), "%d", i)
	}
	*now = huaweiIVSAt.Add(5*time.Minute - time.Second) // the key is unlocked by time alone
	assert.Equal(t, 401, huaweiIVSSend(t, srv, huaweiIVSPermanent, body, nil).status, "correct signatures fail, too")
	assert.Equal(t, 200, huaweiIVSSend(t, srv, temporary, body, nil).status, "another key is not locked")
}

func TestHuaweiIVS_VendorErrors(t *testing.T) {
	srv, _ := startHuaweiIVS(t)
	for code, status := range map[string]int{"IVS.0014": 400, "APIG.0203": 504, "APIGW.0301": 401, "APIG.0201: 413": 413, "2003": 200} {
		srv.Inject(idverifytest.HuaweiIVS, idverifytest.VendorError(code))
		a := huaweiIVSSend(t, srv, huaweiIVSPermanent, huaweiIVSText(huaweiIVSBody(idverifytest.Match())), nil)
		assert.Equal(t, status, a.status, code)
	}
	for _, code := range []string{"", "1000", "1001", "IVS.1", "OK"} {
		assert.Panics(t, func() { srv.Inject(idverifytest.HuaweiIVS, idverifytest.VendorError(code)) }, code)
	}
	assert.Zero(t, srv.Bill().Total())
}
