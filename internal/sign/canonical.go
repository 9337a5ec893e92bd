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

// Request is the parts of a request that are signed.
type Request struct {
	Method string
	// Host is the Host header as it is sent, with its port if it has one.
	Host string
	// Path is unescaped. Empty means "/".
	Path string
	// Query is escaped, in any order.
	Query  string
	Header http.Header
	// Digest is the SHA-256 of the body.
	Digest [sha256.Size]byte
}

// Of reads these parts from r, which must be final.
func Of(r *http.Request, digest [sha256.Size]byte) Request {
	return Request{
		Method: r.Method,
		Host:   cmp.Or(r.Host, r.URL.Host),
		Path:   r.URL.Path,
		Query:  r.URL.RawQuery,
		Header: r.Header,
		Digest: digest,
	}
}

// Canonical returns the lower-case hexadecimal SHA-256 of the canonical request, and
// the names of its headers as for SignedHeaders. names are the headers to sign, in
// lower case; a name that ends in * means all headers with that beginning. Headers
// that the request lacks are left out.
func (r Request) Canonical(names ...string) (hash, signedHeaders string) {
	var room [textRoom]byte
	text, signedHeaders := r.text(room[:0], names)
	return Hex(sha256.Sum256(text)), signedHeaders
}

// Room on the stack for the bytes and headers of most canonical requests. The longest
// part is the token of a temporary credential.
const (
	textRoom   = 2 << 10
	headerRoom = 16
)

// header is a header to sign, with its name as sent.
type header struct{ name, value string }

// text is the canonical request: method, path, query, headers, their names, digest of
// the body. The line feed of the last header makes the empty line.
func (r Request) text(room []byte, names []string) (text []byte, signedHeaders string) {
	text = room
	for _, line := range [...]string{r.Method, escapePath(r.Path), sortedQuery(r.Query)} {
		text = append(append(text, line...), '\n')
	}
	var roomForHeaders [headerRoom]header
	headers := r.headers(roomForHeaders[:0], names)
	for _, h := range headers {
		text = append(append(append(appendLower(text, h.name), ':'), h.value...), '\n')
	}
	text = append(text, '\n')
	begin := len(text)
	for i, h := range headers {
		if i > 0 {
			text = append(text, ';')
		}
		text = appendLower(text, h.name)
	}
	signedHeaders = string(text[begin:])
	text = append(text, '\n')
	return hex.AppendEncode(text, r.Digest[:]), signedHeaders
}

// headers are the headers to sign, sorted by their names in lower case.
func (r Request) headers(room []header, names []string) []header {
	all := room
	for name, values := range r.Header {
		if !strings.EqualFold(name, "host") && isNamed(names, name) {
			all = append(all, header{name, joined(values)})
		}
	}
	if isNamed(names, "host") {
		all = append(all, header{"host", r.Host}) // net/http sends no other
	}
	slices.SortFunc(all, func(a, b header) int { return compareLower(a.name, b.name) })
	return all
}

func isNamed(names []string, name string) bool {
	return slices.ContainsFunc(names, func(pattern string) bool {
		beginning, all := strings.CutSuffix(pattern, "*")
		if all {
			return len(name) >= len(beginning) && strings.EqualFold(name[:len(beginning)], beginning)
		}
		return strings.EqualFold(name, pattern)
	})
}

// lower is a byte of a header's name in lower case. Names are ASCII.
func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

func appendLower(text []byte, name string) []byte {
	for i := range len(name) {
		text = append(text, lower(name[i]))
	}
	return text
}

func compareLower(a, b string) int {
	for i := range min(len(a), len(b)) {
		if order := cmp.Compare(lower(a[i]), lower(b[i])); order != 0 {
			return order
		}
	}
	return cmp.Compare(len(a), len(b))
}

// joined joins the values of one header, sorted as one vendor documents. The other
// vendors do not say what to do with several values, which none of our headers has.
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

// escapePath escapes each segment of a path as RFC 3986 says.
func escapePath(path string) string {
	segments := strings.Split(cmp.Or(path, "/"), "/")
	for i, s := range segments {
		segments[i] = escape(s)
	}
	return strings.Join(segments, "/")
}

// sortedQuery is canonicalQuery of an escaped query. Most are sorted already.
func sortedQuery(escaped string) string {
	if isSorted(escaped) {
		return escaped
	}
	values, _ := url.ParseQuery(escaped) // ignores what cannot be parsed, as [url.URL.Query] does
	return canonicalQuery(values)
}

// isSorted reports whether a query equals the result of canonicalQuery, for queries
// without escapes.
func isSorted(query string) bool {
	name, value := "", ""
	for pair := range strings.SplitSeq(query, "&") {
		n, v, found := strings.Cut(pair, "=")
		if !found && query != "" || strings.TrimLeft(n, unreserved) != "" || strings.TrimLeft(v, unreserved) != "" {
			return false
		}
		if n < name || n == name && v < value {
			return false
		}
		name, value = n, v
	}
	return true
}

// unreserved are the characters that RFC 3986 does not escape.
const unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// canonicalQuery is a query in the form that is signed: sorted by name and then by
// value, both escaped as RFC 3986 says.
func canonicalQuery(values url.Values) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range slices.Sorted(slices.Values(values[name])) {
			pairs = append(pairs, escape(name)+"="+escape(value))
		}
	}
	return strings.Join(pairs, "&")
}

// escape leaves letters, digits and -._~ unchanged. [url.QueryEscape] differs only
// for the space.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
