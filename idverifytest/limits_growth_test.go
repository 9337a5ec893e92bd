package idverifytest_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/growth"
)

// Reading costs at most a constant times the size of the request, in time and in
// memory, also beyond the limit.
func TestLimits_CostIsLinear(t *testing.T) {
	const part = "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nx\r\n"
	for name, request := range map[string]struct{ path, contentType, first, again string }{
		"a picture in JSON":   {"/baiduv4" + baiduPath, "application/json", `{"image":"`, strings.Repeat("QUJD", 16)},
		"escapes in JSON":     {"/baiduv4" + baiduPath, "application/json", `{"name":"`, `\ud83d\ude00`},
		"a picture, escaped":  {"/baiduv4" + baiduPath, "application/json", `{"image":"`, `\u0041\/`},
		"members":             {"/baiduv4" + baiduPath, "application/json", `{`, `"member":"",`},
		"white space":         {"/baiduv4" + baiduPath, "application/json", `{`, " \n"},
		"parts":               {"/tencent" + tencentPath, "multipart/form-data; boundary=b", "", part},
		"almost a boundary":   {"/tencent" + tencentPath, "multipart/form-data; boundary=b", part[:len(part)-3], "\r\n--"},
		"a header of a part":  {"/linkface" + linkfacePath, "multipart/form-data; boundary=b", "--b\r\nX: ", "xxxx"},
		"markers of a JPEG":   {"/tencent" + tencentPath, "multipart/form-data; boundary=b", strings.Replace(part[:len(part)-3], "\"x\"", "\"image\"; filename=\"x\"", 1) + "\xff\xd8", "\xff\xe1\x00\x02"},
		"fields":              {"/baiduv4" + baiduTokenPath, "application/x-www-form-urlencoded", "", "f=1&"},
		"a field":             {"/baiduv4" + baiduTokenPath, "application/x-www-form-urlencoded", "f=", "%41+;%"},
		"the name of a field": {"/baiduv4" + baiduTokenPath, "application/x-www-form-urlencoded", "", "name"},
	} {
		t.Run(name, func(t *testing.T) {
			srv := idverifytest.New()
			defer srv.Close()
			growth.Case{
				From: 128 << 10,
				Work: func(size int) func() {
					return func() {
						body := &endless{request.first, request.again, size / len(request.again)}
						r := httptest.NewRequest("POST", request.path, body)
						r.Header.Set("Content-Type", request.contentType)
						r.ContentLength = int64(len(request.first) + body.left*len(request.again))
						srv.ServeHTTP(httptest.NewRecorder(), r)
					}
				},
				MaxAllocated: 0.2,
				MaxCost:      100,
			}.Check(t)
		})
	}
}

// Earlier records and bills cost the next request nothing.
func TestLimits_HistoryAddsNoCost(t *testing.T) {
	growth.Case{
		From: 1_500, // the largest is above the limit of what is kept
		Work: func(size int) func() {
			srv := idverifytest.New()
			return func() {
				srv.Reset()
				for range size {
					srv.Script(idverifytest.Linkface, idverifytest.Answer{Billed: true})
					srv.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/linkface"+linkfacePath, nil))
				}
			}
		},
	}.Check(t)
}
