package httpx_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/httpx"
)

// Holds P-WIRE-2.
func TestNew_ChecksTransportSettings(t *testing.T) {
	own := &http.Client{}
	for field, configs := range map[string][]httpx.Config{
		"MaxConns": {
			{MaxConns: -1},
			{MaxConns: 1, Client: own},
			{MaxConns: -1, Client: own},
		},
		"IdleTimeout": {
			{IdleTimeout: -1},
			{IdleTimeout: 1, Client: own},
		},
		"Proxy": {
			{Proxy: http.ProxyFromEnvironment, Client: own},
		},
		"HTTP2": {
			{HTTP2: true, Client: own},
		},
		"Wrap": {
			{Wrap: func(http.RoundTripper) http.RoundTripper { return nil }},
			{Wrap: func(http.RoundTripper) http.RoundTripper { return nil }, Client: own},
		},
		"TLSConfig": {
			{TLSConfig: &tls.Config{}, Client: own},
			{TLSConfig: &tls.Config{InsecureSkipVerify: true}},
			{TLSConfig: &tls.Config{MaxVersion: tls.VersionTLS11}},
		},
	} {
		for _, cfg := range configs {
			cfg.BaseURL = "https://vendor.example"
			_, err := httpx.New(cfg)
			var wrong *httpx.ConfigError
			require.ErrorAs(t, err, &wrong)
			assert.Equal(t, field, wrong.Field)
		}
	}
	for _, version := range []uint16{0, tls.VersionTLS12, tls.VersionTLS13} {
		client(t, httpx.Config{BaseURL: "https://vendor.example", MaxConns: 1, TLSConfig: &tls.Config{MaxVersion: version}})
	}
}

