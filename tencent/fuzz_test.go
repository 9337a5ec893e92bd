package tencent_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/tencent"
)

// What the decoder makes of any answer is a decision or an error with a code,
// and a pass only with the similarity passed.
func FuzzAnswer(f *testing.F) {
	files, err := filepath.Glob("testdata/*")
	require.NoError(f, err)
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(http.StatusOK, content)
	}
	for _, row := range tencent.Codes() {
		f.Add(http.StatusOK, []byte(`{"code":`+row.Code+`,"message":"`+row.Reason+`"}`))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		transport := httpmock.NewMockTransport()
		transport.RegisterNoResponder(httpmock.NewBytesResponder(200+max(status, -(status+1))%400, body))
		cfg := config(tencent.DefaultBaseURL)
		cfg.HTTPClient = &http.Client{Transport: transport}
		res, err := newClient(t, cfg).Verify(t.Context(), photoRequest([]byte("photo")))
		idverifytest.CheckOutcome(t, res, err, idverify.CheckSimilarity)
	})
}
