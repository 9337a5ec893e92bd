package idverifytest_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/idverifytest"
)

// everybody calls every endpoint once for the person who matches.
func everybody(t *testing.T, srv *idverifytest.Server) map[string]func() *http.Request {
	token := baiduToken(t, srv)
	p := idverifytest.Match()
	return map[string]func() *http.Request{
		idverifytest.Linkface: func() *http.Request { return linkfaceRequest(t, srv, linkfaceFields(p)...) },
		idverifytest.BaiduV4:  func() *http.Request { return baiduRequest(t, srv, token, baiduBody(p)) },
		idverifytest.Tencent: func() *http.Request {
			return tencentRequest(t, srv, sign(original(time.Now())), tencentFields(p)...)
		},
		idverifytest.BaiduToken: func() *http.Request {
			// Not GET: net/http repeats a GET by itself when the connection breaks.
			return newRequest(t, "POST", srv.BaseURL(idverifytest.BaiduV4)+baiduTokenPath+
				"?grant_type=client_credentials&client_id="+idverifytest.BaiduAPIKey+"&client_secret="+idverifytest.BaiduSecretKey, "", nil)
		},
	}
}

// billedOnce is the bill of a processed call.
func billedOnce(vendor string) int {
	if vendor == idverifytest.BaiduToken {
		return 0
	}
	return 1
}

func TestResets(t *testing.T) {
	for _, opts := range [][]idverifytest.Option{nil, {idverifytest.WithTLS()}} {
		srv := idverifytest.Start(t, opts...)
		for vendor, request := range everybody(t, srv) {
			srv.Reset()
			srv.Inject(vendor, idverifytest.ResetBeforeBody(), idverifytest.ResetAfterBody())

			_, err := srv.Client().Do(request())
			require.Error(t, err, vendor)
			assert.Zero(t, srv.Bill().Total(), vendor)

			_, err = srv.Client().Do(request())
			require.Error(t, err, vendor)
			assert.True(t, errors.Is(err, syscall.ECONNRESET), "%s: %v", vendor, err)
			assert.Equal(t, billedOnce(vendor), srv.Bill().Total(), vendor)

			assert.Equal(t, 200, send(t, srv, request()).status, "the next exchange succeeds")
			assert.Equal(t, 3, srv.Calls(vendor))
		}
	}
}

func TestBrokenAnswers(t *testing.T) {
	srv := idverifytest.Start(t)
	for vendor, request := range everybody(t, srv) {
		srv.Reset()
		srv.Inject(vendor, idverifytest.Truncated(), idverifytest.MalformedJSON(), idverifytest.EmptyBody(),
			idverifytest.WrongContentType(), idverifytest.SlowDrip(time.Microsecond), idverifytest.Delay(time.Millisecond))

		resp, err := srv.Client().Do(request())
		require.NoError(t, err)
		half, err := io.ReadAll(resp.Body)
		require.NoError(t, resp.Body.Close())
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF, vendor)
		assert.Less(t, int64(len(half)), resp.ContentLength)
		assert.EqualValues(t, resp.ContentLength/2, len(half))

		malformed := send(t, srv, request())
		assert.Equal(t, 200, malformed.status)
		assert.NotEmpty(t, malformed.raw)
		assert.False(t, json.Valid(malformed.raw), "%s: %s", vendor, malformed.raw)

		empty := send(t, srv, request())
		assert.Equal(t, 200, empty.status)
		assert.Empty(t, empty.raw)

		wrong := send(t, srv, request())
		assert.Equal(t, "text/html", wrong.header.Get("Content-Type"))
		assert.True(t, json.Valid(wrong.raw))
		assert.Len(t, malformed.raw, len(wrong.raw)-2, "its end is cut off")

		for range 2 {
			late := send(t, srv, request())
			assert.Equal(t, "application/json", late.header.Get("Content-Type"))
			assert.True(t, json.Valid(late.raw))
		}
		assert.Equal(t, 6*billedOnce(vendor), srv.Bill().Total(), "all were processed")
	}
}

func TestFaults_BeforeTheVendor(t *testing.T) {
	srv := idverifytest.Start(t)
	srv.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for vendor, request := range everybody(t, srv) {
		srv.Reset()
		srv.Inject(vendor, idverifytest.HTML502(), idverifytest.HTMLStatus(503), idverifytest.Redirect307("https://elsewhere.invalid/"))
		for _, status := range []int{502, 503} {
			a := send(t, srv, request())
			assert.Equal(t, status, a.status)
			assert.Equal(t, "text/html", a.header.Get("Content-Type"))
			assert.Contains(t, string(a.raw), "<html>")
		}
		a := send(t, srv, request())
		assert.Equal(t, 307, a.status)
		assert.Equal(t, "https://elsewhere.invalid/", a.header.Get("Location"))
		assert.Zero(t, srv.Bill().Total(), vendor)
	}
}

