package wire_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/long"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// gatewayForms are answers of gateways, firewalls and proxies in the vendor's place,
// with %d for the status: pages, and JSON that is not quite the vendor's.
var gatewayForms = map[string]struct{ contentType, body string }{
	"a page":              {"text/html", "<html><h1>%d</h1></html>"},
	"a page called JSON":  {"application/json", "<html><h1>%d</h1></html>"},
	"text":                {"text/plain", "Refused: %d"},
	"nothing":             {"", ""},
	"XML":                 {"application/xml", `<?xml version="1.0"?><Error><Code>%d</Code></Error>`},
	"a message":           {"application/json", `{"message":"API refused, %d"}`},
	"Spring's words":      {"application/json", `{"timestamp":"2030-01-02T03:04:05Z","status":%d,"error":"Refused","path":"/"}`},
	"a code":              {"application/json", `{"code":%d,"message":"refused"}`},
	"a code with its dot": {"application/json", `{"code":%d.0,"message":"refused"}`},
	"an error code":       {"application/json", `{"error_code":%d,"error_msg":"refused"}`},
	"an error code, text": {"application/json", `{"error_code": "%d","error_msg":"refused"}`},
}

// ofGateway is the meaning of an answer with this status that is not the vendor's.
func ofGateway(status int) (code idverify.Code, delivery idverify.Delivery, countsForCircuit bool) {
	switch {
	case status == 413:
		return idverify.CodeTooLarge, idverify.DeliveryRefused, false
	case status == 429:
		return idverify.CodeRateLimited, idverify.DeliveryRefused, false
	case status == 407:
		return idverify.CodeInvalidConfig, idverify.DeliveryRefused, false
	}
	ofRequest := status >= 400 && status < 500 && status != 408
	return idverify.CodeBadResponse, idverify.DeliveryUnanswered, !ofRequest
}

// gatewayStatuses are all possible statuses for an HTML page, and the usual ones for
// any other form. They include 404 and 401: only the vendor's own answer makes these
// the operator's mistake.
func gatewayStatuses(form string) []int {
	if form != "a page" {
		return []int{200, 204, 400, 401, 403, 404, 407, 408, 413, 414, 429, 431, 451, 499, 500, 502, 503, 504, 520, 599}
	}
	statuses := []int{200, 201, 202, 203, 204, 206, 299}
	for status := 400; status < 600; status++ {
		statuses = append(statuses, status)
	}
	return statuses
}

// Every status, in every form, at every vendor: its meaning, and the state of the
// circuit after five of them.
func TestGateway_Answers(t *testing.T) {
	for at, v := range vendors.All() {
		for form, says := range gatewayForms {
			t.Run(v.Name+"/"+form, func(t *testing.T) {
				for _, status := range gatewayStatuses(form) {
					// The short form tests each at one vendor, and a usual one as a page at
					// every vendor. It checks the circuit for pages only.
					here := long.Asked() || status%len(vendors.All()) == at
					if !here && !(form == "a page" && slices.Contains(gatewayStatuses("usual"), status)) {
						continue
					}
					calls := 5
					if !here || form != "a page" {
						calls = long.Or(5, 1)
					}
					code, delivery, counts := ofGateway(status)
					if status < 300 && (strings.Contains(says.body, `_code":`) || strings.Contains(says.body, `":%d`)) {
						continue // no refusal, so it may be a code of the vendor
					}
					client := gatewayBefore(t, v, v.Path, status, says.contentType, says.body)
					for n := range calls {
						e := callGateway(t, client, v)
						if !assert.Equal(t, code, e.Code, "HTTP %d: %v", status, e) {
							return
						}
						assert.Equal(t, delivery, e.Delivery, status)
						assert.Equal(t, status, e.HTTPStatus)
						assert.Equal(t, 7*time.Second, e.RetryAfter, status)
						assert.Equal(t, delivery == idverify.DeliveryRefused, e.Billed == idverify.BilledNo, status)
						assert.Equal(t, code == idverify.CodeRateLimited, e.Repeatable(), status)
						want := idverify.CircuitClosed
						if counts && n == 4 {
							want = idverify.CircuitOpen
						}
						assert.Equal(t, want, client.Circuits()[v.Name], "HTTP %d, call %d", status, n+1)
					}
				}
			})
		}
	}
}

