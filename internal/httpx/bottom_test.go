package httpx_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/proof/connwatch"
)

const (
	secretToken     = "EXAMPLE-token-lynx"
	secretSignature = "EXAMPLE-signature-otter"
	secretName      = "EXAMPLE-name-heron"
)

// secretive is a request with all kinds of secrets.
func secretive() httpx.Request {
	req := post(body.Field{Name: "name", Value: secretName})
	req.SecretQuery = httpx.Param{Name: "access_token", Value: secretToken}
	req.Authorization = secretSignature
	return req
}

func assertNoSecret(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{secretToken, secretSignature, secretName, "access_token"} {
		assert.NotContains(t, text, secret)
	}
}

// around makes a Wrap of one function.
func around(do func(next http.RoundTripper, req *http.Request) (*http.Response, error)) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(req *http.Request) (*http.Response, error) { return do(next, req) })
	}
}

// arrived is what a server received.
type arrived struct {
	address, authorization, body string
	header                       http.Header
}

func listening(t *testing.T) (base string, got *arrived) {
	t.Helper()
	got = new(arrived)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		content, _ := io.ReadAll(r.Body)
		*got = arrived{r.Method + " " + r.RequestURI, r.Header.Get("Authorization"), string(content), r.Header}
		_, _ = io.WriteString(w, `{}`)
	})
	return server.URL, got
}

// This holds for a Wrap around the caller's transport, too.
// Holds P-WIRE-13.
func TestWrap_SeesNoSecrets(t *testing.T) {
	for name, given := range map[string]*http.Client{"ours": nil, "the caller's": {}} {
		t.Run(name, func(t *testing.T) {
			base, got := listening(t)
			var seen string
			var length int64
			c := client(t, httpx.Config{BaseURL: base, Client: given, Wrap: around(func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
				content, err := io.ReadAll(req.Body)
				require.NoError(t, err)
				length = req.ContentLength
				resp, err := next.RoundTrip(req)
				require.NoError(t, err)
				assert.Same(t, req, resp.Request)
				seen = fmt.Sprint(req.Method, req.URL, req.Host, req.Header, string(content), req.GetBody == nil, resp.Request.URL)
				return resp, nil
			})})
			_, err := c.Do(t.Context(), secretive())
			require.NoError(t, err)
			http.DefaultClient.CloseIdleConnections()
			assert.Contains(t, seen, base+"/")
			assertNoSecret(t, seen)
			assert.Equal(t, "POST /verify?access_token="+secretToken, got.address)
			assert.Equal(t, secretSignature, got.authorization)
			assert.Contains(t, got.body, secretName)
			assert.EqualValues(t, len(got.body), length)
		})
	}
}

// A Wrap can only add headers, and cannot change ours.
// Holds P-WIRE-14.
func TestWrap_ChangesAreNotSent(t *testing.T) {
	base, got := listening(t)
	c := client(t, httpx.Config{BaseURL: base, Wrap: around(func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
		changed := req.Clone(req.Context())
		changed.Method, changed.URL.Path, changed.URL.RawQuery, changed.Host = "PUT", "/elsewhere", "a=b", "elsewhere.example"
		changed.Body, changed.ContentLength = io.NopCloser(strings.NewReader("another")), 7
		changed.Header = http.Header{
			"Traceparent": {"00-1-2-01"}, "Baggage": {"user.name=" + secretName}, "baggage": {secretName}, "authorization": {"another"}, "Authorization": {"another"}, "Content-Type": {"another"},
		}
		req.URL.Host, req.URL.RawQuery = "elsewhere.example", "a=b" // a round tripper must not do this
		return next.RoundTrip(changed)
	})})
	_, err := c.Do(t.Context(), secretive())
	require.NoError(t, err)
	assert.Equal(t, "POST /verify?access_token="+secretToken, got.address)
	assert.Equal(t, secretSignature, got.authorization)
	assert.Contains(t, got.body, secretName)
	assert.Equal(t, []string{"00-1-2-01"}, got.header["Traceparent"])
	assert.NotContains(t, got.header, "Baggage")
	assert.Len(t, got.header["Authorization"], 1)
	assert.NotEqual(t, "another", got.header.Get("Content-Type"))
	_, err = c.Do(t.Context(), post())
	require.NoError(t, err)
	assert.Equal(t, "another", got.authorization, "for a gateway of the caller")
}

// If a Wrap replaces the body, its body is closed, as net/http requires.
func TestWrap_ReplacedBodyIsClosed(t *testing.T) {
	base, _ := listening(t)
	wrapped := &closes{Reader: strings.NewReader("")}
	c := client(t, httpx.Config{BaseURL: base, Wrap: around(func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
		mine := req.Clone(req.Context())
		mine.Body = wrapped
		return next.RoundTrip(mine)
	})})
	_, err := c.Do(t.Context(), post())
	require.NoError(t, err)
	assert.Equal(t, 1, wrapped.times)
}

type closes struct {
	io.Reader
	times int
}

func (c *closes) Close() error { c.times++; return nil }

// The caller would pay twice, and the Client would not know.
// Holds P-WIRE-14.
func TestWrap_CannotSendTwice(t *testing.T) {
	requests := 0
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		requests++
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	c := client(t, httpx.Config{BaseURL: server.URL, Wrap: around(func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		require.NoError(t, err)
		_ = resp.Body.Close()
		return next.RoundTrip(req)
	})})
	_, err := c.Do(t.Context(), post())
	f := failure(t, err)
	assert.Equal(t, httpx.Network, f.Kind)
	assert.True(t, f.Sent)
	assert.Contains(t, f.Detail, "HTTP.Wrap")
	assert.Equal(t, 1, requests)
}