func TestFaults_UseTheVendorsErrors(t *testing.T) {
	srv := idverifytest.Start(t)
	requests := everybody(t, srv)
	for _, want := range []struct {
		vendor    string
		fault     idverifytest.Fault
		status    int
		key, code string
	}{
		{idverifytest.Linkface, idverifytest.RateLimited(), 403, "status", "RATE_LIMIT_EXCEEDED"},
		{idverifytest.Linkface, idverifytest.QuotaExceeded(), 403, "status", "OUT_OF_QUOTA"},
		{idverifytest.Linkface, idverifytest.Unavailable(), 500, "status", "INTERNAL_ERROR"},
		{idverifytest.Linkface, idverifytest.ExpiredToken(), 401, "status", "KEY_EXPIRED"},
		{idverifytest.Linkface, idverifytest.RevokedToken(), 401, "status", "UNAUTHORIZED"},
		{idverifytest.BaiduV4, idverifytest.RateLimited(), 200, "error_code", "18"},
		{idverifytest.BaiduV4, idverifytest.QuotaExceeded(), 200, "error_code", "17"},
		{idverifytest.BaiduV4, idverifytest.Unavailable(), 200, "error_code", "2"},
		{idverifytest.BaiduV4, idverifytest.ExpiredToken(), 200, "error_code", "111"},
		{idverifytest.BaiduToken, idverifytest.RateLimited(), 200, "error_code", "4"},
		{idverifytest.BaiduToken, idverifytest.QuotaExceeded(), 200, "error_code", "17"},
		{idverifytest.BaiduToken, idverifytest.Unavailable(), 200, "error_code", "2"},
		{idverifytest.BaiduToken, idverifytest.ExpiredToken(), 401, "error", "invalid_client"},
		{idverifytest.BaiduToken, idverifytest.RevokedToken(), 401, "error", "invalid_client"},
		{idverifytest.Tencent, idverifytest.RateLimited(), 200, "code", "15"},
		{idverifytest.Tencent, idverifytest.QuotaExceeded(), 200, "code", "25"},
		{idverifytest.Tencent, idverifytest.Unavailable(), 200, "code", "213"},
		{idverifytest.Tencent, idverifytest.ExpiredToken(), 200, "code", "9"},
		{idverifytest.Tencent, idverifytest.RevokedToken(), 200, "code", "14"},
		// Last, because it revokes the token of the others.
		{idverifytest.BaiduV4, idverifytest.RevokedToken(), 200, "error_code", "110"},
	} {
		t.Run(want.vendor+" "+want.fault.String(), func(t *testing.T) {
			srv.Inject(want.vendor, want.fault)
			a := send(t, srv, requests[want.vendor]())
			assert.Equal(t, want.status, a.status)
			assert.Equal(t, want.code, a.text(want.key))
			if words := map[string]string{"code": "message", "error_code": "error_msg"}[want.key]; words != "" {
				assert.NotEmpty(t, a.body[words])
			}
			b := send(t, srv, requests[want.vendor]())
			if want.vendor == idverifytest.BaiduV4 && want.code == "110" {
				assert.Equal(t, "110", b.text("error_code"), "the token stays revoked")
				return
			}
			assert.Contains(t, []any{"OK", "<nil>", "0"}, b.text(want.key), "the next exchange succeeds")
		})
	}
}

func TestFaults_TimesAndAlways(t *testing.T) {
	srv := idverifytest.Start(t)
	p := idverifytest.Match()
	codes := func(n int) string {
		var all []string
		for range n {
			all = append(all, tencent(t, srv, tencentFields(p)...).text("code"))
		}
		return strings.Join(all, " ")
	}
	srv.Inject(idverifytest.Tencent, idverifytest.RateLimited(), idverifytest.Unavailable().Times(2))
	srv.Inject(idverifytest.Tencent, idverifytest.QuotaExceeded().Times(0))
	assert.Equal(t, "15 213 213 25 0", codes(5))

	srv.Inject(idverifytest.Tencent, idverifytest.RateLimited().Always())
	assert.Equal(t, "15 15 15 15", codes(4))
	assert.Equal(t, "OK", linkface(t, srv, linkfaceFields(p)...).text("status"), "other vendors have no fault")
	srv.Script(idverifytest.Tencent, idverifytest.Answer{Body: "{}"})
	srv.Clear(idverifytest.Tencent)
	assert.Equal(t, "0", codes(1))

	// A wrong path is no call and uses up no fault.
	srv.Inject(idverifytest.Tencent, idverifytest.RateLimited())
	assert.Equal(t, 404, send(t, srv, newRequest(t, "POST", srv.BaseURL(idverifytest.Tencent)+"/x", "", nil)).status)
	assert.Equal(t, "15 0", codes(2))

	assert.Panics(t, func() { srv.Inject("nobody", idverifytest.Hang()) })
	assert.Panics(t, func() { srv.Clear("nobody") })
	assert.Panics(t, func() { srv.Script("nobody") })
}

