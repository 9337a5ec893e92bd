package canary_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/linkface"
	"github.com/idverify/idverify/tencent"
)

// echo is a vendor that repeats what it was told, wherever it can, and adds
// words of its own.
type echo struct {
	*outlets
	material *material
	server   *httptest.Server
	say      string // what is repeated in every place
	answer   func(e *echo, w http.ResponseWriter, r *http.Request)
	t        *testing.T
	vendor   string
	// signature is what the last request carried.
	signature string
}

// theSignature stands for the one that the request will carry.
const theSignature = "the signature"

const (
	echoName   = "测试甲鹮鸮"
	echoNumber = "11010519000107008X"
	echoToken  = "24.EXAMPLE-token-echidna-8846.2592000"
	ownWords   = "EXAMPLE-own-words-of-the-vendor-kudu-1175"
)

func newEcho(t *testing.T) *echo {
	t.Helper()
	e := &echo{outlets: listen(t), t: t}
	e.material = plantMaterial(e.outlets)
	for what, key := range keys {
		e.plantKey(what, key)
	}
	e.plant(vendorsWords, ownWords)
	e.plantKey("an access token", echoToken)
	e.plantPerson(echoName, echoNumber)
	e.server = httptest.NewUnstartedServer(e)
	e.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	e.server.Start()
	t.Cleanup(e.server.Close)
	return e
}

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/oauth/2.0/token") {
		_, _ = fmt.Fprintf(w, `{"access_token":%q,"expires_in":2592000,"refresh_token":%q}`, echoToken, ownWords)
		return
	}
	_, _ = io.Copy(io.Discard, r.Body)
	if signature := r.Header.Get("Authorization"); signature != "" {
		e.plantKey("a signature", signature)
		e.signature = signature
		e.say = strings.ReplaceAll(e.say, theSignature, signature)
	}
	e.answer(e, w, r)
}

// told is what a vendor has heard with some evidence, and may repeat. What it
// hears every time is repeated with the first evidence only.
func (e *echo) told(a account, i int, s shown) []string {
	if i > 0 {
		return append([]string{echoName}, s.told...)
	}
	all := append([]string{echoName, echoNumber, strings.ToLower(echoNumber)}, s.told...)
	for what, key := range keys {
		if strings.HasPrefix(what, a.vendor) {
			all = append(all, key)
		}
	}
	switch a.vendor {
	case baiduv4.Name:
		all = append(all, echoToken)
	case tencent.Name:
		all = append(all, theSignature)
	}
	return all
}

// said are the ways to repeat it: each alone, all in a row, with words of the
// vendor's own, with markup.
func (e *echo) said(a account, i int, s shown) []string {
	told := e.told(a, i, s)
	if i > 0 {
		return told
	}
	for _, before := range []string{"", "T", "TI"} {
		told = append(told, fmt.Sprintf("%x", before+echoNumber), base64.RawURLEncoding.EncodeToString([]byte(before+echoNumber)))
	}
	return append(told, strings.Join(told, " ")+" "+ownWords, strings.Join(told, ""), ownWords+" 甲",
		"<b>"+echoName+"</b>\r\n\x00\""+echoNumber+"\"")
}

// parts are what a vendor can make of what it was told and still call an id.
func (e *echo) parts(a account) []string {
	parts := []string{
		echoNumber[:17], echoNumber[1:], "id." + echoNumber[:9], echoNumber[:6] + "-" + echoNumber[6:14] + "-" + echoNumber[14:],
		fmt.Sprintf("%x", echoName), base64.RawURLEncoding.EncodeToString([]byte("T" + echoName)), base64.RawURLEncoding.EncodeToString([]byte(echoNumber[3:14])),
	}
	for what, key := range keys {
		if strings.HasPrefix(what, a.vendor) {
			parts = append(parts, key[:len(key)*2/3], fmt.Sprintf("%x", key[2:]))
		}
	}
	for _, part := range parts {
		e.plant(vendorsWords, part) // they stay in the texts of a Reply
	}
	return parts
}

