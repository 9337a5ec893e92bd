package baiduv4_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
)

func TestTokenEndpoint_ErrorsSayNothingWasVerified(t *testing.T) {
	for about, test := range map[string]struct {
		given      answer
		err        error
		want       idverify.Code
		repeatable bool
	}{
		"unreachable":       {err: errors.New("no route"), want: idverify.CodeNetwork, repeatable: true},
		"HTML":              {given: answer{status: 502, contentType: "text/html", body: "<html>"}, want: idverify.CodeBadResponse, repeatable: true},
		"HTML as success":   {given: answer{body: fixture(t, "gateway.html")}, want: idverify.CodeBadResponse, repeatable: true},
		"redirect":          {given: answer{status: 307}, want: idverify.CodeBadResponse, repeatable: true},
		"empty":             {want: idverify.CodeBadResponse, repeatable: true},
		"truncated":         {given: answer{body: `{"access_token":"TOKEN-MARK`}, want: idverify.CodeBadResponse, repeatable: true},
		"token in a 500":    {given: answer{status: 500, body: fixture(t, "token.json")}, want: idverify.CodeBadResponse, repeatable: true},
		"a decision's code": {given: answer{body: `{"error_code":222351}`}, want: idverify.CodeBadResponse, repeatable: true},
		"code of success":   {given: answer{body: `{"error":"0"}`}, want: idverify.CodeBadResponse, repeatable: true},
		"rate limit":        {given: answer{body: `{"error_code":4,"error_msg":"m"}`}, want: idverify.CodeRateLimited, repeatable: true},
		"unknown":           {given: answer{status: 400, body: `{"error":"EXAMPLE_NEW_ERROR","error_description":"EXAMPLE words"}`}, want: idverify.CodeUnknown},
		"gateway's JSON":    {given: answer{status: 500, body: `{"status":500,"error":"Internal Server Error","path":"/oauth/2.0/token"}`}, want: idverify.CodeVendorUnavailable, repeatable: true},
		"without an error":  {given: answer{status: 503, body: `{"message":"no healthy upstream"}`}, want: idverify.CodeVendorUnavailable, repeatable: true},
		"listed in a 500":   {given: answer{status: 500, body: `{"error":"invalid_client"}`}, want: idverify.CodeUnauthorized},
		"wrong API key":     {given: answer{status: 401, body: fixture(t, "token_unknown_client.json")}, want: idverify.CodeUnauthorized},
		"refused itself":    {given: refusedWith("110"), want: idverify.CodeUnauthorized},
	} {
		t.Run(about, func(t *testing.T) {
			f := &fake{onFetch: func(context.Context, int) (answer, error) { return test.given, test.err }}
			e := verifyFails(t, newClient(t, f.into))
			assert.Equal(t, test.want, e.Code)
			assert.Equal(t, "baiduv4", e.Vendor)
			assert.Contains(t, e.Detail, "access token: ")
			assert.Equal(t, idverify.BilledNo, e.Billed)
			assert.False(t, e.Sent())
			assert.False(t, e.Ambiguous())
			assert.Equal(t, test.repeatable, e.Repeatable())
			f.assertSeen(t, 1, 0)
		})
	}
}

func TestTokenEndpoint_UnknownErrorIsKept(t *testing.T) {
	f := &fake{onFetch: func(context.Context, int) (answer, error) {
		return answer{status: 400, body: `{"error":"EXAMPLE_NEW_ERROR","error_description":"words with ` + secretKey + `"}`}, nil
	}}
	e := verifyFails(t, newClient(t, f.into))
	assert.Equal(t, "EXAMPLE_NEW_ERROR", e.VendorCode)
	assert.Equal(t, "words with [hidden]", e.VendorMessage.Reveal())
	assert.Equal(t, 400, e.HTTPStatus)
}

