package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// The protocols.
const http1, http2 = "HTTP/1.1", "HTTP/2"

// servers serve the desk over TLS, one by HTTP/1.1 and one by HTTP/2.
type servers struct {
	http1, http2 *httptest.Server
	connections  connections
}

// serve starts both servers, which log to logs.
func serve(h http.Handler, logs io.Writer) *servers {
	s := &servers{}
	s.http1, s.http2 = s.start(h, logs, false), s.start(h, logs, true)
	return s
}

func (s *servers) start(h http.Handler, logs io.Writer, http2 bool) *httptest.Server {
	server := httptest.NewUnstartedServer(h)
	if server.EnableHTTP2 = http2; http2 {
		server.TLS = &tls.Config{NextProtos: []string{"h2"}} // only HTTP/2, so that a client cannot fall back
	}
	server.Config.ConnState = s.connections.changed
	server.Config.ErrorLog = log.New(logs, "", 0)
	server.StartTLS()
	return server
}

// trusting is a TLS configuration that trusts only these servers.
func (s *servers) trusting() *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(s.http1.Certificate())
	roots.AddCert(s.http2.Certificate())
	return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
}

var errStillServing = errors.New("an exchange or a connection did not end")

// close closes idle connections and waits until the others are finished.
func (s *servers) close(limit time.Duration) error {
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		s.http1.Close()
		s.http2.Close()
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-closed:
		return nil
	case <-timer.C:
		return errStillServing
	}
}

// connections counts the open connections of the servers. When a fault takes over a
// connection to reset it, it counts as closed.
type connections struct {
	mu         sync.Mutex
	open, peak int
	total      int
}

func (c *connections) changed(_ net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateNew:
		c.open++
		c.total++
		c.peak = max(c.peak, c.open)
	case http.StateClosed, http.StateHijacked:
		c.open--
	}
}

func (c *connections) count() (open, peak, total int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open, c.peak, c.total
}
