package idverifytest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/idverifytest"
)

func TestBaidu_Tokens(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	srv := idverifytest.Start(t, idverifytest.WithClock(func() time.Time { return now }), idverifytest.WithTokenLifetime(time.Hour))
	code := func(token string) string {
		return baidu(t, srv, token, baiduBody(idverifytest.Match())).text("error_code")
	}
	older := baiduToken(t, srv)
	token := baiduToken(t, srv)
	assert.NotEqual(t, older, token)
	assert.Equal(t, "<nil>", code(older), "a new token leaves the older valid")
	assert.Equal(t, "100", code(""))
	assert.Equal(t, "110", code("24.nonsense"))
	assert.Equal(t, "110", code(strings.Replace(token, ".3600.", ".9999.", 1)))

	now = now.Add(time.Hour - time.Second)
	assert.Equal(t, "<nil>", code(token))
	now = now.Add(time.Second)
	assert.Equal(t, "111", code(token))

	token = baiduToken(t, srv)
	srv.RevokeTokens()
	assert.Equal(t, "110", code(token))
	assert.Equal(t, "<nil>", code(baiduToken(t, srv)))
	assert.Equal(t, 4, srv.TokenFetches())
}

func TestBaiduTokenEndpoint(t *testing.T) {
	srv := idverifytest.Start(t)
	address := srv.BaseURL(idverifytest.BaiduV4) + baiduTokenPath
	values := func(grant, id, secret string) url.Values {
		return url.Values{"grant_type": {grant}, "client_id": {id}, "client_secret": {secret}}
	}
	good := values("client_credentials", idverifytest.BaiduAPIKey, idverifytest.BaiduSecretKey)

	// By GET, by POST with everything in the address, as the samples do.
	for _, req := range []*http.Request{
		newRequest(t, "GET", address+"?"+good.Encode(), "", nil),
		newRequest(t, "POST", address+"?"+good.Encode(), "application/json", strings.NewReader("")),
	} {
		a := send(t, srv, req)
		assert.Equal(t, 200, a.status)
		assert.Equal(t, "2592000", a.text("expires_in"))
		assert.Equal(t, "25."+strings.TrimPrefix(a.text("access_token"), "24."), a.text("refresh_token"))
		assert.Len(t, a.body, 6)
		assert.Equal(t, "<nil>", baidu(t, srv, a.text("access_token"), baiduBody(idverifytest.Match())).text("error_code"))
	}
	for _, want := range []struct {
		values      url.Values
		status      int
		error, text string
	}{
		{values("client_credentials", "x", idverifytest.BaiduSecretKey), 401, "invalid_client", "unknown client id"},
		{values("client_credentials", idverifytest.BaiduAPIKey, "x"), 401, "invalid_client", "Client authentication failed"},
		{values("password", idverifytest.BaiduAPIKey, idverifytest.BaiduSecretKey), 400, "unsupported_grant_type", ""},
		{url.Values{"grant_type": {"client_credentials"}}, 400, "invalid_request", ""},
		{url.Values{"grant_type": good["grant_type"], "client_id": {idverifytest.BaiduAPIKey, idverifytest.BaiduAPIKey}, "client_secret": good["client_secret"]},
			400, "invalid_request", "client_id is given twice"},
		{values("", idverifytest.BaiduAPIKey, idverifytest.BaiduSecretKey), 400, "invalid_request", ""},
		{values("client_credentials", "", idverifytest.BaiduSecretKey), 400, "invalid_request", ""},
		{values("client_credentials", idverifytest.BaiduAPIKey, ""), 400, "invalid_request", ""},
	} {
		a := send(t, srv, newRequest(t, "POST", address, "application/x-www-form-urlencoded", strings.NewReader(want.values.Encode())))
		assert.Equal(t, want.status, a.status)
		assert.Equal(t, want.error, a.text("error"))
		assert.Contains(t, a.text("error_description"), want.text)
	}
}

// A client that puts its keys into a body of another kind sends them in vain.
func TestBaiduTokenEndpoint_IgnoresOtherBodyTypes(t *testing.T) {
	srv := idverifytest.Start(t)
	contentType, body := multi(t,
		field{name: "grant_type", value: "client_credentials"},
		field{name: "client_id", value: idverifytest.BaiduAPIKey},
		field{name: "client_secret", value: idverifytest.BaiduSecretKey})
	a := send(t, srv, newRequest(t, http.MethodPost, srv.BaseURL(idverifytest.BaiduV4)+baiduTokenPath, contentType, body))
	assert.Equal(t, 400, a.status)
	assert.Equal(t, "invalid_request", a.text("error"))

	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {idverifytest.BaiduAPIKey}, "client_secret": {idverifytest.BaiduSecretKey}}
	a = send(t, srv, newRequest(t, http.MethodPost, srv.BaseURL(idverifytest.BaiduV4)+baiduTokenPath,
		"application/x-www-form-urlencoded", strings.NewReader(form.Encode()+"&x=%")))
	assert.Equal(t, "malformed request body", a.text("error_description"))
}

func TestBaiduTokenEndpoint_RefusesOtherMethods(t *testing.T) {
	srv := idverifytest.Start(t)
	query := url.Values{"grant_type": {"client_credentials"}, "client_id": {idverifytest.BaiduAPIKey}, "client_secret": {idverifytest.BaiduSecretKey}}
	a := send(t, srv, newRequest(t, http.MethodPut, srv.BaseURL(idverifytest.BaiduV4)+baiduTokenPath+"?"+query.Encode(), "", nil))
	assert.Equal(t, 400, a.status)
	assert.Equal(t, "invalid_request", a.text("error"))
}

// The vendor's own kit for Node glues another ? and its name to the token, and
// can be told a host but no path. That is what baidu-aip-sdk 4.16.16 sends, seen
// by running it.
func TestBaidu_NodeKit(t *testing.T) {
	srv := idverifytest.Start(t)
	root := strings.TrimSuffix(srv.BaseURL(idverifytest.BaiduV4), "/"+idverifytest.BaiduV4)
	keys := "grant_type=client_credentials&client_id=" + idverifytest.BaiduAPIKey + "&client_secret=" + idverifytest.BaiduSecretKey
	for _, base := range []string{root, srv.BaseURL(idverifytest.BaiduV4)} {
		a := send(t, srv, newRequest(t, "POST", base+baiduTokenPath, "application/x-www-form-urlencoded", strings.NewReader(keys)))
		token := a.text("access_token")
		assert.Contains(t, a.text("scope"), "brain_all_scope", "otherwise it signs instead")

		text, err := json.Marshal(baiduBody(idverifytest.Match()))
		require.NoError(t, err)
		for query, code := range map[string]string{
			"?aipSdk=node&access_token=" + token + "?aipSdk=node": "<nil>",
			"?aipSdk=node&access_token=" + token:                  "<nil>",
			"?access_token=" + token + "&aipSdk=java":             "<nil>",
			"?aipSdk=node&access_token=?aipSdk=node":              "100",
			"?aipSdk=node&access_token=24.x?" + token:             "110",
			"?aipSdk=node?access_token=" + token:                  "100",
		} {
			req := newRequest(t, "POST", base+baiduPath+query, "application/json;charset=utf-8", bytes.NewReader(text))
			assert.Equal(t, code, send(t, srv, req).text("error_code"), query)
		}
	}
	seen := srv.Exchanges()
	assert.Equal(t, baiduPath, seen[1].Path)
	assert.Equal(t, idverifytest.BaiduV4, seen[1].Vendor)
	assert.NotContains(t, fmt.Sprintf("%+v", seen), "24.", "no token is kept")
}
