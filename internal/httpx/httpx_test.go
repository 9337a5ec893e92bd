package httpx_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/iotest"
	"testing/synctest"
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

func TestExchangeSendsTheBodyWithItsExactLength(t *testing.T) {
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

func TestSecretQueryIsOnTheWireAndInNoError(t *testing.T) {
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

// assertSays looks through every way of printing and the whole chain.
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

func TestRedirectIsNotFollowed(t *testing.T) {
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

// 101 is another protocol; what is below is no answer for anybody.
func TestOnlyAnswersAreTakenForSome(t *testing.T) {
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
			assert.False(t, resp.Early, "this transport does not tell what it has sent, and is believed")
			continue
		}
		f := failure(t, err)
		assert.Equal(t, httpx.BadAnswer, f.Kind, status)
		assert.Equal(t, status, f.Status)
		assert.Contains(t, f.Error(), problem)
	}
}

func TestCallersClientIsCopiedAndItsJarAndRedirectsAreNotUsed(t *testing.T) {
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

func TestAnswerOverTheLimitIsRefused(t *testing.T) {
	for name, announce := range map[string]bool{"announced": true, "not announced": false} {
		t.Run(name, func(t *testing.T) {
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if !announce {
					w.(http.Flusher).Flush()
				}
				_, _ = w.Write(bytes.Repeat([]byte(" "), 1001))
			})
			_, err := client(t, httpx.Config{BaseURL: server.URL, MaxResponseBytes: 1000}).Do(t.Context(), post())
			f := failure(t, err)
			assert.Equal(t, httpx.BadAnswer, f.Kind)
			assert.Equal(t, http.StatusOK, f.Status)
			assert.Equal(t, "answer is larger than the limit", f.Error())
		})
	}
}

func TestAnswerAtTheLimitIsRead(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte("1"), 1000)) })
	resp, err := client(t, httpx.Config{BaseURL: server.URL, MaxResponseBytes: 1000}).Do(t.Context(), post())
	require.NoError(t, err)
	assert.Len(t, resp.Body, 1000)
}

func TestGzipBombIsStopped(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(make([]byte, 10<<20))
	require.NoError(t, z.Close())
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	})
	for _, hc := range []*http.Client{nil, {Transport: &http.Transport{}}} {
		_, err := client(t, httpx.Config{BaseURL: server.URL, MaxResponseBytes: 1 << 20, Client: hc}).Do(t.Context(), post())
		assert.Equal(t, "answer is larger than the limit", failure(t, err).Error())
	}
}

func TestAnswerIsNotAskedForPackedAndUnpackedAllTheSame(t *testing.T) {
	const packed = "packed in a way"
	for coding, want := range map[string]string{
		"gzip": "", "GZIP": "", "x-gzip": "", "gzip, identity": "", "utf-8,gzip": "", "br": packed, "gzip, gzip": packed, "gzip, br": packed,
		"identity": "", "utf-8": "", "UTF8": "", "none": "", "utf-8, none": "", "binary": "", " ": "", "x-compress": packed, "deflate": packed, "zstd": packed,
	} {
		server := serve(t, func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, "identity", r.Header.Get("Accept-Encoding"))
			w.Header().Set("Content-Encoding", coding)
			if !strings.Contains(strings.ToLower(coding), "gzip") {
				fmt.Fprint(w, `{"a":1}`)
				return
			}
			z := gzip.NewWriter(w)
			defer z.Close()
			fmt.Fprint(z, `{"a":1}`)
		})
		resp, err := client(t, httpx.Config{BaseURL: server.URL}).Do(t.Context(), post())
		if want == "" {
			require.NoError(t, err, coding)
			assert.Equal(t, `{"a":1}`, string(resp.Body))
			continue
		}
		f := failure(t, err)
		assert.Equal(t, httpx.BadAnswer, f.Kind)
		assert.Contains(t, f.Error(), want)
	}
}

