package baiduv4_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
)

const (
	apiKey     = "EXAMPLE-API-KEY-MARK"
	secretKey  = "EXAMPLE-SECRET-KEY-MARK"
	name       = "测试甲"
	number     = "11010519000101001X"
	tokenPath  = "/oauth/2.0/token"
	verifyPath = "/rest/2.0/face/v4/mingjing/verify"
)

func request(evidence ...idverify.Evidence) *idverify.Request {
	if len(evidence) == 0 {
		evidence = []idverify.Evidence{baiduv4.FaceToken("EXAMPLE-FACE-TOKEN-MARK")}
	}
	return &idverify.Request{Name: name, IDNumber: number, Evidence: evidence}
}

func config(change ...func(*baiduv4.Config)) baiduv4.Config {
	cfg := baiduv4.Config{APIKey: apiKey, SecretKey: secretKey}
	for _, c := range change {
		c(&cfg)
	}
	return cfg
}

func newClient(t testing.TB, change ...func(*baiduv4.Config)) *baiduv4.Client {
	t.Helper()
	c, err := baiduv4.New(config(change...))
	require.NoError(t, err)
	return c
}

func fixture(t testing.TB, file string) string {
	t.Helper()
	content, err := os.ReadFile("testdata/" + file)
	require.NoError(t, err)
	return string(content)
}

func requireError(t testing.TB, res *idverify.Result, err error) *idverify.Error {
	t.Helper()
	require.Nil(t, res)
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	return e
}

// answer is what a fake vendor gives back.
type answer struct {
	status      int // 0 is 200
	contentType string
	body        string
}

// fake is the vendor as a transport: it needs no socket, so that it works
// inside a synctest bubble. Its n-th token is "TOKEN-MARK-n".
type fake struct {
	// onFetch and onCall say something else than success; n counts from 1.
	onFetch func(ctx context.Context, n int) (answer, error)
	onCall  func(ctx context.Context, token string, n int) (answer, error)

	mu      sync.Mutex
	fetches int
	tokens  []string // of the calls, in order
}

func tokenAnswer(n int, seconds int64) answer {
	return answer{body: fmt.Sprintf(`{"access_token":"TOKEN-MARK-%d","expires_in":%d}`, n, seconds)}
}

const month = 2592000

var success = answer{body: `{"log_id":1,"result":{"score":91,"verify_status":0,"liveness_score":1,"spoofing_score":0}}`}

func refusedWith(code string) answer {
	return answer{body: `{"error_code":` + code + `,"error_msg":"Access token invalid"}`}
}

func (f *fake) RoundTrip(r *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, r.Body)
	_ = r.Body.Close()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	given, err := f.answer(r)
	if err != nil {
		return nil, err
	}
	if given.status == 0 {
		given.status = http.StatusOK
	}
	header := http.Header{"Content-Type": {"application/json"}}
	if given.contentType != "" {
		header.Set("Content-Type", given.contentType)
	}
	return &http.Response{
		StatusCode: given.status, Header: header, Request: r, ProtoMajor: 1, ProtoMinor: 1,
		ContentLength: int64(len(given.body)), Body: io.NopCloser(strings.NewReader(given.body)),
	}, nil
}

func (f *fake) answer(r *http.Request) (answer, error) {
	switch r.URL.Path {
	case tokenPath:
		f.mu.Lock()
		f.fetches++
		n := f.fetches
		f.mu.Unlock()
		if f.onFetch != nil {
			return f.onFetch(r.Context(), n)
		}
		return tokenAnswer(n, month), nil
	case verifyPath:
		token := r.URL.Query().Get("access_token")
		f.mu.Lock()
		f.tokens = append(f.tokens, token)
		n := len(f.tokens)
		f.mu.Unlock()
		if f.onCall != nil {
			return f.onCall(r.Context(), token, n)
		}
		return success, nil
	}
	return answer{status: http.StatusNotFound, contentType: "text/html", body: "<html>"}, nil
}

// seen is how many tokens were fetched and how many verifications asked for.
func (f *fake) seen() (fetches, calls int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fetches, len(f.tokens)
}

func (f *fake) used() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.tokens...)
}

func (f *fake) assertSeen(t testing.TB, fetches, calls int, about ...any) {
	t.Helper()
	gotFetches, gotCalls := f.seen()
	assert.Equal(t, fetches, gotFetches, append([]any{"fetches"}, about...)...)
	assert.Equal(t, calls, gotCalls, append([]any{"calls"}, about...)...)
}

func (f *fake) into(cfg *baiduv4.Config) { cfg.HTTP.Client = &http.Client{Transport: f} }

// answering is a client whose vendor gives one answer to every verification.
func answering(t testing.TB, given answer, change ...func(*baiduv4.Config)) (*baiduv4.Client, *fake) {
	t.Helper()
	f := &fake{onCall: func(context.Context, string, int) (answer, error) { return given, nil }}
	transport := httpmock.NewMockTransport()
	transport.RegisterResponder(http.MethodPost, baiduv4.DefaultBaseURL+tokenPath, f.RoundTrip)
	transport.RegisterResponder(http.MethodPost, baiduv4.DefaultBaseURL+verifyPath, f.RoundTrip)
	mocked := func(cfg *baiduv4.Config) { cfg.HTTP.Client = &http.Client{Transport: transport} }
	return newClient(t, append([]func(*baiduv4.Config){mocked}, change...)...), f
}
