package contestant_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/bench/internal/contestant"
	"github.com/idverify/idverify/bench/internal/vendor"
	"github.com/idverify/idverify/bench/internal/work"
	"github.com/idverify/idverify/idverifytest"
)

// asked is the request that a server received.
type asked struct {
	mu        sync.Mutex
	path      string
	header    http.Header
	announced int64
	chunked   bool
	body      []byte
}

// serve records the request, and answers with a pass that turn may change.
func serve(t *testing.T, turn func(path, answer string) string) (*asked, string) {
	t.Helper()
	a := new(asked)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, "broken off", http.StatusBadRequest)
			return
		}
		if r.URL.Path != vendor.BaiduTokenPath {
			a.mu.Lock()
			a.path, a.header, a.announced, a.body = r.URL.Path, r.Header, r.ContentLength, body
			a.chunked = len(r.TransferEncoding) > 0
			a.mu.Unlock()
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, turn(r.URL.Path, vendor.AnswerTo(r)))
	}))
	t.Cleanup(server.Close)
	return a, server.URL
}

func pass(_, answer string) string { return answer }

// photo extracts the photo from the body as the vendor would.
func (a *asked) photo(t *testing.T) []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	kind, parameters, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	require.NoError(t, err)
	var texts []string
	switch kind {
	case "application/json":
		var whole any
		require.NoError(t, json.Unmarshal(a.body, &whole))
		texts = textsIn(whole)
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(a.body))
		require.NoError(t, err)
		texts = slices.Concat(slices.Collect(maps.Values(form))...)
	}
	if texts != nil {
		assert.Contains(t, texts, work.PersonIDNumber)
		assert.Contains(t, texts, work.PersonName)
		longest := slices.MaxFunc(texts, func(a, b string) int { return len(a) - len(b) })
		photo, err := base64.StdEncoding.DecodeString(longest)
		require.NoError(t, err)
		return photo
	}
	form, err := multipart.NewReader(strings.NewReader(string(a.body)), parameters["boundary"]).ReadForm(32 << 20)
	require.NoError(t, err)
	assert.Contains(t, append(form.Value["idcard_number"], form.Value["id_number"]...), work.PersonIDNumber)
	for _, files := range form.File {
		file, err := files[0].Open()
		require.NoError(t, err)
		defer file.Close()
		photo, err := io.ReadAll(file)
		require.NoError(t, err)
		return photo
	}
	return nil
}

// textsIn are all strings in a JSON value.
func textsIn(value any) (texts []string) {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		for _, one := range v {
			texts = append(texts, textsIn(one)...)
		}
	case map[string]any:
		for _, one := range v {
			texts = append(texts, textsIn(one)...)
		}
	}
	return texts
}

type entry struct {
	name contestant.Name
	body work.Body
}

// smallest is the size of a photo that every vendor accepts.
func (e entry) smallest() int {
	if _, signed := e.body.Vendor(); signed {
		return 10 * work.KB
	}
	return work.KB
}

var entries = append([]entry{
	{contestant.Idverify, work.Multipart},
	{contestant.Idverify, work.JSON},
	{contestant.ByHand, work.Multipart},
	{contestant.ByHand, work.JSON},
	{contestant.IdverifyHTTP2, work.Multipart},
	{contestant.Resty, work.Multipart},
	{contestant.Resty, work.JSON},
	{contestant.TencentSDK, work.JSON},
	{contestant.BaiduSDK, work.JSON},
}, signers()...)

func signers() (all []entry) {
	for _, v := range work.Signed {
		all = append(all, entry{contestant.Idverify, v.Body}, entry{contestant.ByHand, v.Body})
		if kit := contestant.Kits[v.Body]; kit != "" {
			all = append(all, entry{kit, v.Body})
		}
	}
	return all
}

// Every contestant sends the whole photo, from memory and from a file, with its
// length announced; one exception.
func TestContestants_SendWholePhoto(t *testing.T) {
	for _, e := range entries {
		for _, size := range []int{e.smallest(), e.smallest() + 1, e.smallest() + 2, 100 * work.KB} {
			file := filepath.Join(t.TempDir(), "photo.jpg")
			require.NoError(t, os.WriteFile(file, work.Photo(size), 0o600))
			for _, path := range []string{"", file} {
				a, url := serve(t, pass)
				call, err := contestant.New(e.name, contestant.Setup{
					Body: e.body, BaseURL: url, Size: size, File: path,
				})
				require.NoError(t, err)
				require.NoError(t, call(t.Context()), "%v", e)
				require.NoError(t, call(t.Context()), "%v, the second time", e)
				assert.True(t, string(a.photo(t)) == string(work.Photo(size)), "%v: the photo of %d bytes arrived changed", e, size)
				if e.name == contestant.VolcengineSDK { // the SDK hides the length from net/http
					assert.True(t, a.chunked, "%v", e)
					continue
				}
				assert.Equal(t, int64(len(a.body)), a.announced, "%v", e)
				assert.False(t, a.chunked, "%v", e)
			}
		}
	}
}

// no turns an answer into one that is not a pass, by scores or by the vendor's
// verdict.
var no = strings.NewReplacer("92.5", "12.5", `"Passed":"T"`, `"Passed":"F"`, `"verification_result":"valid"`, `"verification_result":"invalid"`,
	`"verification_code":1000`, `"verification_code":2002`)

// A baseline that ignores the scores would be fast.
func TestContestants_CheckScores(t *testing.T) {
	for _, e := range entries {
		_, url := serve(t, func(_, answer string) string { return no.Replace(answer) })
		call, err := contestant.New(e.name, contestant.Setup{Body: e.body, BaseURL: url, Size: e.smallest()})
		require.NoError(t, err)
		assert.Error(t, call(t.Context()), "%v passed a refused person", e)
	}
}

func TestContestants_ReportVendorErrors(t *testing.T) {
	for _, e := range entries {
		_, url := serve(t, func(path, answer string) string {
			if path == vendor.BaiduTokenPath {
				return answer
			}
			return `{"code":15,"error_code":18,"status":"RATE_LIMIT_EXCEEDED","Response":{"Error":{"Code":"RequestLimitExceeded"}}}`
		})
		call, err := contestant.New(e.name, contestant.Setup{Body: e.body, BaseURL: url, Size: e.smallest()})
		require.NoError(t, err)
		assert.Error(t, call(t.Context()), "%v", e)
	}
}

func TestContestants_RefuseUnsupportedWork(t *testing.T) {
	for _, name := range []contestant.Name{
		contestant.TencentSDK, contestant.BaiduSDK, contestant.AlibabaSDK, contestant.HuaweiSDK, contestant.VolcengineSDK, "nobody",
	} {
		_, err := contestant.New(name, contestant.Setup{Body: work.Multipart, BaseURL: "http://127.0.0.1:1", Size: work.KB})
		assert.Error(t, err, name)
	}
}

// The stand-in checks signatures as strictly as the vendors' documents, and counts
// each accepted call, so no contestant may send twice.
func TestContestants_SignCorrectly(t *testing.T) {
	for _, e := range signers() {
		standIn := idverifytest.New()
		server := httptest.NewServer(standIn)
		call, err := contestant.New(e.name, contestant.Setup{Body: e.body, BaseURL: server.URL, Size: 100 * work.KB})
		require.NoError(t, err)
		assert.NoError(t, call(t.Context()), "%v", e)
		assert.Equal(t, 1, standIn.Bill().Total(), "%v", e)
		server.Close()
	}
}