// A round tripper that two clients share would send to the second client's vendor.
// Holds P-WIRE-14.
func TestWrap_CannotSendToAnotherVendor(t *testing.T) {
	base, got := listening(t)
	another, gotElsewhere := listening(t)
	var shared http.RoundTripper
	wrap := func(next http.RoundTripper) http.RoundTripper {
		shared = next
		return roundTrip(func(req *http.Request) (*http.Response, error) { return shared.RoundTrip(req) })
	}
	first := client(t, httpx.Config{BaseURL: base, Wrap: wrap})
	second := client(t, httpx.Config{BaseURL: another, Wrap: wrap})
	_, err := first.Do(t.Context(), secretive())
	f := failure(t, err)
	assert.False(t, f.Sent)
	assert.Contains(t, f.Detail, "HTTP.Wrap")
	assert.Zero(t, *got)
	assert.Zero(t, *gotElsewhere)
	_, err = second.Do(t.Context(), secretive())
	assert.NoError(t, err)
}

// A round tripper may answer without sending, or send a request without our context.
func TestWrap_UnusualRoundTrippers(t *testing.T) {
	c := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Wrap: around(func(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
		recorded := httptest.NewRecorder()
		_, _ = recorded.WriteString(`{}`)
		resp := recorded.Result()
		resp.Request = req
		return resp, nil
	})})
	resp, err := c.Do(t.Context(), post())
	require.NoError(t, err)
	assert.Equal(t, `{}`, string(resp.Body))

	c = client(t, httpx.Config{BaseURL: "https://vendor.invalid", Wrap: around(func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
		return next.RoundTrip(req.WithContext(context.Background()))
	})})
	_, err = c.Do(t.Context(), post())
	assert.False(t, failure(t, err).Sent)
}

// Telemetry stores error texts, and net/http quotes answers in its errors.
// Holds P-WIRE-13.
func TestWrap_ErrorsQuoteNothing(t *testing.T) {
	at := rawServer(t, func(conn net.Conn) {
		_, _ = io.ReadFull(conn, make([]byte, 100))
		_, _ = io.WriteString(conn, secretToken+" "+secretName+"\r\n\r\n")
		_ = conn.Close()
	})
	for name, test := range map[string]struct {
		given *http.Client
		want  func(error) bool
	}{
		"a broken answer": {nil, func(error) bool { return true }},
		"a caller's transport": {
			&http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) { return nil, &telling{r.URL.String()} })},
			func(err error) bool { var t *telling; return errors.As(err, &t) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			var seen error
			c := client(t, httpx.Config{BaseURL: at, Client: test.given, Wrap: around(func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
				resp, err := next.RoundTrip(req)
				seen = err
				return resp, err
			})})
			_, err := c.Do(t.Context(), secretive())
			require.Error(t, seen)
			for _, verb := range []string{"%v", "%+v", "%s", "%q"} {
				assertNoSecret(t, fmt.Sprintf(verb, seen))
			}
			assert.True(t, test.want(seen), "the cause can be found by its type")
			assert.Equal(t, failure(t, err).Detail, seen.Error())
		})
	}
}

type telling struct{ url string }

func (e *telling) Error() string { return "could not reach " + e.url }

func TestWrap_ClosesIdleConnections(t *testing.T) {
	server := httptest.NewUnstartedServer(say(200, `{}`))
	connections := connwatch.On(server)
	server.Start()
	defer server.Close()
	c := client(t, httpx.Config{BaseURL: server.URL, Wrap: around(func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
		return next.RoundTrip(req)
	})})
	_, err := c.Do(t.Context(), post())
	require.NoError(t, err)
	connections.Settle(t, 1)
	c.CloseIdleConnections()
	connections.Settle(t, 0)
}

// told records the headers that a trace receives.
type told struct {
	mu     sync.Mutex
	fields map[string]string
}

func (f *told) hear(name string, values []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fields[strings.ToLower(name)] += strings.Join(values, ",")
}

// A trace may come from the context of the call or from a round tripper.
// Holds P-WIRE-13.
func TestTrace_SeesNoSecrets(t *testing.T) {
	ca := newAuthority(t)
	for _, http2 := range []bool{false, true} {
		t.Run(fmt.Sprint("HTTP/2 ", http2), func(t *testing.T) {
			server, _ := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ca.sign(t, nil)}}, sayProtocol)
			callers, wraps := &told{fields: map[string]string{}}, &told{fields: map[string]string{}}
			var connected, first int
			c, err := httpx.NewTrusting(httpx.Config{BaseURL: server.URL, HTTP2: http2, Wrap: around(func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
				ctx := httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
					WroteHeaderField: wraps.hear,
					ConnectStart:     func(string, string) { connected++ },
				})
				traced := req.Clone(ctx)
				traced.Header.Set("Traceparent", "00-1-2-01")
				traced.Header.Set("X-Gateway-Key", secretToken)
				return next.RoundTrip(traced)
			})}, ca.pool())
			require.NoError(t, err)
			defer c.CloseIdleConnections()
			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
				WroteHeaderField:     callers.hear,
				GotFirstResponseByte: func() { first++ },
			})
			_, err = c.Do(ctx, secretive())
			require.NoError(t, err)
			assert.Equal(t, 1, connected)
			assert.Equal(t, 1, first, "each hook is called once")
			for _, trace := range []*told{callers, wraps} {
				assertNoSecret(t, fmt.Sprint(trace.fields))
				assert.Equal(t, "[hidden]", trace.fields["authorization"])
				assert.Equal(t, "[hidden]", trace.fields["x-gateway-key"])
				assert.Equal(t, "00-1-2-01", trace.fields["traceparent"])
				assert.Contains(t, trace.fields["content-type"], "multipart/form-data")
				if http2 {
					assert.Equal(t, "/verify", trace.fields[":path"])
				}
			}
		})
	}
}
