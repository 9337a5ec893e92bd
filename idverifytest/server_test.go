package idverifytest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
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
	for _, v := range idverifytest.Vendors() {
		assert.Equal(t, idverify.CodeAttackSuspected, idverifytest.SyntheticFace().CodeAt(v), v)
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
	assert.Equal(t, []idverifytest.BilledCall{
		{Vendor: idverifytest.Linkface, Seq: 2, Subject: srv.Subject(match.IDNumber)},
		{Vendor: idverifytest.Tencent, Seq: 3, Subject: srv.Subject(other.IDNumber)},
		{Vendor: idverifytest.BaiduV4, Seq: 5, Subject: srv.Subject(match.IDNumber)},
	}, bill.Calls)
	assert.NotContains(t, fmt.Sprintf("%+v", bill), match.IDNumber)
	assert.NotEqual(t, idverifytest.New().Subject(match.IDNumber), srv.Subject(match.IDNumber))

	srv.Reset()
	assert.Zero(t, srv.Bill().Total())
	assert.Zero(t, srv.TokenFetches())
	assert.Equal(t, "<nil>", baidu(t, srv, token, baiduBody(match)).text("error_code"), "the token stays valid")
}

// What is charged for without a number is on the bill, and is nobody's.
func TestBillWithoutANumber(t *testing.T) {
	srv := idverifytest.Start(t)
	srv.Script(idverifytest.Linkface, idverifytest.Answer{Billed: true}, idverifytest.Answer{Billed: true})
	linkface(t, srv)
	linkface(t, srv)
	bill := srv.Bill()
	assert.Equal(t, 2, bill.Total())
	assert.Equal(t, []string{"", ""}, []string{bill.Calls[0].Subject, bill.Calls[1].Subject})
	assert.Empty(t, srv.Subject(""))
	assert.Empty(t, bill.Twice())
}

func TestTwiceIsSorted(t *testing.T) {
	var bill idverifytest.Bill
	var want []string
	for i := range 20 {
		subject := fmt.Sprintf("%02d", i)
		want = append(want, subject)
		bill.Calls = append(bill.Calls, idverifytest.BilledCall{Subject: subject}, idverifytest.BilledCall{Subject: subject})
	}
	assert.Equal(t, want, bill.Twice())
}

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

func TestSetScores(t *testing.T) {
	srv := idverifytest.Start(t)
	srv.SetScores(idverifytest.Linkface, idverifytest.Scores{Similarity: 0.7, Hack: 0.98})
	a := linkface(t, srv, linkfaceFields(idverifytest.Match())...)
	assert.Equal(t, "0.7", a.text("verify_score"))
	assert.Equal(t, "0.98", a.text("hack_score"))
	a = linkface(t, srv, linkfaceFields(idverifytest.FaceMismatch())...)
	assert.Equal(t, "0.3127", a.text("verify_score"), "only Match changes")
	assert.Panics(t, func() { srv.SetScores("nobody", idverifytest.Scores{}) })
	for _, score := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, scores := range []idverifytest.Scores{{Similarity: score}, {Hack: score}, {Liveness: score}, {Spoofing: score}} {
			assert.Panics(t, func() { srv.SetScores(idverifytest.Linkface, scores) })
		}
	}

	// Nor do those who have Match's name or number alone.
	srv.SetScores(idverifytest.BaiduV4, idverifytest.Scores{})
	match, other := idverifytest.Match(), idverifytest.FaceMismatch()
	for _, p := range []idverifytest.Person{{Name: match.Name, IDNumber: other.IDNumber}, {Name: other.Name, IDNumber: match.IDNumber}} {
		a = baidu(t, srv, baiduToken(t, srv), baiduBody(p))
		assert.Equal(t, json.Number("1"), a.object("result")["verify_status"])
	}
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
	assert.Equal(t, []any{1, "POST", idverifytest.Linkface}, []any{lf.Seq, lf.Method, lf.Vendor})
	assert.Equal(t, strings.TrimPrefix(srv.BaseURL(idverifytest.Linkface), "http://"), lf.Host+"/linkface")
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
	assert.Equal(t, []string{"id_card_number", "image", "image_type", "liveness_control", "name", "quality_control", "spoofing_control"}, all[3].Fields)

	shown := fmt.Sprintf("%+v", all)
	for _, secret := range []string{p.Name, p.IDNumber, token, idverifytest.LinkfaceAPISecret, idverifytest.BaiduSecretKey} {
		assert.NotContains(t, shown, secret)
	}
}

// An exchange is on the record when it is answered, and listed as it arrived.
func TestExchangesAreInTheOrderOfArrival(t *testing.T) {
	srv := idverifytest.Start(t)
	content, write := io.Pipe()
	first := make(chan error, 1)
	req := newRequest(t, "POST", srv.BaseURL(idverifytest.Linkface)+linkfacePath, "text/plain", content)
	go func() {
		resp, err := srv.Client().Do(req)
		if err == nil {
			err = resp.Body.Close()
		}
		first <- err
	}()
	require.Eventually(t, func() bool { return srv.Calls(idverifytest.Linkface) == 1 }, time.Minute, time.Millisecond)
	for range 3 {
		tencent(t, srv, tencentFields(idverifytest.Match())...)
	}
	require.NoError(t, write.Close())
	require.NoError(t, <-first)

	var order []string
	for _, e := range srv.Exchanges() {
		order = append(order, fmt.Sprint(e.Seq, " ", e.Vendor))
	}
	assert.Equal(t, []string{"1 linkface", "2 tencent", "3 tencent", "4 tencent"}, order)
}

