package httpx_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/httpx"
)

// tunnels is a proxy that connects every client, and counts connections.
func tunnels(t *testing.T, secure *tls.Config) (proxy *url.URL, connected *atomic.Int32) {
	t.Helper()
	connected = new(atomic.Int32)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !assert.Equal(t, http.MethodConnect, r.Method) {
			return
		}
		connected.Add(1)
		there, err := net.Dial("tcp", r.Host)
		if !assert.NoError(t, err) {
			return
		}
		here, _, err := http.NewResponseController(w).Hijack()
		if !assert.NoError(t, err) {
			return
		}
		_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
		go func() {
			_, _ = io.Copy(there, here)
			_ = there.Close()
		}()
		_, _ = io.Copy(here, there)
		_ = here.Close()
	}))
	if secure == nil {
		server.Start()
	} else {
		server.TLS = secure
		server.EnableHTTP2 = true // so that a client that offers it there fails
		server.StartTLS()
	}
	t.Cleanup(server.Close)
	proxy, err := url.Parse(server.URL)
	require.NoError(t, err)
	return proxy, connected
}

// The vendor's certificate is checked, and HTTP/2 works, as without a proxy.
// Holds P-WIRE-13.
func TestProxy_SeesNothing(t *testing.T) {
	ca, another := newAuthority(t), newAuthority(t)
	certified := func(by authority) *tls.Config {
		return &tls.Config{Certificates: []tls.Certificate{by.sign(t, nil)}}
	}
	server, _ := serveTLS(t, certified(ca), sayProtocol)
	untrusted, requests := serveTLS(t, certified(another), sayProtocol)
	for _, scheme := range []string{"http", "https"} {
		var secure *tls.Config
		if scheme == "https" {
			secure = certified(ca)
		}
		proxy, connected := tunnels(t, secure)
		for _, http2 := range []bool{false, true} {
			t.Run(fmt.Sprint(scheme, ", HTTP/2 ", http2), func(t *testing.T) {
				var asked string
				before := connected.Load()
				cfg := httpx.Config{BaseURL: server.URL, HTTP2: http2, Proxy: func(r *http.Request) (*url.URL, error) {
					asked = fmt.Sprint(r.Method, r.URL, r.Host, r.Header, r.Body)
					return proxy, nil
				}}
				c, err := httpx.NewTrusting(cfg, ca.pool())
				require.NoError(t, err)
				defer c.CloseIdleConnections()
				resp, err := c.Do(t.Context(), secretive())
				require.NoError(t, err)
				protocol := 1
				if http2 {
					protocol = 2
				}
				assert.Contains(t, string(resp.Body), fmt.Sprintf(`"http":%d`, protocol))
				assert.Equal(t, before+1, connected.Load())
				assert.Contains(t, asked, "/verify")
				assertNoSecret(t, asked)

				cfg.BaseURL = untrusted.URL
				c, err = httpx.NewTrusting(cfg, ca.pool())
				require.NoError(t, err)
				_, err = c.Do(t.Context(), secretive())
				assert.Equal(t, "the certificate is signed by an unknown authority", failure(t, err).Detail)
				assertNothingWasSent(t, err, requests)
			})
		}
	}
}

// A proxy may be for some hosts only.
func TestProxy_MayBeNil(t *testing.T) {
	ca := newAuthority(t)
	server, _ := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ca.sign(t, nil)}}, sayProtocol)
	c, err := httpx.NewTrusting(httpx.Config{BaseURL: server.URL, HTTP2: true, Proxy: func(*http.Request) (*url.URL, error) { return nil, nil }}, ca.pool())
	require.NoError(t, err)
	defer c.CloseIdleConnections()
	resp, err := c.Do(t.Context(), post())
	require.NoError(t, err)
	assert.Contains(t, string(resp.Body), `"http":2`)
}

// A proxy that refuses is a wrong setting; one that cannot connect is not.
func TestProxy_RefusalIsNamed(t *testing.T) {
	const secret = "EXAMPLE-proxy-password"
	for status, want := range map[int]httpx.Kind{
		407: httpx.Misconfigured, 403: httpx.Misconfigured, 401: httpx.Misconfigured, 302: httpx.Misconfigured,
		502: httpx.Network, 503: httpx.Network, 504: httpx.Network, 429: httpx.Network, 408: httpx.Network,
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			var asked atomic.Int32
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				asked.Add(1)
				w.WriteHeader(status)
				_, _ = io.WriteString(w, secretToken)
			})
			proxy, err := url.Parse(server.URL)
			require.NoError(t, err)
			proxy.User = url.UserPassword("user", secret)
			through := func(*http.Request) (*url.URL, error) { return proxy, nil }
			transport := &http.Transport{Proxy: through}
			defer transport.CloseIdleConnections()
			for field, cfg := range map[string]httpx.Config{"Proxy": {Proxy: through}, "Client": {Client: &http.Client{Transport: transport}}} {
				before := asked.Load()
				cfg.BaseURL = "https://vendor.example"
				_, err := client(t, cfg).Do(t.Context(), secretive())
				f := failure(t, err)
				assert.Equal(t, want, f.Kind, field)
				assert.False(t, f.Sent)
				assert.Zero(t, f.Status, "the vendor has not answered")
				assertSays(t, err, secret, false)
				assertSays(t, err, proxy.Host, false)
				assertNoSecret(t, fmt.Sprintf("%+v", f))
				assert.Contains(t, f.Error(), fmt.Sprintf("it answered HTTP %d", status))
				if want == httpx.Misconfigured {
					assert.Contains(t, f.Error(), "the proxy refused")
					assert.Equal(t, field, f.Field)
				}
				assert.Equal(t, before+1, asked.Load())
			}
		})
	}
}
