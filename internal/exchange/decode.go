package exchange

import (
	"bytes"
	"errors"
	"strings"
)

// Decode reads the answer as exactly one JSON object into reply, by [Fields]. Its
// error says that the answer is not the vendor's, with the request id if the broken
// answer still shows it. For a page, the HTTP status decides what the error means,
// but not for an object that cannot be read.
func (x *Exchange) Decode(reply any) error {
	content := unmarked(x.response.Body)
	said := x.pageOf(x.response.Status)
	problem := x.unreadable(content)
	if problem == "" {
		err := Fields(content, reply)
		if err == nil {
			return nil
		}
		problem = err.Error()
	}
	if isObject(content) { // it may be the vendor's, and have cost something
		said = otherPage
	}
	x.SetRequestID(findText(content, x.RequestIDField))
	return x.foreign(said, problem)
}

// IsObject reports whether the answer begins as a JSON object: it may be the vendor's.
func (x *Exchange) IsObject() bool { return isObject(unmarked(x.response.Body)) }

// isObject reports whether an answer begins as a JSON object.
func isObject(content []byte) bool { return len(content) > 0 && content[0] == '{' }

// unreadable says why an answer is no JSON object. Proxies put any content type on
// JSON, but their own pages are HTML.
func (x *Exchange) unreadable(content []byte) string {
	switch {
	case isHTML(x.response.Header.Get("Content-Type")), len(content) > 0 && content[0] == '<':
		return "a page of HTML instead of an answer"
	case len(content) == 0:
		return "the answer is empty"
	case !isObject(content):
		return "the answer is not a JSON object"
	}
	return ""
}

func isHTML(contentType string) bool {
	mediaType, _, _ := strings.Cut(contentType, ";")
	switch strings.ToLower(strings.TrimSpace(mediaType)) {
	case "text/html", "application/xhtml+xml":
		return true
	}
	return false
}

// unmarked returns an answer without leading white space and byte order marks; some
// servers send several.
func unmarked(content []byte) []byte {
	const byteOrderMark = "\ufeff"
	for {
		trimmed := bytes.TrimPrefix(bytes.TrimLeft(content, " \t\r\n"), []byte(byteOrderMark))
		if len(trimmed) == len(content) {
			return content
		}
		content = trimmed
	}
}

// findText reads a broken answer as far as possible, and returns the string or number
// at a path.
func findText(content []byte, path string) string {
	if path == "" {
		return ""
	}
	var found Remark
	above := strings.Split(path, ".")
	field := above[len(above)-1]
	s := scanner{rest: unmarked(content), lax: true, above: above[:len(above)-1]}
	_ = s.members(func(key, value []byte) error {
		if string(key) != field {
			return nil
		}
		if value[0] == '"' || value[0] == '-' || '0' <= value[0] && value[0] <= '9' {
			_ = found.UnmarshalJSON(value)
		}
		return errFound
	})
	return string(found)
}

var errFound = errors.New("found")
