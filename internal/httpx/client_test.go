package httpx_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/httpx"
)

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server
}

func client(t *testing.T, cfg httpx.Config) *httpx.Client {
	t.Helper()
	c, err := httpx.New(cfg)
	require.NoError(t, err)
	return c
}

func post(fields ...body.Field) httpx.Request {
	form, err := body.Multipart(fields, nil)
	if err != nil {
		panic(err)
	}
	return httpx.Request{Method: http.MethodPost, Path: "/verify", Body: form}
}

func failure(t *testing.T, err error) *httpx.Failure {
	t.Helper()
	var f *httpx.Failure
	require.ErrorAs(t, err, &f)
	return f
}

// Holds P-WIRE-9.
func TestExchange_SendsBodyWithExactLength(t *testing.T) {
	large := strings.Repeat("x", 300_000)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Empty(t, r.TransferEncoding)
		content, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.EqualValues(t, len(content), r.ContentLength)
		assert.Contains(t, string(content), large)
		assert.Contains(t, r.Header.Get("Content-Type"), "multipart/form-data; boundary=")
		assert.Equal(t, "application/json", r.Header.Get("Accept"))
		assert.Equal(t, "v", r.Header.Get("Authorization"))
		assert.Equal(t, "/prefix/verify", r.RequestURI)
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprint(w, `{"a":1}`)
	})
	req := post(body.Field{Name: "big", Value: large})
	req.Authorization = "v"
	resp, err := client(t, httpx.Config{BaseURL: server.URL + "/prefix/"}).Do(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, http.StatusTeapot, resp.Status)
	assert.Equal(t, `{"a":1}`, string(resp.Body))
}

// Holds P-WIRE-12.
func TestQuery_SecretIsSentButInNoError(t *testing.T) {
	var got atomic.Value
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got.Store(r.URL.RawQuery)
		assert.NotContains(t, r.Header, "Authorization", "none was given")
		panic(http.ErrAbortHandler)
	})
	req := post()
	req.SecretQuery = httpx.Param{Name: "access_token", Value: "EXAMPLE-TOKEN"}
	_, err := client(t, httpx.Config{BaseURL: server.URL}).Do(t.Context(), req)
	assert.Equal(t, "access_token=EXAMPLE-TOKEN", got.Load())
	assertSays(t, err, "EXAMPLE-TOKEN", false)
	f := failure(t, err)
	assert.Equal(t, httpx.Network, f.Kind)
	assert.True(t, f.Sent)
}

// assertSays checks every way of printing and the whole error chain.
func assertSays(t *testing.T, err error, text string, want bool) {
	t.Helper()
	said := fmt.Sprintf("%v %+v %#v %s %q", err, err, err, err, err)
	for _, e := range chain(err) {
		said += e.Error()
	}
	assert.Equal(t, want, strings.Contains(said, text), said)
}

func chain(err error) []error {
	all := []error{err}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			all = append(all, chain(inner)...)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			all = append(all, chain(inner)...)
		}
	}
	return all
}

func TestRedirect_IsNotFollowed(t *testing.T) {
	var calls atomic.Int32
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		http.Redirect(w, r, "/elsewhere?secret=1", http.StatusTemporaryRedirect)
	})
	_, err := client(t, httpx.Config{BaseURL: server.URL}).Do(t.Context(), post())
	f := failure(t, err)
	assert.Equal(t, httpx.BadAnswer, f.Kind)
	assert.Equal(t, http.StatusTemporaryRedirect, f.Status)
	assert.Equal(t, "a redirect instead of an answer", f.Error())
	assert.EqualValues(t, 1, calls.Load())
}

