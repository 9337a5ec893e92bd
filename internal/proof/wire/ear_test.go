package wire_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// heard is a form of an answer, and whether it must be accepted.
type heard struct {
	header map[string]string
	body   func([]byte) []byte
	isOne  bool
}

func packed(answer []byte) []byte {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write(answer)
	_ = w.Close()
	return z.Bytes()
}

func waysToAnswer() map[string]heard {
	same := func(b []byte) []byte { return b }
	marked := func(b []byte) []byte { return append([]byte("\xef\xbb\xbf"), b...) }
	return map[string]heard{
		"as it is":                    {nil, same, true},
		"after a byte order mark":     {nil, marked, true},
		"after two and a line feed":   {nil, func(b []byte) []byte { return append([]byte("\n"), marked(marked(b))...) }, true},
		"Content-Encoding: utf-8":     {map[string]string{"Content-Encoding": "utf-8"}, same, true},
		"Content-Encoding: UTF-8":     {map[string]string{"Content-Encoding": "UTF-8"}, marked, true},
		"Content-Encoding: none":      {map[string]string{"Content-Encoding": "none"}, same, true},
		"Content-Encoding: identity":  {map[string]string{"Content-Encoding": "identity"}, same, true},
		"Content-Encoding: x-gzip":    {map[string]string{"Content-Encoding": "x-gzip"}, packed, true},
		"Content-Encoding: gzip":      {map[string]string{"Content-Encoding": "gzip"}, packed, true},
		"called anything":             {map[string]string{"Content-Type": "application/octet-stream"}, same, true},
		"called a picture":            {map[string]string{"Content-Type": "image/jpeg"}, same, true},
		"called nothing known":        {map[string]string{"Content-Type": "json"}, same, true},
		"called HTML":                 {map[string]string{"Content-Type": "text/html"}, same, false},
		"called XHTML":                {map[string]string{"Content-Type": "application/xhtml+xml; charset=utf-8"}, same, false},
		"a page before it":            {nil, func(b []byte) []byte { return append([]byte("<!-- -->"), b...) }, false},
		"Content-Encoding: br":        {map[string]string{"Content-Encoding": "br"}, same, false},
		"packed, and not said":        {nil, packed, false},
		"more than fits, when packed": {map[string]string{"Content-Encoding": "x-gzip"}, func(b []byte) []byte { return packed(append(bytes.Repeat([]byte(" "), 1<<20), b...)) }, false},
		"in an array":                 {nil, func(b []byte) []byte { return append(append([]byte("["), b...), ']') }, false},
		"twice":                       {nil, func(b []byte) []byte { return append(bytes.Clone(b), b...) }, false},
	}
}

// Unusual but valid answers are read, for verifications and tokens. Answers that
// could be a page, or are not exactly one object, decide nothing.
// Holds P-PASS-7.
func TestAnswers_UnusualButValidAreRead(t *testing.T) {
	for _, v := range vendors.All() {
		for name, way := range waysToAnswer() {
			t.Run(v.Name+"/"+name, func(t *testing.T) {
				standIn := idverifytest.New()
				defer standIn.Close()
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					answer := httptest.NewRecorder()
					standIn.ServeHTTP(answer, r)
					w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
					for name, value := range way.header {
						w.Header().Set(name, value)
					}
					w.WriteHeader(answer.Code)
					_, _ = w.Write(way.body(answer.Body.Bytes()))
				}))
				defer server.Close()
				client := provider(t, v, account{base: idverifytest.BaseURLAt(server.URL, v.Name), limit: 256 << 10})
				defer client.CloseIdleConnections()
				res, err := client.Verify(t.Context(), v.Match())
				if way.isOne {
					require.NoError(t, err)
					assert.True(t, res.Passed())
					return
				}
				assert.Equal(t, idverify.CodeBadResponse, idverify.CodeOf(err))
			})
		}
	}
}
