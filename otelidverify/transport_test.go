package otelidverify_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/contrib/instrumentation/net/http/httptrace/otelhttptrace"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/propagation"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/otelidverify"
)

// vendorsOverTLS are the stand-in's vendors, with the names and values of all headers
// that they received.
type vendorsOverTLS struct {
	root string
	tls  *tls.Config

	mu      sync.Mutex
	headers http.Header
	protos  map[int]bool
}

func serveTLS(t *testing.T, http2 bool) *vendorsOverTLS {
	t.Helper()
	v := &vendorsOverTLS{headers: http.Header{}, protos: map[int]bool{}}
	vendors := idverifytest.New()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		v.mu.Lock()
		for name, values := range r.Header {
			v.headers[name] = append(v.headers[name], values...)
		}
		v.protos[r.ProtoMajor] = true
		v.mu.Unlock()
		vendors.ServeHTTP(out, r)
	}))
	server.EnableHTTP2 = http2
	server.StartTLS()
	t.Cleanup(func() {
		server.Close()
		vendors.Close()
	})
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	v.root, v.tls = server.URL, &tls.Config{RootCAs: roots}
	return v
}

// jaeger is a propagator that adds a header for each member of the baggage.
type jaeger struct{}

func (jaeger) Inject(ctx context.Context, to propagation.TextMapCarrier) {
	for _, m := range baggage.FromContext(ctx).Members() {
		to.Set("uberctx-"+m.Key(), m.Value())
	}
}
func (jaeger) Extract(ctx context.Context, _ propagation.TextMapCarrier) context.Context { return ctx }
func (jaeger) Fields() []string                                                          { return nil }

// traced is otelhttp in a program that propagates everything it can.
func (tel *telemetry) traced(next http.RoundTripper) http.RoundTripper {
	return otelhttp.NewTransport(next,
		otelhttp.WithTracerProvider(tel.options.TracerProvider), otelhttp.WithMeterProvider(tel.options.MeterProvider),
		otelhttp.WithPropagators(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}, jaeger{})),
		otelhttp.WithClientTrace(func(ctx context.Context) *httptrace.ClientTrace {
			return otelhttptrace.NewClientTrace(ctx, otelhttptrace.WithTracerProvider(tel.options.TracerProvider))
		}))
}

// keeping is a store that records the token.
type keeping struct {
	*baiduv4.MemoryStore
	mu    sync.Mutex
	token string
}

func (k *keeping) Save(ctx context.Context, key string, token baiduv4.Token) error {
	k.mu.Lock()
	k.token = token.Reveal()
	k.mu.Unlock()
	return k.MemoryStore.Save(ctx, key, token)
}

// kept is the token, after it was saved: calls do not wait for Save.
func (k *keeping) kept(t *testing.T, c *baiduv4.Client) string {
	t.Helper()
	c.CloseIdleConnections()
	k.mu.Lock()
	defer k.mu.Unlock()
	require.NotEmpty(t, k.token)
	return k.token
}

func withBaggage(t *testing.T) context.Context {
	t.Helper()
	member, err := baggage.NewMember("user.id", "EXAMPLE-USER")
	require.NoError(t, err)
	bag, err := baggage.New(member)
	require.NoError(t, err)
	return baggage.ContextWithBaggage(t.Context(), bag)
}

// askBaidu makes one call with the settings, and returns the headers that the vendor
// received, and the token.
func askBaidu(t *testing.T, tel *telemetry, http2 bool, set func(*idverify.HTTP, *vendorsOverTLS)) (*vendorsOverTLS, string) {
	t.Helper()
	v := serveTLS(t, http2)
	store := &keeping{MemoryStore: baiduv4.NewMemoryStore()}
	cfg := baiduv4.Config{Tokens: store, HTTP: at(v.root, idverifytest.BaiduV4)}
	set(&cfg.HTTP, v)
	baidu := newBaidu(t, cfg)
	client, err := idverify.New([]idverify.Provider{baidu}, idverify.WithHooks(otelidverify.Hooks(tel.options)))
	require.NoError(t, err)
	for range 2 { // the second one finds the token
		res, err := client.Verify(withBaggage(t), about(idverifytest.FaceMismatch()))
		require.NoError(t, err)
		require.Equal(t, idverify.CodeFaceMismatch, res.Code)
	}
	assert.Equal(t, map[int]bool{map[bool]int{false: 1, true: 2}[http2]: true}, v.protos)
	return v, store.kept(t, baidu)
}

