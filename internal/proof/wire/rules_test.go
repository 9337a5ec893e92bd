package wire_test

import (
	"bytes"
	"compress/gzip"
	"crypto/x509"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/long"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// The promises of internal/httpx, tested with every vendor's own client.

// Holds P-WIRE-2.
func TestRules_CertificateIsRequired(t *testing.T) {
	for _, v := range vendors.All() {
		t.Run(v.Name, func(t *testing.T) {
			srv := idverifytest.Start(t, idverifytest.WithTLS())
			_, err := provider(t, v, account{base: srv.BaseURL(v.Name)}).Verify(t.Context(), v.Match())
			var e *idverify.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, idverify.CodeInvalidConfig, e.Code)
			assert.Equal(t, "HTTP.TLSConfig", e.Field)
			assert.False(t, e.Sent())
			assert.False(t, e.Repeatable())
			assert.Equal(t, idverify.BilledNo, e.Billed)
			assert.ErrorAs(t, err, &x509.UnknownAuthorityError{})
			assert.Empty(t, srv.Exchanges())

			res, err := provider(t, v, account{base: srv.BaseURL(v.Name), client: srv.Client()}).Verify(t.Context(), v.Match())
			require.NoError(t, err)
			assert.True(t, res.Passed(), "with a client that trusts it")
		})
	}
}

// Holds P-WIRE-3.
func TestRules_PlainHTTPOnlyForLoopback(t *testing.T) {
	for _, v := range vendors.All() {
		for _, base := range []string{"http://vendor.example", "http://192.0.2.1", "http://localhost.vendor.example", "HTTP://vendor.example"} {
			_, err := open(v, account{base: base})
			var e *idverify.Error
			require.ErrorAs(t, err, &e, v.Name)
			assert.Equal(t, idverify.CodeInvalidConfig, e.Code)
			assert.Equal(t, "HTTP.BaseURL", e.Field)
		}
		for _, base := range []string{"http://127.0.0.1:8089", "http://[::1]:8089", "http://localhost:8089", "https://vendor.example"} {
			_, err := open(v, account{base: base})
			assert.NoError(t, err, v.Name)
		}
	}
}

// If an answer redirects, neither the face nor, at the token endpoint, the keys are
// sent there.
// Holds P-WIRE-4.
func TestRules_NoRedirectIsFollowed(t *testing.T) {
	forEveryEndpoint(t, func(t *testing.T, v vendors.Vendor, at string) {
		var elsewhere atomic.Int32
		other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
		t.Cleanup(other.Close)
		for _, status := range []int{301, 302, 303, 307, 308} {
			server := standInBut(t, at, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				w.Header().Set("Location", other.URL+"/")
				w.WriteHeader(status)
			})
			res, err := provider(t, v, account{base: idverifytest.BaseURLAt(server.URL, v.Name)}).Verify(t.Context(), v.Match())
			assert.Nil(t, res)
			assert.Equal(t, idverify.CodeBadResponse, idverify.CodeOf(err), status)
		}
		assert.Zero(t, elsewhere.Load())
	})
}

// Holds P-WIRE-5.
func TestRules_NoCookies(t *testing.T) {
	for _, v := range vendors.All() {
		t.Run(v.Name, func(t *testing.T) {
			standIn := idverifytest.New()
			defer standIn.Close()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				assert.NotContains(t, r.Header, "Cookie")
				http.SetCookie(w, &http.Cookie{Name: "session", Value: "EXAMPLE", Path: "/"})
				standIn.ServeHTTP(w, r)
			}))
			defer server.Close()
			jar, err := cookiejar.New(nil)
			require.NoError(t, err)
			address, err := url.Parse(server.URL)
			require.NoError(t, err)
			withJar := server.Client()
			withJar.Jar = jar
			for _, given := range []*http.Client{nil, withJar} {
				p := provider(t, v, account{base: idverifytest.BaseURLAt(server.URL, v.Name), client: given})
				for range 2 {
					_, err := p.Verify(t.Context(), v.Match())
					require.NoError(t, err)
				}
			}
			assert.Empty(t, jar.Cookies(address), "the caller's jar is unchanged")
			assert.Equal(t, 4, standIn.Calls(v.Name))
		})
	}
}

