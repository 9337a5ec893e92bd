package idverifytest_test

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

// requireNoHandlers waits until no goroutine is in the stand-in any more.
func requireNoHandlers(t *testing.T) {
	t.Helper()
	stacks := make([]byte, 4<<20)
	require.Eventually(t, func() bool {
		n := runtime.Stack(stacks, true)
		return !strings.Contains(string(stacks[:n]), "idverifytest.(*Server).ServeHTTP")
	}, time.Minute, time.Millisecond)
}

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
		if !code.IsDecision() {
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

func TestPersonsAreNotToBeChanged(t *testing.T) {
	idverifytest.Persons()[0].Name = "x"
	assert.Equal(t, "测试一致", idverifytest.Match().Name)
	photo := idverifytest.Photo()
	photo[0] = 0
	assert.EqualValues(t, 0xff, idverifytest.Photo()[0])
}

func TestBill(t *testing.T) {
	srv := idverifytest.Start(t)
	token := baiduToken(t, srv)
	match, other := idverifytest.Match(), idverifytest.FaceMismatch()
	linkface(t, srv, linkfaceFields(match)...)
	tencent(t, srv, tencentFields(other)...)
	tencent(t, srv, tencentFields(idverifytest.PersonFor(idverify.CodeNoFace))...)
	bill := srv.Bill()
	assert.Equal(t, 2, bill.Total())
	assert.Empty(t, bill.Twice())

	baidu(t, srv, token, baiduBody(match))
	bill = srv.Bill()
	assert.Equal(t, map[string]int{idverifytest.Linkface: 1, idverifytest.BaiduV4: 1, idverifytest.Tencent: 1}, bill.ByVendor())
	assert.Equal(t, 1, bill.For(idverifytest.BaiduV4))
	assert.Equal(t, []string{srv.Subject(match.IDNumber)}, bill.Twice())
	assert.NotContains(t, fmt.Sprintf("%+v", bill), match.IDNumber)
	assert.NotEqual(t, idverifytest.New().Subject(match.IDNumber), srv.Subject(match.IDNumber))

	srv.Reset()
	assert.Zero(t, srv.Bill().Total())
	assert.Zero(t, srv.TokenFetches())
	assert.Equal(t, "<nil>", baidu(t, srv, token, baiduBody(match)).text("error_code"), "the token stays valid")
}

func TestScript(t *testing.T) {
	srv := idverifytest.Start(t)
	srv.Script(idverifytest.Tencent,
		idverifytest.Answer{Body: `{"code":0,"message":"OK","data":{"similarity":null}}`, Billed: true},
		idverifytest.Answer{Status: 418, Header: http.Header{"content-type": {"text/plain"}}, Body: "no"})
	srv.Script(idverifytest.BaiduToken, idverifytest.Answer{Body: "{}"})
	p := idverifytest.Match()

	a := tencent(t, srv, tencentFields(p)...)
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

func TestSetScores(t *testing.T) {
	srv := idverifytest.Start(t)
	srv.SetScores(idverifytest.Linkface, idverifytest.Scores{Similarity: 0.7, Hack: 0.98})
	a := linkface(t, srv, linkfaceFields(idverifytest.Match())...)
	assert.Equal(t, "0.7", a.text("verify_score"))
	assert.Equal(t, "0.98", a.text("hack_score"))
	a = linkface(t, srv, linkfaceFields(idverifytest.FaceMismatch())...)
	assert.Equal(t, "0.3127", a.text("verify_score"), "only Match changes")
	assert.Panics(t, func() { srv.SetScores("nobody", idverifytest.Scores{}) })
	assert.Panics(t, func() { srv.SetScores(idverifytest.Linkface, idverifytest.Scores{Hack: math.NaN()}) })
	srv.Reset()
	a = linkface(t, srv, linkfaceFields(idverifytest.Match())...)
	assert.Equal(t, fmt.Sprint(idverifytest.DefaultScores(idverifytest.Linkface).Similarity), a.text("verify_score"))
}

func TestExchanges(t *testing.T) {
	srv := idverifytest.Start(t)
	p := idverifytest.Match()
	linkface(t, srv, linkfaceFields(p)...)
	srv.Inject(idverifytest.Tencent, idverifytest.ResetBeforeBody())
	req := tencentRequest(t, srv, sign(original(time.Now())), tencentFields(p)...)
	_, err := srv.Client().Do(req)
	require.Error(t, err)
	token := baiduToken(t, srv)
	baidu(t, srv, token, baiduBody(p))

	all := srv.Exchanges()
	require.Len(t, all, 4)
	lf := all[0]
	assert.Equal(t, 1, lf.Seq)
	assert.Equal(t, linkfacePath, lf.Path)
	assert.Equal(t, []string{"api_id", "api_secret", "id_number", "liveness_data_file", "name"}, lf.Fields)
	assert.Equal(t, "liveness_data_file", lf.Evidence)
	assert.EqualValues(t, len(idverifytest.Capture()), lf.EvidenceBytes)
	assert.Equal(t, lf.ContentLength, lf.BodyBytes)
	assert.Empty(t, lf.Query)
	assert.Empty(t, lf.TransferEncoding)
	assert.Contains(t, lf.Headers, "Content-Type")
	assert.Contains(t, lf.ContentType, "multipart/form-data")
	assert.Equal(t, []any{200, "OK", true, ""}, []any{lf.Status, lf.VendorCode, lf.Billed, lf.Fault})

	tc := all[1]
	assert.Equal(t, "reset_before_body", tc.Fault)
	assert.Zero(t, tc.BodyBytes)
	assert.Zero(t, tc.Status)

	assert.Equal(t, idverifytest.BaiduToken, all[2].Vendor)
	assert.Equal(t, []string{"client_id", "client_secret", "grant_type"}, all[2].Fields)
	assert.Equal(t, []string{"access_token"}, all[3].Query)
	assert.Equal(t, "image", all[3].Evidence)

	shown := fmt.Sprintf("%+v", all)
	for _, secret := range []string{p.Name, p.IDNumber, token, idverifytest.LinkfaceAPISecret, idverifytest.BaiduSecretKey} {
		assert.NotContains(t, shown, secret)
	}
}

func TestClockAndDate(t *testing.T) {
	now := time.Date(2031, 5, 6, 7, 8, 9, 0, time.FixedZone("CST", 8*3600))
	srv := idverifytest.Start(t, idverifytest.WithClock(func() time.Time { return now }))
	a := linkface(t, srv, linkfaceFields(idverifytest.Match())...)
	assert.Equal(t, "Mon, 05 May 2031 23:08:09 GMT", a.header.Get("Date"))
}

func TestNewServesWithoutListening(t *testing.T) {
	srv := idverifytest.New()
	defer srv.Close()
	assert.Empty(t, srv.BaseURL(idverifytest.Linkface))
	assert.NotNil(t, srv.Client())
	assert.Equal(t, "http://localhost:8080/baiduv4", idverifytest.BaseURLAt("http://localhost:8080/", idverifytest.BaiduV4))
	assert.Empty(t, idverifytest.BaseURLAt("http://localhost:8080", "nobody"))

	ts := httptest.NewServer(srv)
	defer ts.Close()
	contentType, body := multi(t, linkfaceFields(idverifytest.Match())...)
	a := send(t, srv, newRequest(t, "POST", idverifytest.BaseURLAt(ts.URL, idverifytest.Linkface)+linkfacePath, contentType, body))
	assert.Equal(t, "OK", a.text("status"))

	a = send(t, srv, newRequest(t, "GET", ts.URL+"/", "", nil))
	assert.Equal(t, 404, a.status)
	assert.NotEmpty(t, a.body["error"])
}

// Where there is no connection to reset, as in HTTP/2, the exchange is aborted.
func TestResetWithoutAConnection(t *testing.T) {
	srv := idverifytest.New()
	defer srv.Close()
	ts := httptest.NewUnstartedServer(srv)
	ts.EnableHTTP2 = true
	ts.StartTLS()
	defer ts.Close()
	post := func() (*http.Response, error) {
		contentType, body := multi(t, linkfaceFields(idverifytest.Match())...)
		return ts.Client().Do(newRequest(t, "POST", idverifytest.BaseURLAt(ts.URL, idverifytest.Linkface)+linkfacePath, contentType, body))
	}
	srv.Inject(idverifytest.Linkface, idverifytest.ResetAfterBody())
	_, err := post()
	assert.Error(t, err)
	assert.Equal(t, 1, srv.Bill().Total())
	resp, err := post()
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, 2, resp.ProtoMajor)

	srv.Inject(idverifytest.Linkface, idverifytest.ResetBeforeBody())
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() {
		srv.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/linkface"+linkfacePath, nil))
	})
}

