package vendor_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/bench/internal/vendor"
	"github.com/idverify/idverify/bench/internal/work"
)

func start(t *testing.T) (*vendor.Server, *http.Client) {
	authority, certificate, err := vendor.Certificates(time.Now())
	require.NoError(t, err)
	server, err := vendor.Start(certificate)
	require.NoError(t, err)
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(authority))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return server, &http.Client{Transport: transport}
}

func counts(t *testing.T, server *vendor.Server, client *http.Client) vendor.Counts {
	resp, err := client.Get(server.Control)
	require.NoError(t, err)
	defer resp.Body.Close()
	var c vendor.Counts
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&c))
	return c
}

func TestServer_EveryTransport(t *testing.T) {
	server, client := start(t)
	for transport, major := range map[work.Transport]int{work.HTTP1: 1, work.HTTP1TLS: 1, work.HTTP2TLS: 2} {
		for range 3 {
			resp, err := client.Post(server.Base[transport]+vendor.BaiduPath, "application/json", strings.NewReader("{}"))
			require.NoError(t, err, transport)
			answer, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			_ = resp.Body.Close()
			assert.Equal(t, http.StatusOK, resp.StatusCode)
			assert.Equal(t, major, resp.ProtoMajor, transport)
			assert.Equal(t, vendor.AnswerTo(resp.Request), string(answer))
		}
		assert.Equal(t, int64(1), counts(t, server, client).Opened[transport], "three calls, one connection: %s", transport)
	}
	assert.Zero(t, counts(t, server, client).Wrong)
}

func TestServer_WrongBodyGivesNoPass(t *testing.T) {
	server, client := start(t)
	unannounced, err := client.Post(server.Base[work.HTTP1]+vendor.TencentPath, "text/plain", io.MultiReader(strings.NewReader("chunked")))
	require.NoError(t, err)
	_ = unannounced.Body.Close()
	assert.Equal(t, http.StatusBadRequest, unannounced.StatusCode)

	chunked, err := client.Post(server.Base[work.HTTP1]+"/?Action="+vendor.VolcengineAction, "text/plain", io.MultiReader(strings.NewReader("chunked")))
	require.NoError(t, err)
	_ = chunked.Body.Close()
	assert.Equal(t, http.StatusOK, chunked.StatusCode, "the vendor's SDK sends chunks")

	conn, err := net.Dial("tcp", strings.TrimPrefix(server.Base[work.HTTP1], "http://"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: bench\r\nContent-Length: 100\r\n\r\nshort", vendor.TencentPath)
	require.NoError(t, err)
	require.NoError(t, conn.(*net.TCPConn).CloseWrite())
	broken, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	_ = broken.Body.Close()
	assert.Equal(t, http.StatusBadRequest, broken.StatusCode)

	assert.Equal(t, int64(2), counts(t, server, client).Wrong)
}

func TestServer_UnknownPath(t *testing.T) {
	server, client := start(t)
	resp, err := client.Post(server.Base[work.HTTP1]+"/elsewhere", "text/plain", strings.NewReader("x"))
	require.NoError(t, err)
	_ = resp.Body.Close()
	assert.Equal(t, http.StatusNotFound, resp.StatusCode)
}
