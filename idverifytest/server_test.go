package idverifytest_test

import (
	"fmt"
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

	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/long"
)

// requireNoHandlers waits until no goroutine runs in the stand-in any more.
func requireNoHandlers(t *testing.T) {
	t.Helper()
	stacks := make([]byte, 4<<20)
	require.Eventually(t, func() bool {
		n := runtime.Stack(stacks, true)
		return !strings.Contains(string(stacks[:n]), "idverifytest.(*Server).ServeHTTP")
	}, time.Minute, time.Millisecond)
}

func TestClockAndDate(t *testing.T) {
	now := time.Date(2031, 5, 6, 7, 8, 9, 0, time.FixedZone("CST", 8*3600))
	srv := idverifytest.Start(t, idverifytest.WithClock(func() time.Time { return now }))
	a := linkface(t, srv, linkfaceFields(idverifytest.Match())...)
	assert.Equal(t, "Mon, 05 May 2031 23:08:09 GMT", a.header.Get("Date"))
}

func TestNew_ServesAsHandler(t *testing.T) {
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

// Where the connection cannot be reset, as in HTTP/2, the exchange is aborted.
func TestReset_WithoutHijack(t *testing.T) {
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

// A server that does not listen has no connections to close, but an exchange held
// up in it still ends on Close.
func TestClose_ReleasesHeldExchangesWithoutListener(t *testing.T) {
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
	assert.Nil(t, idverifytest.Start(t).TLSConfig(), "it has no TLS")
	assert.Nil(t, idverifytest.New().TLSConfig(), "its address is unknown")
}

func TestServer_ConcurrentRequests(t *testing.T) {
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
	for v := range srv.Bill().ByVendor() {
		assert.Equal(t, each, srv.Calls(v))
	}
	assert.Len(t, srv.Exchanges(), 3*each+1)
	srv.Close()
	requireNoHandlers(t)
}

func TestServer_PrintsAddressOnly(t *testing.T) {
	srv := idverifytest.Start(t)
	address := "idverifytest.Server(" + strings.TrimSuffix(srv.BaseURL(idverifytest.Tencent), "/tencent") + ")"
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
		assert.Equal(t, address, fmt.Sprintf(verb, srv), verb)
	}
	assert.Equal(t, strconv.Quote(address), fmt.Sprintf("%q", srv))
	assert.Equal(t, address, srv.LogValue().String())
	assert.Equal(t, "idverifytest.Server", fmt.Sprint(idverifytest.New()), "its address is unknown")
}

// TLS records contain line feeds; they must not count as lines of a head.
func TestTLS_LargeUploads(t *testing.T) {
	srv := idverifytest.Start(t, idverifytest.WithTLS())
	fields := linkfaceFields(idverifytest.Match())
	fields[len(fields)-1].value += strings.Repeat("\x00", 1<<20)
	for range long.Or(60, 9) { // without the fix about one in nine failed
		require.Equal(t, "OK", linkface(t, srv, fields...).text("status"))
		srv.Client().CloseIdleConnections()
	}
}

// The zero Server says what makes one.
func TestServer_ZeroValueNamesNew(t *testing.T) {
	for _, use := range []func(*idverifytest.Server){
		func(s *idverifytest.Server) { s.Inject(idverifytest.Linkface, idverifytest.HTML502()) },
		func(s *idverifytest.Server) { s.Script(idverifytest.Linkface) },
		func(s *idverifytest.Server) { s.Clear(idverifytest.Linkface) },
		func(s *idverifytest.Server) { s.SetScores(idverifytest.Linkface, idverifytest.Scores{}) },
		func(s *idverifytest.Server) { s.RevokeTokens() },
		func(s *idverifytest.Server) { _ = s.Serve(nil) },
		func(s *idverifytest.Server) {
			s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
		},
	} {
		assert.PanicsWithValue(t, "idverifytest: a Server is made by New or Start", func() { use(new(idverifytest.Server)) })
	}
	new(idverifytest.Server).Close()
	assert.PanicsWithValue(t, "idverifytest: an option is nil", func() { idverifytest.New(nil) })
}
