package linkface_test

import (
	"net/http"
	"os"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/linkface"
)

const (
	apiID     = "EXAMPLE-API-ID"
	apiSecret = "EXAMPLE-API-SECRET"
	name      = "测试甲"
	number    = "11010519000101001X"
	endpoint  = linkface.DefaultBaseURL + "/identity/liveness_idnumber_verification"
)

func request(evidence ...idverify.Evidence) *idverify.Request {
	if len(evidence) == 0 {
		evidence = []idverify.Evidence{linkface.CaptureID("00000000000000000000000000000002")}
	}
	return &idverify.Request{Name: name, IDNumber: number, Evidence: evidence}
}

func newClient(t *testing.T, change func(*linkface.Config)) *linkface.Client {
	t.Helper()
	cfg := linkface.Config{APIID: apiID, APISecret: apiSecret}
	if change != nil {
		change(&cfg)
	}
	c, err := linkface.New(cfg)
	require.NoError(t, err)
	return c
}

// answering returns a client whose vendor always gives one answer. The transport
// counts the calls.
func answering(t *testing.T, status int, body string) (*linkface.Client, *httpmock.MockTransport) {
	t.Helper()
	transport := httpmock.NewMockTransport()
	transport.RegisterResponder(http.MethodPost, endpoint, httpmock.NewStringResponder(status, body))
	return newClient(t, func(cfg *linkface.Config) { cfg.HTTP.Client = &http.Client{Transport: transport} }), transport
}

func fixture(tb testing.TB, file string) string {
	tb.Helper()
	content, err := os.ReadFile("testdata/" + file)
	require.NoError(tb, err)
	return string(content)
}

func requireError(t *testing.T, res *idverify.Result, err error) *idverify.Error {
	t.Helper()
	require.Nil(t, res)
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	return e
}