// shapes are answers in the vendors' own form. %s is a JSON string of what is
// repeated; a score stands where one is due.
var shapes = map[string]map[string]string{
	linkface.Name: {
		"match":          `{"request_id":%[1]s,"status":"OK","verify_score":0.9,"hack_score":0.1,"liveness_data_id":%[1]s,"reason":%[1]s,"image":%[1]s}`,
		"mismatch":       `{"request_id":%[1]s,"status":"OK","verify_score":0.1,"hack_score":0.1,"identity":{"validity":true,"photo_id":%[1]s,"reason":%[1]s}}`,
		"error":          `{"request_id":%[1]s,"status":"INVALID_ARGUMENT","reason":%[1]s,"image":%[1]s,"identity":{"validity":false,"photo_id":%[1]s,"reason":%[1]s}}`,
		"unlisted":       `{"request_id":%[1]s,"status":%[1]s,"reason":%[1]s}`,
		"no score":       `{"request_id":%[1]s,"status":"OK","verify_score":%[1]s,"hack_score":%[1]s}`,
		"no status":      `{"request_id":%[1]s,"reason":%[1]s,%[1]s:%[1]s}`,
		"wrong identity": `{"request_id":%[1]s,"status":"OK","identity":{"validity":%[1]s,"reason":%[1]s},"verify_score":1,"hack_score":0}`,
		"said twice":     `{"request_id":%[1]s,"status":"OK","STATUS":%[1]s}`,
		"cut off":        `{"request_id":%[1]s,"status":%[1]s,"reason":%[1]s`,
		"an array":       `[%[1]s]`,
	},
	baiduv4.Name: {
		"match":         `{"log_id":%[1]s,"error_msg":%[1]s,"result":{"verify_status":0,"score":90,"liveness_score":1,"spoofing_score":0},"dec_image":"PICTURE","risk_level":%[1]s,"risk_tag":[%[1]s]}`,
		"mismatch":      `{"log_id":%[1]s,"result":{"verify_status":1},"risk_level":"1","risk_tag":%[1]s}`,
		"error":         `{"log_id":%[1]s,"error_code":222202,"error_msg":%[1]s,"dec_image":"PICTURE"}`,
		"token refused": `{"log_id":%[1]s,"error_code":110,"error_msg":%[1]s}`,
		"unlisted":      `{"log_id":%[1]s,"error_code":%[1]s,"error_msg":%[1]s}`,
		"no score":      `{"log_id":%[1]s,"result":{"verify_status":0,"score":%[1]s}}`,
		"other status":  `{"log_id":%[1]s,"result":{"verify_status":%[1]s}}`,
		"no result":     `{"log_id":%[1]s,"result":%[1]s}`,
		"said twice":    `{"log_id":%[1]s,"result":null,"Result":%[1]s}`,
		"cut off":       `{"log_id":%[1]s,"error_msg":%[1]s,"dec_image":"PICTURE`,
	},
	tencent.Name: {
		"match":      `{"code":0,"message":%[1]s,"data":{"similarity":90,"session_id":%[1]s}}`,
		"no session": `{"code":0,"message":%[1]s,"data":{"similarity":90}}`,
		"mismatch":   `{"code":-5803,"message":%[1]s,"data":{}}`,
		"another's":  `{"code":-5803,"message":%[1]s,"data":{"session_id":%[1]s}}`,
		"error":      `{"code":21,"message":%[1]s,"data":{"session_id":%[1]s}}`,
		"unlisted":   `{"code":%[1]s,"message":%[1]s,"data":{"session_id":%[1]s}}`,
		"no score":   `{"code":0,"message":%[1]s,"data":{"similarity":%[1]s,"session_id":%[1]s}}`,
		"no code":    `{"message":%[1]s,"data":%[1]s,%[1]s:%[1]s}`,
		"said twice": `{"code":0,"Code":%[1]s,"message":%[1]s}`,
		"cut off":    `{"code":%[1]s,"message":%[1]s`,
	},
}

func (e *echo) shaped(shape string) {
	e.answer = func(e *echo, w http.ResponseWriter, _ *http.Request) {
		for _, header := range []string{"X-Echo", "Set-Cookie", "Www-Authenticate", "Retry-After", "Server"} {
			w.Header().Set(header, strings.Map(printable, e.say))
		}
		text, _ := json.Marshal(e.say)
		body := fmt.Sprintf(shape, text)
		_, _ = io.WriteString(w, strings.ReplaceAll(body, "PICTURE", base64.StdEncoding.EncodeToString(e.material.picture)))
	}
}

func printable(r rune) rune {
	if r < ' ' {
		return -1
	}
	return r
}

func TestNothingComesOutOfAVendorThatRepeatsWhatItWasTold(t *testing.T) {
	for _, a := range accounts {
		for name, shape := range shapes[a.vendor] {
			t.Run(a.vendor+"/"+name, func(t *testing.T) {
				e := newEcho(t)
				e.vendor = a.vendor
				e.shaped(shape)
				provider := a.provider(t, reach{baseURL: e.server.URL})
				client, err := idverify.New([]idverify.Provider{provider}, e.options(a.vendor)...)
				require.NoError(t, err)
				for i, s := range a.shown(e.material) {
					req := &idverify.Request{Name: echoName, IDNumber: echoNumber, Evidence: []idverify.Evidence{s.Evidence}}
					said := e.said(a, i, s)
					if i == 0 && (name == "match" || name == "unlisted") { // where ids and codes are kept
						said = append(said, e.parts(a)...)
					}
					for _, e.say = range said {
						e.revealed(e.verify("provider", t.Context(), provider, req))
					}
					if i == 0 {
						e.verify("client", t.Context(), client, req)
					}
				}
			})
		}
	}
}

// revealed looks behind Reveal: there may be anything in a vendor's message
// but the person and the credentials that the request carried.
func (e *echo) revealed(res *idverify.Result, err error) {
	var message string
	var failed *idverify.Error
	switch {
	case res != nil:
		message = res.VendorMessage.Reveal()
	case errors.As(err, &failed):
		message = failed.VendorMessage.Reveal()
	}
	hidden := []string{echoName, echoNumber, echoToken, e.signature}
	for what, key := range keys {
		if strings.HasPrefix(what, e.vendor) {
			hidden = append(hidden, key)
		}
	}
	for _, secret := range hidden {
		if secret != "" && strings.Contains(asciiLower(message), asciiLower(secret)) {
			e.t.Errorf("a revealed message: %q", message)
		}
	}
}

func TestAVendorsOwnWordsAreKeptBehindReveal(t *testing.T) {
	e := newEcho(t)
	e.shaped(shapes[tencent.Name]["error"])
	e.say = ownWords + " " + echoName
	req := &idverify.Request{Name: echoName, IDNumber: echoNumber, Evidence: accounts[2].evidence(e.material)}
	_, err := e.verify("error", t.Context(), accounts[2].provider(t, reach{baseURL: e.server.URL}), req)
	var said *idverify.Error
	require.ErrorAs(t, err, &said)
	assert.Equal(t, ownWords+" [hidden]", said.VendorMessage.Reveal())
}