// If the token endpoint fails, the verification is not sent, and a 413 is not about
// the picture.
func TestGateway_AnswersToTokenRequests(t *testing.T) {
	v := vendors.WithTokens()
	for form, says := range gatewayForms {
		t.Run(form, func(t *testing.T) {
			for _, status := range gatewayStatuses(form) {
				code, _, counts := ofGateway(status)
				switch {
				case status < 300 && strings.Contains(says.body, `":`):
					continue // may be the endpoint's own answer
				case status >= 500 && strings.Contains(says.body, `{`):
					code = idverify.CodeVendorUnavailable // JSON, with or without a known code
				case status == 413:
					code = idverify.CodeBadResponse
				}
				if code == idverify.CodeBadResponse && strings.Contains(says.body, `"error":`) {
					code, counts = idverify.CodeUnknown, false // may be an error of the endpoint itself
				}
				client := gatewayBefore(t, v, v.Tokens.Path, status, says.contentType, says.body)
				for n := range 5 {
					e := callGateway(t, client, v)
					if !assert.Equal(t, code, e.Code, "HTTP %d: %v", status, e) {
						return
					}
					assert.Equal(t, idverify.DeliveryNotSent, e.Delivery)
					assert.Equal(t, idverify.BilledNo, e.Billed)
					want := idverify.CircuitClosed
					if counts && n == 4 {
						want = idverify.CircuitOpen
					}
					assert.Equal(t, want, client.Circuits()[v.Name], "HTTP %d, call %d", status, n+1)
				}
			}
		})
	}
}

// gatewayBefore is a client for which a gateway answers requests to one path.
func gatewayBefore(t *testing.T, v vendors.Vendor, path string, status int, contentType, body string) *idverify.Client {
	t.Helper()
	if strings.Contains(body, "%d") {
		body = fmt.Sprintf(body, status)
	}
	transport := httpmock.NewMockTransport()
	transport.RegisterNoResponder(func(r *http.Request) (*http.Response, error) {
		if !strings.HasSuffix(r.URL.Path, path) {
			return httpmock.NewStringResponse(http.StatusOK, v.Tokens.Says("EXAMPLE-TOKEN")), nil
		}
		answer := httpmock.NewStringResponse(status, body)
		answer.Header.Set("Retry-After", "7")
		if contentType != "" {
			answer.Header.Set("Content-Type", contentType)
		}
		return answer, nil
	})
	provider, err := v.New(vendors.Account{HTTP: idverify.HTTP{Client: &http.Client{Transport: transport}}})
	require.NoError(t, err)
	client, err := idverify.New([]idverify.Provider{provider}, idverify.WithRetry(idverify.Retry{Attempts: 1}))
	require.NoError(t, err)
	return client
}

func callGateway(t *testing.T, client *idverify.Client, v vendors.Vendor) *idverify.Error {
	t.Helper()
	_, err := client.Verify(t.Context(), v.Match())
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	require.False(t, errors.Is(err, idverify.ErrCircuitOpen), "it was asked")
	return e
}