func TestTransport_NoHeadersToVendorAndNoSecretsInSpans(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		t.Run(fmt.Sprint("HTTP/2 ", http2), func(t *testing.T) {
			tel := newTelemetry(t)
			v, token := askBaidu(t, tel, http2, func(h *idverify.HTTP, v *vendorsOverTLS) {
				h.TLSConfig, h.HTTP2, h.Wrap = v.tls, http2, otelidverify.Transport(tel.traced)
			})
			told := tel.all()
			assert.NotContains(t, told, token)
			assert.NotContains(t, told, "access_token")
			assert.Contains(t, told, v.root+"/baiduv4/rest/2.0/face/v4/mingjing/verify", "url.full")
			assert.Contains(t, told, "http.client.request.duration")
			assert.Contains(t, tel.tree()[2], "    HTTP POST client ", "a child of the attempt")
			for _, name := range []string{"Traceparent", "Tracestate", "Baggage", "Uberctx-User.id"} {
				assert.NotContains(t, v.headers, name)
			}
			assert.NotContains(t, fmt.Sprint(v.headers), "EXAMPLE-USER")
		})
	}
}

// A Wrap without Transport sends headers of any name. Transport prevents that.
func TestTransport_WrapAloneSendsHeaders(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		t.Run(fmt.Sprint("HTTP/2 ", http2), func(t *testing.T) {
			tel := newTelemetry(t)
			v, token := askBaidu(t, tel, http2, func(h *idverify.HTTP, v *vendorsOverTLS) {
				h.TLSConfig, h.HTTP2, h.Wrap = v.tls, http2, tel.traced
			})
			assert.NotContains(t, tel.all(), token)
			assert.NotContains(t, tel.all(), "access_token")
			assert.Contains(t, v.headers, "Traceparent")
			assert.NotContains(t, v.headers, "Baggage")
			assert.Contains(t, v.headers, "Uberctx-User.id")
		})
	}
}

// Proves that the search would find the token: it is in the spans of a caller's own
// transport.
func TestTransport_CallersTransportExposesToken(t *testing.T) {
	tel := newTelemetry(t)
	v, token := askBaidu(t, tel, false, func(h *idverify.HTTP, v *vendorsOverTLS) {
		bare := &http.Transport{TLSClientConfig: v.tls}
		t.Cleanup(bare.CloseIdleConnections)
		h.Client = &http.Client{Transport: tel.traced(bare)}
	})
	assert.Contains(t, tel.all(), token)
	assert.Contains(t, v.headers, "Baggage")
}

func TestTransport_NilIsRefused(t *testing.T) {
	for name, wrap := range map[string]func(http.RoundTripper) http.RoundTripper{
		"no function": nil,
		"nil result":  func(http.RoundTripper) http.RoundTripper { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			_, err := baiduv4.New(baiduv4.Config{APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey,
				HTTP: idverify.HTTP{Wrap: otelidverify.Transport(wrap)}})
			var e *idverify.Error
			require.ErrorAs(t, err, &e)
			assert.True(t, strings.HasSuffix(e.Field, "Wrap"), e.Field)
		})
	}
}

// closing counts requests to close idle connections.
type closing struct{ closed int }

func (*closing) RoundTrip(*http.Request) (*http.Response, error) { return nil, http.ErrNotSupported }
func (c *closing) CloseIdleConnections()                         { c.closed++ }

// roundTripper hides all other methods.
type roundTripper struct{ http.RoundTripper }

func TestTransport_ClosesIdleConnections(t *testing.T) {
	below := new(closing)
	through := otelidverify.Transport(func(next http.RoundTripper) http.RoundTripper { return next })
	(&http.Client{Transport: through(below)}).CloseIdleConnections()
	(&http.Client{Transport: through(roundTripper{below})}).CloseIdleConnections()
	assert.Equal(t, 1, below.closed)
}
