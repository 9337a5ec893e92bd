package httpx_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/httpx"
)

// A signer sees the request as the server does, including headers that a Wrap added
// and the prefix of the base URL. It adds headers, and reads no body.
func TestSigner_SeesFinalRequest(t *testing.T) {
	for name, wrap := range map[string]func(http.RoundTripper) http.RoundTripper{
		"alone": nil,
		"wrapped": around(func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			req.Header.Set("X-Example-Trace", "1")
			req.Header.Set("X-Example-Version", "forged")
			return next.RoundTrip(req)
		}),
	} {
		t.Run(name, func(t *testing.T) {
			base, got := listening(t)
			var seen http.Header
			var digest [sha256.Size]byte
			req := post(body.Field{Name: "a", Value: "b"})
			req.Header = http.Header{"x-example-version": {"2026-01-02"}, "Content-Type": {"text/forged"}, "User-Agent": {"own"}}
			req.Query = url.Values{"Version": {"1 0+"}, "Action": {"&"}}
			req.Sign = func(ctx context.Context, r *http.Request, sum [sha256.Size]byte) error {
				digest = sum
				assert.Equal(t, "POST "+base+"/v/verify?Action=%26&Version=1%200%2B", r.Method+" "+r.URL.String())
				assert.Equal(t, strings.TrimPrefix(base, "http://"), r.Host)
				assert.Equal(t, req.Body.Len(), r.ContentLength)
				content, err := io.ReadAll(r.Body)
				assert.NoError(t, err)
				assert.Empty(t, content)
				_, limited := ctx.Deadline()
				assert.True(t, limited)
				seen = r.Header.Clone()
				r.Header.Set("Authorization", secretSignature)
				return nil
			}
			_, err := client(t, httpx.Config{BaseURL: base + "/v", Wrap: wrap}).Do(t.Context(), req)
			require.NoError(t, err)
			assert.Equal(t, "POST /v/verify?Action=%26&Version=1%200%2B", got.address)
			assert.Equal(t, secretSignature, got.authorization)
			assert.Equal(t, sha256.Sum256([]byte(got.body)), digest)
			seen.Set("Authorization", secretSignature)
			got.header.Del("Content-Length")
			assert.Equal(t, got.header, seen)
			assert.Equal(t, "2026-01-02", seen.Get("X-Example-Version"))
			assert.Equal(t, "own", seen.Get("User-Agent"))
			assert.Contains(t, seen.Get("Content-Type"), "multipart/form-data; boundary=")
			assert.Equal(t, wrap != nil, seen.Get("X-Example-Trace") == "1")
		})
	}
}

// Both are in one query, the public part first.
func TestQuery_PublicComesBeforeSecret(t *testing.T) {
	var got atomic.Value
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		got.Store(r.URL.RawQuery)
		panic(http.ErrAbortHandler)
	})
	req := post()
	req.Query = url.Values{"Model": {"EXAMPLE-MODEL"}}
	for secret, want := range map[httpx.Param]string{
		{}: "Model=EXAMPLE-MODEL", {Name: "access_token", Value: "EXAMPLE&TOKEN"}: "Model=EXAMPLE-MODEL&access_token=EXAMPLE%26TOKEN",
	} {
		req.SecretQuery = secret
		_, err := client(t, httpx.Config{BaseURL: server.URL}).Do(t.Context(), req)
		assert.Equal(t, want, got.Load())
		assertSays(t, err, "EXAMPLE", false)
	}
}

// Each exchange gets its own signature.
func TestSigner_RunsForEveryExchange(t *testing.T) {
	base, got := listening(t)
	c := client(t, httpx.Config{BaseURL: base})
	signed := 0
	req := post()
	req.Sign = func(_ context.Context, r *http.Request, _ [sha256.Size]byte) error {
		signed++
		assert.Empty(t, r.Header.Get("Authorization"), "the earlier one is gone")
		r.Header.Set("Authorization", fmt.Sprint(signed))
		return nil
	}
	for n := range 3 {
		_, err := c.Do(t.Context(), req)
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprint(n+1), got.authorization)
	}
}

