package canary_test

import (
	"context"
	"log"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/long"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// account is one vendor, with the keys and evidence that the tests plant.
type account struct {
	vendors.Vendor
	vendor string
}

var accounts = func() []account {
	var all []account
	for _, v := range vendors.All() {
		all = append(all, account{v, v.Name})
	}
	return all
}()

// few are all vendors in the long form. In the short form it is one vendor with
// access tokens, which has the most data, for properties that are the same at every
// vendor.
var few = long.Or(accounts, []account{tokened()})

// tokened needs access tokens; signed signs its requests and needs none.
func tokened() account {
	return accounts[slices.IndexFunc(accounts, func(a account) bool { return a.Tokens != nil })]
}

func signed() account {
	return accounts[slices.IndexFunc(accounts, func(a account) bool { return a.Signs && a.Tokens == nil })]
}

// shown is evidence, the texts of it that the vendor receives, and whether the
// stand-in accepts it.
type shown struct {
	idverify.Evidence
	told     []string
	accepted bool
}

func (a account) shown(m *material) []shown {
	var all []shown
	for _, f := range a.Forms {
		switch {
		case f.Media != nil && f.Captured:
			all = append(all, shown{f.Media(m.capture), nil, true})
		case f.Media != nil:
			all = append(all, shown{f.Media(m.photo), nil, true})
		case f.URL != nil:
			all = append(all, shown{f.URL(m.url), []string{m.url}, true})
		case len(f.Known) > 0:
			all = append(all, shown{f.Texts(f.Known...), f.Known, true})
		default:
			all = append(all, shown{f.Texts(m.id), []string{m.id}, false})
		}
	}
	return all
}

func (a account) evidence(m *material) []idverify.Evidence {
	var all []idverify.Evidence
	for _, s := range a.shown(m) {
		all = append(all, s.Evidence)
	}
	return all
}

// secrets are the account's keys. A number of digits only is not counted: margins
// such as -0.0001250000000006 often contain it. The test of configurations plants
// another.
func (a account) secrets() []string {
	var all []string
	for _, k := range a.Keys {
		if !k.Digits {
			all = append(all, k.Value)
		}
	}
	return all
}

// reach is how a vendor is reached in one test.
type reach struct {
	baseURL string
	client  *http.Client
	timeout time.Duration
	tokens  any
}

// plantKeys plants all keys that the stand-in accepts, and the tests' own.
func (o *outlets) plantKeys() {
	for _, a := range accounts {
		for _, key := range a.secrets() {
			o.plantKey(a.vendor+"'s key", key)
		}
	}
	o.plantKey("the person limit's", personKey)
	o.plantKey("the result store's", storeSecret)
	o.plantKey("the journal's binding", bindingSecret)
}

const (
	personKey     = "EXAMPLE-person-key-quagga-0123456789"
	storeSecret   = "EXAMPLE-store-secret-numbat-0123456789"
	bindingSecret = "EXAMPLE-binding-secret-okapi-0123456789"
)

// make returns the provider and its Config.
func (a account) make(r reach) (vendors.Provider, any, error) {
	return a.Make(vendors.Account{HTTP: idverify.HTTP{BaseURL: r.baseURL, Client: r.client, Timeout: r.timeout}, Tokens: r.tokens})
}

func (a account) provider(t *testing.T, r reach) vendors.Provider {
	t.Helper()
	p, _, err := a.make(r)
	require.NoError(t, err)
	return p
}

// world is a stand-in that reads requests on their way in, for data that the library
// made: signatures and tokens.
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
	w.plantKeys()
	w.server = httptest.NewUnstartedServer(http.HandlerFunc(w.serve))
	w.server.Config.ErrorLog = log.New(w.writer("the stand-in's log"), "", 0)
	w.server.Start()
	t.Cleanup(func() {
		for _, endpoint := range vendors.Endpoints() {
			w.standIn.Clear(endpoint) // faults and answers contain a test's own words
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

// serve plants what a request contains, and lets the stand-in answer.
func (w *world) serve(out http.ResponseWriter, r *http.Request) {
	if signature := r.Header.Get("Authorization"); signature != "" {
		w.plantKey("a signature", signature)
	}
	if token := r.URL.Query().Get("access_token"); token != "" {
		w.plantKey("an access token", token)
	}
	w.standIn.ServeHTTP(&tokenWatch{out, w.outlets}, r)
}

// tokenWatch plants each new token, whether or not it is ever used.
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

// Unwrap gives the stand-in access to the connection, to break it.
func (t *tokenWatch) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// request asks about a person, and plants the person's data.
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

// verify makes a call, and records everything that results from it.
func (o *outlets) verify(where string, ctx context.Context, v idverify.Verifier, req *idverify.Request) (*idverify.Result, error) {
	res, err := v.Verify(ctx, req)
	o.outcome(where, res, err)
	return res, err
}
