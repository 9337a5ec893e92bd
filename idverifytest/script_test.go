package idverifytest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/idverifytest"
)

func TestScript(t *testing.T) {
	srv := idverifytest.Start(t)
	srv.Script(idverifytest.Tencent,
		idverifytest.Answer{Body: `{"code":0,"message":"OK","data":{"similarity":null}}`, Billed: true},
		idverifytest.Answer{Status: 418, Header: http.Header{"content-type": {"text/plain"}}, Body: "no"})
	srv.Script(idverifytest.BaiduToken, idverifytest.Answer{Body: "{}"})
	p := idverifytest.Match()

	a := tencent(t, srv, tencentFields(p)...)
	assert.Equal(t, 200, a.status)
	assert.JSONEq(t, `{"code":0,"message":"OK","data":{"similarity":null}}`, string(a.raw))
	assert.Equal(t, "application/json", a.header.Get("Content-Type"))
	assert.Equal(t, 1, srv.Bill().For(idverifytest.Tencent))

	// A fault on the way strikes a scripted answer, one in front does not use it up.
	srv.Inject(idverifytest.Tencent, idverifytest.RateLimited(), idverifytest.EmptyBody())
	assert.Equal(t, "15", tencent(t, srv, tencentFields(p)...).text("code"))
	a = tencent(t, srv, tencentFields(p)...)
	assert.Equal(t, 418, a.status)
	assert.Equal(t, []string{"text/plain"}, a.header.Values("Content-Type"))
	assert.Empty(t, a.raw)

	assert.Equal(t, "0", tencent(t, srv, tencentFields(p)...).text("code"))
	assert.Equal(t, "<nil>", func() string {
		a := send(t, srv, newRequest(t, "GET", srv.BaseURL(idverifytest.BaiduV4)+baiduTokenPath, "", nil))
		return a.text("access_token")
	}())
}
