package wire_test

import (
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
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// account says how a client reaches its vendor. The default key is the stand-in's.
type account struct {
	base, key string
	client    *http.Client
	limit     int64
}

func open(v vendors.Vendor, a account) (vendors.Provider, error) {
	made := vendors.Account{HTTP: idverify.HTTP{BaseURL: a.base, Client: a.client, MaxResponseBytes: a.limit}}
	if a.key != "" {
		made.Keys = v.Keyed(a.key)
	}
	return v.New(made)
}

func provider(t *testing.T, v vendors.Vendor, a account) vendors.Provider {
	t.Helper()
	p, err := open(v, a)
	require.NoError(t, err)
	return p
}

// texts is every form of evidence that accepts any text, with this one.
func texts(v vendors.Vendor, text string) []idverify.Evidence {
	var all []idverify.Evidence
	for _, f := range v.Forms {
		switch oneWord := !strings.ContainsAny(text, " \n"); {
		case f.Texts != nil && oneWord:
			all = append(all, f.Texts(text))
		case f.Texts != nil && f.AnyText:
			all = append(all, f.Texts("EXAMPLE", "EXAMPLE", text))
		}
	}
	return all
}

// urls is every form of evidence that accepts an address.
func urls(v vendors.Vendor, url string) []idverify.Evidence {
	var all []idverify.Evidence
	for _, f := range v.Forms {
		if f.URL != nil {
			all = append(all, f.URL(url))
		}
	}
	return all
}

// forEveryEndpoint runs a test for each vendor's verification, and for its tokens; at
// is the end of the path.
func forEveryEndpoint(t *testing.T, test func(t *testing.T, v vendors.Vendor, at string)) {
	t.Helper()
	for _, v := range vendors.All() {
		t.Run(v.Name, func(t *testing.T) { test(t, v, v.Path) })
		if v.Tokens != nil {
			t.Run(v.Tokens.Endpoint, func(t *testing.T) { test(t, v, v.Tokens.Path) })
		}
	}
}

// standInBut is the stand-in, with another handler for one path.
func standInBut(t *testing.T, at string, other http.HandlerFunc) *httptest.Server {
	t.Helper()
	standIn := idverifytest.New()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, at) {
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

// arrived is a request as a vendor's server reads it.
type arrived struct {
	header    http.Header
	raw       string
	fields    map[string][]string
	fileNames []string
}

// recorder keeps every request, and gives a token when one is requested.
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
		_, _ = io.WriteString(w, vendors.WithTokens().Tokens.Says("EXAMPLE-TOKEN"))
	}))
	t.Cleanup(rec.Close)
	return rec
}

// requests are those that arrived since the last call.
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
		var members map[string]any
		if err := json.Unmarshal(content, &members); err != nil {
			t.Error(err)
		}
		a.readMembers(members)
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

// readMembers reads the texts of an object and of nested objects.
func (a *arrived) readMembers(members map[string]any) {
	for name, value := range members {
		list, ok := value.([]any)
		if !ok {
			list = []any{value}
		}
		for _, element := range list {
			switch element := element.(type) {
			case string:
				a.fields[name] = append(a.fields[name], element)
			case map[string]any:
				a.readMembers(element)
			}
		}
	}
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
