//go:build acme

package acme_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/acme"
)

// A made-up account and a made-up person, born in January 1900.
const (
	keyID, keySecret         = "EXAMPLE-ACME-KEY-ID-0001", "EXAMPLE-ACME-KEY-SECRET-00000001"
	personName, personNumber = "虚构张三", "11010519000101001X"
)

var (
	signedAt = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	picture  = []byte("\xff\xd8\xff\xdb\x00\x02 made-up picture \xff\xd9")
)

// received is one request as the server got it.
type received struct {
	*http.Request
	content []byte
}

// asked is the outcome of one question with the given answer, and what was sent.
func asked(t *testing.T, status int, answer string) (sent []received, res *idverify.Result, err error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, _ := io.ReadAll(r.Body)
		sent = append(sent, received{r, content})
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	defer server.Close()
	res, err = newClient(t, server.URL).Verify(t.Context(), request(picture))
	return sent, res, err
}

func newClient(t *testing.T, baseURL string) *acme.Client {
	t.Helper()
	client, err := acme.New(acme.Config{KeyID: keyID, KeySecret: keySecret,
		HTTP: idverify.HTTP{BaseURL: baseURL, Clock: func() time.Time { return signedAt }}})
	require.NoError(t, err)
	return client
}

func request(photo []byte) *idverify.Request {
	return &idverify.Request{Name: personName, IDNumber: personNumber, Reference: "order-1",
		Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(photo))}}
}

func fixture(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return string(content)
}
