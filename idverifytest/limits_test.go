package idverifytest_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/growth"
	"github.com/idverify/idverify/internal/proof/long"
)

// tooMuch exceeds each limit of an endpoint.
func tooMuch(t *testing.T, srv *idverifytest.Server, token string) map[string]map[string]*http.Request {
	p := idverifytest.Match()
	signed := func(req *http.Request) *http.Request {
		req.Header.Set("Authorization", sign(original(time.Now())))
		return req
	}
	many := func(req *http.Request) *http.Request {
		for i := range 101 {
			req.Header.Set(fmt.Sprint("X-", i), "x")
		}
		return req
	}
	asked := func(req *http.Request) *http.Request {
		if req.URL.RawQuery != "" {
			req.URL.RawQuery += "&"
		}
		req.URL.RawQuery += strings.Repeat("x=1&", 64)
		return req
	}
	var fields, parameters []field
	members := map[string]any{}
	for i := range 64 {
		fields = append(fields, field{fmt.Sprint("more", i), "x", ""})
		parameters = append(parameters, field{fmt.Sprint("more", i), "x", ""})
		members[fmt.Sprint("more", i)] = "x"
	}
	body := func(name string, value any) map[string]any {
		b := baiduBody(p)
		b[name] = value
		return b
	}
	everything := baiduBody(p)
	for name, value := range members {
		everything[name] = value
	}
	longName := strings.Repeat("n", 129)
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {idverifytest.BaiduAPIKey}, "client_secret": {idverifytest.BaiduSecretKey}}.Encode()
	tokens := func(more string) *http.Request {
		return newRequest(t, "POST", srv.BaseURL(idverifytest.BaiduV4)+baiduTokenPath, "application/x-www-form-urlencoded", strings.NewReader(form+more))
	}
	query := make([]string, 0, len(parameters))
	for _, f := range parameters {
		query = append(query, f.name+"=x")
	}
	tencentFor := func(fields ...field) *http.Request {
		return tencentRequest(t, srv, sign(original(time.Now())), fields...)
	}
	huge := func(contentType, first string, announced bool) *http.Request {
		const kibis = 65 << 10
		body := &endless{first, strings.Repeat("x", 1<<10), kibis}
		req := newRequest(t, "POST", srv.BaseURL(idverifytest.Linkface)+linkfacePath, contentType, body)
		if announced {
			req.ContentLength = int64(len(first)) + kibis<<10
		}
		return req
	}
	head := field{"x\"\r\nX: " + strings.Repeat("x", 12_000) + "\r\nY: \"", "x", ""} // a head of 12 KB
	return map[string]map[string]*http.Request{
		idverifytest.Linkface: {
			"fields":        linkfaceRequest(t, srv, append(linkfaceFields(p), fields...)...),
			"name":          linkfaceRequest(t, srv, append(linkfaceFields(p), field{longName, "x", ""})...),
			"headers":       many(linkfaceRequest(t, srv, linkfaceFields(p)...)),
			"parameters":    asked(linkfaceRequest(t, srv, linkfaceFields(p)...)),
			"body":          huge("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"liveness_data_file\"; filename=\"x\"\r\n\r\n", true),
			"head of part":  linkfaceRequest(t, srv, append(linkfaceFields(p), head)...),
			"plain fields":  newRequest(t, "POST", srv.BaseURL(idverifytest.Linkface)+linkfacePath, "application/x-www-form-urlencoded", strings.NewReader(strings.Join(query, "&")+"&x=1")),
			"chunked, body": huge("application/x-www-form-urlencoded", "a=", false),
		},
		idverifytest.BaiduV4: {
			"members":    baiduRequest(t, srv, token, everything),
			"items":      baiduRequest(t, srv, token, body("data", make([]int, 65))),
			"name":       baiduRequest(t, srv, token, body(longName, "x")),
			"headers":    many(baiduRequest(t, srv, token, baiduBody(p))),
			"parameters": asked(baiduRequest(t, srv, token, baiduBody(p))),
			"body":       baiduRequest(t, srv, token, body("image", strings.Repeat("A", long.Or(32<<20, 0)))),
		},
		idverifytest.BaiduToken: {
			"fields":     tokens("&" + strings.Join(query, "&")),
			"name":       tokens("&" + longName + "=x"),
			"headers":    many(tokens("")),
			"parameters": asked(tokens("")),
			"body":       tokens("&x=" + strings.Repeat("x", long.Or(32<<20, 0))),
		},
		idverifytest.Tencent: {
			"fields":     tencentFor(append(tencentFields(p), fields...)...),
			"name":       tencentFor(append(tencentFields(p), field{longName, "x", ""})...),
			"headers":    many(tencentFor(tencentFields(p)...)),
			"parameters": asked(tencentFor(tencentFields(p)...)),
			"members": signed(newRequest(t, "POST", srv.BaseURL(idverifytest.Tencent)+tencentPath, "application/json",
				strings.NewReader(`{`+strings.Repeat(`"x":"y",`, 64)+`"z":""}`))),
			"head of part": tencentFor(append(tencentFields(p), head)...),
			"body":         tencentFor(change(tencentFields(p), field{"image", strings.Repeat("x", 6<<20), "x.jpg"})...),
		},
	}
}

