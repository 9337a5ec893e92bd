package idverifytest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

func allTroubles() []trouble {
	return []trouble{rateLimited, quotaExceeded, unavailable, expired, revoked, notFound, tooLarge, tooMany}
}

func TestRegistry_EveryVendorIsComplete(t *testing.T) {
	names, paths := map[string]bool{}, map[string]bool{}
	for _, v := range registered() {
		assert.Regexp(t, "^[a-z0-9]+$", v.name)
		assert.NotEmpty(t, v.credentials, v.name)
		assert.NotEmpty(t, v.scores, v.name)
		assert.NotEmpty(t, v.decides, v.name)
		assert.Contains(t, []personID{personNotFound, personIdentityMismatch}, v.stranger, v.name)
		require.NotEmpty(t, v.endpoints, v.name)
		assert.Equal(t, v.name, v.endpoints[0].name)
		for i, e := range v.endpoints {
			assert.True(t, i == 0 || strings.HasPrefix(e.name, v.name+"/"), e.name)
			assert.False(t, names[e.name], "%s is listed twice", e.name)
			assert.False(t, e.claims == nil && paths[e.path], "%s of %s belongs to another vendor", e.path, v.name)
			names[e.name], paths[e.path] = true, true
			for _, trouble := range allTroubles() {
				rep := e.says(New(), trouble)
				assert.NotEmpty(t, rep.body, "%s has no answer for %d", e.name, trouble)
				assert.True(t, rep.code != "" || rep.status >= 400, "%s: the answer for %d looks like success", e.name, trouble)
				assert.False(t, rep.billed)
			}
		}
		for id, code := range v.means {
			assert.NotEqual(t, id.person().Code, code, "%s: person %d is listed as an exception but is none", v.name, id)
		}
	}
}

func TestRegistry_Routes(t *testing.T) {
	g := registered()
	for path, want := range map[string]string{
		"/linkface" + linkfacePath:   "linkface linkface " + linkfacePath,
		linkfacePath:                 "linkface linkface " + linkfacePath,
		"/baiduv4" + baiduTokenPath:  "baiduv4 baiduv4/token " + baiduTokenPath,
		baiduTokenPath:               "baiduv4 baiduv4/token " + baiduTokenPath,
		baiduPath:                    "baiduv4 baiduv4 " + baiduPath,
		tencentPath:                  "tencent tencent " + tencentPath,
		"/tencent" + linkfacePath:    "tencent - " + linkfacePath,
		"/tencent":                   "tencent - /",
		"/tencent/tencent":           "tencent - /tencent",
		"/nobody" + tencentPath:      "- - /nobody" + tencentPath,
		tencentPath + "/":            "- - " + tencentPath + "/",
		"/":                          "- - /",
		"":                           "- - ",
		"/TENCENT" + tencentPath:     "- - /TENCENT" + tencentPath,
		"//tencent" + tencentPath:    "- - //tencent" + tencentPath,
		"/tencent//face/idcardcompa": "tencent - //face/idcardcompa",
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.Path = path
		v, e, inside := g.route(r)
		vendor, endpoint := "-", "-"
		if v != nil {
			vendor = v.name
		}
		if e != nil {
			endpoint = e.name
		}
		assert.Equal(t, want, fmt.Sprint(vendor, " ", endpoint, " ", inside), path)
	}
}

func TestCredentialsAndSampleEvidence(t *testing.T) {
	assert.Equal(t, map[string]string{"api_id": LinkfaceAPIID, "api_secret": LinkfaceAPISecret}, Credentials(Linkface))
	assert.Equal(t, map[string]string{"client_id": BaiduAPIKey, "client_secret": BaiduSecretKey}, Credentials(BaiduV4))
	assert.Equal(t, map[string]string{"appid": TencentAppID, "secret_id": TencentSecretID, "secret_key": TencentSecretKey}, Credentials(Tencent))
	assert.Equal(t, map[string]string{"face_token": FaceToken, "skey": SealedKey, "x_device_id": SealedDeviceID, "data": SealedData}, SampleEvidence(BaiduV4))
	assert.Nil(t, SampleEvidence(Linkface))
	assert.Nil(t, Credentials("nobody"))
	assert.Nil(t, Credentials(BaiduToken), "not a vendor")
	assert.Nil(t, SampleEvidence("nobody"))
	Credentials(Linkface)["api_id"] = "changed"
	assert.Equal(t, LinkfaceAPIID, Credentials(Linkface)["api_id"])
}