// It says gzip and is not.
func TestAnswerThatIsNotPackedAsItSays(t *testing.T) {
	for _, text := range []string{"", `{"a":"long enough for a header of gzip"}`} {
		server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			fmt.Fprint(w, text)
		})
		_, err := client(t, httpx.Config{BaseURL: server.URL}).Do(t.Context(), post())
		f := failure(t, err)
		assert.Equal(t, httpx.BadAnswer, f.Kind)
		assert.Contains(t, f.Error(), "packed in a way", "%q", text)
	}
}

func TestAnswerThatBreaksOffKeepsItsStatus(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.Header().Set("Retry-After", "7")
		fmt.Fprint(w, `{"half":`)
	})
	var part string
	req := post()
	req.Broken = func(p []byte) { part = string(p) }
	_, err := client(t, httpx.Config{BaseURL: server.URL}).Do(t.Context(), req)
	f := failure(t, err)
	assert.Equal(t, httpx.BadAnswer, f.Kind)
	assert.Equal(t, http.StatusOK, f.Status)
	assert.Equal(t, 7*time.Second, f.RetryAfter(time.Now()))
	assert.Equal(t, `{"half":`, part)
	assert.True(t, f.Sent)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestCancelledCallReturnsAtOnce(t *testing.T) {
	arrived, leave := make(chan struct{}), make(chan struct{})
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(arrived)
		<-leave
	})
	defer close(leave)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	_, err := client(t, httpx.Config{BaseURL: server.URL}).Do(ctx, post())
	f := failure(t, err)
	assert.Equal(t, httpx.Canceled, f.Kind)
	assert.True(t, f.Sent)
	assert.ErrorIs(t, err, context.Canceled)
}

func TestTimeLimitOfTheExchange(t *testing.T) {
	for given, want := range map[time.Duration]time.Duration{0: httpx.DefaultTimeout, 3 * time.Second: 3 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			transport := roundTrip(func(r *http.Request) (*http.Response, error) {
				_, _ = io.Copy(io.Discard, r.Body)
				<-r.Context().Done()
				return nil, r.Context().Err()
			})
			c := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}, Timeout: given})
			begin := time.Now()
			_, err := c.Do(t.Context(), post())
			f := failure(t, err)
			assert.Equal(t, httpx.Timeout, f.Kind)
			assert.Equal(t, "HTTP.Timeout passed", f.Error())
			assert.True(t, f.Sent)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, want, time.Since(begin))
		})
	}
}

func TestRefusedConnectionIsNotSent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	for _, scheme := range []string{"http://", "https://"} {
		_, err = client(t, httpx.Config{BaseURL: scheme + address}).Do(t.Context(), post())
		f := failure(t, err)
		assert.Equal(t, httpx.Network, f.Kind)
		assert.False(t, f.Sent)
		assert.ErrorIs(t, err, syscall.ECONNREFUSED)
	}
}

func TestResetBeforeTheWholeBodyIsNotSent(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		assert.NoError(t, err)
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	})
	blocked := make(chan struct{})
	defer close(blocked)
	large, err := body.Multipart([]body.Field{{Name: "big", Value: strings.Repeat("x", 32<<20)}}, nil)
	require.NoError(t, err)
	req := httpx.Request{Method: http.MethodPost, Path: "/", Body: large}
	_, err = client(t, httpx.Config{BaseURL: server.URL}).Do(t.Context(), req)
	f := failure(t, err)
	assert.Equal(t, httpx.Network, f.Kind)
	assert.False(t, f.Sent)
}

func TestCertificatesAreChecked(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = nil
	server.StartTLS()
	defer server.Close()
	_, err := client(t, httpx.Config{BaseURL: server.URL}).Do(t.Context(), post())
	f := failure(t, err)
	assert.Equal(t, httpx.Misconfigured, f.Kind)
	assert.Equal(t, "TLSConfig", f.Field)
	assert.False(t, f.Sent)
	assert.Zero(t, new(httpx.Failure).RetryAfter(time.Now()))
	var unknown x509.UnknownAuthorityError
	assert.ErrorAs(t, err, &unknown)
	assert.Contains(t, err.Error(), "unknown authority")
}

