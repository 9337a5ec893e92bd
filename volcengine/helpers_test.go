package volcengine_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/volcengine"
)

const (
	personName   = "虚构张三"
	personNumber = "11010519000101001X"
)

var signedAt = time.Unix(1_700_000_000, 0) // 20231114T221320Z

// vendor is an in-memory vendor that records its requests and answers as the test
// says.
type vendor struct {
	status  int
	header  http.Header
	answers []string // in order; the last one repeats
	seen    []received
}

type received struct {
	*http.Request
	content []byte
}

func (v *vendor) RoundTrip(r *http.Request) (*http.Response, error) {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	_ = r.Body.Close()
	v.seen = append(v.seen, received{r, content})
	answer := v.answers[min(len(v.seen), len(v.answers))-1]
	header := http.Header{"Content-Type": {"application/json"}}
	for name, values := range v.header {
		header[name] = values
	}
	return &http.Response{
		StatusCode: max(v.status, http.StatusOK), Header: header, Request: r, ProtoMajor: 1, ProtoMinor: 1,
		ContentLength: int64(len(answer)), Body: io.NopCloser(bytes.NewReader([]byte(answer))),
	}, nil
}

func config(v *vendor) volcengine.Config {
	return volcengine.Config{
		AccessKeyID: "AKLTEXAMPLE0001", SecretAccessKey: "RVhBTVBMRVNLMDAwMQ==",
		HTTP: idverify.HTTP{Client: &http.Client{Transport: v}, Clock: func() time.Time { return signedAt }},
	}
}

func newClient(t *testing.T, cfg volcengine.Config) *volcengine.Client {
	t.Helper()
	client, err := volcengine.New(cfg)
	require.NoError(t, err)
	return client
}

func photoRequest(photo []byte) *idverify.Request {
	return &idverify.Request{Name: personName, IDNumber: personNumber, Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(photo))}}
}

// ask calls a vendor that gives this answer.
func ask(t *testing.T, answer string, change ...func(*volcengine.Config)) (*idverify.Result, error) {
	t.Helper()
	cfg := config(&vendor{answers: []string{answer}})
	for _, c := range change {
		c(&cfg)
	}
	return newClient(t, cfg).Verify(t.Context(), photoRequest(idverifytest.Photo()))
}

func atRate(rate float64) func(*volcengine.Config) {
	return func(cfg *volcengine.Config) { cfg.FalseAcceptRate = rate }
}

// failed returns the *idverify.Error of a call without a decision.
func failed(t *testing.T, res *idverify.Result, err error) *idverify.Error {
	t.Helper()
	require.Nil(t, res)
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, volcengine.Name, e.Vendor)
	require.False(t, e.Code.IsDecision())
	return e
}

const steps = `{"1e-3":62.17,"1e-4":69.32,"1e-5":74.4,"1e-6":78.04}`

// compared returns an answer with these JSON values.
func compared(code, sub, result, score, thresholds string) string {
	return fmt.Sprintf(`{"code":%s,"request_id":"R1","data":{"byted_token":"T1","result":%s,"source_comp_details":{"score":%s,"thresholds":%s},`+
		`"algorithm_base_resp":{"status_code":%s,"status_message":"m"}}}`, code, result, score, thresholds, sub)
}

// subbed returns an answer with a code and a sub-code, without a comparison.
func subbed(code, sub string) string {
	return fmt.Sprintf(`{"code":%s,"request_id":"R1","data":{"algorithm_base_resp":{"status_code":%s,"status_message":"m"}}}`, code, sub)
}

func fixture(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return string(content)
}