// A fault can send any error of the vendor's own, in its format.
func TestVendorError(t *testing.T) {
	for _, want := range []struct {
		endpoint, code, path string
		status               int
		body                 string
	}{
		{Linkface, "NO_PERMISSION", "/linkface" + linkfacePath, 403, `"status":"NO_PERMISSION"`},
		{Linkface, "PHOTO_SERVICE_ERROR: Network error", "/linkface" + linkfacePath, 400, `"status":"PHOTO_SERVICE_ERROR","reason":"Network error"`},
		{BaiduV4, "216100", "/baiduv4" + baiduPath, 200, `"error_code":216100,"error_msg":"invalid param"`},
		{BaiduV4, "283457", "/baiduv4" + baiduPath, 200, `"error_code":283457`},
		{BaiduToken, "invalid_client", "/baiduv4" + baiduTokenPath, 401, `"error":"invalid_client"`},
		{BaiduToken, "unsupported_grant_type", "/baiduv4" + baiduTokenPath, 400, `"error":"unsupported_grant_type"`},
		{BaiduToken, "13", "/baiduv4" + baiduTokenPath, 200, `"error_code":13`},
		{Tencent, "-5803", "/tencent" + tencentPath, 200, `"code":-5803`},
		{Tencent, "107", "/tencent" + tencentPath, 200, `"code":107`},
	} {
		s := New()
		s.Inject(want.endpoint, VendorError(want.code))
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, want.path, nil))
		assert.Equal(t, want.status, w.Code, want.code)
		assert.Contains(t, w.Body.String(), want.body)
		e := s.Exchanges()[0]
		assert.Equal(t, "vendor_error", e.Fault)
		code, _, _ := strings.Cut(want.code, ":")
		assert.Equal(t, code, e.VendorCode)
		assert.Zero(t, s.Bill().Total(), "the fault is before the vendor")
	}
	for endpoint, codes := range map[string][]string{
		Linkface: {"OK", "", "216100", "ok"}, BaiduV4: {"0", "", "-1", "x", "invalid_client"}, BaiduToken: {"0", "OK", ""}, Tencent: {"0", "", "x"},
	} {
		for _, code := range codes {
			assert.Panics(t, func() { New().Inject(endpoint, VendorError(code)) }, "%s %q", endpoint, code)
		}
	}
}

// A person's code is its meaning at most vendors; the vendors' files list the
// exceptions.
func TestRegistry_CodeOf(t *testing.T) {
	v := &vendor{stranger: personNotFound, means: map[personID]idverify.Code{personSeveral: idverify.CodeNoFace}}
	assert.Equal(t, idverify.CodeNoFace, v.codeOf(personSeveral))
	assert.Equal(t, idverify.CodeBadCapture, v.codeOf(personBadCapture))
	match := Match()
	assert.Equal(t, personMatch, v.whoIs(match.Name, match.IDNumber))
	assert.Equal(t, personIdentityMismatch, v.whoIs("张三", match.IDNumber))
	assert.Equal(t, personNotFound, v.whoIs(match.Name, "11010519491231002X"))
}

// An attack is reported as one at every vendor, except those whose entry says that
// they do not check for attacks, where it passes; both kinds behave alike.
func TestRegistry_AttacksAreReportedWhereChecked(t *testing.T) {
	blind := 0
	for _, v := range registered() {
		want := idverify.CodeAttackSuspected
		if v.seesNoAttacks {
			want, blind = idverify.CodeMatch, blind+1
		}
		for _, p := range []Person{AttackSuspected(), SyntheticFace()} {
			assert.Equal(t, want, p.CodeAt(v.name), "%s: %s", v.name, p.About)
		}
		assert.NotContains(t, v.means, personAttack, v.name)
		assert.NotContains(t, v.means, personSynthetic, v.name)
	}
	assert.Positive(t, blind)
	assert.Less(t, blind, len(registered()))
}
