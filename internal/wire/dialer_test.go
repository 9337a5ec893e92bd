package wire

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"net/http/httptrace"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A proxy reached over TLS has its own name, and no HTTP/2.
func TestDialer_VendorOrProxy(t *testing.T) {
	both, one := []string{"h2", "http/1.1"}, []string{"http/1.1"}
	for name, test := range map[string]struct {
		vendor, ours, addr, serverName string
		protocols                      []string
	}{
		"no proxy":               {"", "", "vendor.example:443", "vendor.example", both},
		"no proxy, a name given": {"", "given.example", "10.0.0.1:443", "given.example", both},
		"the vendor":             {"vendor.example:443", "given.example", "vendor.example:443", "given.example", both},
		"the vendor, its port":   {"vendor.example:8443", "", "vendor.example:8443", "vendor.example", both},
		"the vendor, IPv6":       {"[2001:db8::1]:443", "", "[2001:db8::1]:443", "2001:db8::1", both},
		"a proxy":                {"vendor.example:443", "given.example", "proxy.example:443", "proxy.example", one},
		"another port":           {"vendor.example:443", "", "vendor.example:3128", "vendor.example", one},
	} {
		d := &Dialer{Vendor: test.vendor, TLS: &tls.Config{ServerName: test.ours, NextProtos: both}}
		cfg, err := d.tlsFor(test.addr)
		require.NoError(t, err, name)
		assert.Equal(t, test.serverName, cfg.ServerName, name)
		assert.Equal(t, test.protocols, cfg.NextProtos, name)
		assert.Equal(t, both, d.TLS.NextProtos, name)
	}
}

// The caller's own trace sees the handshake, as with the TLS of net/http.
func TestDialer_CallersTraceSeesHandshake(t *testing.T) {
	server := httptest.NewUnstartedServer(nil)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	began := 0
	var ended []error
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		TLSHandshakeStart: func() { began++ },
		TLSHandshakeDone:  func(_ tls.ConnectionState, err error) { ended = append(ended, err) },
	})
	d := &Dialer{Dial: new(net.Dialer).DialContext, TLS: &tls.Config{}}
	_, err := d.Secure(ctx, "tcp", server.Listener.Addr().String())
	require.Error(t, err, "the handshake refuses the certificate")
	assert.Equal(t, 1, began)
	require.Len(t, ended, 1)
	assert.Error(t, ended[0])
}