// Headers that a signer adds appear in no trace and in no error.
// Holds P-WIRE-12.
func TestSigner_HeadersAreHidden(t *testing.T) {
	server := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	var told strings.Builder
	req := post()
	req.Sign = func(_ context.Context, r *http.Request, _ [sha256.Size]byte) error {
		r.Header.Set("Authorization", secretSignature)
		r.Header.Set("X-Example-Token", secretToken)
		return nil
	}
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		WroteHeaderField: func(name string, values []string) { fmt.Fprintln(&told, name, values) },
	})
	wrap := around(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		answer, err := next.RoundTrip(r)
		fmt.Fprintln(&told, r.Header, r.URL, err)
		return answer, err
	})
	_, err := client(t, httpx.Config{BaseURL: server.URL, Wrap: wrap}).Do(ctx, req)
	assert.Equal(t, httpx.Network, failure(t, err).Kind)
	assert.Contains(t, told.String(), "X-Example-Token [[hidden]]")
	for _, secret := range []string{secretSignature, secretToken} {
		assertSays(t, err, secret, false)
		assert.NotContains(t, told.String(), secret)
	}
}

// A request that cannot be signed is not sent. The signer's error text goes only to
// the package that supplied the signer, which knows what it may contain.
func TestSigner_ErrorSendsNothing(t *testing.T) {
	var requests atomic.Int32
	server := serve(t, func(http.ResponseWriter, *http.Request) { requests.Add(1) })
	var told error
	wrap := around(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		answer, err := next.RoundTrip(r)
		told = err
		return answer, err
	})
	fails := errors.New("no credentials for " + secretToken)
	req := post(body.Field{Name: "a", Value: "b"})
	req.Sign = func(context.Context, *http.Request, [sha256.Size]byte) error { return fails }
	for _, cfg := range []httpx.Config{{BaseURL: server.URL}, {BaseURL: server.URL, Wrap: wrap}} {
		_, err := client(t, cfg).Do(t.Context(), req)
		f := failure(t, err)
		assert.Equal(t, httpx.Unsigned, f.Kind)
		assert.False(t, f.Sent)
		assert.Equal(t, "the request could not be signed", f.Error())
		assert.Equal(t, fails, f.SigningError())
		assertSays(t, err, secretToken, false)
	}
	assertSays(t, told, secretToken, false)
	assert.Zero(t, requests.Load())
}

// A body that cannot be read is not signed; its media are at fault.
func TestSigner_UnreadableBodyIsNotSigned(t *testing.T) {
	req := withMedia(breaking{}, 100<<10)
	req.Sign = func(context.Context, *http.Request, [sha256.Size]byte) error { t.Error("signed"); return nil }
	_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid"}).Do(t.Context(), req)
	f := failure(t, err)
	assert.Equal(t, httpx.Media, f.Kind)
	assert.False(t, f.Sent)
}

// A signer that waits does not block the caller: it is abandoned after the time limit,
// even if it ignores its context.
func TestSigner_HangingIsAbandoned(t *testing.T) {
	for name, listens := range map[string]bool{"it listens": true, "it does not": false} {
		for _, leaves := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				transport := roundTrip(func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF })
				c := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}, Timeout: time.Second})
				ctx, leave := context.WithCancel(t.Context())
				defer leave()
				if leaves {
					time.AfterFunc(time.Second/2, leave)
				}
				req := post()
				release := make(chan struct{})
				req.Sign = func(ctx context.Context, _ *http.Request, _ [sha256.Size]byte) error {
					if !listens {
						<-release
						return nil
					}
					<-ctx.Done()
					return ctx.Err()
				}
				began := time.Now()
				_, err := c.Do(ctx, req)
				assert.Less(t, time.Since(began), 2*time.Second, name)
				f := failure(t, err)
				assert.Equal(t, map[bool]httpx.Kind{false: httpx.Timeout, true: httpx.Canceled}[leaves], f.Kind, name)
				assert.False(t, f.Sent)
				close(release)
			})
		}
	}
}
