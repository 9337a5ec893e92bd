package idverifytest_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/idverifytest"
)

// fuzzToken gets an access token without a network.
func fuzzToken(t *testing.T, srv *idverifytest.Server) string {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {idverifytest.BaiduAPIKey}, "client_secret": {idverifytest.BaiduSecretKey}}
	a := pose(t, srv, http.MethodPost, "/baiduv4"+baiduTokenPath, "application/x-www-form-urlencoded", nil, []byte(form.Encode()))
	require.Equal(t, http.StatusOK, a.status)
	return a.text("access_token")
}

// Baidu's stand-in compares, and bills, only an object in which an independent
// parser finds one person's name, a valid number, and one picture.
func FuzzBaiduRequest(f *testing.F) {
	const contentType = "application/json"
	object := func(person idverifytest.Person, more map[string]any) []byte {
		body := map[string]any{
			"image": base64.StdEncoding.EncodeToString([]byte(small)), "image_type": "BASE64",
			"id_card_number": person.IDNumber, "name": person.Name,
			"quality_control": "LOW", "liveness_control": "LOW", "spoofing_control": "LOW",
		}
		for name, value := range more {
			body[name] = value
			if value == "-" {
				delete(body, name)
			}
		}
		text, err := json.Marshal(body)
		require.NoError(f, err)
		return text
	}
	for _, person := range people() {
		f.Add(contentType, object(person, nil), true)
		f.Add(contentType, object(person, map[string]any{"liveness_control": "NONE", "spoofing_control": "NONE", "get_liveness_score": "1"}), true)
		f.Add(contentType, object(person, map[string]any{"get_liveness_score": "1", "get_spoofing_score": "1"}), true)
	}
	person := idverifytest.Match()
	for _, more := range []map[string]any{
		{"image_type": "FACE_TOKEN", "image": idverifytest.FaceToken}, {"image_type": "FACE_TOKEN", "image": "other"},
		{"image": "data:image/jpg;base64,/9j/4AAQSkZJR"}, {"image": "/9j/4AAQSkZJR"}, {"image": "R0lGODlh"}, {"image": nil}, {"image": 7}, {"image": ""},
		// The second sample on the vendor's page, with made-up ids.
		{"app": "android", "sec_level": "lite", "x_device_id": idverifytest.SealedDeviceID, "skey": idverifytest.SealedKey, "data": "asdafasf", "image": "-"},
		{"app": "", "sec_level": "lite", "x_device_id": "d", "skey": "s", "data": "d"}, {"app": "ios", "sec_level": "common"},
		{"quality_control": "low"}, {"liveness_control": 1}, {"get_spoofing_score": true}, {"name": "测试 甲"}, {"name": []string{}},
		{"id_card_number": "11010519000101001x"}, {"id_card_number": "110105190001010011"},
	} {
		f.Add(contentType, object(person, more), true)
	}
	f.Add(contentType, object(person, nil), false)
	f.Add("application/x-www-form-urlencoded", object(person, nil), true)
	for _, text := range []string{`{"image_type":"BASE64",}`, `[]`, `null`, ``, `{"name":"\ud800"}`, "{\"name\":\"\xff\"}"} {
		f.Add(contentType, []byte(text), true)
	}
	f.Fuzz(func(t *testing.T, contentType string, body []byte, hasToken bool) {
		srv := idverifytest.New(idverifytest.WithClock(func() time.Time { return fuzzedAt }))
		defer srv.Close()
		target := "/baiduv4" + baiduPath
		if hasToken {
			target += "?access_token=" + url.QueryEscape(fuzzToken(t, srv))
		}
		a := pose(t, srv, http.MethodPost, target, contentType, nil, body)
		assert.Equal(t, http.StatusOK, a.status)
		failed := a.body["error_code"] != nil
		if failed {
			assert.Equal(t, a.record.VendorCode, a.text("error_code"))
			assert.NotEqual(t, "0", a.text("error_code"))
			assert.NotEmpty(t, a.text("error_msg"))
			assert.Nil(t, a.body["result"])
		}
		if !hasToken {
			assert.Equal(t, "100", a.text("error_code"))
		}
		if failed && !a.billed {
			return
		}
		var fields map[string]any
		require.NoError(t, json.Unmarshal(body, &fields), "compared something that is no object")
		text := func(name string) string { s, _ := fields[name].(string); return s }
		assert.True(t, hasToken)
		assert.True(t, strings.HasPrefix(strings.ToLower(strings.TrimSpace(contentType)), "application/json"))
		assert.True(t, numbers(t, text("id_card_number")))
		assert.NotEmpty(t, text("name"))
		assert.NotEmpty(t, text("image")+text("data"))
		result := a.object("result")
		if score := result["score"]; score != nil {
			assert.Equal(t, "0", string(result["verify_status"].(json.Number)))
			assert.Contains(t, idverifytest.Persons(), personNamed(text("name"), text("id_card_number")))
		}
		asked := text("get_liveness_score") == "1" && text("liveness_control") != "" && text("liveness_control") != "NONE"
		assert.True(t, failed || asked == (result["liveness_score"] != nil), "a score that was not requested or is missing")
	})
}

