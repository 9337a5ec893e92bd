package tencentfaceid_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/tencentfaceid"
)

// A made-up account and a made-up person, born in January 1900.
const (
	secretID  = "AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0002"
	secretKey = "EXAMPLEKEYEXAMPLEKEYEXAMPLEKEY02"

	personName   = "虚构张三"
	personNumber = "11010519000101001X"
)

// signedAt is 2023-11-14 in UTC, and already the next day in Beijing.
var signedAt = time.Unix(1_700_000_000, 0)

var (
	jpegPhoto = []byte("\xff\xd8\xff\xdb\x00\x02 made-up picture \x00\xfe\xff\xd9")
	pngPhoto  = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x00IEND\xaeB`\x82 made-up picture")
)

// received is one request as the vendor got it.
type received struct {
	*http.Request
	content []byte
}

// members are the members of the body.
func (r received) members(t *testing.T) map[string]string {
	t.Helper()
	var all map[string]string
	require.NoError(t, json.Unmarshal(r.content, &all))
	return all
}

// vendor answers without a server, and records its requests. EXTRA-HERE in an answer is
// replaced by the request's Extra.
type vendor struct {
	status       int // 200 where it is 0
	contentType  string
	answer, date string
	seen         []received
}

func (v *vendor) respond(r *http.Request) (*http.Response, error) {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	v.seen = append(v.seen, received{r, content})
	var sent struct{ Extra string }
	_ = json.Unmarshal(content, &sent)
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", v.contentType)
	if v.contentType == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	if v.date != "" {
		w.Header().Set("Date", v.date)
	}
	w.WriteHeader(max(v.status, http.StatusOK))
	_, _ = io.WriteString(w, strings.ReplaceAll(v.answer, "EXTRA-HERE", sent.Extra))
	return w.Result(), nil
}

func (v *vendor) only(t *testing.T) received {
	t.Helper()
	require.Len(t, v.seen, 1)
	return v.seen[0]
}

func fixture(t testing.TB, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return string(content)
}

func config(v *vendor) tencentfaceid.Config {
	transport := httpmock.NewMockTransport()
	transport.RegisterNoResponder(v.respond)
	return tencentfaceid.Config{
		SecretID: secretID, SecretKey: secretKey,
		HTTP: idverify.HTTP{Client: &http.Client{Transport: transport}, Clock: func() time.Time { return signedAt }},
	}
}

func newClient(t testing.TB, cfg tencentfaceid.Config) *tencentfaceid.Client {
	t.Helper()
	client, err := tencentfaceid.New(cfg)
	require.NoError(t, err)
	return client
}

func photoRequest(content []byte) *idverify.Request {
	return &idverify.Request{Name: personName, IDNumber: personNumber,
		Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(content))}}
}

// verify calls a vendor that gives this answer.
func verify(t *testing.T, answer string) (*idverify.Result, error) {
	t.Helper()
	return newClient(t, config(&vendor{answer: answer})).Verify(t.Context(), photoRequest(jpegPhoto))
}

// failed returns the *idverify.Error of a call without a decision.
func failed(t *testing.T, res *idverify.Result, err error) *idverify.Error {
	t.Helper()
	require.Nil(t, res)
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, tencentfaceid.Name, e.Vendor)
	require.False(t, e.Code.IsDecision())
	return e
}
