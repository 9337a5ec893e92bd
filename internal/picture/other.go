package picture

import (
	"bytes"
	"encoding/base64"
	"io"
	"slices"
	"strings"
)

// Other is a kind of file that is sent by mistake instead of a picture.
type Other uint8

// The kinds that are recognised. NotKnown is the zero value.
const (
	NotKnown Other = iota
	DataURL
	Base64
	HTML
	XML
	JSON
	Zip
	Gzip
	PDF
	Film
	Zeros
)

// String is for people.
func (o Other) String() string {
	return [...]string{"", "a data: URL", "base64 text", "HTML", "XML", "JSON", "zip", "gzip", "PDF", "a film", "only zeros"}[o]
}

var otherMagic = []struct {
	other  Other
	offset int
	bytes  string
}{
	{Zip, 0, "PK\x03\x04"},
	{Zip, 0, "PK\x05\x06"},
	{Gzip, 0, "\x1f\x8b\x08"},
	{PDF, 0, "%PDF-"},
	{Film, 8, "AVI LIST"},
	{Film, 0, "\x1a\x45\xdf\xa3"}, // Matroska and WebM
	{Film, 0, "\x00\x00\x01\xba"}, // MPEG
	{Film, 4, "moov"},             // QuickTime without a brand
	{Film, 4, "mdat"},
}

// otherOf names what bytes that are no known picture certainly are, or NotKnown.
func otherOf(start []byte) Other {
	for _, m := range otherMagic {
		if len(start) >= m.offset && bytes.HasPrefix(start[m.offset:], []byte(m.bytes)) {
			return m.other
		}
	}
	switch page := pageOf(start); {
	case page != NotKnown:
		return page
	case isBase64(start):
		return Base64
	case len(start) > 0 && len(bytes.Trim(start, "\x00")) == 0:
		return Zeros
	}
	return NotKnown
}

// InspectCapture recognises files that are certainly no capture. For a possible
// capture it returns the zero Info. A capture is a vendor's own binary file that may
// begin with any byte. So a picture counts only if its whole mark is there, and a
// text only if the file has nothing else.
func InspectCapture(r io.Reader) Info {
	h := newHead(r)
	defer h.release()
	start := h.peek(sniffed)
	format := formatOf(start)
	switch info, _ := brandOf(start); {
	case info.Format != Unknown:
		return info
	case format == BMP && !isWholeBMP(start):
		return Info{}
	case format != Unknown:
		return Info{Format: format}
	}
	return Info{Other: pageOf(start)}
}

// isWholeBMP checks more than the two letters BM.
func isWholeBMP(start []byte) bool {
	return len(start) >= 26 && bytes.Equal(start[6:10], make([]byte, 4)) &&
		slices.Contains([]uint32{bmpCoreHeader, 16, 40, 52, 56, 64, 108, 124}, bmpHeader(start))
}

// pageOf recognises a data: URL, HTML, JSON and XML.
func pageOf(start []byte) Other {
	text := bytes.TrimLeft(bytes.TrimPrefix(start, []byte("\xef\xbb\xbf")), " \t\r\n\f")
	if !isText(text) {
		return NotKnown
	}
	switch {
	case isDataURL(bytes.TrimLeft(text, `"'`)):
		return DataURL
	case text[0] == '<':
		return markupOf(strings.ToLower(string(text)))
	case isJSON(text):
		return JSON
	}
	return NotKnown
}

// isText says that there is text without control characters. The encoding may be any:
// a proxy's page can be in GBK.
func isText(text []byte) bool {
	return len(text) > 0 && !slices.ContainsFunc(text, func(c byte) bool {
		return c < ' ' && c != '\t' && c != '\r' && c != '\n' && c != '\f' || c == 0x7f
	})
}

// isDataURL needs a comma, after a type or after nothing.
func isDataURL(text []byte) bool {
	const scheme = "data:"
	if len(text) < len(scheme) || !bytes.EqualFold(text[:len(scheme)], []byte(scheme)) {
		return false
	}
	kind, _, ok := bytes.Cut(text[len(scheme):], []byte(","))
	return ok && !bytes.ContainsAny(kind, " \r\n<>{}")
}

// htmlTags are the tags that an HTML page or fragment begins with.
const htmlTags = " html head title body script style meta link base div p span h1 h2 h3 center table pre font br hr img a b noscript frameset iframe form "

// markupOf tells HTML from XML by the first tag.
func markupOf(text string) Other {
	switch {
	case strings.HasPrefix(text, "<!doctype html"), strings.HasPrefix(text, "<!--"):
		return HTML
	case strings.HasPrefix(text, "<?xml"), strings.HasPrefix(text, "<!doctype"):
		if strings.Contains(text, "<html") {
			return HTML
		}
		return XML
	}
	name := text[1:]
	end := strings.IndexFunc(name, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9') && !strings.ContainsRune(":_-.", c)
	})
	switch {
	case end <= 0 || name[0] < 'a' || !strings.ContainsRune(" \t\r\n/>", rune(name[end])):
		return NotKnown
	case strings.Contains(htmlTags, " "+name[:end]+" "):
		return HTML
	}
	return XML
}

// isJSON looks at the byte after the first bracket.
func isJSON(text []byte) bool {
	next := bytes.TrimLeft(text[1:], " \t\r\n")
	if len(next) == 0 {
		return false
	}
	switch text[0] {
	case '{':
		return next[0] == '"' || next[0] == '}'
	case '[':
		return strings.IndexByte("{[\"]-0123456789", next[0]) >= 0
	}
	return false
}

// How many base64 characters are needed to be sure: few for a known file type, many
// for any other.
const (
	someBase64 = 16
	muchBase64 = 256
)

// isBase64 says that there is only base64, in either alphabet, in quotes or with line
// feeds, and that it holds a known file type or is long.
func isBase64(start []byte) bool {
	var text [sniffed]byte
	var n, upper, lower, digits, padding int
	for _, c := range bytes.Trim(start, " \t\r\n\"'") {
		switch {
		case c == '\r' || c == '\n':
			continue
		case c == '=':
			padding++
			continue
		case padding > 0:
			return false
		case 'A' <= c && c <= 'Z':
			upper++
		case 'a' <= c && c <= 'z':
			lower++
		case '0' <= c && c <= '9':
			digits++
		case c == '-':
			c = '+'
		case c == '_':
			c = '/'
		case c != '+' && c != '/':
			return false
		}
		text[n] = c
		n++
	}
	if n >= muchBase64 && upper > 0 && lower > 0 && digits > 0 {
		return true
	}
	if n < someBase64 {
		return false
	}
	var plain [sniffed]byte
	_, err := base64.StdEncoding.Decode(plain[:], text[:n/4*4])
	known := plain[:n/4*3]
	_, branded := brandOf(known)
	return err == nil && (formatOf(known) != Unknown || branded || bytes.HasPrefix(known, []byte("%PDF-")))
}
