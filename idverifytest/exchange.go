package idverifytest

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// Exchange is what arrived and how it was answered: shapes and names for
// assertions about requests, never a value.
type Exchange struct {
	Seq    int    // 1 for the first exchange of the server
	Vendor string // also [BaiduToken]; empty for a path of no vendor
	Method string
	Host   string
	Path   string // as the vendor sees it, without the stand-in's prefix

	ContentLength    int64    // as announced; -1 if it was not
	TransferEncoding []string // empty, or "chunked"
	ContentType      string
	Headers          []string // canonical names, sorted
	Query            []string // names, sorted
	Fields           []string // names in the body, sorted
	Evidence         string   // the field that carried the picture or capture
	EvidenceBytes    int64    // of its value as sent; 0 if the fault came first
	BodyBytes        int64    // of the body as read

	Fault      string // the fault that struck, as in "reset_after_body", or empty
	Status     int    // HTTP status as decided, whether or not it could be sent; 0 if nothing was
	VendorCode string // the vendor's own: "OK", "222202", "-5803"; empty if none
	Billed     bool
}

// newExchange notes what a request's head says.
func newExchange(seq int, vendor, path string, r *http.Request) Exchange {
	return Exchange{
		Seq:              seq,
		Vendor:           vendor,
		Method:           r.Method,
		Host:             r.Host,
		Path:             path,
		ContentLength:    r.ContentLength,
		TransferEncoding: slices.Clone(r.TransferEncoding),
		ContentType:      r.Header.Get("Content-Type"),
		Headers:          names(r.Header),
		Query:            names(r.URL.Query()),
	}
}

// Exchanges lists what arrived, in the order of arrival: at most the last
// 10,000, and only what has been answered, or is being held up.
func (s *Server) Exchanges() []Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Exchange, len(s.exchanges))
	for i, e := range s.exchanges {
		e.TransferEncoding = slices.Clone(e.TransferEncoding)
		e.Headers = slices.Clone(e.Headers)
		e.Query = slices.Clone(e.Query)
		e.Fields = slices.Clone(e.Fields)
		all[i] = e
	}
	slices.SortFunc(all, func(a, b Exchange) int { return a.Seq - b.Seq })
	return all
}

// Calls counts the requests that arrived at a vendor's verification endpoint,
// or at [BaiduToken], whatever became of them.
func (s *Server) Calls(vendor string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[vendor]
}

// TokenFetches counts the requests that arrived at Baidu's token endpoint.
func (s *Server) TokenFetches() int { return s.Calls(BaiduToken) }

// settle notes how an exchange ends. It comes before the answer leaves, so
// that a client that has its answer finds it on the record.
func (s *Server) settle(rec *Exchange, rep reply, subject string) {
	rec.Status, rec.VendorCode = rep.status, rep.code
	rec.Billed = rep.billed
	s.record(*rec, subject)
}

func (s *Server) record(rec Exchange, subject string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.exchanges) == keptExchanges {
		s.exchanges = slices.Delete(s.exchanges, 0, keptExchanges/10)
	}
	s.exchanges = append(s.exchanges, rec)
	if rec.Billed {
		s.billed = append(s.billed, BilledCall{Vendor: rec.Vendor, Seq: rec.Seq, Subject: s.Subject(subject)})
	}
}

// An Answer is what [Server.Script] gives instead of a computed one.
type Answer struct {
	Status int         // HTTP status; 0 is 200
	Header http.Header // added to Content-Type: application/json, or replacing it
	Body   string      // sent as it is
	Billed bool        // whether it goes on the [Bill]
}

func (a Answer) reply() reply {
	rep := reply{
		status: a.Status,
		header: http.Header{"Content-Type": {"application/json"}},
		body:   []byte(a.Body),
		billed: a.Billed,
	}
	for name, values := range a.Header {
		rep.header[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
	if rep.status == 0 {
		rep.status = http.StatusOK
	}
	return rep
}

// Script makes the next calls to a vendor's verification endpoint, or to
// [BaiduToken], get exactly these answers, in order and one each, whatever
// the requests hold. Further calls are answered as usual. Answers that are
// waiting already come first. It panics for an unknown vendor.
func (s *Server) Script(vendor string, answers ...Answer) {
	mustKnow(vendor)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scripts[vendor] = append(s.scripts[vendor], answers...)
}

func (s *Server) nextAnswer(name string) (Answer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	queue := s.scripts[name]
	if len(queue) == 0 {
		return Answer{}, false
	}
	s.scripts[name] = queue[1:]
	return queue[0], true
}

func mustKnow(vendor string) {
	if vendor != BaiduToken && !slices.Contains(Vendors(), vendor) {
		panic("idverifytest: unknown vendor " + strconv.Quote(vendor))
	}
}

// drainLimit bounds how much of an unwanted body is read: enough that a client
// which is still sending sees the answer instead of a broken connection.
const drainLimit = 64 << 20

// drain reads what is left of the body. Its error says that the body broke off.
func drain(r *http.Request, rec *Exchange) error {
	n, err := io.Copy(io.Discard, io.LimitReader(r.Body, drainLimit))
	rec.BodyBytes += n
	return err
}

// readBody reads the whole body, of which it returns at most limit bytes, and
// nothing of one that breaks off.
func readBody(r *http.Request, rec *Exchange, limit int64) []byte {
	var buf bytes.Buffer
	if r.ContentLength <= limit {
		buf.Grow(int(max(r.ContentLength, 0)) + bytes.MinRead)
		_, err := buf.ReadFrom(io.LimitReader(r.Body, limit))
		rec.BodyBytes = int64(buf.Len())
		if err != nil {
			return nil
		}
	}
	_ = drain(r, rec) // what is behind the limit is not returned
	return buf.Bytes()
}

func names[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
