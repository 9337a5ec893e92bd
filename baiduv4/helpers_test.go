package baiduv4_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

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

// Everything here runs in bubbles, where time passes only when all goroutines
// wait for it, and a goroutine that is left over fails the test.

// outcomes collects what concurrent callers got.
type outcomes struct {
	mu   sync.Mutex
	errs []error
}

func (o *outcomes) start(ctx context.Context, c *baiduv4.Client, callers int) {
	for range callers {
		go func() {
			_, err := c.Verify(ctx, request())
			o.mu.Lock()
			defer o.mu.Unlock()
			o.errs = append(o.errs, err)
		}()
	}
}

func (o *outcomes) assert(t *testing.T, finished, failed int) {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	bad := 0
	for _, err := range o.errs {
		if err != nil {
			bad++
		}
	}
	assert.Len(t, o.errs, finished)
	assert.Equal(t, failed, bad)
}

func verify(t *testing.T, c *baiduv4.Client) {
	t.Helper()
	res, err := c.Verify(t.Context(), request())
	require.NoError(t, err)
	require.True(t, res.Passed())
}

func verifyFails(t *testing.T, c *baiduv4.Client) *idverify.Error {
	t.Helper()
	res, err := c.Verify(t.Context(), request())
	return requireError(t, res, err)
}

// gate holds fetches back until it is opened, or their context ends.
type gate chan struct{}

func (g gate) pass(ctx context.Context) error {
	select {
	case <-g:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g gate) fetch(ctx context.Context, n int) (answer, error) {
	return tokenAnswer(n, month), g.pass(ctx)
}

func bubble(t *testing.T, test func(t *testing.T)) { synctest.Test(t, test) }

// odd is a store that misbehaves as told, around a good one.
type odd struct {
	baiduv4.MemoryStore
	load func(ctx context.Context) error
	save func(ctx context.Context) error
	drop func(ctx context.Context) error

	mu                  sync.Mutex
	loads, saves, drops int
	keys                map[string]bool
}

func (o *odd) ask(ctx context.Context, key string, count *int, do func(context.Context) error) error {
	o.mu.Lock()
	*count++
	if o.keys == nil {
		o.keys = map[string]bool{}
	}
	o.keys[key] = true
	o.mu.Unlock()
	if do == nil {
		return nil
	}
	return do(ctx)
}

func (o *odd) Load(ctx context.Context, key string) (baiduv4.Token, bool, error) {
	if err := o.ask(ctx, key, &o.loads, o.load); err != nil {
		return baiduv4.Token{}, false, err
	}
	return o.MemoryStore.Load(ctx, key)
}

func (o *odd) Save(ctx context.Context, key string, token baiduv4.Token) error {
	if err := o.ask(ctx, key, &o.saves, o.save); err != nil {
		return err
	}
	return o.MemoryStore.Save(ctx, key, token)
}

func (o *odd) Drop(ctx context.Context, key string, token baiduv4.Token) error {
	if err := o.ask(ctx, key, &o.drops, o.drop); err != nil {
		return err
	}
	return o.MemoryStore.Drop(ctx, key, token)
}

// noStore keeps nothing, so that a token which is not held must be fetched.
func noStore() *odd {
	down := func(context.Context) error { return errors.New("down") }
	return &odd{load: down, save: down, drop: down}
}

func keptIn(store baiduv4.TokenStore) func(*baiduv4.Config) {
	return func(c *baiduv4.Config) { c.Tokens = store }
}

// verifyAndSave waits until the store has been told, which no call does.
func verifyAndSave(t *testing.T, c *baiduv4.Client) {
	t.Helper()
	verify(t, c)
	synctest.Wait()
}
