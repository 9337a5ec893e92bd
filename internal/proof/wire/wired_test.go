package wire_test

import (
	"cmp"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
	"github.com/idverify/idverify/tencent"
)

// wired is a vendor's own client, over a real connection to a test's server.
type wired struct {
	name string
	open func(account) (idverify.Provider, error)
	// pictures is every form of evidence around the media, texts every one
	// around a text that need not be an address.
	pictures func(idverify.Media) []idverify.Evidence
	texts    func(string) []idverify.Evidence
}

// account is what a client is made of. Without a key it has the stand-in's.
type account struct {
	base, key string
	client    *http.Client
	limit     int64
}

func wiredVendors() []wired {
	return []wired{{
		name: linkface.Name,
		open: func(a account) (idverify.Provider, error) {
			return linkface.New(linkface.Config{
				APIID:     cmp.Or(a.key, idverifytest.LinkfaceAPIID),
				APISecret: cmp.Or(a.key, idverifytest.LinkfaceAPISecret),
				HTTP:      idverify.HTTP{BaseURL: a.base, Client: a.client, MaxResponseBytes: a.limit},
			})
		},
		pictures: func(m idverify.Media) []idverify.Evidence { return []idverify.Evidence{linkface.Capture(m)} },
		texts:    func(text string) []idverify.Evidence { return []idverify.Evidence{linkface.CaptureID(text)} },
	}, {
		name: baiduv4.Name,
		open: func(a account) (idverify.Provider, error) {
			return baiduv4.New(baiduv4.Config{
				APIKey:    cmp.Or(a.key, idverifytest.BaiduAPIKey),
				SecretKey: cmp.Or(a.key, idverifytest.BaiduSecretKey),
				HTTP:      idverify.HTTP{BaseURL: a.base, Client: a.client, MaxResponseBytes: a.limit},
			})
		},
		pictures: func(m idverify.Media) []idverify.Evidence {
			return []idverify.Evidence{idverify.Photo(m), baiduv4.PlainCapture{App: baiduv4.AppIOS, Image: m}}
		},
		texts: func(text string) []idverify.Evidence {
			return []idverify.Evidence{
				baiduv4.FaceToken(text),
				baiduv4.SealedCapture{App: baiduv4.AppAndroid, SKey: text, DeviceID: text, Data: text},
			}
		},
	}, {
		name: tencent.Name,
		open: func(a account) (idverify.Provider, error) {
			return tencent.New(tencent.Config{
				AppID:     idverifytest.TencentAppID,
				SecretID:  cmp.Or(a.key, idverifytest.TencentSecretID),
				SecretKey: cmp.Or(a.key, idverifytest.TencentSecretKey),
				HTTP:      idverify.HTTP{BaseURL: a.base, Client: a.client, MaxResponseBytes: a.limit},
			})
		},
		pictures: func(m idverify.Media) []idverify.Evidence { return []idverify.Evidence{idverify.Photo(m)} },
		texts:    func(string) []idverify.Evidence { return nil },
	}}
}

func (v wired) provider(t *testing.T, a account) idverify.Provider {
	t.Helper()
	p, err := v.open(a)
	require.NoError(t, err)
	return p
}

// media is a picture, or a capture for the vendor that reads nothing else.
func (v wired) media() []byte {
	if v.name == linkface.Name {
		return idverifytest.Capture()
	}
	return idverifytest.Photo()
}

// match is a request that passes at the stand-in.
func (v wired) match() *idverify.Request { return v.about(idverify.Bytes(v.media())) }

func (v wired) about(m idverify.Media) *idverify.Request {
	person := idverifytest.Match()
	return &idverify.Request{Name: person.Name, IDNumber: person.IDNumber, Evidence: v.pictures(m)[:1]}
}

// forEveryEndpoint runs a test for the verification of each vendor, and for
// Baidu's tokens, where at is the end of the path.
func forEveryEndpoint(t *testing.T, test func(t *testing.T, v wired, at string)) {
	t.Helper()
	for _, v := range wiredVendors() {
		t.Run(v.name, func(t *testing.T) { test(t, v, "") })
		if v.name == baiduv4.Name {
			t.Run(idverifytest.BaiduToken, func(t *testing.T) { test(t, v, tokenEndpoint) })
		}
	}
}

const tokenEndpoint = "/oauth/2.0/token"

// standInBut is the stand-in, where something else answers at one endpoint: the
// token's, or for "" the verification's.
func standInBut(t *testing.T, at string, other http.HandlerFunc) *httptest.Server {
	t.Helper()
	standIn := idverifytest.New()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, tokenEndpoint) == (at == tokenEndpoint) {
			other(w, r)
			return
		}
		standIn.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		standIn.Close()
		server.Close()
	})
	return server
}

// arrived is a request as a vendor's server understands it.
type arrived struct {
	header    http.Header
	raw       string
	fields    map[string][]string
	fileNames []string
}

// recorder keeps every request, and gives Baidu a token.
type recorder struct {
	*httptest.Server
	mu   sync.Mutex
	seen []arrived
}

func record(t *testing.T) *recorder {
	t.Helper()
	rec := &recorder{}
	rec.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := understand(t, r)
		rec.mu.Lock()
		rec.seen = append(rec.seen, a)
		rec.mu.Unlock()
		_, _ = io.WriteString(w, `{"access_token":"EXAMPLE-TOKEN","expires_in":2592000}`)
	}))
	t.Cleanup(rec.Close)
	return rec
}

// requests are those that have arrived since it was asked last.
func (rec *recorder) requests() []arrived {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	seen := rec.seen
	rec.seen = nil
	return seen
}

func understand(t *testing.T, r *http.Request) arrived {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	a := arrived{header: r.Header.Clone(), raw: string(content), fields: map[string][]string{}}
	mediaType, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		t.Error(err)
	}
	switch mediaType {
	case "application/json":
		var members map[string]string
		if err := json.Unmarshal(content, &members); err != nil {
			t.Error(err)
		}
		for name, value := range members {
			a.fields[name] = []string{value}
		}
	case "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(a.raw)
		if err != nil {
			t.Error(err)
		}
		a.fields = values
	default:
		a.readParts(t, params["boundary"])
	}
	return a
}

func (a *arrived) readParts(t *testing.T, boundary string) {
	parts := multipart.NewReader(strings.NewReader(a.raw), boundary)
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Error(err)
			return
		}
		if len(part.Header) > 2 {
			t.Errorf("a part with the headers %v", part.Header)
		}
		value, err := io.ReadAll(part)
		if err != nil {
			t.Error(err)
		}
		a.fields[part.FormName()] = append(a.fields[part.FormName()], string(value))
		if part.FileName() != "" {
			a.fileNames = append(a.fileNames, part.FileName())
		}
	}
}