func TestExchangesAreNotToBeChanged(t *testing.T) {
	srv := idverifytest.Start(t)
	token := baiduToken(t, srv)
	req := baiduRequest(t, srv, token, baiduBody(idverifytest.Match()))
	req.ContentLength = -1
	send(t, srv, req)
	before := fmt.Sprintf("%+v", srv.Exchanges())
	e := srv.Exchanges()[1]
	for _, list := range [][]string{e.TransferEncoding, e.Headers, e.Query, e.Fields} {
		require.NotEmpty(t, list)
		list[0] = "changed"
	}
	assert.Equal(t, before, fmt.Sprintf("%+v", srv.Exchanges()))
}

// A request that breaks off is refused and costs nothing, even where what came
// of it could be read.
func TestRequestThatBreaksOffIsNotProcessed(t *testing.T) {
	srv := idverifytest.Start(t)
	requests := everybody(t, srv)
	p := idverifytest.Match()
	requests["tencent in JSON"] = func() *http.Request {
		text := fmt.Sprintf(`{"appid":%q,"idcard_number":%q,"idcard_name":%q,"url":%q}`, idverifytest.TencentAppID, p.IDNumber, p.Name, idverifytest.MediaURL)
		req := newRequest(t, "POST", srv.BaseURL(idverifytest.Tencent)+tencentPath, "application/json", strings.NewReader(text))
		req.Header.Set("Authorization", sign(original(time.Now())))
		return req
	}
	for vendor, request := range requests {
		srv.Reset()
		req := request()
		text := []byte("x=y")
		if req.Body != nil {
			var err error
			text, err = io.ReadAll(req.Body)
			require.NoError(t, err)
		} else {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		conn, err := net.Dial("tcp", req.URL.Host)
		require.NoError(t, err)
		fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nAuthorization: %s\r\nContent-Length: %d\r\n\r\n%s",
			req.URL.RequestURI(), req.Header.Get("Content-Type"), req.Header.Get("Authorization"), len(text)+1, text)
		require.NoError(t, conn.(*net.TCPConn).CloseWrite())
		_, _ = io.ReadAll(conn)
		require.NoError(t, conn.Close())
		require.Len(t, srv.Exchanges(), 1, vendor)
		assert.NotContains(t, []string{"OK", "0", ""}, srv.Exchanges()[0].VendorCode, vendor)
		assert.NotEqual(t, 0, srv.Exchanges()[0].Status)
		assert.Zero(t, srv.Bill().Total(), vendor)
	}
}

func TestSizesOfEvidenceAreWhole(t *testing.T) {
	srv := idverifytest.Start(t)
	for _, size := range []int{1, 64 << 10, 64<<10 + 1, 300_000} {
		srv.Reset()
		linkface(t, srv, change(linkfaceFields(idverifytest.Match()), field{"liveness_data_file", strings.Repeat("x", size), "live.pb"})...)
		assert.EqualValues(t, size, srv.Exchanges()[0].EvidenceBytes)
	}
	srv.Reset()
	send(t, srv, newRequest(t, "POST", srv.BaseURL(idverifytest.Tencent)+"/x", "", strings.NewReader("1234567")))
	assert.EqualValues(t, 7, srv.Exchanges()[0].BodyBytes, "a wrong path is read to its end")
	assert.Equal(t, 1, srv.Exchanges()[0].Seq, "counted from the start after Reset")
}

// Whom a vendor refuses whoever they are, it refuses before it looks at what
// came with them.
func TestTroubleComesBeforeTheEvidence(t *testing.T) {
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
	assert.Equal(t, n-len(all)+1, all[0].Seq, "none is missing between")
}

// A server that does not listen has no connections to close: what is held up in
// it hears of Close all the same.
func TestCloseReleasesWithoutListening(t *testing.T) {
	srv := idverifytest.New()
	ts := httptest.NewServer(srv)
	defer ts.Close()
	srv.Inject(idverifytest.Linkface, idverifytest.Hang())
	ended := make(chan error, 1)
	req := newRequest(t, "POST", idverifytest.BaseURLAt(ts.URL, idverifytest.Linkface)+linkfacePath, "", nil)
	go func() {
		_, err := ts.Client().Do(req)
		ended <- err
	}()
	require.Eventually(t, func() bool { return len(srv.Exchanges()) == 1 }, time.Minute, time.Millisecond)
	srv.Close()
	assert.Error(t, <-ended)
}

func TestTLS(t *testing.T) {
	srv := idverifytest.Start(t, idverifytest.WithTLS())
	base, err := url.Parse(srv.BaseURL(idverifytest.Linkface))
	require.NoError(t, err)
	assert.Equal(t, "https", base.Scheme)
	assert.Equal(t, "OK", linkface(t, srv, linkfaceFields(idverifytest.Match())...).text("status"))
	_, err = (&http.Client{Transport: &http.Transport{}}).Do(linkfaceRequest(t, srv, linkfaceFields(idverifytest.Match())...))
	assert.Error(t, err, "only Client trusts it")

	trusting := &http.Client{Transport: &http.Transport{TLSClientConfig: srv.TLSConfig()}}
	defer trusting.CloseIdleConnections()
	resp, err := trusting.Do(linkfaceRequest(t, srv, linkfaceFields(idverifytest.Match())...))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Nil(t, idverifytest.Start(t).TLSConfig(), "it speaks no TLS")
	assert.Nil(t, idverifytest.New().TLSConfig(), "it does not know where it is served")
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
