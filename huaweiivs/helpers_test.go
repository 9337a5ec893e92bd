package huaweiivs_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/huaweiivs"
	"github.com/idverify/idverify/idverifytest"
)

const (
	accessKey = idverifytest.HuaweiIVSAccessKey
	secretKey = idverifytest.HuaweiIVSSecretKey
	name      = "虚构张三"
	number    = "11010519000101001X"
)

var signedAt = time.Date(2023, 11, 14, 22, 13, 20, 0, time.UTC)

// vendor is a server that records its requests and answers as the test says. OURS in
// an answer is replaced by the request's uuid.
type vendor struct {
	*httptest.Server
	mu   sync.Mutex
	seen []received
}

type received struct {
	*http.Request
	content []byte
}

func serve(t *testing.T, answer http.HandlerFunc) *vendor {
	t.Helper()
	v := &vendor{}
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, _ := io.ReadAll(r.Body)
		got := received{r, content}
		v.mu.Lock()
		v.seen = append(v.seen, got)
		v.mu.Unlock()
		answer(&naming{w, got.uuid()}, r)
	}))
	t.Cleanup(v.Close)
	return v
}

// naming replaces OURS by the request's uuid.
type naming struct {
	http.ResponseWriter
	uuid string
}

func (n *naming) Write(p []byte) (int, error) {
	_, err := io.WriteString(n.ResponseWriter, strings.ReplaceAll(string(p), "OURS", n.uuid))
	return len(p), err
}

func (r received) body() (b struct {
	Meta map[string]any
	Data struct {
		Requests []map[string]any `json:"req_data"`
	}
}) {
	_ = json.Unmarshal(r.content, &b)
	return b
}

func (r received) uuid() string {
	uuid, _ := r.body().Meta["uuid"].(string)
	return uuid
}

func (v *vendor) requests() []received {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.seen
}

func answering(status int, content string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Date", signedAt.Format(http.TimeFormat))
		w.WriteHeader(status)
		_, _ = io.WriteString(w, content)
	}
}

func fixture(tb testing.TB, file string) string {
	tb.Helper()
	content, err := os.ReadFile("testdata/" + file)
	require.NoError(tb, err)
	return string(content)
}

func newClient(t *testing.T, v *vendor, change ...func(*huaweiivs.Config)) *huaweiivs.Client {
	t.Helper()
	cfg := huaweiivs.Config{AccessKey: accessKey, SecretKey: secretKey,
		HTTP: idverify.HTTP{BaseURL: v.URL, Clock: func() time.Time { return signedAt }}}
	for _, c := range change {
		c(&cfg)
	}
	c, err := huaweiivs.New(cfg)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func request() *idverify.Request { return requestOf(idverifytest.Photo()) }

func requestOf(picture []byte) *idverify.Request {
	return &idverify.Request{Name: name, IDNumber: number, Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(picture))}}
}

func requireError(t *testing.T, res *idverify.Result, err error) *idverify.Error {
	t.Helper()
	require.Nil(t, res)
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	return e
}
