package sign

import "net/url"

// Text is the canonical request itself.
func (r Request) Text(names ...string) string {
	text, _ := r.text(nil, names)
	return string(text)
}

// EscapePath is the path as it is signed.
func EscapePath(path string) string { return escapePath(path) }

// CanonicalQuery is the query as it is signed.
func CanonicalQuery(values url.Values) string { return canonicalQuery(values) }