func TestMediaThatFailsIsNotTheNetworksFault(t *testing.T) {
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	form, err := body.Multipart(nil, &body.File{
		Field: "f", FileName: "f", ContentType: "a/b", Media: httpx.Sized(failing{errors.New("gone")}, 5)})
	require.NoError(t, err)
	_, err = client(t, httpx.Config{BaseURL: server.URL}).Do(t.Context(),
		httpx.Request{Method: http.MethodPost, Path: "/", Body: form})
	f := failure(t, err)
	assert.Equal(t, httpx.Media, f.Kind)
	assert.False(t, f.Sent)
	assertSays(t, err, "zhangsan", false)
}

func TestMediaThatIsGoneStaysRecognisable(t *testing.T) {
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	form, err := body.Multipart(nil, &body.File{
		Field: "f", FileName: "f", ContentType: "a/b", Media: httpx.Sized(failing{fs.ErrNotExist}, 5)})
	require.NoError(t, err)
	_, err = client(t, httpx.Config{BaseURL: server.URL}).Do(t.Context(),
		httpx.Request{Method: http.MethodPost, Path: "/", Body: form})
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.NotErrorIs(t, err, fs.ErrPermission)
	assertSays(t, err, "zhangsan", false)
}

type failing struct{ cause error }

func (f failing) Open() (io.ReadCloser, int64, error) {
	return nil, 0, &fs.PathError{Op: "open", Path: "/home/zhangsan/face.jpg", Err: f.cause}
}

func TestUnforeseenErrorsShowNothing(t *testing.T) {
	transport := roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, errors.New("proxyconnect: http://user:EXAMPLE-PASSWORD@proxy")
	})
	_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).
		Do(t.Context(), post())
	assertSays(t, err, "EXAMPLE-PASSWORD", false)
	assertSays(t, err, "vendor.invalid", false)
	assert.Equal(t, httpx.Network, failure(t, err).Kind)
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// After the call has reported "not sent", a transport that reads on gets no
// further byte.
func TestBodyIsGuardedAfterTheCall(t *testing.T) {
	var kept io.ReadCloser
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		kept = r.Body
		return nil, io.ErrUnexpectedEOF
	})
	_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).
		Do(t.Context(), post(body.Field{Name: "a", Value: "b"}))
	assert.False(t, failure(t, err).Sent)
	content, err := io.ReadAll(kept)
	assert.Error(t, err)
	assert.Empty(t, content)
}

func TestBaseURL(t *testing.T) {
	for base, problem := range map[string]string{
		"":                            "has no host",
		"https://":                    "has no host",
		"vendor.example":              "has no host",
		"ftp://vendor.example":        "must be https",
		"http://vendor.example":       "http is for loopback",
		"http://127.0.0.1.example":    "http is for loopback",
		"https://u:SECRET@v.example":  "user or password",
		"https://v.example/?q=SECRET": "query or fragment",
		"https://v.example/#f":        "query or fragment",
		"https://v.example/?":         "query or fragment",
		"http://10.0.0.1":             "http is for loopback",
		"http://[2001:db8::1]":        "http is for loopback",
		"https://%zz":                 "not a URL",
		"https://v.example/#":         "query or fragment",
		"https://v.example:99999":     "port",
		"https://v.example:0":         "port",
	} {
		_, err := httpx.New(httpx.Config{BaseURL: base})
		var cfg *httpx.ConfigError
		require.ErrorAs(t, err, &cfg, base)
		assert.Equal(t, "BaseURL", cfg.Field)
		assert.Contains(t, cfg.Problem, problem, base)
		assert.NotContains(t, err.Error(), "SECRET")
	}
	for _, base := range []string{"https://v.example", "https://v.example/a/", "http://localhost:1", "http://LocalHost", "http://127.9.9.9", "http://[::1]:80/x"} {
		_, err := httpx.New(httpx.Config{BaseURL: base})
		assert.NoError(t, err, base)
	}
}

