package idverifytest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"
)

// isNoCapture reports whether evidence that begins with these bytes is surely not a
// recording of Linkface's SDK, but a picture, a page, or a data: URL. A capture can
// begin with any byte.
func isNoCapture(head []byte, format string) bool {
	switch format {
	case "":
		return isPage(head)
	case "bmp": // only two letters, with which a capture can begin
		return len(head) >= 26 && string(head[6:10]) == "\x00\x00\x00\x00" && little32(head[14:]) <= 124
	}
	return format != "pdf"
}

// isPage recognises what a browser would take for HTML, JSON, and XML without a
// declaration.
func isPage(head []byte) bool {
	text := bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))
	if bytes.ContainsAny(text, "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x1a\x7f") {
		return false
	}
	switch kind, _, _ := strings.Cut(http.DetectContentType(text), ";"); {
	case kind == "text/html", kind == "text/xml":
		return true
	case len(text) > 5 && strings.EqualFold(string(text[:5]), "data:"):
		return bytes.IndexByte(text, ',') > 0
	}
	return isObject(text) || isElement(text)
}

// isObject reports whether an object or array begins here: a bracket and something
// that may follow it.
func isObject(text []byte) bool {
	in := json.NewDecoder(bytes.NewReader(text))
	first, err := in.Token()
	if _, ok := first.(json.Delim); !ok || err != nil {
		return false
	}
	_, err = in.Token()
	return err == nil || errors.Is(err, io.ErrUnexpectedEOF) // the text may be cut off
}

// isElement reports whether a complete tag begins here.
func isElement(text []byte) bool {
	first, err := xml.NewDecoder(bytes.NewReader(text)).RawToken()
	switch first.(type) {
	case xml.StartElement, xml.Directive:
		return err == nil
	}
	return false
}
