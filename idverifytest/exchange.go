package idverifytest

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Exchange describes a request and how it was answered: shapes and names for
// assertions about requests, never a value. Texts are cut at 256 bytes, and a list
// contains at most 100 entries.
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
	EvidenceBytes    int64    // of its value as sent; 0 when the fault came first
	BodyBytes        int64    // of the body as read

	Fault      string // the fault that was applied, as in "reset_after_body", or empty
	Status     int    // HTTP status as decided, even if it could not be sent; 0 if nothing was
	VendorCode string // the vendor's own: "OK", "222202", "-5803"; empty if none
	Billed     bool
}

// newExchange records what a request's head says.
func newExchange(seq int, vendor, path string, r *http.Request, query url.Values) Exchange {
	return Exchange{
		Seq:              seq,
		Vendor:           vendor,
		Method:           cut(r.Method),
		Host:             cut(r.Host),
		Path:             cut(path),
		ContentLength:    r.ContentLength,
		TransferEncoding: slices.Clone(r.TransferEncoding),
		ContentType:      cut(r.Header.Get("Content-Type")),
		Headers:          noted(r.Header),
		Query:            noted(query),
	}
}

// cut shortens a text for the record. It is copied, so that the record does not
// keep a long text alive.
func cut(text string) string { return strings.Clone(text[:min(len(text), maxNoted)]) }

// noted returns names for the record.
func noted[V any](m map[string]V) []string {
	if len(m) == 0 {
		return nil
	}
	list := make([]string, 0, min(len(m), maxHeaders))
	for name := range maps.Keys(m) {
		if len(list) == maxHeaders {
			break
		}
		list = append(list, shown(name))
	}
	slices.Sort(list)
	return list
}

// aName matches names of fields, parameters and headers. Anything else may be a
// body sent under a wrong type, with personal data in it.
var aName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]*$`)

const noName = "[not a name]"

// shown returns a name for the record.
func shown(name string) string {
	if !aName.MatchString(name) {
		return noName
	}
	return cut(name)
}

// Exchanges lists the exchanges in order of arrival: at most the last 10,000, fewer
// where their texts exceed 8 MiB, and only those that have been answered or are
// being held up.
func (s *Server) Exchanges() []Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Exchange, len(s.records.list))
	for i, e := range s.records.list {
		e.TransferEncoding = slices.Clone(e.TransferEncoding)
		e.Headers = slices.Clone(e.Headers)
		e.Query = slices.Clone(e.Query)
		e.Fields = slices.Clone(e.Fields)
		all[i] = e
	}
	slices.SortFunc(all, func(a, b Exchange) int { return a.Seq - b.Seq })
	return all
}

// Calls counts the requests that arrived at a vendor's verification endpoint, or at
// [BaiduToken], whatever their outcome.
func (s *Server) Calls(vendor string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[vendor]
}

// settle records how an exchange ends. It runs before the answer is sent, so that a
// client that has its answer finds it in the record.
func (s *Server) settle(rec *Exchange, rep reply, subject string) {
	rec.Status, rec.VendorCode = rep.status, rep.code
	rec.Billed = rep.billed
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records.add(*rec)
	if rec.Billed {
		s.bill.add(BilledCall{Vendor: rec.Vendor, Seq: rec.Seq, Subject: s.Subject(subject)})
	}
}
