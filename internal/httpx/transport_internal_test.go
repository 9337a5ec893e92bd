package httpx

import (
	"crypto/tls"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A proxy that is reached over TLS has a name of its own, and no HTTP/2.
func TestDialerTellsTheVendorFromAProxy(t *testing.T) {
	both, one := []string{"h2", "http/1.1"}, []string{"http/1.1"}
	for name, test := range map[string]struct {
		vendor, ours, addr, serverName string
		protocols                      []string
	}{
		"no proxy":               {"", "", "vendor.example:443", "vendor.example", both},
		"no proxy, a name given": {"", "given.example", "10.0.0.1:443", "given.example", both},
		"the vendor":             {hostPort("https://vendor.example/path"), "given.example", "vendor.example:443", "given.example", both},
		"the vendor, its port":   {hostPort("https://vendor.example:8443"), "", "vendor.example:8443", "vendor.example", both},
		"the vendor, IPv6":       {hostPort("https://[2001:db8::1]"), "", "[2001:db8::1]:443", "2001:db8::1", both},
		"a proxy":                {hostPort("https://vendor.example"), "given.example", "proxy.example:443", "proxy.example", one},
		"another port":           {hostPort("https://vendor.example"), "", "vendor.example:3128", "vendor.example", one},
	} {
		d := &dialer{vendor: test.vendor, tls: &tls.Config{ServerName: test.ours, NextProtos: both}}
		cfg, err := d.tlsFor(test.addr)
		require.NoError(t, err, name)
		assert.Equal(t, test.serverName, cfg.ServerName, name)
		assert.Equal(t, test.protocols, cfg.NextProtos, name)
		assert.Equal(t, both, d.tls.NextProtos, name)
	}
}

// What a proxy tunnels is secured by net/http and as strictly.
func TestSettingsOfOurTransport(t *testing.T) {
	transport := newTransport(Config{BaseURL: "https://vendor.example", TLSConfig: &tls.Config{MinVersion: tls.VersionTLS10}})
	assert.Nil(t, transport.Proxy)
	assert.False(t, transport.ForceAttemptHTTP2)
	assert.EqualValues(t, tls.VersionTLS12, transport.TLSClientConfig.MinVersion)
	assert.Equal(t, []string{"http/1.1"}, transport.TLSClientConfig.NextProtos)
	assert.Equal(t, handshakeTimeout, transport.TLSHandshakeTimeout)
	assert.Equal(t, 50*time.Second, transport.IdleConnTimeout)

	transport = newTransport(Config{BaseURL: "https://vendor.example", HTTP2: true, IdleTimeout: 5 * time.Second, Proxy: http.ProxyFromEnvironment})
	assert.NotNil(t, transport.Proxy)
	assert.True(t, transport.ForceAttemptHTTP2)
	assert.Equal(t, []string{"h2", "http/1.1"}, transport.TLSClientConfig.NextProtos)
	assert.Equal(t, 5*time.Second, transport.IdleConnTimeout)
}