// An exchange that is held up ends when the client leaves.
func TestFaults_HangEndsWhenClientLeaves(t *testing.T) {
	srv := idverifytest.Start(t)
	for _, fault := range []idverifytest.Fault{
		idverifytest.Hang(), idverifytest.Delay(time.Hour), idverifytest.SlowDrip(time.Hour),
	} {
		srv.Reset()
		srv.Inject(idverifytest.Linkface, fault)
		ctx, leave := context.WithCancel(context.Background())
		ended := make(chan error)
		go func() {
			resp, err := srv.Client().Do(linkfaceRequest(t, srv, linkfaceFields(idverifytest.Match())...).WithContext(ctx))
			if err == nil {
				_, err = io.ReadAll(resp.Body)
				_ = resp.Body.Close()
			}
			ended <- err
		}()
		require.Eventually(t, func() bool { return len(srv.Exchanges()) == 1 }, time.Minute, time.Millisecond)
		leave()
		assert.ErrorIs(t, <-ended, context.Canceled, fault)
		want := 1
		if fault.String() == "hang" {
			want = 0
		}
		assert.Equal(t, want, srv.Bill().Total(), fault)
	}
	requireNoHandlers(t)
}

// The first byte arrives at once, alone.
func TestFaults_SlowDripSendsByteByByte(t *testing.T) {
	srv := idverifytest.Start(t)
	srv.Inject(idverifytest.Linkface, idverifytest.SlowDrip(time.Hour))
	resp, err := srv.Client().Do(linkfaceRequest(t, srv, linkfaceFields(idverifytest.Match())...))
	require.NoError(t, err)
	defer resp.Body.Close()
	some := make([]byte, 100)
	n, err := resp.Body.Read(some)
	require.NoError(t, err)
	assert.Equal(t, "{", string(some[:n]))
	srv.Close()
}

// An exchange that is held up ends when the server closes, with an error for the
// client.
func TestFaults_HangEndsWhenServerCloses(t *testing.T) {
	for _, fault := range []idverifytest.Fault{
		idverifytest.Hang(), idverifytest.Delay(time.Hour), idverifytest.SlowDrip(time.Hour),
	} {
		srv := idverifytest.Start(t)
		srv.Inject(idverifytest.Linkface, fault.Always())
		const callers = 5
		ended := make(chan error, callers)
		for range callers {
			req := linkfaceRequest(t, srv, linkfaceFields(idverifytest.Match())...)
			go func() {
				resp, err := srv.Client().Do(req)
				if err == nil {
					_, err = io.ReadAll(resp.Body)
					_ = resp.Body.Close()
				}
				ended <- err
			}()
		}
		require.Eventually(t, func() bool { return len(srv.Exchanges()) == callers }, time.Minute, time.Millisecond)
		srv.Close()
		srv.Close()
		for range callers {
			assert.Error(t, <-ended, fault)
		}
	}
	requireNoHandlers(t)
}

// A client that stops in the middle of its body does not keep Close waiting.
func TestClose_WhileClientIsSending(t *testing.T) {
	srv := idverifytest.Start(t)
	body, write := io.Pipe()
	ended := make(chan error)
	req := newRequest(t, "POST", srv.BaseURL(idverifytest.Linkface)+linkfacePath, "multipart/form-data; boundary=x", body)
	go func() {
		_, err := srv.Client().Do(req)
		ended <- err
	}()
	_, err := io.WriteString(write, "--x\r\n")
	require.NoError(t, err)
	require.Eventually(t, func() bool { return srv.Calls(idverifytest.Linkface) == 1 }, time.Minute, time.Millisecond)
	srv.Close()
	require.NoError(t, write.Close()) // net/http waits for its own reading
	assert.Error(t, <-ended)
	requireNoHandlers(t)
}

func TestFaults_String(t *testing.T) {
	for want, fault := range map[string]idverifytest.Fault{
		"": {}, "reset_before_body": idverifytest.ResetBeforeBody(), "hang": idverifytest.Hang(), "html_status": idverifytest.HTML502(),
		"redirect": idverifytest.Redirect307("x"), "rate_limited": idverifytest.RateLimited(), "quota_exceeded": idverifytest.QuotaExceeded(),
		"unavailable": idverifytest.Unavailable(), "expired_token": idverifytest.ExpiredToken(), "revoked_token": idverifytest.RevokedToken(),
		"delay": idverifytest.Delay(1), "slow_drip": idverifytest.SlowDrip(1), "reset_after_body": idverifytest.ResetAfterBody(),
		"truncated": idverifytest.Truncated(), "malformed_json": idverifytest.MalformedJSON(), "empty_body": idverifytest.EmptyBody(),
		"wrong_content_type": idverifytest.WrongContentType(),
	} {
		assert.Equal(t, want, fault.String())
	}
}