// 101 switches protocols; other statuses below 200 are not final answers.
func TestAnswer_InvalidStatusIsRefused(t *testing.T) {
	for status, problem := range map[int]string{
		100: "another protocol", 199: "another protocol", 200: "", 299: "", 300: "redirect", 399: "redirect", 400: "", 599: "",
	} {
		transport := roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: r}, nil
		})
		resp, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).Do(t.Context(), post())
		if problem == "" {
			require.NoError(t, err, status)
			assert.Equal(t, status, resp.Status)
			assert.False(t, resp.Early, "this transport does not report writes, so the answer is not early")
			continue
		}
		f := failure(t, err)
		assert.Equal(t, httpx.BadAnswer, f.Kind, status)
		assert.Equal(t, status, f.Status)
		assert.Contains(t, f.Error(), problem)
	}
}

// Holds P-WIRE-5.
func TestCallersClient_CopiedWithoutJarOrRedirects(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Empty(t, r.Cookies())
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "x"})
		fmt.Fprint(w, `{}`)
	})
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	transport := &http.Transport{}
	given := &http.Client{Transport: transport, Jar: jar, Timeout: time.Minute}
	c := client(t, httpx.Config{BaseURL: server.URL, Client: given})
	for range 2 {
		_, err := c.Do(t.Context(), post())
		require.NoError(t, err)
	}
	assert.Same(t, transport, given.Transport)
	assert.Nil(t, given.CheckRedirect)
	assert.Equal(t, time.Minute, given.Timeout)
	transport.CloseIdleConnections()
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestNew_RefusesNegativeLimits(t *testing.T) {
	var cfg *httpx.ConfigError
	_, err := httpx.New(httpx.Config{BaseURL: "https://v.example", Timeout: -1})
	require.ErrorAs(t, err, &cfg)
	assert.Equal(t, "Timeout", cfg.Field)
	_, err = httpx.New(httpx.Config{BaseURL: "https://v.example", MaxResponseBytes: -1})
	require.ErrorAs(t, err, &cfg)
	assert.Equal(t, "MaxResponseBytes", cfg.Field)
}

func TestCallersClient_NeedsNoTransport(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{}`) })
	_, err := client(t, httpx.Config{BaseURL: server.URL, Client: &http.Client{}}).Do(t.Context(), post())
	require.NoError(t, err)
}

// rawServer passes each connection to a function, and closes open ones when the test
// ends.
func rawServer(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var serving sync.WaitGroup
	serving.Go(func() {
		var conns []net.Conn
		for {
			conn, err := l.Accept()
			if err != nil {
				break
			}
			conns = append(conns, conn)
			serving.Go(func() { serve(conn) })
		}
		for _, conn := range conns {
			_ = conn.Close()
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		serving.Wait()
	})
	return "http://" + l.Addr().String()
}

// Holds P-WIRE-4.
func TestAnswer_SwitchingProtocolsEndsAtOnce(t *testing.T) {
	base := rawServer(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 64<<10))
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
		_, _ = io.Copy(io.Discard, conn) // and the connection stays open
	})
	_, err := client(t, httpx.Config{BaseURL: base}).Do(t.Context(), post())
	f := failure(t, err)
	assert.Equal(t, httpx.BadAnswer, f.Kind)
	assert.Equal(t, http.StatusSwitchingProtocols, f.Status)
}

// Holds P-PASS-6.
func TestAnswer_EarlyIsMarked(t *testing.T) {
	answered := make(chan struct{})
	base := rawServer(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 1<<10))
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		<-answered // the rest is not read, so it cannot have been sent
	})
	defer close(answered)
	large := post(body.Field{Name: "big", Value: strings.Repeat("x", 32<<20)})
	resp, err := client(t, httpx.Config{BaseURL: base}).Do(t.Context(), large)
	require.NoError(t, err)
	assert.True(t, resp.Early)

	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, `{}`)
	})
	resp, err = client(t, httpx.Config{BaseURL: server.URL}).Do(t.Context(), post())
	require.NoError(t, err)
	assert.False(t, resp.Early)
}

func TestExchange_InvalidRequestIsAFailure(t *testing.T) {
	req := post()
	req.Method = "NO METHOD"
	_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid"}).Do(t.Context(), req)
	assert.False(t, failure(t, err).Sent)
}