// A request above a limit is refused with the vendor's own error, and costs
// nothing.
func TestLimits_UseTheVendorsErrors(t *testing.T) {
	srv := idverifytest.Start(t)
	token := baiduToken(t, srv)
	for endpoint, requests := range tooMuch(t, srv, token) {
		for what, req := range requests {
			large := strings.Contains(what, "body")
			if large && !long.Asked() {
				continue // without a hundred megabytes
			}
			a := send(t, srv, req)
			got := []any{a.status}
			switch endpoint {
			case idverifytest.Linkface:
				got = append(got, a.text("status"), a.text("reason"))
				want := "too many arguments"
				if large {
					want = "request body too large"
				}
				assert.Equal(t, []any{400, "INVALID_ARGUMENT", want}, got, what)
			case idverifytest.BaiduV4:
				if large {
					assert.Equal(t, 413, a.status)
					assert.Equal(t, "text/html", a.header.Get("Content-Type"))
					continue
				}
				assert.Equal(t, []any{200, "216100"}, append(got, a.text("error_code")), what)
			case idverifytest.BaiduToken:
				want := "too many parameters"
				if large {
					want = "request body too large"
				}
				assert.Equal(t, []any{400, "invalid_request", want}, append(got, a.text("error"), a.text("error_description")), what)
			case idverifytest.Tencent:
				want := "21"
				if large {
					want = "23"
				}
				assert.Equal(t, []any{200, want}, append(got, a.text("code")), what)
			}
		}
	}
	assert.Zero(t, srv.Bill().Total())
}

// A request exactly at a limit is accepted.
func TestLimits_AreInclusive(t *testing.T) {
	srv := idverifytest.Start(t)
	p := idverifytest.Match()
	fields := linkfaceFields(p)
	for i := len(fields); i < 64; i++ {
		fields = append(fields, field{fmt.Sprint("more", i), "x", ""})
	}
	assert.Equal(t, "OK", linkface(t, srv, fields...).text("status"))
	assert.Equal(t, "OK", linkface(t, srv, append(linkfaceFields(p), field{strings.Repeat("n", 128), "x", ""})...).text("status"))

	req := linkfaceRequest(t, srv, linkfaceFields(p)...)
	req.URL.RawQuery = strings.Repeat("x=1&", 63)
	for i := range 90 {
		req.Header.Set(fmt.Sprint("X-", i), "x")
	}
	assert.Equal(t, "OK", send(t, srv, req).text("status"))

	body := baiduBody(p)
	for i := len(body); i < 64; i++ {
		body[fmt.Sprint("more", i)] = "x"
	}
	assert.Equal(t, "<nil>", baidu(t, srv, baiduToken(t, srv), body).text("error_code"))
}

