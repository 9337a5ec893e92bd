package idverifytest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

func TestPersons(t *testing.T) {
	persons := idverifytest.Persons()
	names, numbers := map[string]bool{}, map[string]bool{}
	for _, p := range persons {
		names[p.Name], numbers[p.IDNumber] = true, true
		assert.Regexp(t, `^110105190001(0[1-9]|[12]\d|3[01])999[\dX]$`, p.IDNumber)
		assert.NotEmpty(t, p.About)
		assert.NotEmpty(t, p.AboutZH)
		assert.Contains(t, idverify.Codes(), p.Code)
		var at []idverify.Code
		for _, v := range idverifytest.Vendors() {
			at = append(at, p.CodeAt(v))
		}
		assert.Contains(t, at, p.Code)
		assert.Empty(t, p.CodeAt("nobody"))
	}
	assert.Len(t, names, len(persons))
	assert.Len(t, numbers, len(persons))
	for _, code := range idverify.Codes() {
		if !code.IsDecision() || code == idverify.CodeAttackSuspected { // not every vendor checks for it
			continue
		}
		for _, v := range idverifytest.Vendors() {
			assert.Equal(t, code, idverifytest.PersonFor(code).CodeAt(v), "%s at %s", code, v)
		}
	}
	assert.Zero(t, idverifytest.PersonFor(idverify.CodeCanceled))
	assert.Equal(t, idverify.CodeMatch, idverifytest.AtThreshold().CodeAt(idverifytest.Linkface))
	assert.Equal(t, idverify.CodeFaceMismatch, idverifytest.AtThreshold().CodeAt(idverifytest.BaiduV4))
	assert.Equal(t, idverify.CodeFaceMismatch, idverifytest.AtThreshold().CodeAt(idverifytest.Tencent))
	stranger := idverifytest.Person{Name: "张三", IDNumber: "11010519491231002X"}
	assert.Equal(t, idverify.CodeIdentityNotFound, stranger.CodeAt(idverifytest.Linkface))
	assert.Equal(t, idverify.CodeIdentityNotFound, stranger.CodeAt(idverifytest.Tencent))
	assert.Equal(t, idverify.CodeIdentityMismatch, stranger.CodeAt(idverifytest.BaiduV4), "verify_status 1 means either")
}

func TestPersons_ReturnsACopy(t *testing.T) {
	idverifytest.Persons()[0].Name = "x"
	assert.Equal(t, "测试一致", idverifytest.Match().Name)
	photo := idverifytest.Photo()
	photo[0] = 0
	assert.EqualValues(t, 0xff, idverifytest.Photo()[0])
}

// A person whom a vendor refuses in any case is refused before the evidence is
// examined.
func TestPersons_RefusedBeforeEvidenceIsExamined(t *testing.T) {
	srv := idverifytest.Start(t)
	token := baiduToken(t, srv)
	for _, code := range []idverify.Code{idverify.CodeRateLimited, idverify.CodeQuotaExceeded, idverify.CodeVendorUnavailable} {
		p := idverifytest.PersonFor(code)
		good := linkface(t, srv, linkfaceFields(p)...)
		noFile := change(linkfaceFields(p), field{"liveness_data_file", "-", ""})
		bad := linkface(t, srv, append(noFile, field{"liveness_data_url", idverifytest.UnreachableURL, ""})...)
		assert.Equal(t, good.text("status"), bad.text("status"))
		assert.NotContains(t, good.body, "identity")

		body := baiduBody(p)
		goodCode := baidu(t, srv, token, body).text("error_code")
		body["image"] = "***"
		assert.Equal(t, goodCode, baidu(t, srv, token, body).text("error_code"))

		goodCode = tencent(t, srv, tencentFields(p)...).text("code")
		badCode := tencent(t, srv, change(tencentFields(p), field{"image", "-", ""})...).text("code")
		assert.Equal(t, goodCode, badCode)
	}
}
