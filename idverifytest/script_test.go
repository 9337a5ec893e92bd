package idverifytest_test

import (
	"fmt"
	"net/http"
	"strings"
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

	// A fault on the answer applies to a scripted answer; a fault before the vendor
	// does not use one up.
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

func TestArguments_InvalidOnesPanic(t *testing.T) {
	srv := idverifytest.Start(t)
	for _, status := range []int{-1, 99, 199, 600, 1000} {
		assert.PanicsWithValue(t, "idverifytest: Script: Answer.Status: must be 0, or 200 to 599", func() {
			srv.Script(idverifytest.Linkface, idverifytest.Answer{Status: status})
		})
		assert.PanicsWithValue(t, "idverifytest: Inject: HTMLStatus: must be 200 to 599", func() {
			srv.Inject(idverifytest.Linkface, idverifytest.HTMLStatus(status))
		})
	}
	assert.Panics(t, func() { srv.SetScores(idverifytest.BaiduToken, idverifytest.Scores{}) }, "it compares nobody")
	assert.PanicsWithValue(t, "idverifytest: WithClock: must not be nil", func() { idverifytest.WithClock(nil) })
}

// A script does not change after it was set.
func TestScript_CopiesAnswers(t *testing.T) {
	srv := idverifytest.Start(t)
	header := http.Header{"X-Made": {"before"}}
	answers := []idverifytest.Answer{{Header: header, Body: "{}"}}
	srv.Script(idverifytest.Linkface, answers...)
	header.Set("X-Made", "after")
	answers[0].Status = http.StatusTeapot
	got := linkface(t, srv, linkfaceFields(idverifytest.Match())...)
	assert.Equal(t, http.StatusOK, got.status)
	assert.Equal(t, "before", got.header.Get("X-Made"))
}

// A body sent under the wrong type looks like one long field name with personal
// data in it.
func TestExchanges_HaveNoPersonalData(t *testing.T) {
	srv := idverifytest.Start(t)
	p := idverifytest.Match()
	said := `{"name":"` + p.Name + `","id_card_number":"` + p.IDNumber + `"}`
	for _, vendor := range []string{idverifytest.Linkface, idverifytest.BaiduV4, idverifytest.Tencent} {
		at := srv.BaseURL(vendor) + "/?" + p.IDNumber + "=1"
		send(t, srv, newRequest(t, http.MethodPost, at, "application/x-www-form-urlencoded", strings.NewReader(said)))
	}
	send(t, srv, newRequest(t, http.MethodPost, srv.BaseURL(idverifytest.BaiduV4)+baiduTokenPath, "application/x-www-form-urlencoded", strings.NewReader(said)))
	contentType, body := multi(t, field{name: said, value: "x"}, field{name: said, value: "x"})
	got := send(t, srv, newRequest(t, http.MethodPost, srv.BaseURL(idverifytest.Linkface)+linkfacePath, contentType, body))
	all := fmt.Sprintf("%+v %s", srv.Exchanges(), got.raw)
	assert.NotContains(t, all, p.Name)
	assert.NotContains(t, all, p.IDNumber)
}