// Wrong settings are the operator's mistake: the next vendor is asked, this vendor is
// not asked again, and its circuit stays closed.
func TestGateway_WrongSettingsFailOver(t *testing.T) {
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	defer untrusted.Close()
	refuses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	defer refuses.Close()
	proxy, err := url.Parse(refuses.URL)
	require.NoError(t, err)
	standIn := idverifytest.Start(t)

	for field, settings := range map[string]idverify.HTTP{
		"HTTP.TLSConfig": {BaseURL: untrusted.URL},
		"HTTP.Proxy":     {BaseURL: "https://vendor.example", Proxy: http.ProxyURL(proxy)},
	} {
		for _, v := range vendors.All() {
			wrong, err := v.New(vendors.Account{HTTP: settings})
			require.NoError(t, err)
			right, err := v.New(vendors.Account{HTTP: idverify.HTTP{BaseURL: standIn.BaseURL(v.Name)}})
			require.NoError(t, err)
			client, err := idverify.New([]idverify.Provider{named{wrong, "wrong"}, right})
			require.NoError(t, err)
			for range 6 {
				res, err := client.Verify(t.Context(), v.Match())
				require.NoError(t, err)
				require.Len(t, res.Attempts, 2, field)
				first := res.Attempts[0]
				assert.Equal(t, idverify.CodeInvalidConfig, first.Code)
				assert.Equal(t, idverify.DeliveryNotSent, first.Delivery)
				assert.False(t, first.PassedOver)
				var e *idverify.Error
				require.ErrorAs(t, first.Err, &e)
				assert.Equal(t, field, e.Field)
				assert.NotContains(t, e.Error(), "127.0.0.1")
			}
			client.CloseIdleConnections()
		}
	}
}

// named is a provider under another name.
type named struct {
	vendors.Provider
	name string
}

func (n named) Name() string { return n.name }

// At every vendor, the error says whose time limit it was.
func TestTimeLimit_NamesOwner(t *testing.T) {
	for _, v := range vendors.All() {
		for want, limits := range map[string]struct{ ofClient, policy, caller time.Duration }{
			"VendorPolicy.Timeout passed":       {0, 10 * time.Second, time.Minute},
			"the caller's deadline passed":      {0, 10 * time.Second, 5 * time.Second},
			"the Timeout of HTTP.Client passed": {3 * time.Second, 10 * time.Second, time.Minute},
			"HTTP.Timeout passed":               {time.Hour, time.Hour, time.Hour},
		} {
			t.Run(v.Name+"/"+want, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					provider, err := v.New(vendors.Account{HTTP: idverify.HTTP{Client: &http.Client{Transport: silence{}, Timeout: limits.ofClient}}})
					require.NoError(t, err)
					client, err := idverify.New([]idverify.Provider{provider},
						idverify.WithVendor(v.Name, idverify.VendorPolicy{Timeout: limits.policy}), idverify.WithRetry(idverify.Retry{Attempts: 1}))
					require.NoError(t, err)
					ctx, cancel := context.WithTimeout(t.Context(), limits.caller)
					defer cancel()
					_, err = client.Verify(ctx, v.Match())
					var e *idverify.Error
					require.ErrorAs(t, err, &e)
					assert.Equal(t, idverify.CodeTimeout, e.Code)
					assert.Contains(t, e.Detail, want)
				})
			})
		}
	}
}

// silence reads requests and never answers.
type silence struct{}

func (silence) RoundTrip(r *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// An object that breaks the rules may be the vendor's, whatever the HTTP status says:
// the call may be billed, and is not repeated.
func TestGateway_BrokenObjectIsNotRefused(t *testing.T) {
	for _, v := range vendors.All() {
		for _, status := range []int{http.StatusOK, http.StatusTooManyRequests} {
			for _, content := range []string{`{"a":1,"A":2}`, `{"a":1} {}`, `{"a":1,}`} {
				var s script
				_, err := s.provider(t, v, vendors.Answer{Status: status, Body: content}).Verify(t.Context(), v.Match())
				var e *idverify.Error
				require.ErrorAs(t, err, &e)
				assert.Equal(t, []any{idverify.CodeBadResponse, idverify.DeliveryUnanswered, idverify.BilledUnknown, false},
					[]any{e.Code, e.Delivery, e.Billed, e.Repeatable()}, "%s: %d %s", v.Name, status, content)
				assert.Equal(t, 1, s.verifications)
			}
		}
	}
}