// Holds P-WIRE-7.
func TestRules_AnswersAreBounded(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(make([]byte, 256<<10))
	require.NoError(t, z.Close())
	endless := func(w http.ResponseWriter, r *http.Request, piece []byte) {
		_, _ = io.Copy(io.Discard, r.Body)
		for r.Context().Err() == nil {
			_, _ = w.Write(piece)
		}
	}
	for name, test := range map[string]struct {
		limit  int64 // 0 is the default
		answer http.HandlerFunc
		want   idverify.Code
	}{
		"headers": {0, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("X-Filler", strings.Repeat("x", 80<<10))
		}, idverify.CodeNetwork},
		"body": {4 << 10, func(w http.ResponseWriter, r *http.Request) { endless(w, r, make([]byte, 256<<10)) }, idverify.CodeBadResponse},
		"gzip": {long.Or[int64](0, 1<<20), func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			endless(w, r, packed.Bytes())
		}, idverify.CodeBadResponse},
	} {
		t.Run(name, func(t *testing.T) {
			forEveryEndpoint(t, func(t *testing.T, v vendors.Vendor, at string) {
				server := standInBut(t, at, test.answer)
				p := provider(t, v, account{base: idverifytest.BaseURLAt(server.URL, v.Name), limit: test.limit})
				res, err := p.Verify(t.Context(), v.Match())
				assert.Nil(t, res)
				assert.Equal(t, test.want, idverify.CodeOf(err))
			})
		})
	}
}

// foreign is evidence that no vendor reads.
type foreign struct{}

func (foreign) EvidenceKind() string { return "foreign" }

const smuggled = "\r\nX-Smuggled: 1\r\n\r\n"

// Holds P-WIRE-8.
func TestRules_LineFeedsAreNotSent(t *testing.T) {
	rec := record(t)
	for _, v := range vendors.All() {
		p := provider(t, v, account{base: rec.URL, key: "EXAMPLE"})
		for what, change := range map[string]func(*idverify.Request){
			"name":             func(r *idverify.Request) { r.Name = "测试甲" + smuggled + "x" },
			"name, line feed":  func(r *idverify.Request) { r.Name = "测试\n甲" },
			"name, return":     func(r *idverify.Request) { r.Name = "测试\r甲" },
			"name, next line":  func(r *idverify.Request) { r.Name = "测试\u0085甲" },
			"name, zero":       func(r *idverify.Request) { r.Name = "测试\x00甲" },
			"number":           func(r *idverify.Request) { r.IDNumber += smuggled + "x" },
			"unchecked number": func(r *idverify.Request) { r.IDNumber, r.SkipIDNumberCheck = "1"+smuggled+"x", true },
			"reference":        func(r *idverify.Request) { r.Reference = "order" + smuggled },
			"key":              func(r *idverify.Request) { r.IdempotencyKey = "order" + smuggled },
			"address": func(r *idverify.Request) {
				r.Evidence = append(urls(v, "https://v.example/"+smuggled), foreign{})
			},
			"text": func(r *idverify.Request) {
				r.Evidence = []idverify.Evidence{foreign{}}
				for _, f := range v.Forms {
					if f.Texts != nil {
						r.Evidence = []idverify.Evidence{f.Texts("id" + smuggled)}
					}
				}
			},
		} {
			req := v.Match()
			change(req)
			res, err := p.Verify(t.Context(), req)
			assert.Nil(t, res)
			var e *idverify.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, idverify.AdviceFixInput, e.Code.Advice(), "%s: %s", v.Name, what)
			assert.Equal(t, idverify.BilledNo, e.Billed)
			assert.NotContains(t, err.Error(), "Smuggled")
			assert.Empty(t, rec.requests(), "%s: %s", v.Name, what)
		}
	}
}

