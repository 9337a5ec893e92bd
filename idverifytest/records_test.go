package idverifytest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestExchanges_LongTextsAreCut(t *testing.T) {
	s := New()
	long := "a" + threeDigits(0)
	for len(long) < 2000 {
		long += long
	}
	r := httptest.NewRequest(http.MethodGet, "/"+long+"?"+long+"=x", nil)
	r.Method, r.Host = long, long
	r.Header.Set("Content-Type", long)
	r.Header.Set("X"+long, "")
	for i := range 200 {
		r.Header.Set(fmt.Sprint("Y", i), "")
	}
	s.ServeHTTP(httptest.NewRecorder(), r)
	e := s.Exchanges()[0]
	for _, text := range []string{e.Method, e.Host, e.Path, e.ContentType, e.Query[0]} {
		assert.Len(t, text, maxNoted)
	}
	assert.Len(t, e.Headers, maxHeaders)
}

// All records together take at most 8 MiB, and the newest are kept.
func TestExchanges_BoundedByWeight(t *testing.T) {
	s := New()
	const n, many = 12_000, 2_000
	for i := range many {
		headers := make([]string, maxHeaders)
		for j := range headers {
			headers[j] = fmt.Sprintf("X%0100d", i*maxHeaders+j)
		}
		s.settle(&Exchange{Seq: i + 1, Headers: headers}, reply{}, "")
	}
	all := s.Exchanges()
	weight := 0
	for _, e := range all {
		weight += 320
		for _, name := range e.Headers {
			weight += 16 + len(name)
		}
	}
	assert.Less(t, weight, maxRecordBytes+1<<20)
	assert.Greater(t, weight, maxRecordBytes/2)
	assert.Equal(t, many, all[len(all)-1].Seq)
	assert.Equal(t, many-len(all)+1, all[0].Seq)

	// Lists that are stored once do not make it grow either.
	for i := range many {
		s.settle(&Exchange{Query: []string{fmt.Sprint(i)}}, reply{}, "")
	}
	assert.LessOrEqual(t, len(s.records.names), 256)

	// Usual records are all kept.
	s.Reset()
	for i := range n {
		s.settle(&Exchange{Seq: i + 1, Host: "127.0.0.1:41234", Path: "/v1/verify", ContentType: "multipart/form-data; boundary=" + fmt.Sprintf("%060d", i),
			Headers: []string{"Accept-Encoding", "Content-Length", "Content-Type", "User-Agent"}, Fields: []string{"id_card_number", "image", "name"}}, reply{code: "0"}, "")
	}
	assert.Len(t, s.Exchanges(), maxRecords)
}
