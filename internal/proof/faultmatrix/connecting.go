//go:build linux

package faultmatrix

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
)

var dialer net.Dialer

func plainDial(ctx context.Context, addr string) (net.Conn, error) {
	return dialer.DialContext(ctx, "tcp", addr)
}

// resolveFaults are about resolving the host's name. They need a transport whose
// resolver is in this package.
func resolveFaults() []fault {
	at := func(name Text, rcode int, known, hangs, cancels bool) fault {
		return fault{phase: Resolve, name: name, hangs: hangs, reach: func(r *running) (reached, error) {
			broken, err := newNameServer(rcode, known)
			if err != nil {
				return reached{}, err
			}
			r.closes(broken.Close)
			working, err := newNameServer(rcodeOK, true)
			if err != nil {
				return reached{}, err
			}
			r.closes(working.Close)
			asks := func(s *nameServer) func(context.Context, string) (net.Conn, error) {
				d := net.Dialer{Resolver: s.resolver()}
				return func(ctx context.Context, addr string) (net.Conn, error) {
					if cancels && s == broken {
						r.cancel()
					}
					return d.DialContext(ctx, "tcp", addr)
				}
			}
			return r.byName(r.dialing(asks(broken), asks(working)))
		}}
	}
	return []fault{
		at(Text{"no such name (NXDOMAIN)", "域名不存在（NXDOMAIN）"}, rcodeNXDomain, false, false, false),
		at(Text{"the resolver fails (SERVFAIL)", "解析服务器故障（SERVFAIL）"}, rcodeServFail, false, false, false),
		at(Text{"a name without an address", "域名没有地址"}, rcodeOK, false, false, false),
		at(hang_, silent, false, true, false),
		at(cancel_, silent, false, false, true),
	}
}

// byName reaches the stand-in by its host name.
func (r *running) byName(client *http.Client) (reached, error) {
	_, port, err := net.SplitHostPort(r.vendorAddr)
	return reached{root: "https://" + net.JoinHostPort(vendorHost, port), httpClient: client}, err
}

func connectFaults() []fault {
	// to makes a client that dials another address while the fault strikes.
	to := func(r *running, elsewhere string, before func()) *http.Client {
		return r.dialing(func(ctx context.Context, _ string) (net.Conn, error) {
			before()
			return plainDial(ctx, elsewhere)
		}, plainDial)
	}
	refusing := func(r *running) (reached, error) {
		port, err := newRefused()
		if err != nil {
			return reached{}, err
		}
		r.closes(port.Close)
		return reached{root: "https://" + r.vendorAddr, httpClient: to(r, port.addr(), func() {})}, nil
	}
	never := func(before func(*running)) func(r *running) (reached, error) {
		return func(r *running) (reached, error) {
			port, err := newFull()
			if err != nil {
				return reached{}, err
			}
			r.closes(port.Close)
			return reached{root: "https://" + r.vendorAddr, httpClient: to(r, port.addr(), func() { before(r) })}, nil
		}
	}
	return []fault{
		{phase: Connect, name: Text{"refused", "连接被拒绝"}, reach: refusing},
		{phase: Connect, name: Text{"refused for good, our own transport", "始终拒绝（SDK 自带的传输层）"}, stays: true,
			reach: func(r *running) (reached, error) {
				port, err := newRefused()
				if err != nil {
					return reached{}, err
				}
				r.closes(port.Close)
				return reached{root: "https://" + port.addr()}, nil
			}},
		{phase: Connect, name: hang_, hangs: true, reach: never(func(*running) {})},
		{phase: Connect, name: Text{"silence for good, our own transport", "始终无响应（SDK 自带的传输层）"}, hangs: true, stays: true,
			reach: func(r *running) (reached, error) {
				port, err := newFull()
				if err != nil {
					return reached{}, err
				}
				r.closes(port.Close)
				return reached{root: "https://" + port.addr()}, nil
			}},
		{phase: Connect, name: cancel_, reach: never(func(r *running) { r.cancel() })},
	}
}

func handshakeFaults() []fault {
	hello := func(name Text, hangs bool, strike func(*wire) bool) fault {
		return fault{phase: Handshake, name: name, hangs: hangs, plan: plan{hello: func(w *wire) { strike(w) }}}
	}
	shows := func(name Text, secure func(*certificates) *tls.Config) fault {
		return fault{phase: Handshake, name: name, plan: plan{secure: secure}}
	}
	with := func(pick func(*certificates) tls.Certificate) func(*certificates) *tls.Config {
		return func(c *certificates) *tls.Config {
			return &tls.Config{Certificates: []tls.Certificate{pick(c)}, MinVersion: tls.VersionTLS12}
		}
	}
	all := []fault{
		hello(reset_, false, (*wire).reset),
		hello(closed_, false, (*wire).finish),
		hello(hang_, true, (*wire).hang),
		hello(cancel_, false, (*wire).cancel),
		hello(Text{"an answer without TLS", "不用 TLS 的应答"}, false, (*wire).bare),
		shows(Text{"a certificate for another host", "证书属于别的主机"}, with(func(c *certificates) tls.Certificate { return c.otherHost })),
		shows(Text{"a certificate of an unknown authority", "证书由未知机构签发"}, with(func(c *certificates) tls.Certificate { return c.strangerCA })),
		shows(Text{"a certificate that has expired", "证书已过期"}, with(func(c *certificates) tls.Certificate { return c.expired })),
		shows(Text{"a certificate that is not valid yet", "证书尚未生效"}, with(func(c *certificates) tls.Certificate { return c.notYet })),
		shows(Text{"TLS 1.1 at most", "最高只支持 TLS 1.1"}, func(c *certificates) *tls.Config {
			return &tls.Config{Certificates: []tls.Certificate{c.good}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
		}),
		shows(Text{"a client certificate is demanded, TLS 1.2", "要求客户端证书，TLS 1.2"}, func(c *certificates) *tls.Config {
			return &tls.Config{Certificates: []tls.Certificate{c.good}, MaxVersion: tls.VersionTLS12, MinVersion: tls.VersionTLS12, ClientAuth: tls.RequireAnyClientCert}
		}),
		shows(Text{"a client certificate is demanded, TLS 1.3", "要求客户端证书，TLS 1.3"}, func(c *certificates) *tls.Config {
			return &tls.Config{Certificates: []tls.Certificate{c.good}, MinVersion: tls.VersionTLS13, ClientAuth: tls.RequireAnyClientCert}
		}),
	}
	// In TLS 1.3 the client may send before it learns that the server requires a
	// client certificate.
	all[len(all)-1].large = true
	for _, b := range breaks(Handshake, atConnection, true, nil) {
		b.name = Text{"just after it: " + b.name.EN, "握手刚完成：" + b.name.ZH}
		all = append(all, b)
	}
	return all
}
