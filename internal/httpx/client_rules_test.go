package httpx_test

import (
	"bufio"
	"compress/gzip"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/httpx"
)

// Holds P-WIRE-4.
func TestRedirect_NoStatusIsFollowed(t *testing.T) {
	var elsewhere atomic.Int32
	other := serve(t, func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) })
	for status := 300; status < 400; status++ {
		for _, target := range []string{other.URL, "/elsewhere"} {
			var requests atomic.Int32
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				requests.Add(1)
				w.Header().Set("Location", target)
				w.WriteHeader(status)
			})
			_, err := client(t, httpx.Config{BaseURL: server.URL}).Do(t.Context(), post())
			f := failure(t, err)
			assert.Equal(t, httpx.BadAnswer, f.Kind, status)
			assert.Equal(t, status, f.Status)
			assert.EqualValues(t, 1, requests.Load(), status)
			server.Close() // before the next one, to avoid two hundred open servers
		}
	}
	assert.Zero(t, elsewhere.Load())
}

// Location with another status, and headers that browsers follow.
// Holds P-WIRE-4.
func TestRedirect_HeadersAreIgnored(t *testing.T) {
	var requests atomic.Int32
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		w.Header().Set("Location", "/elsewhere")
		w.Header().Set("Refresh", "0; url=/elsewhere")
		w.Header().Set("Alt-Svc", `h2="127.0.0.1:1"; ma=3600`)
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{}`)
	})
	c := client(t, httpx.Config{BaseURL: server.URL})
	for range 2 {
		resp, err := c.Do(t.Context(), post())
		require.NoError(t, err)
		assert.Equal(t, http.StatusCreated, resp.Status)
	}
	assert.EqualValues(t, 2, requests.Load())
}

// Holds P-WIRE-5.
func TestClient_KeepsNoCookies(t *testing.T) {
	var requests atomic.Int32
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		assert.NotContains(t, r.Header, "Cookie")
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "x", Path: "/"})
		fmt.Fprint(w, `{}`)
	})
	c := client(t, httpx.Config{BaseURL: server.URL})
	for range 3 {
		_, err := c.Do(t.Context(), post())
		require.NoError(t, err)
	}
	assert.EqualValues(t, 3, requests.Load())
}

// Holds P-WIRE-7.
func TestAnswer_HeadersAreBounded(t *testing.T) {
	ca := newAuthority(t)
	for name, test := range map[string]struct {
		headers, size int
		read          bool
	}{
		"within the limit":  {1, 60 << 10, true},
		"one large header":  {1, 80 << 10, false},
		"many small ones":   {2000, 100, false},
		"far over any size": {64, 64 << 10, false},
	} {
		answer := func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			for i := range test.headers {
				w.Header().Set(fmt.Sprintf("X-Filler-%d", i), strings.Repeat("x", test.size))
			}
			fmt.Fprint(w, `{}`)
		}
		plain := serve(t, answer)
		secure, _ := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ca.sign(t, nil)}}, answer)
		for protocol, c := range map[string]*httpx.Client{
			"HTTP/1.1": client(t, httpx.Config{BaseURL: plain.URL}),
			"HTTP/2":   overHTTP2(t, secure.URL, ca.pool()),
		} {
			t.Run(protocol+"/"+name, func(t *testing.T) {
				_, err := c.Do(t.Context(), post())
				if test.read {
					require.NoError(t, err)
					return
				}
				f := failure(t, err)
				assert.True(t, f.Sent)
				assert.Zero(t, f.Status)
				assertSays(t, err, "xxx", false)
			})
		}
	}
}

// flood writes a beginning and then repeats one piece until the client closes the
// connection. It reports when that happened.
func flood(t *testing.T, beginning, piece string) (base string, stopped chan struct{}) {
	t.Helper()
	stopped = make(chan struct{})
	return rawServer(t, func(conn net.Conn) {
		defer close(stopped)
		defer conn.Close()
		readRequest(conn)
		_, err := io.WriteString(conn, beginning)
		for err == nil {
			_, err = io.WriteString(conn, piece)
		}
	}), stopped
}

// readRequest reads a whole request from a connection.
func readRequest(conn net.Conn) {
	if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
		_, _ = io.Copy(io.Discard, r.Body)
	}
}

// Holds P-WIRE-7.
func TestAnswer_EveryPartIsBounded(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\n"
	for name, test := range map[string]struct{ beginning, piece string }{
		"status line":     {"HTTP/1.1 200 ", strings.Repeat("x", 1<<10)},
		"header line":     {head + "X-Filler: ", strings.Repeat("x", 1<<10)},
		"headers":         {head, "X-Filler: x\r\n"},
		"interim answers": {"", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"},
		"body":            {head + "\r\n", strings.Repeat(" ", 4<<10)},
		"chunks":          {head + "Transfer-Encoding: chunked\r\n\r\n", "400\r\n" + strings.Repeat(" ", 1<<10) + "\r\n"},
		"chunk extension": {head + "Transfer-Encoding: chunked\r\n\r\n1;", strings.Repeat("x", 1<<10)},
		"trailers":        {head + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", "X-Filler: x\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			base, stopped := flood(t, test.beginning, test.piece)
			_, err := client(t, httpx.Config{BaseURL: base, MaxResponseBytes: 1 << 20}).Do(t.Context(), post())
			f := failure(t, err)
			assert.NotEqual(t, httpx.Timeout, f.Kind, "the client must stop before the time limit")
			assert.True(t, f.Sent)
			<-stopped
		})
	}
}

// squeezed is a compressed answer, many times smaller than its content, that continues
// until the client has left.
func squeezed(t *testing.T, status int, left chan<- struct{}) http.HandlerFunc {
	piece := gzipped(t, strings.Repeat(" ", 64<<10))
	return func(w http.ResponseWriter, r *http.Request) {
		defer close(left)
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Encoding", "gzip")
		w.WriteHeader(status)
		for r.Context().Err() == nil {
			_, _ = io.WriteString(w, piece)
		}
	}
}

// Holds P-WIRE-7.
func TestAnswer_EndlessGzipStopsAtTheLimit(t *testing.T) {
	const limit = 256 << 10
	for _, status := range []int{http.StatusOK, http.StatusBadGateway, http.StatusFound} {
		for name, given := range map[string]*http.Client{"default": nil, "given": {Transport: &http.Transport{}}} {
			t.Run(fmt.Sprint(status, " ", name), func(t *testing.T) {
				left := make(chan struct{})
				server := serve(t, squeezed(t, status, left))
				read, req := 0, post()
				req.Broken = func(part []byte) { read = len(part) }
				_, err := client(t, httpx.Config{BaseURL: server.URL, Client: given, MaxResponseBytes: limit}).Do(t.Context(), req)
				f := failure(t, err)
				assert.Equal(t, httpx.BadAnswer, f.Kind)
				assert.Equal(t, status, f.Status)
				assert.LessOrEqual(t, read, limit+1)
				if status != http.StatusFound {
					assert.Equal(t, "answer is larger than the limit", err.Error())
				}
				<-left
			})
		}
	}
}

// Gzip inside gzip stays compressed: one layer is unpacked, as HTTP says.
// Holds P-WIRE-7.
func TestAnswer_UnpacksOneLayerOfGzip(t *testing.T) {
	inner := gzipped(t, strings.Repeat(" ", 1<<20))
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = io.WriteString(w, gzipped(t, inner))
	})
	resp, err := client(t, httpx.Config{BaseURL: server.URL, MaxResponseBytes: 16 << 10}).Do(t.Context(), post())
	require.NoError(t, err)
	assert.Equal(t, inner, string(resp.Body))
}

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var packed strings.Builder
	z := gzip.NewWriter(&packed)
	_, err := io.WriteString(z, text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return packed.String()
}

// Empty gzip members unpack to nothing, however many there are. They reach no limit in
// bytes, so the call's time limit has to end the reading.
func TestAnswer_EndlessEmptyGzipEndsWithContext(t *testing.T) {
	ctx := passing{t.Context(), make(chan struct{})}
	stopped := make(chan struct{})
	nothing := strings.Repeat(gzipped(t, ""), 1000)
	base := rawServer(t, func(conn net.Conn) {
		defer close(stopped)
		readRequest(conn)
		_, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
		for n := 0; err == nil; n++ {
			if n == 100 {
				close(ctx.passed)
			}
			_, err = io.WriteString(conn, nothing)
		}
	})
	_, err := client(t, httpx.Config{BaseURL: base}).Do(ctx, post())
	assert.Equal(t, httpx.Timeout, failure(t, err).Kind)
	<-stopped
}

// Holds P-WIRE-3.
func TestBaseURL_RefusesFakeLoopback(t *testing.T) {
	for _, base := range []string{
		"http://localhost.example", "http://127.0.0.1.example", "http://127.0.0.1.", "http://localhost.",
		"http://127.0.0.1@vendor.example", "http://vendor.example@127.0.0.1", "http://vendor.example/@127.0.0.1",
		"http://vendor.example#@127.0.0.1", "http://vendor.example?@127.0.0.1", "http://127.0.0.1%00.vendor.example",
		"http://vendor.example\\@127.0.0.1", "http://127.1", "http://0x7f000001", "http://2130706433", "http://0177.0.0.1",
		"http://0.0.0.0", "http://[::]", "http://[::ffff:192.0.2.1]", "http://[::1%25lo]", "http://１２７.0.0.1",
		"HTTP://vendor.example", "Http://VENDOR.example", "//127.0.0.1", "127.0.0.1:80", "http:127.0.0.1",
		"http://127.0.0.1\r\nHost: vendor.example", "http://127.0.0.1/\r\nX-Smuggled: 1", " http://127.0.0.1",
		"http://128.0.0.1", "http://126.255.255.255", "ws://127.0.0.1", "unix:///127.0.0.1", "file://localhost/etc",
	} {
		_, err := httpx.New(httpx.Config{BaseURL: base})
		var cfg *httpx.ConfigError
		if assert.ErrorAs(t, err, &cfg, base) {
			assert.Equal(t, "BaseURL", cfg.Field)
		}
	}
	for _, base := range []string{
		"http://127.0.0.1", "http://127.8.7.6:1", "http://localhost:8089", "http://LOCALHOST", "http://[::1]:8089/prefix",
		"http://[::ffff:127.0.0.1]", "HTTP://127.0.0.1", "https://vendor.example", "HTTPS://vendor.example",
	} {
		_, err := httpx.New(httpx.Config{BaseURL: base})
		assert.NoError(t, err, base)
	}
}

// Holds P-WIRE-8.
func TestHeader_LineFeedIsNotSent(t *testing.T) {
	var requests atomic.Int32
	server := serve(t, func(http.ResponseWriter, *http.Request) { requests.Add(1) })
	for _, value := range []string{"a\r\nX-Smuggled: MARK", "a\nX-Smuggled: MARK", "a\rMARK", "MARK\x00"} {
		req := post()
		req.Authorization = value
		_, err := client(t, httpx.Config{BaseURL: server.URL}).Do(t.Context(), req)
		assert.False(t, failure(t, err).Sent, "%q", value)
		assertSays(t, err, "MARK", false)
	}
	assert.Zero(t, requests.Load())
}

// Holds P-WIRE-8.
func TestQuery_SecretIsEscaped(t *testing.T) {
	const token = "EXAMPLE\r\nX-Smuggled: 1\r\n\r\n&a=b#c %41@"
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, url.Values{"access_token": {token}}, r.URL.Query())
		assert.NotContains(t, r.Header, "X-Smuggled")
		fmt.Fprint(w, `{}`)
	})
	req := post()
	req.SecretQuery = httpx.Param{Name: "access_token", Value: token}
	_, err := client(t, httpx.Config{BaseURL: server.URL}).Do(t.Context(), req)
	require.NoError(t, err)
}

// Values may contain anything, and cannot leave their part.
// Holds P-WIRE-8.
func TestFields_CannotInjectPartsOrRequests(t *testing.T) {
	fields := []body.Field{
		{Name: "name", Value: "a\r\n--boundary\r\nContent-Disposition: form-data; name=\"smuggled\"\r\n\r\nx"},
		{Name: "id_number", Value: "\r\n\r\n0\r\n\r\nPOST /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"},
		{Name: "file", Value: "@rules_test.go"},
	}
	var requests atomic.Int32
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		if !assert.NoError(t, r.ParseMultipartForm(1<<20)) {
			return
		}
		assert.Len(t, r.MultipartForm.Value, len(fields))
		assert.Empty(t, r.MultipartForm.File)
		for _, f := range fields {
			assert.Equal(t, []string{f.Value}, r.MultipartForm.Value[f.Name])
		}
		fmt.Fprint(w, `{}`)
	})
	_, err := client(t, httpx.Config{BaseURL: server.URL}).Do(t.Context(), post(fields...))
	require.NoError(t, err)
	assert.EqualValues(t, 1, requests.Load())
}
