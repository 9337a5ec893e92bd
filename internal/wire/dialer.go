// Package wire has the connections of our own transport. It dials them, sends large
// bodies in few large writes, and checks a connection before it is reused and before
// the end of a request is sent. internal/httpx makes the requests and interprets
// errors.
package wire

import (
	"context"
	"crypto/tls"
	"net"
	"net/http/httptrace"
	"time"
)

// HandshakeTimeout limits the TLS handshake of a connection.
const HandshakeTimeout = 10 * time.Second

// Dialer makes connections of our own type, including TLS: with the TLS of
// http.Transport our type would be hidden.
type Dialer struct {
	// Vendor is the vendor's host and port if every other address is a proxy, else
	// empty.
	Vendor string
	// Dial makes the underlying connection, as [net.Dialer.DialContext] does.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	TLS  *tls.Config
}

// Plain is for [http.Transport.DialContext].
func (d *Dialer) Plain(ctx context.Context, network, addr string) (net.Conn, error) {
	tcp, err := d.Dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	l := newLink(tcp)
	return &Conn{Conn: l, link: l}, nil
}

// tlsFor is the TLS configuration for the vendor, or for a proxy reached over TLS. A
// proxy has its own name and no HTTP/2, because net/http sends CONNECT only by
// HTTP/1.1.
func (d *Dialer) tlsFor(addr string) (*tls.Config, error) {
	vendors := d.Vendor == "" || addr == d.Vendor
	if vendors && d.TLS.ServerName != "" {
		return d.TLS, nil
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	cfg := d.TLS.Clone()
	cfg.ServerName = host
	if !vendors {
		cfg.NextProtos = []string{"http/1.1"}
	}
	return cfg, nil
}

// Secure is for [http.Transport.DialTLSContext].
func (d *Dialer) Secure(ctx context.Context, network, addr string) (net.Conn, error) {
	tcp, err := d.Dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	cfg, err := d.tlsFor(addr)
	if err != nil {
		_ = tcp.Close()
		return nil, err
	}
	return over(ctx, newLink(tcp), cfg)
}

// ErrHandshakeLate is the error of a handshake that took too long.
var ErrHandshakeLate error = lateError{}

type lateError struct{}

func (lateError) Error() string { return "wire: the TLS handshake took too long" }
func (lateError) Timeout() bool { return true }

// over runs the TLS handshake over a link, and closes the link if it fails.
func over(ctx context.Context, l *Link, cfg *tls.Config) (net.Conn, error) {
	gather := &gatherer{Conn: l}
	secured := tls.Client(gather, cfg)
	ctx, cancel := context.WithTimeoutCause(ctx, HandshakeTimeout, ErrHandshakeLate)
	defer cancel()
	trace := httptrace.ContextClientTrace(ctx)
	if trace != nil && trace.TLSHandshakeStart != nil {
		trace.TLSHandshakeStart()
	}
	err := secured.HandshakeContext(ctx)
	if trace != nil && trace.TLSHandshakeDone != nil {
		trace.TLSHandshakeDone(secured.ConnectionState(), err)
	}
	if err != nil {
		_ = l.Close()
		if context.Cause(ctx) == ErrHandshakeLate {
			return nil, ErrHandshakeLate
		}
		return nil, err
	}
	if secured.ConnectionState().NegotiatedProtocol == "h2" {
		return secured, nil // net/http recognises HTTP/2 by this type
	}
	return &Conn{Conn: secured, link: l, gather: gather}, nil
}

// Of returns our connection and its link for a connection that a trace reports. The
// Conn is nil for HTTP/2, where only TLS is above the link. Both are nil for a
// connection that our transport did not dial.
func Of(c net.Conn) (*Conn, *Link) {
	if secured, ok := c.(*tls.Conn); ok { // HTTP/2, or net/http's own TLS through a proxy
		c = secured.NetConn()
	}
	switch c := c.(type) {
	case *Conn:
		return c, c.link
	case *gatherer:
		l, _ := c.Conn.(*Link)
		return nil, l
	}
	return nil, nil
}
