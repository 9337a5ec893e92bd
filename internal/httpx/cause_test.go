package httpx_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/timelimit"
)

// The cause is a fixed text, even if the error's own text contains hosts, proxies and
// headers.
func TestCause_FixedWords(t *testing.T) {
	expired := func(from time.Duration) error { // MARK takes the place of names
		return x509.CertificateInvalidError{Reason: x509.Expired, Detail: "MARK", Cert: &x509.Certificate{
			NotBefore: time.Now().Add(from), NotAfter: time.Now().Add(from + time.Hour),
		}}
	}
	for want, cause := range map[string]error{
		"the host name could not be resolved":                &net.DNSError{Err: "no such host", Name: "MARK.example"},
		"the certificate has expired":                        expired(-2 * time.Hour),
		"the certificate is for another host":                x509.HostnameError{Certificate: &x509.Certificate{}, Host: "MARK.example"},
		"the certificate is not valid":                       x509.CertificateInvalidError{Cert: &x509.Certificate{}, Detail: "MARK"},
		"the certificate could not be verified":              &tls.CertificateVerificationError{Err: errors.New("MARK")},
		"the other side does not speak TLS":                  tls.RecordHeaderError{Msg: "MARK"},
		"the TLS handshake was refused":                      &net.OpError{Op: "remote error", Err: errors.New("MARK")},
		"connection refused":                                 fmt.Errorf("dial MARK: %w", syscall.ECONNREFUSED),
		"the connection was closed":                          fmt.Errorf("MARK: %w", io.EOF),
		"the proxy could not be reached":                     &net.OpError{Op: "proxyconnect", Err: errors.New("MARK")},
		"the proxy could not be reached: connection refused": &net.OpError{Op: "proxyconnect", Err: syscall.ECONNREFUSED},
		"the proxy could not connect":                        &net.OpError{Op: "socks connect", Err: errors.New("MARK")},
		"the proxy could not connect: it answered HTTP 502":  errors.New("Bad Gateway"),
		"the proxy could not connect: it answered HTTP 429":  errors.New("Too Many Requests"),
		"the exchange failed":                                errors.New("MARK"),
	} {
		transport := roundTrip(func(*http.Request) (*http.Response, error) { return nil, cause })
		_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).
			Do(t.Context(), post())
		f := failure(t, err)
		assert.Equal(t, httpx.Network, f.Kind, want)
		assert.Equal(t, want, f.Error())
		assertSays(t, err, "MARK", false)
	}
}

// Faults that the operator has to fix are separated from temporary ones.
func TestCause_OperatorFaultIsMisconfigured(t *testing.T) {
	later := x509.CertificateInvalidError{Reason: x509.Expired, Detail: "MARK", Cert: &x509.Certificate{
		NotBefore: time.Now().Add(time.Hour), NotAfter: time.Now().Add(2 * time.Hour),
	}}
	for want, cause := range map[string]error{
		"the certificate is signed by an unknown authority":            x509.UnknownAuthorityError{},
		"the authorities of this system could not be loaded":           x509.SystemRootsError{Err: errors.New("MARK")},
		"the certificate is not valid yet: check this machine's clock": later,
		"the proxy refused":                       &net.OpError{Op: "socks connect", Err: errors.New("username/password authentication failed")},
		"the proxy refused: it answered HTTP 407": errors.New("Proxy Authentication Required"),
		"the proxy refused: it answered HTTP 403": errors.New("Forbidden"),
	} {
		transport := roundTrip(func(*http.Request) (*http.Response, error) { return nil, cause })
		for name, wrap := range map[string]func(http.RoundTripper) http.RoundTripper{"bare": nil, "wrapped": around(http.RoundTripper.RoundTrip)} {
			_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}, Wrap: wrap}).
				Do(t.Context(), post())
			f := failure(t, err)
			assert.Equal(t, httpx.Misconfigured, f.Kind, "%s, %s", want, name)
			assert.Equal(t, "Client", f.Field, "the settings of our own transport are not in use")
			assert.Equal(t, want, f.Error())
			assert.False(t, f.Sent)
			assertSays(t, err, "MARK", false)
		}
	}
}

// A reason phrase counts as a proxy's answer only before the request was sent.
func TestCause_ErrorAfterSendingIsNotProxys(t *testing.T) {
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, r.Body)
		return nil, errors.New("Forbidden")
	})
	_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).Do(t.Context(), post())
	f := failure(t, err)
	assert.Equal(t, httpx.Network, f.Kind)
	assert.True(t, f.Sent)
}

// tardy is a timeout error from elsewhere, such as http.Client.Timeout.
type tardy struct{}

func (tardy) Error() string { return "MARK" }
func (tardy) Timeout() bool { return true }

func TestCause_RecognisesAllTimeouts(t *testing.T) {
	for _, cause := range []error{
		tardy{}, fmt.Errorf("MARK: %w", tardy{}),
		context.DeadlineExceeded, &net.OpError{Op: "MARK", Err: fmt.Errorf("MARK: %w", context.DeadlineExceeded)},
	} {
		transport := roundTrip(func(*http.Request) (*http.Response, error) { return nil, cause })
		_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).
			Do(t.Context(), post())
		assert.Equal(t, httpx.Timeout, failure(t, err).Kind, "%T", cause)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assertSays(t, err, "MARK", false)
	}
}