// Characters whose code ends in the byte of a line feed are normal text, and so are
// hyphens and apostrophes.
// Holds P-WIRE-8.
func TestRules_UnusualTextStaysInItsField(t *testing.T) {
	const name = "测试嘊嘍X-Smuggled--'甲"
	const text = "a\r\nX-Smuggled: 1\r\n\r\n\"},{\"smuggled\":\"1"
	rec := record(t)
	for _, v := range vendors.All() {
		p := provider(t, v, account{base: rec.URL, key: "EXAMPLE\"&smuggled=1--"})
		req := v.Match()
		req.Name = name
		requireOneRequest(t, p, req, rec, name)
		for _, ev := range texts(v, text) {
			req.Evidence = []idverify.Evidence{ev}
			a := requireOneRequest(t, p, req, rec, name)
			assert.NotContains(t, a.raw, "\n")
			assert.Contains(t, values(a), text)
		}
	}
}

// requireOneRequest makes a call and returns the verification, which must be the only
// request and contain the whole name once.
func requireOneRequest(t *testing.T, p vendors.Provider, req *idverify.Request, rec *recorder, name string) arrived {
	t.Helper()
	_, err := p.Verify(t.Context(), req)
	require.Equal(t, idverify.CodeBadResponse, idverify.CodeOf(err), "the recorder answers with a token: %v", err)
	var verifications []arrived
	for _, a := range rec.requests() {
		assert.NotContains(t, a.header, "X-Smuggled")
		assert.NotContains(t, a.fields, "smuggled")
		if _, isToken := a.fields["grant_type"]; !isToken {
			verifications = append(verifications, a)
		}
	}
	require.Len(t, verifications, 1, p.Name())
	assert.Contains(t, values(verifications[0]), name)
	return verifications[0]
}

func values(a arrived) []string {
	var all []string
	for _, v := range a.fields {
		all = append(all, v...)
	}
	return all
}

// Holds P-DATA-12.
func TestRules_FileNameIsNotSent(t *testing.T) {
	const odd = "zhangsan\"" + smuggled + ".jpg"
	rec := record(t)
	for _, v := range vendors.All() {
		media := []idverify.Media{idverify.FS(fstest.MapFS{odd: {Data: v.Media()}}, odd)}
		if runtime.GOOS != "windows" { // Windows has no such names
			path := filepath.Join(t.TempDir(), odd)
			require.NoError(t, os.WriteFile(path, v.Media(), 0o600))
			media = append(media, idverify.File(path))
		}
		p := provider(t, v, account{base: rec.URL, key: "EXAMPLE"})
		for _, m := range media {
			for _, ev := range v.OfMedia(m) {
				req := v.Match()
				req.Evidence = []idverify.Evidence{ev}
				a := requireOneRequest(t, p, req, rec, req.Name)
				assert.NotContains(t, a.raw, "zhangsan")
				assert.NotContains(t, a.raw, "Smuggled")
				for _, name := range a.fileNames {
					assert.Contains(t, []string{"capture.pb", "photo.jpg"}, name)
				}
			}
		}
	}
}

// Some clients read "@" at the start of a form's value as the name of a file to
// upload.
// Holds P-WIRE-8.
func TestRules_AtSignOpensNoFile(t *testing.T) {
	const at, content = "@secret.txt", "CONTENT-OF-A-LOCAL-FILE"
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("secret.txt", []byte(content), 0o600))
	require.NoError(t, os.WriteFile(at, []byte(content), 0o600))
	rec := record(t)
	for _, v := range vendors.All() {
		p := provider(t, v, account{base: rec.URL, key: at})
		evidence := append(texts(v, at), urls(v, "https://photos.example/"+at)...)
		for _, f := range v.Forms {
			if f.AnyBytes {
				evidence = append(evidence, f.Media(idverify.Bytes(append([]byte(at), make([]byte, v.Smallest)...))))
			}
		}
		for _, ev := range evidence {
			req := &idverify.Request{Name: "测试甲", IDNumber: at, SkipIDNumberCheck: true, Evidence: []idverify.Evidence{ev}}
			_, err := p.Verify(t.Context(), req)
			require.Equal(t, idverify.CodeBadResponse, idverify.CodeOf(err), err)
			for _, a := range rec.requests() {
				assert.NotContains(t, a.raw, content)
				assert.NotContains(t, a.raw, base64.StdEncoding.EncodeToString([]byte(content)))
				assert.NotContains(t, a.fileNames, "secret.txt")
				assert.Contains(t, values(a), at)
			}
		}
	}
}
