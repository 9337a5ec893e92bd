//go:build linux

package faultmatrix

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
	"github.com/idverify/idverify/tencent"
)

// reached is how the SDK is told to reach a vendor.
type reached struct {
	root       string // https://host:port
	httpClient *http.Client
	http2      bool
	timeout    time.Duration
}

// answerLimit is small, so that an answer beyond it is made at once.
const answerLimit = 256 << 10

// subjects are the rows: the vendors, and Baidu's token on the way to one.
func subjects() []string {
	return []string{idverifytest.Linkface, idverifytest.BaiduV4, idverifytest.BaiduToken, idverifytest.Tencent}
}

func vendorOf(subject string) string {
	vendor, _, _ := strings.Cut(subject, "/")
	return vendor
}

// behind is the healthy vendor of a pair. It reads another form of evidence, so
// that media which fails is not its own.
func behind(subject string) string {
	if subject == idverifytest.Linkface {
		return idverifytest.BaiduV4
	}
	return idverifytest.Linkface
}

// pathOf is a part of the path that only the subject's requests have.
func pathOf(subject string) string {
	return map[string]string{
		idverifytest.Linkface:   "/linkface/",
		idverifytest.BaiduV4:    "/baiduv4/rest/",
		idverifytest.BaiduToken: "/baiduv4/oauth/",
		idverifytest.Tencent:    "/tencent/",
	}[subject]
}

// provider is the SDK's client of a vendor. For Baidu itself the token is there
// already, so that the verification is the only exchange.
func (r *running) provider(subject string, at reached) (idverify.Provider, error) {
	base := idverifytest.BaseURLAt(at.root, vendorOf(subject))
	settings := idverify.HTTP{
		BaseURL: base, Client: at.httpClient, HTTP2: at.http2, Timeout: at.timeout, MaxResponseBytes: answerLimit,
	}
	if at.httpClient == nil {
		settings.TLSConfig = r.certs.trust()
	}
	switch subject {
	case idverifytest.Linkface:
		return linkface.New(linkface.Config{
			APIID: idverifytest.LinkfaceAPIID, APISecret: idverifytest.LinkfaceAPISecret,
			HTTP: settings,
		})
	case idverifytest.Tencent:
		return tencent.New(tencent.Config{
			AppID: idverifytest.TencentAppID, SecretID: idverifytest.TencentSecretID, SecretKey: idverifytest.TencentSecretKey,
			HTTP: settings,
		})
	}
	var tokens baiduv4.TokenStore
	if subject == idverifytest.BaiduV4 {
		token, err := r.token()
		if err != nil {
			return nil, err
		}
		tokens = fixed{token}
	}
	return baiduv4.New(baiduv4.Config{
		APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey, Tokens: tokens,
		HTTP: settings,
	})
}

// fixed is a store that holds one token whatever happens.
type fixed struct{ token baiduv4.Token }

func (f fixed) Load(context.Context, string) (baiduv4.Token, bool, error) { return f.token, true, nil }
func (f fixed) Save(context.Context, string, baiduv4.Token) error         { return nil }
func (f fixed) Drop(context.Context, string, baiduv4.Token) error         { return nil }

// token asks the stand-in for an access token, past the SDK and its faults.
func (r *running) token() (baiduv4.Token, error) {
	transport := &http.Transport{TLSClientConfig: r.certs.trust()}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: patience}
	answer, err := client.PostForm("https://"+r.vendorAddr+"/baiduv4/oauth/2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {idverifytest.BaiduAPIKey}, "client_secret": {idverifytest.BaiduSecretKey},
	})
	if err != nil {
		return baiduv4.Token{}, errors.New("no token from the stand-in")
	}
	defer answer.Body.Close()
	var said struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&said); err != nil || said.AccessToken == "" {
		return baiduv4.Token{}, fmt.Errorf("no token from the stand-in: HTTP %d", answer.StatusCode)
	}
	return baiduv4.NewToken(said.AccessToken, time.Now().Add(time.Duration(said.ExpiresIn)*time.Second)), nil
}

// Sizes of a picture: one that is on its way for a while, and one that is not.
const (
	largePicture = 3 << 20
	smallPicture = 80 << 10
)

// picture is a photo of the stand-in's, padded to size.
func picture(size int) []byte {
	photo := idverifytest.Photo()
	return append(photo, bytes.Repeat([]byte{0xA5}, max(size-len(photo), 0))...)
}

// capture is one of the stand-in's, padded to size.
func capture(size int) []byte {
	data := idverifytest.Capture()
	return append(data, bytes.Repeat([]byte{0x5A}, max(size-len(data), 0))...)
}

// request is one that every vendor can read. The size is of what the vendor
// under fault is sent, and media wraps it.
func request(subject string, size int, media func([]byte) idverify.Media) *idverify.Request {
	if media == nil {
		media = idverify.Bytes
	}
	ofCapture, ofPhoto := idverify.Bytes(capture(smallPicture)), idverify.Bytes(picture(smallPicture))
	if subject == idverifytest.Linkface {
		ofCapture = media(capture(size))
	} else {
		ofPhoto = media(picture(size))
	}
	person := idverifytest.Match()
	return &idverify.Request{Name: person.Name, IDNumber: person.IDNumber, Evidence: []idverify.Evidence{
		linkface.Capture(ofCapture), idverify.Photo(ofPhoto),
	}}
}

// Secrets are what nothing that is printed may hold: of the person, of the
// accounts, and of the addresses and tokens on the way.
func Secrets() []string {
	person := idverifytest.Match()
	return []string{
		person.Name, person.IDNumber,
		idverifytest.LinkfaceAPIID, idverifytest.LinkfaceAPISecret,
		idverifytest.BaiduAPIKey, idverifytest.BaiduSecretKey,
		idverifytest.TencentSecretID, idverifytest.TencentSecretKey,
		"access_token=", "127.0.0.1", vendorHost, "EXAMPLE noise",
	}
}