// Each time limit has its own text.
func TestCause_TimeLimitNamesOwner(t *testing.T) {
	const minute = time.Minute
	policy := func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeoutCause(ctx, minute, timelimit.ErrPolicy)
	}
	caller := func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeout(ctx, minute)
	}
	for name, test := range map[string]struct {
		timeout, ofClient time.Duration
		within            func(context.Context) (context.Context, context.CancelFunc)
		want              string
	}{
		"ours":                     {minute, 0, nil, "HTTP.Timeout passed"},
		"ours before the Client's": {minute, 2 * minute, nil, "HTTP.Timeout passed"},
		"the Client's":             {2 * minute, minute, nil, "the Timeout of HTTP.Client passed"},
		"the policy's":             {2 * minute, 0, policy, "VendorPolicy.Timeout passed"},
		"the caller's":             {2 * minute, 0, caller, "the caller's deadline passed"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				transport := roundTrip(func(r *http.Request) (*http.Response, error) {
					_, _ = io.Copy(io.Discard, r.Body)
					<-r.Context().Done()
					return nil, r.Context().Err()
				})
				ctx, cancel := context.WithCancel(t.Context())
				if test.within != nil {
					ctx, cancel = test.within(t.Context())
				}
				defer cancel()
				began := time.Now()
				_, err := client(t, httpx.Config{
					BaseURL: "https://vendor.invalid", Timeout: test.timeout,
					Client: &http.Client{Transport: transport, Timeout: test.ofClient},
				}).Do(ctx, post())
				f := failure(t, err)
				assert.Equal(t, httpx.Timeout, f.Kind)
				assert.Equal(t, test.want, f.Error())
				assert.Equal(t, minute, time.Since(began))
				assert.ErrorIs(t, err, context.DeadlineExceeded)
			})
		})
	}
}

// Hanging media are not a silent vendor. If the caller's own deadline passes first, the
// cause is unknown, and the deadline is reported.
func TestCause_HangingMedia(t *testing.T) {
	limited := func(cause error) func(context.Context) (context.Context, context.CancelFunc) {
		return func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithDeadlineCause(ctx, time.Now().Add(50*time.Millisecond), cause)
		}
	}
	for name, test := range map[string]struct {
		timeout time.Duration
		within  func(context.Context) (context.Context, context.CancelFunc)
		kind    httpx.Kind
		want    string
	}{
		"ours":         {50 * time.Millisecond, context.WithCancel, httpx.Media, "the media could not be read: HTTP.Timeout passed"},
		"the policy's": {time.Minute, limited(timelimit.ErrPolicy), httpx.Media, "the media could not be read: VendorPolicy.Timeout passed"},
		"the caller's": {time.Minute, limited(nil), httpx.Timeout, "the caller's deadline passed"},
	} {
		t.Run(name, func(t *testing.T) {
			server := serve(t, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
			media := hanging{make(chan struct{})}
			defer close(media.release)
			form, err := body.Multipart(nil, &body.File{Field: "f", FileName: "f", ContentType: "a/b", Media: httpx.Sized(media, 5)})
			require.NoError(t, err)
			ctx, cancel := test.within(t.Context())
			defer cancel()
			_, err = client(t, httpx.Config{BaseURL: server.URL, Timeout: test.timeout}).Do(ctx, httpx.Request{Method: http.MethodPost, Path: "/", Body: form})
			f := failure(t, err)
			assert.Equal(t, test.kind, f.Kind)
			assert.Equal(t, test.want, f.Error())
			assert.False(t, f.Sent)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
	}
}

// A transport's time limits are neither ours nor the caller's.
func TestCause_TransportTimeLimit(t *testing.T) {
	timeout := &net.OpError{Op: "dial", Err: tardy{}}
	for want, cause := range map[string]error{
		"the transport's time limit for connecting passed":              timeout,
		"the transport's time limit for connecting to the proxy passed": &net.OpError{Op: "proxyconnect", Err: timeout},
		"the transport's time limit for the TLS handshake passed":       lateHandshake{},
		"a time limit of the transport passed":                          tardy{},
	} {
		transport := roundTrip(func(*http.Request) (*http.Response, error) { return nil, cause })
		_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).Do(t.Context(), post())
		f := failure(t, err)
		assert.Equal(t, httpx.Timeout, f.Kind)
		assert.Equal(t, want, f.Error())
	}
}

// lateHandshake has the errors of net/http and of our own transport.
type lateHandshake struct{ tardy }

func (lateHandshake) Error() string { return "net/http: TLS handshake timeout" }

// The server closes a connection after its first answer, while the next request is
// being written.
func TestCause_IdleConnectionClosed(t *testing.T) {
	var answered atomic.Bool
	base := rawServer(t, func(conn net.Conn) {
		defer conn.Close()
		in := bufio.NewReader(conn)
		if answered.Swap(true) {
			_, _ = in.ReadByte()
			return
		}
		request, err := http.ReadRequest(in)
		if assert.NoError(t, err) {
			_, _ = io.Copy(io.Discard, request.Body)
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		_, _ = in.ReadByte()
	})
	c := client(t, httpx.Config{BaseURL: base})
	defer c.CloseIdleConnections()
	_, err := c.Do(t.Context(), post())
	require.NoError(t, err)
	_, err = c.Do(t.Context(), post())
	f := failure(t, err)
	assert.Equal(t, httpx.Network, f.Kind)
	assert.Contains(t, f.Error(), "an idle connection was closed as it was used again: ")

	_, err = c.Do(t.Context(), post()) // on a new connection
	assert.NotContains(t, failure(t, err).Error(), "idle")
}
