package sign

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Request is what is signed of a request.
type Request struct {
	Method string
	// Host is the Host header as it is sent, with its port if it has one.
	Host string
	// Path is not escaped. Empty is "/".
	Path   string
	Query  url.Values
	Header http.Header
	// Digest is the SHA-256 of the body.
	Digest [sha256.Size]byte
}

// Of is what is signed of r, once everything of it is final.
func Of(r *http.Request, digest [sha256.Size]byte) Request {
	return Request{
		Method: r.Method,
		Host:   cmp.Or(r.Host, r.URL.Host),
		Path:   r.URL.Path,
		Query:  r.URL.Query(),
		Header: r.Header,
		Digest: digest,
	}
}

// Canonical gives the lower-case hexadecimal SHA-256 of the canonical request, and
// the names of its headers as SignedHeaders lists them. names are those to sign, in
// lower case; one that ends in * stands for all with that beginning. A header that
// the request does not have is left out.
func (r Request) Canonical(names ...string) (hash, signedHeaders string) {
	text, signedHeaders := r.text(names)
	return Hex(sha256.Sum256(text)), signedHeaders
}

// header is one of those to sign, its name in lower case.
type header struct{ name, value string }

// textRoom is enough for most canonical requests.
const textRoom = 512

// text is the canonical request: method, path, query, headers, their names, digest
// of the body. The empty line comes of the end of the last header.
func (r Request) text(names []string) (text []byte, signedHeaders string) {
	text = make([]byte, 0, textRoom)
	for _, line := range [...]string{r.Method, Path(r.Path), Query(r.Query)} {
		text = append(append(text, line...), '\n')
	}
	headers := r.headers(names)
	signed := make([]string, len(headers))
	for i, h := range headers {
		signed[i] = h.name
		text = append(append(append(append(text, h.name...), ':'), h.value...), '\n')
	}
	signedHeaders = strings.Join(signed, ";")
	text = append(append(append(text, '\n'), signedHeaders...), '\n')
	return hex.AppendEncode(text, r.Digest[:]), signedHeaders
}

// headers are those to sign, by their names.
func (r Request) headers(names []string) []header {
	all := make([]header, 0, len(names))
	for name, values := range r.Header {
		name = strings.ToLower(name)
		if name != "host" && isNamed(names, name) {
			all = append(all, header{name, joined(values)})
		}
	}
	if isNamed(names, "host") {
		all = append(all, header{"host", r.Host}) // net/http sends no other
	}
	slices.SortFunc(all, func(a, b header) int { return strings.Compare(a.name, b.name) })
	return all
}

func isNamed(names []string, name string) bool {
	return slices.ContainsFunc(names, func(pattern string) bool {
		beginning, all := strings.CutSuffix(pattern, "*")
		return name == pattern || all && strings.HasPrefix(name, beginning)
	})
}

// joined are the values of one header, sorted as one vendor documents. The others
// say nothing of more than one, which none of ours has.
func joined(values []string) string {
	if len(values) == 1 {
		return strings.TrimSpace(values[0])
	}
	trimmed := make([]string, len(values))
	for i, v := range values {
		trimmed[i] = strings.TrimSpace(v)
	}
	slices.Sort(trimmed)
	return strings.Join(trimmed, ",")
}

// Path is a path with each segment escaped as by RFC 3986.
func Path(path string) string {
	segments := strings.Split(cmp.Or(path, "/"), "/")
	for i, s := range segments {
		segments[i] = escape(s)
	}
	return strings.Join(segments, "/")
}

// Query is a query as it is signed: sorted by name and then by value, both escaped
// as by RFC 3986. A vendor that is sent it in the same form cannot read it in
// another way.
func Query(values url.Values) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range slices.Sorted(slices.Values(values[name])) {
			pairs = append(pairs, escape(name)+"="+escape(value))
		}
	}
	return strings.Join(pairs, "&")
}

// escape leaves letters, digits and -._~ as they are. [url.QueryEscape] differs in
// the space alone.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
