package idverifytest

import (
	"bufio"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// call is one request that the stand-in is processing.
type call struct {
	server   *Server
	vendor   *vendor
	endpoint *endpoint
	r        *http.Request
	inside   string // the path as the vendor sees it; r.URL.Path may have the vendor's prefix
	rec      *Exchange
	query    url.Values
	body     *bodyReader
	refused  trouble
}

// refuse records that the request exceeds a limit. The first reason counts.
func (c *call) refuse(t trouble) {
	if c.refused == noTrouble {
		c.refused = t
	}
}

// bodyReader reads a body up to the endpoint's limit, and counts the bytes.
type bodyReader struct {
	call  *call
	limit int64
}

func (b *bodyReader) Read(p []byte) (int, error) {
	rec := b.call.rec
	if rec.BodyBytes > b.limit {
		b.call.refuse(tooLarge)
		return 0, io.ErrUnexpectedEOF
	}
	// One byte more than the limit shows that there is more.
	p = p[:min(int64(len(p)), b.limit+1-rec.BodyBytes)]
	n, err := b.call.r.Body.Read(p)
	rec.BodyBytes += int64(n)
	if rec.BodyBytes > b.limit {
		b.call.refuse(tooLarge)
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}

// drain reads what is left of the body. Its error says that the body broke off.
func (c *call) drain() error {
	err := drain(c.r, c.rec)
	if c.rec.BodyBytes > c.body.limit {
		c.refuse(tooLarge)
	}
	return err
}

// drain reads the rest of a body, so that a client that is still sending sees the
// answer instead of a broken connection.
func drain(r *http.Request, rec *Exchange) error {
	n, err := io.Copy(io.Discard, io.LimitReader(r.Body, maxDrained))
	rec.BodyBytes += n
	return err
}

// readQuery reads the parameters of the query, unless there are too many.
func readQuery(u *url.URL) (values url.Values, ok bool) {
	if strings.Count(u.RawQuery, "&") >= maxQuery {
		return url.Values{}, false
	}
	return u.Query(), true
}

var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, readBuffer) }}

func newReader(from io.Reader) *bufio.Reader {
	in := readers.Get().(*bufio.Reader)
	in.Reset(from)
	return in
}

func freeReader(in *bufio.Reader) {
	in.Reset(nil)
	readers.Put(in)
}

// limit is the largest body.
func (e *endpoint) limit() int64 {
	if e.maxBody == 0 {
		return maxBody
	}
	return e.maxBody
}

// memory is how much memory reading the request may take. A small body cannot take
// much, whatever it contains.
func (c *call) memory() int64 {
	most := int64(perBody)
	if kind := c.r.Header.Get("Content-Type"); len(kind) >= 10 && strings.EqualFold(kind[:10], "multipart/") {
		most = perForm
	}
	if n := c.r.ContentLength; n >= 0 && n < most/32 {
		most = 32 * n
	}
	return sparedMemory + most + c.endpoint.holds
}