// The SDK sends captures of up to 64 MiB, and the documents give no limit.
func TestLimits_LongCaptures(t *testing.T) {
	srv := idverifytest.Start(t)
	contentType, body := multi(t, linkfaceFields(idverifytest.Match())...)
	text, err := io.ReadAll(body)
	require.NoError(t, err)
	capture := string(idverifytest.Capture())
	before, after, found := strings.Cut(string(text), capture)
	require.True(t, found)
	const kibis = 64 << 10
	req := newRequest(t, "POST", srv.BaseURL(idverifytest.Linkface)+linkfacePath, contentType,
		io.MultiReader(&endless{before, capture[:1<<10], kibis}, strings.NewReader(after)))
	assert.Equal(t, "OK", send(t, srv, req).text("status"))
	assert.EqualValues(t, kibis<<10, srv.Exchanges()[0].EvidenceBytes)
}

// A text longer than what is kept of it is invalid under every rule.
func TestLimits_LongTexts(t *testing.T) {
	srv := idverifytest.Start(t)
	p := idverifytest.Match()
	long := strings.Repeat("测", 10_000)
	noFile := change(linkfaceFields(p), field{"liveness_data_file", "-", ""})
	for field, reason := range map[field]string{
		{"name", long, ""}:                                            "Invalid name",
		{"id_number", p.IDNumber + long, ""}:                          "Invalid idcard number",
		{"liveness_data_url", "https://a.example/" + long, ""}:        "Invalid liveness_data_url",
		{"liveness_data_id", strings.Repeat("0", 10_000), ""}:         "Invalid liveness_data_id",
		{"liveness_data_url", "https://a.example/\xff" + long, "url"}: "<nil>", // ENCODING_ERROR
	} {
		assert.Equal(t, reason, linkface(t, srv, change(noFile, field)...).text("reason"), field.name)
	}
	assert.Equal(t, "OK", linkface(t, srv, append(linkfaceFields(p), field{"note", long, ""})...).text("status"), "it is not requested")
	assert.Equal(t, "ENCODING_ERROR", linkface(t, srv, append(linkfaceFields(p), field{"note", long + "\xff", ""})...).text("status"), "the whole text is examined")
	assert.Equal(t, "UNAUTHORIZED", linkface(t, srv, change(linkfaceFields(p), field{"api_secret", idverifytest.LinkfaceAPISecret + long, ""})...).text("status"))

	token := baiduToken(t, srv)
	for field, code := range map[string]string{"name": "222023", "id_card_number": "222022", "app": "216100", "quality_control": "223118", "skey": "<nil>"} {
		body := baiduBody(p)
		body[field] = long
		assert.Equal(t, code, baidu(t, srv, token, body).text("error_code"), field)
	}
	body := baiduBody(p)
	body["image_type"], body["image"] = "FACE_TOKEN", idverifytest.FaceToken+long
	assert.Equal(t, "222209", baidu(t, srv, token, body).text("error_code"))

	assert.Equal(t, "21", tencent(t, srv, change(tencentFields(p), field{"idcard_name", long, ""})...).text("code"))
	assert.Equal(t, "21", tencent(t, srv, append(tencentFields(p), field{"session_id", long, ""})...).text("code"))
	assert.Equal(t, "-1505", tencent(t, srv, append(tencentFields(p), field{"url", "https://a.example/" + long, ""})...).text("code"))
}

// A picture's base64 may be invalid anywhere, and its size may be anywhere in it.
func TestLimits_EvidenceIsExaminedToItsEnd(t *testing.T) {
	srv := idverifytest.Start(t)
	token := baiduToken(t, srv)
	photo := append(idverifytest.Photo(), make([]byte, 3<<20)...)
	text := base64.StdEncoding.EncodeToString(photo)
	for want, image := range map[string]string{"<nil>": text, "222013": text[:len(text)-40] + "*" + text[len(text)-39:]} {
		body := baiduBody(idverifytest.Match())
		body["image"] = image
		assert.Equal(t, want, baidu(t, srv, token, body).text("error_code"))
	}
}

