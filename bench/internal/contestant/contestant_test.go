package contestant_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/bench/internal/contestant"
	"github.com/idverify/idverify/bench/internal/vendor"
	"github.com/idverify/idverify/bench/internal/work"
)

// asked is what a server was sent.
type asked struct {
	mu        sync.Mutex
	path      string
	header    http.Header
	announced int64
	chunked   bool
	body      []byte
}

// serve keeps what it is sent, and answers with what turn makes of a pass.
func serve(t *testing.T, turn func(path, answer string) string) (*asked, string) {
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
		_, _ = io.WriteString(w, turn(r.URL.Path, vendor.Answer(r.URL.Path)))
	}))
	t.Cleanup(server.Close)
	return a, server.URL
}

func pass(_, answer string) string { return answer }

// photo takes the body apart as the vendor would.
func (a *asked) photo(t *testing.T) []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	kind, parameters, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	require.NoError(t, err)
	if kind == "application/json" {
		var members map[string]string
		require.NoError(t, json.Unmarshal(a.body, &members))
		text := members["image"] + members["ImageBase64"]
		assert.Contains(t, []string{members["id_card_number"], members["IdCard"]}, work.PersonIDNumber)
		photo, err := base64.StdEncoding.DecodeString(text)
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

var entries = []struct {
	name contestant.Name
	body work.Body
}{
	{contestant.Idverify, work.Multipart},
	{contestant.Idverify, work.JSON},
	{contestant.ByHand, work.Multipart},
	{contestant.ByHand, work.JSON},
	{contestant.IdverifyHTTP2, work.Multipart},
	{contestant.Resty, work.Multipart},
	{contestant.Resty, work.JSON},
	{contestant.TencentSDK, work.JSON},
	{contestant.BaiduSDK, work.JSON},
}

// Every contestant sends the photo whole, from memory and from a file, with
// its length announced.
func TestEveryContestantSendsThePhoto(t *testing.T) {
	for _, e := range entries {
		for _, size := range []int{work.KB, work.KB + 1, work.KB + 2, 100 * work.KB} {
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
				assert.Equal(t, int64(len(a.body)), a.announced, "%v", e)
				assert.False(t, a.chunked, "%v", e)
			}
		}
	}
}

// A baseline that passes everybody would be fast.
func TestEveryContestantLooksAtTheScores(t *testing.T) {
	for _, e := range entries {
		_, url := serve(t, func(_, answer string) string { return strings.Replace(answer, "92.5", "12.5", 1) })
		call, err := contestant.New(e.name, contestant.Setup{Body: e.body, BaseURL: url, Size: work.KB})
		require.NoError(t, err)
		assert.Error(t, call(t.Context()), "%v passed somebody with a score of 12.5", e)
	}
}

func TestEveryContestantRefusesAnErrorOfTheVendor(t *testing.T) {
	for _, e := range entries {
		_, url := serve(t, func(path, answer string) string {
			if path == vendor.BaiduTokenPath {
				return answer
			}
			return `{"code":15,"error_code":18,"status":"RATE_LIMIT_EXCEEDED","Response":{"Error":{"Code":"RequestLimitExceeded"}}}`
		})
		call, err := contestant.New(e.name, contestant.Setup{Body: e.body, BaseURL: url, Size: work.KB})
		require.NoError(t, err)
		assert.Error(t, call(t.Context()), "%v", e)
	}
}

func TestNoContestantDoesWorkThatItCannot(t *testing.T) {
	for _, name := range []contestant.Name{contestant.TencentSDK, contestant.BaiduSDK, "nobody"} {
		_, err := contestant.New(name, contestant.Setup{Body: work.Multipart, BaseURL: "http://127.0.0.1:1", Size: work.KB})
		assert.Error(t, err, name)
	}
}
