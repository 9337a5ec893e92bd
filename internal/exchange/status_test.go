package exchange

import (
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/httpx"
)

// of describes the error for a gateway's answer in one line.
func of(e *idverify.Error) string {
	return fmt.Sprint(e.Code, ", ", e.Delivery, ", billed ", e.Billed, ", field ", e.Field, ", ", e.Detail)
}

const noJSON = "the answer is not a JSON object"

// pagesByStatus are the errors for an answer "x".
var pagesByStatus = map[int]string{
	413: "too_large, refused, billed no, field Evidence, the request is larger than a gateway lets through: " + noJSON,
	429: "rate_limited, refused, billed no, field , a gateway accepts no more calls at the moment: " + noJSON,
	407: "invalid_config, refused, billed no, field HTTP.Proxy, the proxy refused: " + noJSON,
	200: "bad_response, unanswered, billed unknown, field , " + noJSON,
	403: "bad_response, unanswered, billed unknown, field , " + noJSON,
	408: "bad_response, unanswered, billed unknown, field , " + noJSON,
	502: "bad_response, unanswered, billed unknown, field , " + noJSON,
	599: "bad_response, unanswered, billed unknown, field , " + noJSON,
}

func TestStatus_DecidesForForeignAnswers(t *testing.T) {
	for status, want := range pagesByStatus {
		c := answered(status)
		c.Evidence, c.response.Body = idverify.PhotoURL("https://img.example.com/a"), []byte("x")
		e := asError(t, nil, c.Decode(new(struct{})))
		assert.Equal(t, want, of(e))
		assert.Equal(t, status, e.HTTPStatus)
		assert.Equal(t, 7*time.Second, e.RetryAfter)
		assert.Empty(t, e.VendorCode, "so it does not count for the circuit breaker")
	}
}

// An object that cannot be read may be the vendor's, whatever the status.
func TestStatus_BrokenObjectIsNotRefused(t *testing.T) {
	for _, status := range []int{407, 413, 429, 200, 503} {
		for _, content := range []string{`{`, `{"Code":1,"Code":2}`, " \ufeff{\"Code\":", `{"Code":"1"} {}`} {
			c := answered(status)
			c.Evidence, c.response.Body = idverify.PhotoURL("https://img.example.com/a"), []byte(content)
			var a struct {
				Code Text `json:"Code"`
			}
			e := asError(t, nil, c.Decode(&a))
			assert.Equal(t, idverify.CodeBadResponse, e.Code, content)
			assert.True(t, e.Ambiguous())
			assert.False(t, e.Repeatable())
			assert.Equal(t, idverify.BilledUnknown, e.Billed)
		}
	}
}

// Without evidence, as for an access token, a 413 is not about a picture.
func TestStatus_TokenRequestIsNotAboutPicture(t *testing.T) {
	c := answered(http.StatusRequestEntityTooLarge)
	c.response.Body = []byte("x")
	assert.Equal(t, pagesByStatus[403], of(asError(t, nil, c.Decode(new(struct{})))))
}

func TestStatus_NamesProxyOfCallersClient(t *testing.T) {
	c := answered(http.StatusProxyAuthRequired)
	c.HTTP, _ = httpx.New(httpx.Config{BaseURL: "https://vendor.example", Client: &http.Client{}})
	assert.Equal(t, "HTTP.Client", c.Foreign("x").Field)
}

// An unlisted code is the vendor's, unless it only repeats the status. A status of
// refusal means that the request was turned away, whatever the code; after a 429 with
// a code the call is not repeated.
func TestStatus_UnlistedCodeWithRefusal(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		code   string
		want   string
	}{
		"echo":               {502, "502", "bad_response, unanswered, billed unknown, field , JSON that is not the vendor's"},
		"echo of a refusal":  {429, "429", "rate_limited, refused, billed no, field , a gateway accepts no more calls at the moment: JSON that is not the vendor's"},
		"no echo":            {502, "500", "unknown, answered, billed unknown, field , "},
		"no failure":         {200, "200", "unknown, answered, billed unknown, field , "},
		"not to be repeated": {429, "TOO_MANY", "unknown, answered, billed unknown, field , "},
		"refused":            {413, "TOO_MUCH", "too_large, refused, billed no, field , the request is larger than a gateway lets through"},
		"listed":             {413, "busy", "rate_limited, refused, billed no, field , "},
	} {
		c := answered(test.status)
		c.Evidence = idverify.PhotoURL("https://img.example.com/a")
		res, err := c.Coded(Said{Code: test.code})
		e := asError(t, res, err)
		assert.Equal(t, test.want, of(e), name)
		assert.Equal(t, e.Code == idverify.CodeRateLimited, e.Repeatable(), name)
		isTheVendors := !strings.HasSuffix(test.want, "vendor's")
		assert.Equal(t, isTheVendors, e.VendorCode == test.code, name)
	}
}

// The status is known even if the answer breaks off, or is too large.
func TestStatus_DecidesForIncompleteAnswers(t *testing.T) {
	const unread = "bad_response, unanswered, billed unknown, field , answer is larger than the limit"
	for _, test := range []struct {
		status     int
		body, want string
	}{
		{413, "a long page", "too_large, refused, billed no, field Evidence, the request is larger than a gateway lets through: answer is larger than the limit"},
		{429, "a long page", "rate_limited, refused, billed no, field , a gateway accepts no more calls at the moment: answer is larger than the limit"},
		{502, "a long page", unread},
		{413, `{"code":0}`, unread}, // an object may be the vendor's
		{429, ` {"code":0}`, unread},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.WriteHeader(test.status)
			_, _ = io.WriteString(w, test.body)
		}))
		c := answered(0)
		client, err := httpx.New(httpx.Config{BaseURL: server.URL, MaxResponseBytes: 5})
		require.NoError(t, err)
		c.HTTP, c.Evidence = client, idverify.PhotoURL("https://img.example.com/a")
		assert.Equal(t, test.want, of(asError(t, nil, c.Send(t.Context(), httpx.Request{Method: http.MethodPost, Path: "/", Body: body.Form(nil)}))))
		client.CloseIdleConnections()
		server.Close()
	}
}

func TestStatus_NamesSettingToFix(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	c := answered(0)
	client, err := httpx.New(httpx.Config{BaseURL: server.URL})
	require.NoError(t, err)
	c.HTTP = client
	err = c.Send(t.Context(), httpx.Request{Method: http.MethodPost, Path: "/", Body: body.Form(nil)})
	e := asError(t, nil, err)
	assert.Equal(t, "invalid_config, not_sent, billed no, field HTTP.TLSConfig, the certificate is signed by an unknown authority", of(e))
	assert.False(t, e.Repeatable())
	var unknown x509.UnknownAuthorityError
	assert.ErrorAs(t, err, &unknown)
}
