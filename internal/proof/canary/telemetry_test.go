package canary_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// telemetry records more than any real round tripper around ours: whole requests and
// errors, heads of answers, and all events of a trace.
type telemetry struct {
	*outlets
	next http.RoundTripper

	mu    sync.Mutex
	names map[string]bool // of headers
}

func (t *telemetry) wrap(next http.RoundTripper) http.RoundTripper {
	t.next = next
	return t
}

func (t *telemetry) RoundTrip(req *http.Request) (*http.Response, error) {
	traced := req.Clone(httptrace.WithClientTrace(req.Context(), t.trace("a round tripper's trace")))
	resp, err := t.next.RoundTrip(traced)
	for _, r := range []*http.Request{req, traced} {
		dump, dumpErr := httputil.DumpRequest(r, true)
		t.heard("a wrapped request", string(dump)+fmt.Sprint(dumpErr))
		t.heard("a wrapped request", fmt.Sprintf("%v %+v", r.URL, r))
	}
	if err != nil {
		t.failure("a wrapped error", err)
		return nil, err
	}
	dump, _ := httputil.DumpResponse(resp, false)
	t.heard("a wrapped answer", fmt.Sprintf("%s %v", dump, resp.Request.URL))
	return resp, nil
}

func (t *telemetry) trace(where string) *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(address string) { t.heard(where, address) },
		WroteHeaderField: func(name string, values []string) {
			t.heard(where, fmt.Sprint(name, values))
			t.mu.Lock()
			defer t.mu.Unlock()
			t.names[strings.ToLower(name)] = true
		},
		WroteRequest: func(info httptrace.WroteRequestInfo) { t.heard(where, fmt.Sprint(info.Err)) },
	}
}

// Tracing and metrics use a Wrap, a trace in the caller's context, a trace that the
// Wrap adds, and a Proxy.
// Holds P-WIRE-13.
func TestTelemetry_LeaksNothing(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		t.Run(fmt.Sprint("HTTP/2 ", http2), func(t *testing.T) {
			w := newWorld(t)
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
				assert.Equal(t, http2, r.ProtoMajor == 2)
				w.serve(out, r)
			}))
			if server.EnableHTTP2 = http2; http2 {
				server.TLS = &tls.Config{NextProtos: []string{"h2"}}
			}
			server.StartTLS()
			t.Cleanup(server.Close)
			roots := x509.NewCertPool()
			roots.AddCert(server.Certificate())
			for _, a := range accounts {
				tel := &telemetry{outlets: w.outlets, names: map[string]bool{}}
				provider, err := a.New(vendors.Account{HTTP: idverify.HTTP{
					BaseURL: idverifytest.BaseURLAt(server.URL, a.vendor), HTTP2: http2, TLSConfig: &tls.Config{RootCAs: roots}, Wrap: tel.wrap,
					Proxy: func(r *http.Request) (*url.URL, error) {
						w.heard("a request for which a proxy is chosen", fmt.Sprintf("%v %+v", r.URL, r))
						return nil, nil
					},
				}})
				require.NoError(t, err)
				for i, ev := range a.evidence(w.material) {
					req := w.request(idverifytest.Match(), ev)
					ctx := httptrace.WithClientTrace(t.Context(), tel.trace("the caller's trace"))
					_, err := w.verify(a.vendor, ctx, provider, req)
					require.False(t, i == 0 && err != nil, "%v", err) // the stand-in does not know every other evidence
				}
				assert.True(t, tel.names["content-type"], "the traces received nothing")
				assert.Equal(t, a.Signs, tel.names["authorization"])
				assert.Equal(t, http2, tel.names[":path"])
				provider.CloseIdleConnections()
			}
		})
	}
}