// endless is a body that costs its sender nothing.
type endless struct {
	first, again string
	left         int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.first)
	e.first = e.first[n:]
	for n < len(p) && e.left > 0 {
		e.left--
		more := copy(p[n:], e.again)
		e.first = e.again[more:] // what did not fit
		n += more
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// Reading any request allocates less than a megabyte.
func TestLimits_ReadingAllocatesLittle(t *testing.T) {
	if growth.UnderRace {
		t.Skip("the race detector allocates, too")
	}
	srv := idverifytest.New()
	defer srv.Close()
	const part = "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nx\r\n"
	for name, request := range map[string]struct {
		path, contentType, first, again string
		times                           int
	}{
		"a picture in JSON":         {"/baiduv4" + baiduPath, "application/json", `{"image":"`, strings.Repeat("A", 1000), 32_000},
		"a name in JSON":            {"/baiduv4" + baiduPath, "application/json", `{"name":"`, strings.Repeat("x", 1000), 32_000},
		"escapes in JSON":           {"/baiduv4" + baiduPath, "application/json", `{"name":"`, `\ud83d\ude00`, 1_000_000},
		"members":                   {"/baiduv4" + baiduPath, "application/json", `{`, `"member":"",`, 1_000_000},
		"brackets":                  {"/baiduv4" + baiduPath, "application/json", ``, `[`, 5_000_000},
		"digits":                    {"/baiduv4" + baiduPath, "application/json", `1`, `0`, 5_000_000},
		"parts":                     {"/linkface" + linkfacePath, "multipart/form-data; boundary=b", "", part, 4_000},
		"headers of a part":         {"/linkface" + linkfacePath, "multipart/form-data; boundary=b", "--b\r\n", "x: y\r\n", 1_000_000},
		"a header of a part":        {"/linkface" + linkfacePath, "multipart/form-data; boundary=b", "--b\r\nX: ", strings.Repeat("x", 1000), 9_000},
		"a capture":                 {"/linkface" + linkfacePath, "multipart/form-data; boundary=b", part[:strings.Index(part, "x\"")] + "liveness_data_file\"; filename=\"x\"\r\n\r\n", strings.Repeat("x", 1000), 32_000},
		"a text in a part":          {"/linkface" + linkfacePath, "multipart/form-data; boundary=b", part[:strings.Index(part, "x\r\n")], strings.Repeat("x", 1000), 32_000},
		"fields":                    {"/baiduv4" + baiduTokenPath, "application/x-www-form-urlencoded", "", "field=1&", 1_000_000},
		"a field":                   {"/baiduv4" + baiduTokenPath, "application/x-www-form-urlencoded", "field=", "%41+", 4_000_000},
		"the name of a field":       {"/baiduv4" + baiduTokenPath, "application/x-www-form-urlencoded", "", "name", 1_000_000},
		"a body of another kind":    {"/tencent" + tencentPath, "text/plain", "", strings.Repeat("x", 1000), 60_000},
		"a body of an unknown path": {"/nobody", "text/plain", "", strings.Repeat("x", 1000), 60_000},
	} {
		t.Run(name, func(t *testing.T) {
			srv.Reset()
			times := max(4_000, long.Or(request.times, request.times/4))
			r := httptest.NewRequest("POST", request.path, &endless{request.first, request.again, times})
			r.Header.Set("Content-Type", request.contentType)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			srv.ServeHTTP(httptest.NewRecorder(), r)
			runtime.ReadMemStats(&after)
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(long.Or(1<<20, 256<<10)))
			require.EqualValues(t, len(request.first)+times*len(request.again), srv.Exchanges()[0].BodyBytes, "it was all read")
		})
	}
	// The same for the query, however many parameters it has.
	var before, after runtime.MemStats
	r := httptest.NewRequest("POST", "/baiduv4"+baiduPath+"?"+strings.Repeat("x&", 500_000), nil)
	runtime.ReadMemStats(&before)
	srv.ServeHTTP(httptest.NewRecorder(), r)
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}
