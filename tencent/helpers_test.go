package tencent_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/tencent"
)

// A made-up account and a made-up person, born in January 1900.
const (
	appID     = "1250000000"
	secretID  = "AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001"
	secretKey = "EXAMPLEKEYEXAMPLEKEYEXAMPLEKEY01"

	personName   = "虚构张三"
	personNumber = "11010519000101001X"
	photoURL     = "https://photos.example.com/face-7f3a.jpg"
)

var signedAt = time.Unix(1_700_000_000, 0)

var (
	jpegPhoto = []byte("\xff\xd8\xff\xdb\x00\x02 made-up picture \x00\r\n--\r\n\xfe\xff\xd9")
	pngPhoto  = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x00IEND\xaeB`\x82 made-up picture")
	bmpPhoto  = []byte("BM made-up picture of enough bytes")
	gifPhoto  = []byte("GIF89a made-up picture")
	webpPhoto = []byte("RIFF\x10\x00\x00\x00WEBPVP8 made-up")
	rawPhoto  = []byte("no format that anybody knows")
)

// received is one request as the server got it.
type received struct {
	*http.Request
	content []byte
}

// vendor is a server that records its requests and answers as the test says.
type vendor struct {
	*httptest.Server
	mu   sync.Mutex
	seen []received
}

func serve(t *testing.T, answer http.HandlerFunc) *vendor {
	t.Helper()
	v := &vendor{}
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, _ := io.ReadAll(r.Body)
		v.mu.Lock()
		v.seen = append(v.seen, received{r, content})
		v.mu.Unlock()
		answer(&repeating{w, sessionOf(content)}, r)
	}))
	t.Cleanup(v.Close)
	return v
}

// vendorSession is a placeholder in an answer for the request's session id, which
// the vendor repeats.
var vendorSession = regexp.MustCompile(`vendor-session-[0-9]{4}`)

// repeating replaces the placeholder by the request's session id.
type repeating struct {
	http.ResponseWriter
	session string
}

func (r *repeating) Write(p []byte) (int, error) {
	_, err := r.ResponseWriter.Write(vendorSession.ReplaceAll(p, []byte(r.session)))
	return len(p), err
}

// Unwrap is for http.ResponseController.
func (r *repeating) Unwrap() http.ResponseWriter { return r.ResponseWriter }

var inRequest = regexp.MustCompile(`session_id"(?:\r\n\r\n|:")([^"\r]+)`)

// sessionOf returns the session id of a form or a JSON body.
func sessionOf(content []byte) string {
	if found := inRequest.FindSubmatch(content); found != nil {
		return string(found[1])
	}
	return ""
}

func (v *vendor) requests() []received {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.seen
}

func (v *vendor) only(t *testing.T) received {
	t.Helper()
	seen := v.requests()
	require.Len(t, seen, 1)
	return seen[0]
}

func answering(status int, contentType, content string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, content)
	}
}

func answeringFile(t *testing.T, name string) http.HandlerFunc {
	t.Helper()
	return answering(http.StatusOK, "application/json", fixture(t, name))
}

func fixture(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return string(content)
}

func config(baseURL string) tencent.Config {
	return tencent.Config{
		AppID: appID, SecretID: secretID, SecretKey: secretKey,
		HTTP: idverify.HTTP{BaseURL: baseURL, Clock: func() time.Time { return signedAt }},
	}
}

func newClient(t *testing.T, cfg tencent.Config) *tencent.Client {
	t.Helper()
	client, err := tencent.New(cfg)
	require.NoError(t, err)
	return client
}

func photoRequest(content []byte) *idverify.Request {
	return requestWith(idverify.Photo(idverify.Bytes(content)))
}

func requestWith(ev ...idverify.Evidence) *idverify.Request {
	return &idverify.Request{Name: personName, IDNumber: personNumber, Evidence: ev}
}

// verify calls a vendor that gives this answer, without a server.
func verify(t *testing.T, answer http.HandlerFunc) (*idverify.Result, error) {
	t.Helper()
	transport := httpmock.NewMockTransport()
	transport.RegisterResponder(http.MethodPost, tencent.DefaultBaseURL+"/face/idcardcompare", func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		answer(&repeating{w, "order-0001"}, r)
		return w.Result(), nil
	})
	cfg := config("")
	cfg.HTTP.Client = &http.Client{Transport: transport}
	req := photoRequest(jpegPhoto)
	req.Reference = "order-0001"
	return newClient(t, cfg).Verify(t.Context(), req)
}

// failed returns the *idverify.Error of a call without a decision.
func failed(t *testing.T, res *idverify.Result, err error) *idverify.Error {
	t.Helper()
	require.Nil(t, res)
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, tencent.Name, e.Vendor)
	require.False(t, e.Code.IsDecision())
	return e
}