func TestTokenEndpoint_UnusableTokens(t *testing.T) {
	for _, body := range []string{
		`{}`, `{"expires_in":100}`, `{"access_token":"","expires_in":100}`, `{"access_token":null,"expires_in":100}`,
		`{"access_token":"T"}`, `{"access_token":"T","expires_in":null}`, `{"access_token":"T","expires_in":0}`,
		`{"access_token":"T","expires_in":-1}`, `{"access_token":"T","expires_in":"0"}`, `{"access_token":"T","expires_in":"soon"}`,
		`{"access_token":"T","expires_in":1e-12}`, `{"access_token":"T","expires_in":315360001}`, `{"access_token":"T","expires_in":1e9}`, `{"access_token":"T","expires_in":1e12}`, `{"access_token":"T","expires_in":1e400}`,
		`{"access_token":"T","expires_in":true}`, `{"access_token":{},"expires_in":100}`,
		`{"access_token":"T","access_token":"U","expires_in":100}`, `{"access_token":"T","expires_in":0,"EXPIRES_IN":100}`,
		`{"access_token":"` + strings.Repeat("x", 4097) + `","expires_in":100}`,
	} {
		f := &fake{onFetch: func(context.Context, int) (answer, error) { return answer{body: body}, nil }}
		e := verifyFails(t, newClient(t, f.into))
		assert.Equal(t, idverify.CodeBadResponse, e.Code, body)
		f.assertSeen(t, 1, 0)
	}
}

func TestTokenEndpoint_Lifetime(t *testing.T) {
	for _, body := range []string{
		`{"access_token":"T","expires_in":200}`, `{"access_token":"T","expires_in":"200"}`,
		`{"access_token":"T","expires_in":200.0,"error_code":0}`,
		"\ufeff" + `{"access_token":"T","expires_in":200}`, // as some gateways send it
	} {
		bubble(t, func(t *testing.T) {
			f := &fake{onFetch: func(context.Context, int) (answer, error) { return answer{body: body}, nil }}
			c := newClient(t, f.into)
			verify(t, c)
			time.Sleep(179 * time.Second)
			verify(t, c)
			synctest.Wait()
			f.assertSeen(t, 1, 2)
			time.Sleep(time.Second)
			verify(t, c)
			synctest.Wait()
			f.assertSeen(t, 2, 3)
		})
	}
}

func TestTokenEndpoint_ConfiguredClock(t *testing.T) {
	now := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	f := &fake{}
	c := newClient(t, f.into, func(cfg *baiduv4.Config) { cfg.HTTP.Clock = func() time.Time { return now } })
	verify(t, c)
	now = now.AddDate(0, 0, 31)
	verify(t, c)
	f.assertSeen(t, 2, 2)
}

func TestTokenEndpoint_LongestLifetime(t *testing.T) {
	f := &fake{onFetch: func(context.Context, int) (answer, error) { return tokenAnswer(1, 315360000), nil }}
	verify(t, newClient(t, f.into))
	f.assertSeen(t, 1, 1)
}

func TestTokenEndpoint_LongestToken(t *testing.T) {
	token := strings.Repeat("x", 4096)
	f := &fake{onFetch: func(context.Context, int) (answer, error) {
		return answer{body: `{"access_token":"` + token + `","expires_in":100}`}, nil
	}}
	verify(t, newClient(t, f.into))
	assert.Equal(t, []string{token}, f.used())
}

// net/http logs the first bytes that follow an answer. At the token endpoint they
// may be a token, so the connection is closed after the answer.
func TestTokenEndpoint_BytesAfterTheAnswerAreNotLogged(t *testing.T) {
	var logged bytes.Buffer
	var mu sync.Mutex
	out := log.Writer()
	log.SetOutput(writerFunc(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return logged.Write(p)
	}))
	defer log.SetOutput(out)

	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	left := make(chan struct{})
	go func() { // the token endpoint says everything twice
		defer close(left)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_ = l.Close() // nobody verifies
		head := bufio.NewReader(conn)
		req, err := http.ReadRequest(head)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, req.Body)
		text := `{"access_token":"TOKEN-MARK-1","expires_in":2592000}`
		answer := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(text), text)
		_, _ = io.WriteString(conn, answer+answer)
		_, _ = io.Copy(io.Discard, head) // until the client has left
	}()
	c := newClient(t, func(cfg *baiduv4.Config) { cfg.HTTP.BaseURL = "http://" + l.Addr().String() }, keptIn(noStore()))
	e := verifyFails(t, c)
	<-left
	assert.NotContains(t, e.Error(), "access token", "the token was taken")
	mu.Lock()
	defer mu.Unlock()
	assert.Empty(t, logged.String())
}

type writerFunc func([]byte) (int, error)

func (w writerFunc) Write(p []byte) (int, error) { return w(p) }
