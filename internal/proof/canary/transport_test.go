package canary_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

const (
	proxyPassword = "EXAMPLE-proxy-password-serval-2846"
	wireMark      = "EXAMPLE-on-the-wire-quokka-7734"
)

// ask makes a call with every vendor's client over the given transport, and returns
// how often there was no decision.
func (w *world) ask(t *testing.T, via func(a account) reach) (failed int) {
	t.Helper()
	w.plant("a proxy's password", proxyPassword)
	w.plant("what was on the wire", wireMark)
	for _, a := range few {
		provider := a.provider(t, via(a))
		req := w.request(idverifytest.Match(), a.evidence(w.material)[0])
		if _, err := w.verify(a.vendor, t.Context(), provider, req); err != nil {
			failed++
		}
		client, err := idverify.New([]idverify.Provider{provider}, w.options(a.vendor)...)
		require.NoError(t, err)
		w.verify(a.vendor+", client", t.Context(), client, req)
	}
	return failed
}

func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

func through(t *testing.T, proxy string) *http.Client {
	t.Helper()
	u, err := url.Parse("http://" + urlUser + ":" + proxyPassword + "@" + proxy)
	require.NoError(t, err)
	transport := &http.Transport{Proxy: http.ProxyURL(u)}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// Holds P-DATA-2.
func TestTransport_FailingProxyLeaksNothing(t *testing.T) {
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Echo", r.Header.Get("Proxy-Authorization")+" "+proxyPassword)
		http.Error(w, proxyPassword, http.StatusProxyAuthRequired)
	}))
	t.Cleanup(refusing.Close)
	for name, proxy := range map[string]string{"closed": closedPort(t), "refusing": refusing.Listener.Addr().String()} {
		for _, scheme := range []string{"http", "https"} {
			t.Run(name+"/"+scheme, func(t *testing.T) {
				w := newWorld(t)
				failed := w.ask(t, func(account) reach {
					return reach{baseURL: scheme + "://127.0.0.1:1/path", client: through(t, proxy)}
				})
				assert.Equal(t, len(few), failed)
			})
		}
	}
}

// Holds P-DATA-2.
func TestTransport_FailingTLSLeaksNothing(t *testing.T) {
	w := newWorld(t)
	untrusted := httptest.NewUnstartedServer(w.standIn)
	untrusted.Config.ErrorLog = log.New(w.writer("the stand-in's log"), "", 0)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	assert.Equal(t, len(few), w.ask(t, func(a account) reach {
		return reach{baseURL: idverifytest.BaseURLAt(untrusted.URL, a.vendor)}
	}))
	plain := speak(t, wireMark)
	assert.Equal(t, len(few), w.ask(t, func(account) reach { return reach{baseURL: "https://" + plain} }))
}

// speak is a server that answers every request with exactly these bytes.
func speak(t *testing.T, answer string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					_, _ = io.Copy(io.Discard, r.Body)
				}
				_, _ = io.WriteString(conn, answer)
			}()
		}
	}()
	return l.Addr().String()
}

// Holds P-DATA-2.
func TestTransport_NonHTTPAnswersLeakNothing(t *testing.T) {
	for what, answer := range map[string]string{
		"no HTTP":             wireMark + "\r\n\r\n",
		"no status":           "HTTP/1.1 " + wireMark + "\r\n\r\n",
		"a telling status":    "HTTP/1.1 500 " + wireMark + "\r\nContent-Length: 0\r\n\r\n",
		"no header":           "HTTP/1.1 200 OK\r\n" + wireMark + "\r\n\r\n",
		"no length":           "HTTP/1.1 200 OK\r\nContent-Length: " + wireMark + "\r\n\r\n",
		"an unknown encoding": "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + wireMark + "\r\n\r\n",
		"no chunk":            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + wireMark + "\r\n",
		"a trailer":           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Mark\r\n\r\n2\r\n{}\r\n0\r\nX-Mark: " + wireMark + "\r\n\r\n",
		"a redirect nowhere":  "HTTP/1.1 302 Found\r\nLocation: http://[" + wireMark + "\r\nContent-Length: 0\r\n\r\n",
		"a redirect":          "HTTP/1.1 308 Permanent Redirect\r\nLocation: //" + wireMark + "/\r\nContent-Length: 0\r\n\r\n",
		"another protocol":    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: " + wireMark + "\r\nConnection: Upgrade\r\n\r\n",
		"early hints":         "HTTP/1.1 103 Early Hints\r\nLink: " + wireMark + "\r\n\r\n",
		"a login page":        "HTTP/1.1 401 Unauthorized\r\nWww-Authenticate: " + wireMark + "\r\nContent-Type: text/html; x=" + wireMark + "\r\nContent-Length: 6\r\n\r\n<html>",
		"broken gzip":         "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 31\r\n\r\n" + wireMark,
		"cut off":             "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"reason\":\"" + wireMark + "\",\"error_msg\":\"" + wireMark,
		"nothing":             "",
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t)
			at := speak(t, answer)
			assert.Equal(t, len(few), w.ask(t, func(account) reach { return reach{baseURL: "http://" + at, timeout: 5 * time.Second} }))
		})
	}
}

// roundTripper is a user's transport that fails, and prints everything that it saw.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

type tellingError struct{ URL, Header string }

func (e *tellingError) Error() string { return e.URL + " " + e.Header }

// Holds P-DATA-2, P-WIRE-12.
func TestTransport_ErrorsOfCallersTransportLeakNothing(t *testing.T) {
	for what, fail := range map[string]func(*http.Request) error{
		"a URL": func(r *http.Request) error {
			return &url.Error{Op: r.Method, URL: r.URL.String(), Err: errors.New(wireMark)}
		},
		"DNS":      func(*http.Request) error { return &net.DNSError{Err: wireMark, Name: wireMark, Server: wireMark} },
		"dialling": func(*http.Request) error { return &net.OpError{Op: "dial", Net: wireMark, Err: errors.New(wireMark)} },
		"its own":  func(r *http.Request) error { return &tellingError{r.URL.String(), fmt.Sprint(r.Header)} },
		"joined": func(r *http.Request) error {
			return errors.Join(context.DeadlineExceeded, &tellingError{r.URL.String(), wireMark})
		},
		"cancelled":  func(r *http.Request) error { return fmt.Errorf("%s: %w", r.URL, context.Canceled) },
		"broken off": func(r *http.Request) error { return fmt.Errorf("%s: %w", r.URL, io.ErrUnexpectedEOF) },
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t)
			transport := roundTripper(func(r *http.Request) (*http.Response, error) {
				for _, verb := range verbs { // some verbs read it by reflection, which is safe here
					w.heard("transport, context, "+verb, fmt.Sprintf(verb, r.Context()))
				}
				if tokens := tokened(); r.URL.Path != "/"+tokens.vendor+tokens.Tokens.Path {
					w.plantKey("a signature", r.Header.Get("Authorization"))
					return nil, fail(r)
				}
				return http.DefaultTransport.RoundTrip(r)
			})
			assert.Equal(t, len(few), w.ask(t, func(a account) reach {
				at := w.at(a.vendor)
				at.client = &http.Client{Transport: transport}
				return at
			}))
		})
	}
}