// secureServer speaks TLS with its own certificate; config changes its settings. The
// second value trusts the certificate.
func secureServer(t *testing.T, handler http.HandlerFunc, config func(*httptest.Server)) (*httptest.Server, *tls.Config) {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if config != nil {
		config(server)
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return server, &tls.Config{RootCAs: roots}
}

// picture is a body of media in memory.
func picture(content []byte) *body.Body {
	b, err := body.JSON([]body.Member{{Name: "image", Media: httpx.Sized(inMemory(content), int64(len(content)))}})
	if err != nil {
		panic(err)
	}
	return b
}

type inMemory []byte

func (m inMemory) Open() (io.ReadCloser, int64, error) {
	return io.NopCloser(bytes.NewReader(m)), int64(len(m)), nil
}

// Holds P-WIRE-9.
func TestTransport_TLSSendsEveryByte(t *testing.T) {
	for name, protocol := range map[string]struct {
		major  int
		http2  bool
		config func(*httptest.Server)
	}{
		"HTTP/1.1":              {1, false, nil},
		"HTTP/2":                {2, true, func(s *httptest.Server) { s.EnableHTTP2 = true }},
		"HTTP/2, not requested": {1, false, func(s *httptest.Server) { s.EnableHTTP2 = true }},
		"HTTP/2, not available": {1, true, nil},
		"TLS 1.2":               {1, false, func(s *httptest.Server) { s.TLS = &tls.Config{MaxVersion: tls.VersionTLS12} }},
	} {
		t.Run(name, func(t *testing.T) {
			var got []byte
			var major int
			server, trust := secureServer(t, func(w http.ResponseWriter, r *http.Request) {
				major = r.ProtoMajor
				got, _ = io.ReadAll(r.Body)
				_, _ = w.Write([]byte("{}"))
			}, protocol.config)
			c := client(t, httpx.Config{BaseURL: server.URL, TLSConfig: trust, HTTP2: protocol.http2})
			// Sizes near those of a connection's buffer, a record and a chunk.
			for _, size := range []int{0, 1, 4 << 10, 16 << 10, 48<<10 - 1, 48 << 10, 64<<10 + 1, 1 << 20} {
				content := bytes.Repeat([]byte{1, 2, 3, 5, 7, 11, 13}, size/7+1)[:size]
				b := picture(content)
				want, err := io.ReadAll(b.Open())
				require.NoError(t, err)
				_, err = c.Do(context.Background(), httpx.Request{Method: "POST", Path: "/", Body: b})
				require.NoError(t, err)
				assert.Equal(t, protocol.major, major)
				assert.True(t, bytes.Equal(want, got), "%d bytes of media", size)
			}
		})
	}
}

// Media in memory are written without a copy, in pieces of a megabyte.
func TestTransport_LentMediaArriveWhole(t *testing.T) {
	var got []byte
	handler := func(w http.ResponseWriter, r *http.Request) {
		got, _ = io.ReadAll(r.Body)
		_, _ = w.Write([]byte("{}"))
	}
	secure, trust := secureServer(t, handler, nil)
	both, trustBoth := secureServer(t, handler, func(s *httptest.Server) { s.EnableHTTP2 = true })
	for name, c := range map[string]*httpx.Client{
		"plain":  client(t, httpx.Config{BaseURL: serve(t, handler).URL}),
		"TLS":    client(t, httpx.Config{BaseURL: secure.URL, TLSConfig: trust}),
		"HTTP/2": client(t, httpx.Config{BaseURL: both.URL, TLSConfig: trustBoth, HTTP2: true}),
	} {
		for _, size := range []int{0, 1, 64 << 10, 1<<20 - 1, 1 << 20, 5<<20 + 1} {
			content := bytes.Repeat([]byte{1, 2, 3, 5, 7, 11, 13}, size/7+1)[:size]
			form, err := body.Multipart(nil, &body.File{
				Field: "f", FileName: "f", ContentType: "a/b", Media: httpx.Sized(idverify.Bytes(content), int64(size))})
			require.NoError(t, err)
			want, err := io.ReadAll(form.Open())
			require.NoError(t, err)
			_, err = c.Do(t.Context(), httpx.Request{Method: "POST", Path: "/", Body: form})
			require.NoError(t, err, name)
			assert.True(t, bytes.Equal(want, got), "%s: %d bytes of media", name, size)
		}
	}
}

// Holds P-LIVE-5.
func TestTransport_ConcurrentTLSCallsDoNotMix(t *testing.T) {
	server, trust := secureServer(t, func(w http.ResponseWriter, r *http.Request) {
		got, _ := io.ReadAll(r.Body)
		_, _ = w.Write(got)
	}, nil)
	c := client(t, httpx.Config{BaseURL: server.URL, TLSConfig: trust})
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			b := picture(bytes.Repeat([]byte{byte(i)}, 100<<10+i))
			want, _ := io.ReadAll(b.Open())
			answer, err := c.Do(context.Background(), httpx.Request{Method: "POST", Path: "/", Body: b})
			if assert.NoError(t, err) {
				assert.True(t, bytes.Equal(want, answer.Body))
			}
		})
	}
	all.Wait()
}

func TestTransport_CallersTLSConfigIsUnchanged(t *testing.T) {
	given := &tls.Config{MinVersion: tls.VersionTLS10, NextProtos: []string{"x"}}
	client(t, httpx.Config{BaseURL: "https://vendor.example", TLSConfig: given})
	assert.Equal(t, uint16(tls.VersionTLS10), given.MinVersion)
	assert.Equal(t, []string{"x"}, given.NextProtos)
	assert.False(t, given.DynamicRecordSizingDisabled)
}

// Holds P-WIRE-1.
func TestTransport_RequiresTLS12(t *testing.T) {
	server, trust := secureServer(t, func(http.ResponseWriter, *http.Request) {}, func(s *httptest.Server) {
		s.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11} //nolint:gosec // the server is old on purpose
	})
	trust.MinVersion = tls.VersionTLS10
	_, err := client(t, httpx.Config{BaseURL: server.URL, TLSConfig: trust}).
		Do(context.Background(), httpx.Request{Method: "POST", Path: "/", Body: picture(nil)})
	f := failure(t, err)
	assert.Equal(t, httpx.Network, f.Kind)
	assert.False(t, f.Sent)
}

