package httpx_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/proof/growth"
)

// An answer is read at the cost of what comes out: packed or not, announced or not,
// and in however small pieces.
func TestReadingAnAnswerIsLinear(t *testing.T) {
	for name, c := range map[string]struct {
		coding    string
		announced bool
		pieces    func(io.Reader) io.Reader
		cost      float64
	}{
		"plain":       {"", true, nil, 4},
		"unannounced": {"", false, nil, 4},
		"by bytes":    {"", false, iotest.OneByteReader, 60},
		"by halves":   {"", false, iotest.HalfReader, 8},
		"gzip":        {"gzip", true, nil, 12},
	} {
		t.Run(name, func(t *testing.T) {
			growth.Case{From: 64 << 10, MaxAllocated: 2.5, MaxCost: c.cost, Work: func(size int) func() {
				content := []byte(strings.Repeat("a", size-1<<10))
				if c.coding == "gzip" {
					content = []byte(gzipped(t, string(content)))
				}
				return func() {
					raw := &http.Response{Header: http.Header{"Content-Encoding": {c.coding}}, ContentLength: -1}
					var body io.Reader = bytes.NewReader(content)
					if c.pieces != nil {
						body = c.pieces(body)
					}
					if c.announced {
						raw.ContentLength = int64(len(content))
					}
					raw.Body = io.NopCloser(body)
					if read, err := httpx.ReadAnswer(raw, int64(size)); err != nil || len(read) != size-1<<10 {
						t.Error(len(read), err)
					}
				}
			}}.Check(t)
		})
	}
	growth.Case{From: 16 << 10, MaxAllocated: 4, Work: func(size int) func() { // of codings in a header
		raw := &http.Response{Header: http.Header{"Content-Encoding": {strings.Repeat("gzip,", size/5)}}, Body: http.NoBody}
		return func() { _, _ = httpx.ReadAnswer(raw, 1<<20) }
	}}.Check(t)
}

// What is allocated to read an answer is no more than its limit, and as much again
// while it grows.
func TestWhatIsReadOfAnAnswerIsBounded(t *testing.T) {
	for _, limit := range []int64{1, 4 << 10, 4<<10 + 1, 1 << 20, 1<<20 + 1, 3 << 20} {
		for _, more := range []int64{-1, 0, 1, 1 << 20} {
			raw := &http.Response{ContentLength: -1, Body: io.NopCloser(io.LimitReader(endless{}, limit+more))}
			read, err := httpx.ReadAnswer(raw, limit)
			if more <= 0 {
				require.NoError(t, err)
				assert.Len(t, read, int(limit+more))
			} else {
				require.ErrorContains(t, err, "larger than the limit")
			}
			assert.LessOrEqual(t, int64(cap(read)), max(limit+1, 4<<10))
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
