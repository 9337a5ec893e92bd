package aliyun_test

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/aliyun"
	"github.com/idverify/idverify/idverifytest"
)

const (
	keyID, keySecret = idverifytest.AliyunAccessKeyID, idverifytest.AliyunAccessKeySecret
	scene            = idverifytest.AliyunSceneID
)

var signedAt = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// vendor gives every request the same answer, and records the requests.
type vendor struct {
	status int
	header http.Header
	body   string
	seen   []*http.Request
	forms  []url.Values
}

func (v *vendor) RoundTrip(r *http.Request) (*http.Response, error) {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(content))
	if err != nil {
		return nil, err
	}
	v.seen, v.forms = append(v.seen, r), append(v.forms, form)
	header := v.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", "application/json;charset=utf-8")
	return &http.Response{StatusCode: max(v.status, http.StatusOK), Header: header, Body: io.NopCloser(strings.NewReader(v.body)), Request: r}, nil
}

func (v *vendor) config() aliyun.Config {
	return aliyun.Config{AccessKeyID: keyID, AccessKeySecret: keySecret, SceneID: scene,
		HTTP: idverify.HTTP{Client: &http.Client{Transport: v}, Clock: func() time.Time { return signedAt }}}
}

func newClient(t *testing.T, cfg aliyun.Config) *aliyun.Client {
	t.Helper()
	client, err := aliyun.New(cfg)
	require.NoError(t, err)
	return client
}

func requestWith(ev idverify.Evidence) *idverify.Request {
	person := idverifytest.Match()
	return &idverify.Request{Name: person.Name, IDNumber: person.IDNumber, Evidence: []idverify.Evidence{ev}}
}

func photo() idverify.Evidence { return idverify.Photo(idverify.Bytes(idverifytest.Photo())) }

// verify calls a vendor that gives this answer.
func verify(t *testing.T, status int, body string) (*idverify.Result, error) {
	t.Helper()
	v := &vendor{status: status, body: body}
	return newClient(t, v.config()).Verify(t.Context(), requestWith(photo()))
}

// failed returns the *idverify.Error of a call without a decision.
func failed(t *testing.T, res *idverify.Result, err error) *idverify.Error {
	t.Helper()
	require.Nil(t, res)
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, aliyun.Name, e.Vendor)
	return e
}

func fixture(t testing.TB, name string) string {
	t.Helper()
	content, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return string(content)
}
