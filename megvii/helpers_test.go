package megvii_test

import (
	"fmt"
	"net/http"
	"os"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/megvii"
)

const (
	apiKey    = "EXAMPLE-API-KEY"
	apiSecret = "EXAMPLE-API-SECRET"
	name      = "测试甲"
	number    = "11010519000101001X"
	endpoint  = megvii.DefaultBaseURL + "/faceid/v2/verify"
)

func request() *idverify.Request {
	return &idverify.Request{Name: name, IDNumber: number, Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))}}
}

func newClient(t *testing.T, change ...func(*megvii.Config)) *megvii.Client {
	t.Helper()
	cfg := megvii.Config{APIKey: apiKey, APISecret: apiSecret}
	for _, c := range change {
		c(&cfg)
	}
	c, err := megvii.New(cfg)
	require.NoError(t, err)
	return c
}

// answering returns a client whose vendor always gives one answer.
func answering(t *testing.T, status int, body string, change ...func(*megvii.Config)) *megvii.Client {
	t.Helper()
	transport := httpmock.NewMockTransport()
	transport.RegisterResponder(http.MethodPost, endpoint, httpmock.NewStringResponder(status, body))
	return newClient(t, append(change, func(cfg *megvii.Config) { cfg.HTTP.Client = &http.Client{Transport: transport} })...)
}

// compared returns an answer with a confidence and thresholds, written as given.
func compared(confidence, thresholds string) string {
	return fmt.Sprintf(`{"request_id":"R1","time_used":1020,"result_faceid":{"confidence":%s,"thresholds":%s}}`, confidence, thresholds)
}

const rungs = `{"1e-3":64,"1e-4":69,"1e-5":74,"1e-6":79.9}`

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