// A simulator that runs for long forgets the oldest.
func TestExchangesAreBounded(t *testing.T) {
	srv := idverifytest.New()
	defer srv.Close()
	const n = 12_345
	for range n {
		srv.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	}
	all := srv.Exchanges()
	assert.LessOrEqual(t, len(all), 10_000)
	assert.Equal(t, n, all[len(all)-1].Seq)
}

func TestTLS(t *testing.T) {
	srv := idverifytest.Start(t, idverifytest.WithTLS())
	base, err := url.Parse(srv.BaseURL(idverifytest.Linkface))
	require.NoError(t, err)
	assert.Equal(t, "https", base.Scheme)
	assert.Equal(t, "OK", linkface(t, srv, linkfaceFields(idverifytest.Match())...).text("status"))
	_, err = (&http.Client{Transport: &http.Transport{}}).Do(linkfaceRequest(t, srv, linkfaceFields(idverifytest.Match())...))
	assert.Error(t, err, "only Client trusts it")
}

func TestManyAtOnce(t *testing.T) {
	srv := idverifytest.Start(t)
	srv.Inject(idverifytest.Tencent, idverifytest.RateLimited().Times(10))
	token := baiduToken(t, srv)
	const each = 20
	requests := make(chan *http.Request, 3*each)
	for range each {
		p := idverifytest.Match()
		requests <- linkfaceRequest(t, srv, linkfaceFields(p)...)
		requests <- baiduRequest(t, srv, token, baiduBody(p))
		requests <- tencentRequest(t, srv, sign(original(time.Now())), tencentFields(p)...)
	}
	close(requests)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for req := range requests {
				resp, err := srv.Client().Do(req)
				if assert.NoError(t, err) {
					_ = resp.Body.Close()
				}
				srv.Bill()
				srv.Exchanges()
				srv.SetScores(idverifytest.BaiduV4, idverifytest.DefaultScores(idverifytest.BaiduV4))
			}
		})
	}
	group.Wait()
	assert.Equal(t, map[string]int{idverifytest.Linkface: each, idverifytest.BaiduV4: each, idverifytest.Tencent: each - 10}, srv.Bill().ByVendor())
	for _, v := range idverifytest.Vendors() {
		assert.Equal(t, each, srv.Calls(v))
	}
	assert.Len(t, srv.Exchanges(), 3*each+1)
	srv.Close()
	requireNoHandlers(t)
}

func TestAServerPrintsItsAddressOnly(t *testing.T) {
	srv := idverifytest.Start(t)
	address := "idverifytest.Server(" + strings.TrimSuffix(srv.BaseURL(idverifytest.Tencent), "/tencent") + ")"
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
		assert.Equal(t, address, fmt.Sprintf(verb, srv), verb)
	}
	assert.Equal(t, strconv.Quote(address), fmt.Sprintf("%q", srv))
	assert.Equal(t, address, srv.LogValue().String())
	assert.Equal(t, "idverifytest.Server", fmt.Sprint(idverifytest.New()), "it does not know where it is served")
}
