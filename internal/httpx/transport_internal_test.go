package httpx

import (
	"crypto/tls"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/internal/wire"
)

// net/http makes the TLS connection through a proxy, with the same settings.
func TestTransport_Settings(t *testing.T) {
	transport := newTransport(Config{BaseURL: "https://vendor.example", TLSConfig: &tls.Config{MinVersion: tls.VersionTLS10}})
	assert.Nil(t, transport.Proxy)
	assert.False(t, transport.ForceAttemptHTTP2)
	assert.EqualValues(t, tls.VersionTLS12, transport.TLSClientConfig.MinVersion)
	assert.Equal(t, []string{"http/1.1"}, transport.TLSClientConfig.NextProtos)
	assert.Equal(t, wire.HandshakeTimeout, transport.TLSHandshakeTimeout)
	assert.Equal(t, 50*time.Second, transport.IdleConnTimeout)

	transport = newTransport(Config{BaseURL: "https://vendor.example", HTTP2: true, IdleTimeout: 5 * time.Second, Proxy: http.ProxyFromEnvironment})
	assert.NotNil(t, transport.Proxy)
	assert.True(t, transport.ForceAttemptHTTP2)
	assert.Equal(t, []string{"h2", "http/1.1"}, transport.TLSClientConfig.NextProtos)
	assert.Equal(t, 5*time.Second, transport.IdleConnTimeout)
}

// Only the setting is checked: a test with 512 connections would be slow.
func TestTransport_BoundsConnectionsByDefault(t *testing.T) {
	for given, want := range map[int]int{0: DefaultMaxConns, 1: 1, 1000: 1000} {
		transport := newTransport(Config{MaxConns: given})
		assert.Equal(t, want, transport.MaxConnsPerHost)
		assert.Equal(t, want, transport.MaxIdleConnsPerHost, "idle connections are kept for reuse")
	}
}
