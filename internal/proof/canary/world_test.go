package canary_test

import (
	"context"
	"log"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
	"github.com/idverify/idverify/tencent"
)

// account is one vendor: how its client is made, and what may be shown to it.
type account struct {
	vendor string
	make   func(reach) (idverify.Provider, any, error) // the provider and its Config
	shown  func(*material) []shown
}

// shown is evidence, and what of it is text that the vendor is told.
type shown struct {
	idverify.Evidence
	told []string
}

func (a account) evidence(m *material) []idverify.Evidence {
	var all []idverify.Evidence
	for _, s := range a.shown(m) {
		all = append(all, s.Evidence)
	}
	return all
}

// reach is how a vendor is reached in one test.
type reach struct {
	baseURL string
	client  *http.Client
	timeout time.Duration
	tokens  baiduv4.TokenStore
}

// keys are the credentials that the stand-in takes. They are planted. Tencent's
// app id is not: it is 1250000000, and margins such as -0.0001250000000006 are
// full of that. The test of configurations plants another.
var keys = map[string]string{
	"linkface's API id":     idverifytest.LinkfaceAPIID,
	"linkface's API secret": idverifytest.LinkfaceAPISecret,
	"baiduv4's API key":     idverifytest.BaiduAPIKey,
	"baiduv4's secret key":  idverifytest.BaiduSecretKey,
	"tencent's secret id":   idverifytest.TencentSecretID,
	"tencent's secret key":  idverifytest.TencentSecretKey,
	"the person limit's":    personKey,
	"the result store's":    storeSecret,
	"the journal's binding": bindingSecret,
}

const (
	personKey     = "EXAMPLE-person-key-quagga-0123456789"
	storeSecret   = "EXAMPLE-store-secret-numbat-0123456789"
	bindingSecret = "EXAMPLE-binding-secret-okapi-0123456789"
)

var accounts = []account{
	{linkface.Name, func(r reach) (idverify.Provider, any, error) {
		cfg := linkface.Config{APIID: idverifytest.LinkfaceAPIID, APISecret: idverifytest.LinkfaceAPISecret,
			HTTP: idverify.HTTP{BaseURL: r.baseURL, Client: r.client, Timeout: r.timeout}}
		p, err := linkface.New(cfg)
		return p, cfg, err
	}, func(m *material) []shown {
		return []shown{{linkface.Capture(m.capture), nil}, {linkface.CaptureURL(m.url), []string{m.url}}, {linkface.CaptureID(m.id), []string{m.id}}}
	}},
	{baiduv4.Name, func(r reach) (idverify.Provider, any, error) {
		cfg := baiduv4.Config{APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey,
			HTTP: idverify.HTTP{BaseURL: r.baseURL, Client: r.client, Timeout: r.timeout}, Tokens: r.tokens}
		p, err := baiduv4.New(cfg)
		return p, cfg, err
	}, func(m *material) []shown {
		sealed := baiduv4.SealedCapture{App: baiduv4.AppIOS, SKey: m.sealed[0], DeviceID: m.sealed[1], Data: m.sealed[2]}
		return []shown{
			{idverify.Photo(m.photo), nil}, {baiduv4.FaceToken(m.faceToken), []string{m.faceToken}},
			{baiduv4.PlainCapture{App: baiduv4.AppAndroid, Image: m.photo}, nil}, {sealed, m.sealed[:]},
		}
	}},
	{tencent.Name, func(r reach) (idverify.Provider, any, error) {
		cfg := tencent.Config{AppID: idverifytest.TencentAppID, SecretID: idverifytest.TencentSecretID, SecretKey: idverifytest.TencentSecretKey,
			HTTP: idverify.HTTP{BaseURL: r.baseURL, Client: r.client, Timeout: r.timeout}}
		p, err := tencent.New(cfg)
		return p, cfg, err
	}, func(m *material) []shown {
		return []shown{{idverify.Photo(m.photo), nil}, {idverify.PhotoURL(m.url), []string{m.url}}}
	}},
}

func (a account) provider(t *testing.T, r reach) idverify.Provider {
	t.Helper()
	p, _, err := a.make(r)
	require.NoError(t, err)
	return p
}

// world is a stand-in whose requests are looked at on their way in, for what
// the library made up itself: signatures and tokens.
type world struct {
	*outlets
	*material
	standIn *idverifytest.Server
	server  *httptest.Server
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{outlets: listen(t), standIn: idverifytest.New()}
	w.material = plantMaterial(w.outlets)
	for what, key := range keys {
		w.plantKey(what, key)
	}
	w.server = httptest.NewUnstartedServer(http.HandlerFunc(w.serve))
	w.server.Config.ErrorLog = log.New(w.writer("the stand-in's log"), "", 0)
	w.server.Start()
	t.Cleanup(func() {
		for _, endpoint := range append(idverifytest.Vendors(), idverifytest.BaiduToken) {
			w.standIn.Clear(endpoint) // faults and answers are a test's own words
		}
		w.standIn.Close()
		w.server.CloseClientConnections()
		w.server.Close()
		w.still("the stand-in", w.standIn)
		w.still("the stand-in's bill", w.standIn.Bill())
		w.still("the stand-in's exchanges", w.standIn.Exchanges())
	})
	return w
}

func (w *world) at(vendor string) reach {
	return reach{baseURL: idverifytest.BaseURLAt(w.server.URL, vendor), timeout: 5 * time.Second, tokens: tokenStore{w.outlets, baiduv4.NewMemoryStore()}}
}

// serve plants what comes along, and lets the stand-in answer.
func (w *world) serve(out http.ResponseWriter, r *http.Request) {
	if signature := r.Header.Get("Authorization"); signature != "" {
		w.plantKey("a signature", signature)
	}
	if token := r.URL.Query().Get("access_token"); token != "" {
		w.plantKey("an access token", token)
	}
	w.standIn.ServeHTTP(&tokenWatch{out, w.outlets}, r)
}

// tokenWatch plants a token that is given out, whether or not it is ever used.
type tokenWatch struct {
	http.ResponseWriter
	o *outlets
}

var given = regexp.MustCompile(`"(?:access_token|refresh_token|session_key|session_secret)":"([^"]+)"`)

func (t *tokenWatch) Write(p []byte) (int, error) {
	for _, found := range given.FindAllSubmatch(p, -1) {
		t.o.plantKey("a token that was given out", string(found[1]))
	}
	return t.ResponseWriter.Write(p)
}

// Unwrap lets the stand-in reach the connection, to break it.
func (t *tokenWatch) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// request asks about a person, who is planted.
func (w *world) request(p idverifytest.Person, evidence ...idverify.Evidence) *idverify.Request {
	w.plantPerson(p.Name, p.IDNumber)
	return &idverify.Request{Name: p.Name, IDNumber: p.IDNumber, Evidence: evidence}
}

// plantPerson plants a name, a number, the date of birth in it, and its end.
func (o *outlets) plantPerson(name, number string) {
	o.plant("the name", name)
	if len(number) == 18 {
		o.plant("the ID number", number, number[6:14], number[10:])
		return
	}
	o.plant("the ID number", number)
}

// verify asks, and takes everything that comes of it.
func (o *outlets) verify(where string, ctx context.Context, v idverify.Verifier, req *idverify.Request) (*idverify.Result, error) {
	res, err := v.Verify(ctx, req)
	o.outcome(where, res, err)
	return res, err
}
