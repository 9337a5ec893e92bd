package httpx_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/httpx"
)

// authority signs certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "authority.example"},
		NotBefore:             time.Now().Add(-365 * 24 * time.Hour),
		NotAfter:              time.Now().Add(24 * time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return authority{certificate, key}
}

func (a authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// sign makes a server certificate for 127.0.0.1 that is valid except for the change.
func (a authority) sign(t *testing.T, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2),
		Subject:      pkix.Name{CommonName: "127.0.0.1"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// serveTLS answers over TLS, with HTTP/2 if the client supports it, and counts
// requests.
func serveTLS(t *testing.T, config *tls.Config, answer http.HandlerFunc) (server *httptest.Server, requests *atomic.Int32) {
	t.Helper()
	requests = new(atomic.Int32)
	server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		answer(w, r)
	}))
	server.TLS = config
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes fail here on purpose
	server.StartTLS()
	t.Cleanup(server.Close)
	return server, requests
}

// trusting is a client with the default transport.
func trusting(t *testing.T, base string, roots *x509.CertPool) *httpx.Client {
	t.Helper()
	c, err := httpx.NewTrusting(httpx.Config{BaseURL: base}, roots)
	require.NoError(t, err)
	return c
}

// overHTTP2 is the same with HTTP/2 turned on.
func overHTTP2(t *testing.T, base string, roots *x509.CertPool) *httpx.Client {
	t.Helper()
	c, err := httpx.NewTrusting(httpx.Config{BaseURL: base, HTTP2: true}, roots)
	require.NoError(t, err)
	return c
}

func sayProtocol(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	fmt.Fprintf(w, `{"tls":%d,"http":%d}`, r.TLS.Version, r.ProtoMajor)
}

// Holds P-WIRE-1.
func TestTLS_OldestVersionIs12(t *testing.T) {
	ca := newAuthority(t)
	for version, spoken := range map[uint16]bool{
		tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true,
	} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			server, requests := serveTLS(t, &tls.Config{
				MinVersion: version, MaxVersion: version, Certificates: []tls.Certificate{ca.sign(t, nil)},
			}, sayProtocol)
			for protocol, c := range map[int]*httpx.Client{
				1: trusting(t, server.URL, ca.pool()), 2: overHTTP2(t, server.URL, ca.pool()),
			} {
				resp, err := c.Do(t.Context(), post())
				if spoken {
					require.NoError(t, err)
					assert.Equal(t, fmt.Sprintf(`{"tls":%d,"http":%d}`, version, protocol), string(resp.Body))
					continue
				}
				assertNothingWasSent(t, err, requests)
			}
		})
	}
}

func assertNothingWasSent(t *testing.T, err error, requests *atomic.Int32) {
	t.Helper()
	f := failure(t, err)
	assert.Contains(t, []httpx.Kind{httpx.Network, httpx.Misconfigured}, f.Kind)
	assert.False(t, f.Sent)
	assert.Zero(t, requests.Load())
}

// The first case passes, so the others fail for their own reason.
// Holds P-WIRE-2.
func TestTLS_ChecksEveryPartOfCertificate(t *testing.T) {
	ca, stranger := newAuthority(t), newAuthority(t)
	for name, test := range map[string]struct {
		signer authority
		change func(*x509.Certificate)
		says   string
	}{
		"good":    {ca, nil, ""},
		"unknown": {stranger, nil, "the certificate is signed by an unknown authority"},
		"expired": {ca, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, "the certificate has expired"},
		"not yet valid": {ca, func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().Add(time.Hour), time.Now().Add(2*time.Hour)
		}, "the certificate is not valid yet: check this machine's clock"},
		"another address": {ca, func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 2)} },
			"the certificate is for another host"},
		"another host": {ca, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"vendor.example"} },
			"the certificate is for another host"},
		"only a common name": {ca, func(c *x509.Certificate) { c.IPAddresses = nil }, "the certificate is for another host"},
		"for clients": {ca, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} },
			"the certificate is not valid"},
	} {
		t.Run(name, func(t *testing.T) {
			server, requests := serveTLS(t,
				&tls.Config{Certificates: []tls.Certificate{test.signer.sign(t, test.change)}}, sayProtocol)
			_, err := trusting(t, server.URL, ca.pool()).Do(t.Context(), post())
			if test.says == "" {
				require.NoError(t, err)
				return
			}
			assertNothingWasSent(t, err, requests)
			assert.Equal(t, test.says, err.Error())
			field := map[string]string{"unknown": "TLSConfig", "not yet valid": "TLSConfig"}[name]
			assert.Equal(t, field, failure(t, err).Field, "the operator can fix it")
			assert.Equal(t, field != "", failure(t, err).Kind == httpx.Misconfigured)
		})
	}
}

func TestTLS_ServerDemandingClientCertificate(t *testing.T) {
	ca := newAuthority(t)
	server, requests := serveTLS(t, &tls.Config{
		MaxVersion:   tls.VersionTLS12, // TLS 1.2 refuses during the handshake
		Certificates: []tls.Certificate{ca.sign(t, nil)},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    ca.pool(),
	}, sayProtocol)
	_, err := trusting(t, server.URL, ca.pool()).Do(t.Context(), post())
	assertNothingWasSent(t, err, requests)
}

// The other side waits for the next message and sees that the connection was closed.
func TestTLS_FailedHandshakeClosesConnection(t *testing.T) {
	closed := make(chan struct{})
	base := rawServer(t, func(conn net.Conn) {
		defer close(closed)
		_, _ = conn.Read(make([]byte, 64<<10))
		_, _ = io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\n\r\n")
		_, _ = io.Copy(io.Discard, conn)
	})
	_, err := client(t, httpx.Config{BaseURL: "https" + strings.TrimPrefix(base, "http")}).Do(t.Context(), post())
	assert.False(t, failure(t, err).Sent)
	<-closed
}

// Holds P-WIRE-3.
func TestTLS_PlainHTTPServerGetsNothing(t *testing.T) {
	var requests atomic.Int32
	server := serve(t, func(http.ResponseWriter, *http.Request) { requests.Add(1) })
	address := "https" + strings.TrimPrefix(server.URL, "http")
	_, err := client(t, httpx.Config{BaseURL: address}).Do(t.Context(), post())
	assertNothingWasSent(t, err, &requests)
}
