package idverifytest_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/idverifytest"
)

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

// An exchange is recorded when it is answered, and listed in order of arrival.
func TestExchanges_OrderOfArrival(t *testing.T) {
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

func TestExchanges_ReturnsACopy(t *testing.T) {
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

// A request that is cut off is refused and costs nothing, even where the part that
// arrived could be read.
func TestExchanges_CutOffRequestIsNotProcessed(t *testing.T) {
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

func TestExchanges_EvidenceBytes(t *testing.T) {
	srv := idverifytest.Start(t)
	for _, size := range []int{1, 64 << 10, 64<<10 + 1, 300_000} {
		srv.Reset()
		linkface(t, srv, change(linkfaceFields(idverifytest.Match()), field{"liveness_data_file", strings.Repeat("x", size), "live.pb"})...)
		assert.EqualValues(t, size, srv.Exchanges()[0].EvidenceBytes)
	}
	srv.Reset()
	send(t, srv, newRequest(t, "POST", srv.BaseURL(idverifytest.Tencent)+"/x", "", strings.NewReader("1234567")))
	assert.EqualValues(t, 7, srv.Exchanges()[0].BodyBytes, "the body of an unknown path is read to its end")
	assert.Equal(t, 1, srv.Exchanges()[0].Seq, "counted from the start after Reset")
}

// A simulator that runs for long forgets the oldest exchanges.
func TestExchanges_AreBounded(t *testing.T) {
	srv := idverifytest.New()
	defer srv.Close()
	const n = 12_345
	for range n {
		srv.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	}
	all := srv.Exchanges()
	assert.LessOrEqual(t, len(all), 10_000)
	assert.Equal(t, n, all[len(all)-1].Seq)
	assert.Equal(t, n-len(all)+1, all[0].Seq, "no exchange is missing")
}
