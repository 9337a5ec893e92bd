package httpx_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/httpx"
)

func TestFailure_RefusedConnectionIsNotSent(t *testing.T) {
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

func TestFailure_ResetDuringUploadIsNotSent(t *testing.T) {
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

func TestFailure_BadCertificate(t *testing.T) {
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

func TestFailure_MediaErrorIsNotNetworkError(t *testing.T) {
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

func TestFailure_KeepsNotExist(t *testing.T) {
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

func TestFailure_HidesUnexpectedErrors(t *testing.T) {
	transport := roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, errors.New("proxyconnect: http://user:EXAMPLE-PASSWORD@proxy")
	})
	_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).
		Do(t.Context(), post())
	assertSays(t, err, "EXAMPLE-PASSWORD", false)
	assertSays(t, err, "vendor.invalid", false)
	assert.Equal(t, httpx.Network, failure(t, err).Kind)
}

// passing is a context whose deadline the test makes pass.
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

func TestFailure_CallersDeadlineOrTimeLimit(t *testing.T) {
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

func TestFailure_PrintsNoHeaderOrAnswer(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "https://h.invalid/?access_token=MARK")
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusFound)
	})
	_, err := client(t, httpx.Config{BaseURL: server.URL}).Do(t.Context(), post())
	f := failure(t, err)
	for _, said := range []string{fmt.Sprintf("%v %+v %#v %s %q", f, f, f, f, *f)} {
		assert.NotContains(t, said, "MARK")
		assert.Equal(t, 5, strings.Count(said, f.Error()), said)
	}
	assert.Equal(t, 7*time.Second, f.RetryAfter(time.Now()))
}

// A refused handshake is a *net.OpError around an unexported alert type of crypto/tls;
// tls.AlertError is only for QUIC.
func TestFailure_HandshakeRefusedByServer(t *testing.T) {
	ca := newAuthority(t)
	for name, config := range map[string]*tls.Config{
		"too old":              {MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11},
		"client's certificate": {MaxVersion: tls.VersionTLS12, ClientAuth: tls.RequireAndVerifyClientCert},
	} {
		config.Certificates = []tls.Certificate{ca.sign(t, nil)}
		server, _ := serveTLS(t, config, sayProtocol)
		_, err := trusting(t, server.URL, ca.pool()).Do(t.Context(), post())
		assert.Equal(t, "the TLS handshake was refused", failure(t, err).Error(), name)
	}
}

// The same if our side refuses.
func TestFailure_HandshakeRefusedByUs(t *testing.T) {
	transport := roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "local error", Err: errors.New("MARK")}
	})
	_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).Do(t.Context(), post())
	assert.Equal(t, "the TLS handshake was refused", failure(t, err).Error())
}

// http.Client turns the tls.RecordHeaderError into http.ErrSchemeMismatch.
func TestFailure_PlainHTTPServer(t *testing.T) {
	server := serve(t, func(http.ResponseWriter, *http.Request) {})
	_, err := client(t, httpx.Config{BaseURL: "https" + strings.TrimPrefix(server.URL, "http")}).Do(t.Context(), post())
	assert.Equal(t, "the other side does not speak TLS", failure(t, err).Error())
}