func (a asked) object(name string) map[string]any {
	m, _ := a.body[name].(map[string]any)
	return m
}

// The token endpoint issues a token only for the application's own keys, each given
// once; and the token works for a call.
func FuzzBaiduTokenRequest(f *testing.F) {
	const kind = "application/x-www-form-urlencoded"
	right := url.Values{"grant_type": {"client_credentials"}, "client_id": {idverifytest.BaiduAPIKey}, "client_secret": {idverifytest.BaiduSecretKey}}.Encode()
	for _, body := range []string{
		right, right + "&client_id=other", right + "&more=x&more=y", "", "grant_type=client_credentials", right + "&%zz", right + ";",
		strings.Replace(right, "client_credentials", "refresh_token", 1), strings.Replace(right, "BAIDUAPI", "OTHER", 1), strings.Replace(right, "SECRETKEY", "OTHER", 1),
	} {
		f.Add("", kind, []byte(body))
		f.Add(right, kind, []byte(body))
		f.Add(body, "text/plain", []byte(nil))
	}
	f.Fuzz(func(t *testing.T, query, contentType string, body []byte) {
		if _, err := url.Parse("/baiduv4" + baiduTokenPath + "?" + query); err != nil || strings.Contains(query, "#") {
			return
		}
		srv := idverifytest.New(idverifytest.WithClock(func() time.Time { return fuzzedAt }))
		defer srv.Close()
		a := pose(t, srv, http.MethodPost, "/baiduv4"+baiduTokenPath+"?"+query, contentType, nil, body)
		assert.False(t, a.billed)
		if a.status != http.StatusOK {
			assert.Contains(t, []int{http.StatusBadRequest, http.StatusUnauthorized}, a.status)
			assert.Contains(t, []string{"invalid_request", "unsupported_grant_type", "invalid_client"}, a.text("error"))
			assert.Nil(t, a.body["access_token"])
			return
		}
		given, _ := url.ParseQuery(query)
		values, _, _ := formOf(t, contentType, body)
		for name, want := range map[string]string{
			"grant_type": "client_credentials", "client_id": idverifytest.BaiduAPIKey, "client_secret": idverifytest.BaiduSecretKey,
		} {
			if got, inForm := values[name]; inForm {
				assert.Equal(t, []string{want}, got, name)
				continue
			}
			assert.Equal(t, want, given.Get(name), name)
		}
		assert.Equal(t, "2592000", a.text("expires_in"))
		use := pose(t, srv, http.MethodPost, "/baiduv4"+baiduPath+"?access_token="+url.QueryEscape(a.text("access_token")), "application/json", nil, []byte(`{}`))
		assert.Equal(t, "222001", use.text("error_code"), "past the token, to the first missing field")
	})
}