func TestNegativeLimitsAreRefused(t *testing.T) {
	var cfg *httpx.ConfigError
	_, err := httpx.New(httpx.Config{BaseURL: "https://v.example", Timeout: -1})
	require.ErrorAs(t, err, &cfg)
	assert.Equal(t, "Timeout", cfg.Field)
	_, err = httpx.New(httpx.Config{BaseURL: "https://v.example", MaxResponseBytes: -1})
	require.ErrorAs(t, err, &cfg)
	assert.Equal(t, "MaxResponseBytes", cfg.Field)
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"":                              0,
		"3":                             3 * time.Second,
		" 7 ":                           7 * time.Second,
		"-3":                            0,
		"-9223372037":                   0,
		"soon":                          0,
		"999999999999999999":            24 * time.Hour,
		"99999999999999999999999":       0,
		"Wed, 02 Jan 2030 03:05:05 GMT": time.Minute,
		"Wed, 02 Jan 2030 03:03:05 GMT": 0,
		"Wed, 02 Jan 2130 03:03:05 GMT": 24 * time.Hour,
	} {
		assert.Equal(t, want, httpx.RetryAfter(http.Header{"Retry-After": {text}}, now), text)
	}
}

// The last byte counts, not the end of the body behind it: a connection that
// breaks between the two may have delivered the request.
func TestLastByteHandedOverIsSent(t *testing.T) {
	for missing, sent := range map[int64]bool{0: true, 1: false} {
		transport := roundTrip(func(r *http.Request) (*http.Response, error) {
			_, err := io.ReadFull(r.Body, make([]byte, r.ContentLength-missing))
			assert.NoError(t, err)
			return nil, io.EOF
		})
		_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).
			Do(t.Context(), post(body.Field{Name: "a", Value: "b"}))
		f := failure(t, err)
		assert.Equal(t, sent, f.Sent)
		assert.Equal(t, httpx.Network, f.Kind)
		assert.Equal(t, "the connection was closed", f.Error())
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	}
}

func TestCallersClientNeedsNoTransport(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{}`) })
	_, err := client(t, httpx.Config{BaseURL: server.URL, Client: &http.Client{}}).Do(t.Context(), post())
	require.NoError(t, err)
}

// passing is a context whose deadline passes when the test says so.
type passing struct {
	context.Context
	passed chan struct{}
}

func (p passing) Done() <-chan struct{} { return p.passed }

func (p passing) Err() error {
	select {
	case <-p.passed:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

func TestCallersDeadlineIsToldFromTheTimeLimit(t *testing.T) {
	ctx := passing{t.Context(), make(chan struct{})}
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(ctx.passed)
		<-r.Context().Done()
	})
	_, err := client(t, httpx.Config{BaseURL: server.URL}).Do(ctx, post())
	f := failure(t, err)
	assert.Equal(t, httpx.Timeout, f.Kind)
	assert.Equal(t, "the caller's deadline passed", f.Error())
	assert.True(t, f.Sent)
}

// answered is the body of an answer that knows whether it was closed.
type answered struct {
	io.Reader
	closed *bool
}

func (a answered) Close() error {
	*a.closed = true
	return nil
}

func TestAnswerIsClosedOnEveryPath(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   io.Reader
	}{
		"answer":     {http.StatusOK, strings.NewReader("{}")},
		"redirect":   {http.StatusTemporaryRedirect, strings.NewReader("elsewhere")},
		"too large":  {http.StatusOK, strings.NewReader(strings.Repeat(" ", 11))},
		"broken off": {http.StatusOK, iotest.ErrReader(io.ErrUnexpectedEOF)},
	} {
		var closed bool
		transport := roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{
				StatusCode: test.status, Header: http.Header{}, Body: answered{test.body, &closed}, ContentLength: -1, Request: r,
			}, nil
		})
		_, _ = client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}, MaxResponseBytes: 10}).
			Do(t.Context(), post())
		assert.True(t, closed, name)
	}
}

// HTTP/2 sends a request again, by GetBody, when the server had not looked at
// it: the whole body, and it counts as sent.
func TestBodyCanBeSentAgainByTheTransport(t *testing.T) {
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		again, err := r.GetBody()
		assert.NoError(t, err)
		content, err := io.ReadAll(again)
		assert.NoError(t, err)
		assert.EqualValues(t, r.ContentLength, len(content))
		assert.Contains(t, string(content), "b-value")
		return nil, io.EOF
	})
	_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).
		Do(t.Context(), post(body.Field{Name: "a", Value: "b-value"}))
	assert.True(t, failure(t, err).Sent)
}
