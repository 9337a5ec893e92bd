package sign

import (
	"cmp"
	"crypto/sha256"
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

// text is the canonical request: method, path, query, headers, their names, digest
// of the body. The empty line comes of the end of the last header.
func (r Request) text(names []string) (text []byte, signedHeaders string) {
	headers := r.headers(names)
	signed := slices.Sorted(maps.Keys(headers))
	signedHeaders = strings.Join(signed, ";")
	text = make([]byte, 0, 256) // which most fit
	add := func(parts ...string) {
		for _, part := range parts {
			text = append(text, part...)
		}
	}
	add(r.Method, "\n", Path(r.Path), "\n", Query(r.Query), "\n")
	for _, name := range signed {
		add(name, ":", headers[name], "\n")
	}
	add("\n", signedHeaders, "\n", Hex(r.Digest))
	return text, signedHeaders
}

// headers are the values of those to sign, by name in lower case.
func (r Request) headers(names []string) map[string]string {
	values := map[string]string{}
	for name, all := range r.Header {
		if name = strings.ToLower(name); isNamed(names, name) {
			values[name] = joined(all)
		}
	}
	if isNamed(names, "host") {
		values["host"] = r.Host // net/http sends no other
	}
	return values
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
