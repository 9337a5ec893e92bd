//go:build linux

package faultmatrix

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"time"
)

// vendorHost is a name that only the resolver of this package resolves.
const vendorHost = "vendor.example.invalid"

// authority signs certificates for the life of the process.
type authority struct {
	cert  *x509.Certificate
	key   *ecdsa.PrivateKey
	roots *x509.CertPool
}

func newAuthority() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "EXAMPLE authority"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	a := &authority{cert: cert, key: key, roots: x509.NewCertPool()}
	a.roots.AddCert(cert)
	return a, nil
}

// leaf is a server's certificate for hosts, valid between two times relative to now.
func (a *authority) leaf(from, until time.Duration, hosts ...string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "EXAMPLE vendor"},
		NotBefore: now.Add(from), NotAfter: now.Add(until),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

// certificates are those of the proxies.
type certificates struct {
	roots                                        *x509.CertPool
	good, expired, notYet, otherHost, strangerCA tls.Certificate
}

func newCertificates() (*certificates, error) {
	trusted, err := newAuthority()
	if err != nil {
		return nil, fmt.Errorf("authority: %w", err)
	}
	stranger, err := newAuthority()
	if err != nil {
		return nil, fmt.Errorf("authority: %w", err)
	}
	c := &certificates{roots: trusted.roots}
	for _, leaf := range []struct {
		to          *tls.Certificate
		by          *authority
		from, until time.Duration
		host        string
	}{
		{&c.good, trusted, -48 * time.Hour, 24 * time.Hour, "127.0.0.1"},
		{&c.expired, trusted, -48 * time.Hour, -time.Hour, "127.0.0.1"},
		{&c.notYet, trusted, 48 * time.Hour, 72 * time.Hour, "127.0.0.1"},
		{&c.otherHost, trusted, -48 * time.Hour, 24 * time.Hour, "127.1.2.3"},
		{&c.strangerCA, stranger, -48 * time.Hour, 24 * time.Hour, "127.0.0.1"},
	} {
		hosts := []string{leaf.host}
		if leaf.host == "127.0.0.1" {
			hosts = append(hosts, vendorHost)
		}
		if *leaf.to, err = leaf.by.leaf(leaf.from, leaf.until, hosts...); err != nil {
			return nil, fmt.Errorf("certificate: %w", err)
		}
	}
	return c, nil
}

// trust is the TLS configuration of the SDK. Under the race detector the post-quantum
// key exchange of thousands of handshakes would take most of the time.
func (c *certificates) trust() *tls.Config {
	return &tls.Config{RootCAs: c.roots, MinVersion: tls.VersionTLS12, CurvePreferences: []tls.CurveID{tls.CurveP256}}
}

// server is the TLS configuration of a stand-in.
func (c *certificates) server() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{c.good}, MinVersion: tls.VersionTLS12}
}
