package canary_test

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/long"
)

// echo is a vendor that repeats the request's data wherever it can, and adds its own
// words.
type echo struct {
	*outlets
	material *material
	server   *httptest.Server
	say      string // the text to repeat in every place
	answer   func(e *echo, w http.ResponseWriter, r *http.Request)
	t        *testing.T
	account  account
	// signature is the signature of the last request.
	signature string
}

// theSignature is replaced by the signature of the request.
const theSignature = "the signature"

const (
	echoName   = "测试甲鹮鸮"
	echoNumber = "11010519000107008X"
	echoToken  = "24.EXAMPLE-token-echidna-8846.2592000"
	ownWords   = "EXAMPLE-own-words-of-the-vendor-kudu-1175"
)

func newEcho(t *testing.T, a account) *echo {
	t.Helper()
	e := &echo{outlets: listen(t), t: t, account: a}
	e.material = plantMaterial(e.outlets)
	e.plantKeys()
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
	if e.account.Tokens != nil && strings.HasSuffix(r.URL.Path, e.account.Tokens.Path) {
		_, _ = fmt.Fprintf(w, `{"refresh_token":%q,%s`, ownWords, e.account.Tokens.Says(echoToken)[1:])
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

// told is the data that a vendor received with some evidence, and may repeat. Data
// that is always sent is repeated only with the first evidence.
func (e *echo) told(i int, s shown) []string {
	if i > 0 {
		return append([]string{echoName}, s.told...)
	}
	all := append([]string{echoName, echoNumber, strings.ToLower(echoNumber)}, s.told...)
	all = append(all, e.account.secrets()...)
	if e.account.Tokens != nil {
		all = append(all, echoToken)
	}
	if e.account.Signs {
		all = append(all, theSignature)
	}
	return all
}

// said are the ways to repeat it: each text alone, all together, with the vendor's
// own words, with markup. The short form uses all of them for the first vendor.
func (e *echo) said(i int, s shown) []string {
	told := e.told(i, s)
	if !long.Asked() && e.account.vendor != accounts[0].vendor {
		return []string{told[0], strings.Join(told, " ") + " " + ownWords}
	}
	if i > 0 {
		return told
	}
	for _, before := range []string{"", "T", "TI"} {
		told = append(told, fmt.Sprintf("%x", before+echoNumber), base64.RawURLEncoding.EncodeToString([]byte(before+echoNumber)))
	}
	return append(told, strings.Join(told, " ")+" "+ownWords, strings.Join(told, ""), ownWords+" 甲",
		"<b>"+echoName+"</b>\r\n\x00\""+echoNumber+"\"")
}

// parts are parts of the data that still look like an id.
func (e *echo) parts() []string {
	parts := []string{
		echoNumber[:17], echoNumber[1:], "id." + echoNumber[:9], echoNumber[:6] + "-" + echoNumber[6:14] + "-" + echoNumber[14:],
		fmt.Sprintf("%x", echoName), base64.RawURLEncoding.EncodeToString([]byte("T" + echoName)), base64.RawURLEncoding.EncodeToString([]byte(echoNumber[3:14])),
	}
	for _, key := range e.account.secrets() {
		parts = append(parts, key[:len(key)*2/3], fmt.Sprintf("%x", key[2:]))
	}
	for _, part := range parts {
		e.plant(vendorsWords, part) // they stay in the texts of a Reply
	}
	return parts
}

func (e *echo) shaped(shape string, status int) {
	e.answer = func(e *echo, w http.ResponseWriter, _ *http.Request) {
		for _, header := range []string{"X-Echo", "Set-Cookie", "Www-Authenticate", "Retry-After", "Server"} {
			w.Header().Set(header, strings.Map(printable, e.say))
		}
		text, _ := json.Marshal(e.say)
		body := fmt.Sprintf(shape, text)
		w.WriteHeader(cmp.Or(status, http.StatusOK))
		_, _ = io.WriteString(w, strings.ReplaceAll(body, "PICTURE", base64.StdEncoding.EncodeToString(e.material.picture)))
	}
}

func printable(r rune) rune {
	if r < ' ' {
		return -1
	}
	return r
}

// Holds P-DATA-3.
func TestEcho_VendorRepeatingInputLeaksNothing(t *testing.T) {
	for at, a := range accounts {
		shapes := slices.Sorted(maps.Keys(a.Repeats))
		one := at % len(shapes) // the short form tries all for the first vendor, and two for each other
		if !long.Asked() && at > 0 {
			shapes = slices.Compact([]string{"match", shapes[one]})
		}
		for _, name := range shapes {
			shape := a.Repeats[name]
			require.NotEmpty(t, shape)
			t.Run(a.vendor+"/"+name, func(t *testing.T) {
				e := newEcho(t, a)
				e.shaped(shape, a.RepeatsAt[name])
				provider := a.provider(t, reach{baseURL: e.server.URL})
				client, err := idverify.New([]idverify.Provider{provider}, e.options(a.vendor)...)
				require.NoError(t, err)
				for i, s := range a.shown(e.material) {
					req := &idverify.Request{Name: echoName, IDNumber: echoNumber, Evidence: []idverify.Evidence{s.Evidence}}
					said := e.said(i, s)
					if i == 0 && (name == "match" || name == "unlisted" && (at == 0 || long.Asked())) { // in cases where ids and codes are kept
						said = append(said, e.parts()...)
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

// revealed checks Reveal: a vendor's message may contain anything except the person's
// data and the credentials of the request.
func (e *echo) revealed(res *idverify.Result, err error) {
	var message string
	var failed *idverify.Error
	switch {
	case res != nil:
		message = res.VendorMessage.Reveal()
	case errors.As(err, &failed):
		message = failed.VendorMessage.Reveal()
	}
	hidden := append([]string{echoName, echoNumber, echoToken, e.signature}, e.account.secrets()...)
	for _, secret := range hidden {
		if secret != "" && strings.Contains(asciiLower(message), asciiLower(secret)) {
			e.t.Errorf("a revealed message: %q", message)
		}
	}
}

// Holds P-DATA-3.
func TestEcho_VendorTextsNeedReveal(t *testing.T) {
	for _, a := range accounts {
		e := newEcho(t, a)
		e.shaped(a.Repeats["error"], a.RepeatsAt["error"])
		e.say = ownWords + " " + echoName
		req := &idverify.Request{Name: echoName, IDNumber: echoNumber, Evidence: a.evidence(e.material)}
		_, err := e.verify("error", t.Context(), a.provider(t, reach{baseURL: e.server.URL}), req)
		var said *idverify.Error
		require.ErrorAs(t, err, &said)
		assert.Contains(t, said.VendorMessage.Reveal(), ownWords+" [hidden]", a.vendor)
		assert.NotContains(t, said.VendorMessage.Reveal(), echoName, a.vendor)
	}
}
