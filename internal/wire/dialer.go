// Package wire has the connections of our own transport: they are dialled here,
// write large bodies in few and large writes, and are looked at before they are
// used again and before the end of a request leaves. What a request is, and what
// an error means, is told in internal/httpx.
package wire

import (
	"context"
	"crypto/tls"
	"net"
	"net/http/httptrace"
	"time"
)

// HandshakeTimeout bounds the TLS handshake of a connection.
const HandshakeTimeout = 10 * time.Second

// Dialer makes connections of our own type, over TLS as well: the transport's
// own TLS would hide it.
type Dialer struct {
	// Vendor is its host and port where any other is a proxy's, else empty.
	Vendor string
	// Dial makes the connection below, as [net.Dialer.DialContext] does.
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

// tlsFor is for the vendor, or for a proxy that is reached over TLS: it has a name
// of its own, and is told CONNECT, which net/http says in HTTP/1.1 only.
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

// over speaks TLS over a link, which it closes when that fails.
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
		return secured, nil // the type by which net/http knows HTTP/2
	}
	return &Conn{Conn: secured, link: l, gather: gather}, nil
}

// Of is a connection that our own transport has dialled, as a trace is told
// of it, with the link below. It is nil where TLS alone lies above the link, in
// HTTP/2, and both are for a connection of somebody else.
func Of(c net.Conn) (*Conn, *Link) {
	if secured, ok := c.(*tls.Conn); ok { // of HTTP/2, or of net/http's own, through a proxy
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