// Holds P-WIRE-2.
func TestTransport_ChecksCertificates(t *testing.T) {
	server, trust := secureServer(t, func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") }, nil)
	another := trust.Clone()
	another.ServerName = "another.example"
	for want, cfg := range map[string]*tls.Config{
		"the certificate is signed by an unknown authority": nil,
		"the certificate is for another host":               another,
	} {
		_, err := client(t, httpx.Config{BaseURL: server.URL, TLSConfig: cfg}).
			Do(context.Background(), httpx.Request{Method: "POST", Path: "/", Body: picture(nil)})
		f := failure(t, err)
		assert.Equal(t, want, f.Detail)
		assert.False(t, f.Sent)
	}
}

// Holds P-LIVE-2.
func TestTransport_MaxConns(t *testing.T) {
	var mu sync.Mutex
	open, most := 0, 0
	server, trust := secureServer(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = w.Write([]byte("{}"))
	}, func(s *httptest.Server) {
		s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			mu.Lock()
			defer mu.Unlock()
			switch state {
			case http.StateNew:
				open++
				most = max(most, open)
			case http.StateClosed:
				open--
			}
		}
	})
	c := client(t, httpx.Config{BaseURL: server.URL, TLSConfig: trust, MaxConns: 2, Timeout: time.Minute})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			_, err := c.Do(context.Background(), httpx.Request{Method: "POST", Path: "/", Body: picture([]byte("x"))})
			assert.NoError(t, err)
		})
	}
	all.Wait()
	mu.Lock()
	defer mu.Unlock()
	assert.LessOrEqual(t, most, 2)
}

func TestCloseIdleConnections_ClosesOnlyOurs(t *testing.T) {
	for _, own := range []bool{true, false} {
		closed := make(chan struct{}, 1)
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) }))
		server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateClosed {
				closed <- struct{}{}
			}
		}
		server.Start()
		cfg := httpx.Config{BaseURL: server.URL}
		given := &http.Transport{}
		if !own {
			cfg.Client = &http.Client{Transport: given}
		}
		c := client(t, cfg)
		reused := func() bool {
			got := false
			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { got = i.Reused }})
			_, err := c.Do(ctx, httpx.Request{Method: "POST", Path: "/", Body: picture(nil)})
			require.NoError(t, err)
			return got
		}
		reused()
		c.CloseIdleConnections()
		if own {
			<-closed
		}
		assert.Equal(t, !own, reused())
		given.CloseIdleConnections()
		c.CloseIdleConnections()
		server.Close()
	}
}

// Renegotiation during an upload would wait for a hello that is still being gathered,
// while the upload waits for the renegotiation.
func TestTransport_RefusesRenegotiation(t *testing.T) {
	for _, allowed := range []tls.RenegotiationSupport{tls.RenegotiateOnceAsClient, tls.RenegotiateFreelyAsClient} {
		_, err := httpx.New(httpx.Config{BaseURL: "https://vendor.example", TLSConfig: &tls.Config{Renegotiation: allowed}})
		var refused *httpx.ConfigError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, "TLSConfig", refused.Field)
	}
}

// A gateway that refuses a large request answers and closes without reading the rest,
// so the connection breaks while we write. Its answer is still read.
func TestTransport_ReadsAnswerBeforeClose(t *testing.T) {
	ca := newAuthority(t)
	refuses := func(conn net.Conn) {
		defer conn.Close()
		_, _ = http.ReadRequest(bufio.NewReader(conn)) // the head
		_, _ = io.WriteString(conn, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\nConnection: close\r\n\r\npage")
	}
	plain := rawServer(t, refuses)
	secure := rawServer(t, func(conn net.Conn) {
		secured := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{ca.sign(t, nil)}})
		if secured.Handshake() == nil {
			refuses(secured)
		}
		_ = conn.Close()
	})
	req := post(body.Field{Name: "a", Value: strings.Repeat("x", 8<<20)})
	for _, base := range []string{plain, "https" + strings.TrimPrefix(secure, "http")} {
		c := trusting(t, base, ca.pool())
		for range 30 {
			resp, err := c.Do(t.Context(), req)
			if err != nil { // the answer's body may be lost, but not its status
				require.Equal(t, http.StatusRequestEntityTooLarge, failure(t, err).Status, err)
				continue
			}
			require.Equal(t, http.StatusRequestEntityTooLarge, resp.Status)
			require.True(t, resp.Early)
		}
		c.CloseIdleConnections()
	}
}
