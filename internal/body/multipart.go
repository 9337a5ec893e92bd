package body

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/idverify/idverify/internal/media"
)

// Field is a text part of a form.
type Field struct{ Name, Value string }

// File is a part with media.
type File struct {
	Field, FileName, ContentType string
	Media                        *media.Seen
}

// Multipart is a multipart/form-data body (RFC 7578): the fields in order, then the
// file, if any. Values may contain any bytes. Names, file name and content type are
// chosen by this library and must not need escaping.
func Multipart(fields []Field, file *File) (*Body, error) {
	contentType := multipartType + newBoundary()
	text := parts{boundary: contentType[len(multipartType):]}
	text.reserve(fields, file)
	for _, f := range fields {
		if err := plain(f.Name); err != nil {
			return nil, err
		}
		text.write(disposition, f.Name, "\"\r\n\r\n", f.Value, "\r\n")
	}
	if file == nil {
		text.close()
		return newBody(contentType, segment{text: text.String()}), nil
	}
	if err := plain(file.Field, file.FileName, file.ContentType); err != nil {
		return nil, err
	}
	text.write(disposition, file.Field, "\"; filename=\"", file.FileName, "\"\r\nContent-Type: ", file.ContentType, "\r\n\r\n")
	before := text.Len()
	text.WriteString("\r\n")
	text.close()
	return newBody(contentType,
		segment{text: text.String()[:before]},
		segment{media: file.Media},
		segment{text: text.String()[before:]},
	), nil
}

const multipartType = "multipart/form-data; boundary="

const disposition = "Content-Disposition: form-data; name=\""

// parts builds the text of a form.
type parts struct {
	strings.Builder
	boundary string
}

// reserve makes room for all parts at once.
func (p *parts) reserve(fields []Field, file *File) {
	around := len(p.boundary) + len(disposition) + len("--\r\n\"\r\n\r\n\r\n") // of a part
	size := len(p.boundary) + len("----\r\n")
	for _, f := range fields {
		size += around + len(f.Name) + len(f.Value)
	}
	if file != nil {
		const more = len("\"; filename=\"\r\nContent-Type: ")
		size += around + more + len(file.Field) + len(file.FileName) + len(file.ContentType)
	}
	p.Grow(size)
}

// write starts a part with these texts.
func (p *parts) write(texts ...string) {
	p.WriteString("--")
	p.WriteString(p.boundary)
	p.WriteString("\r\n")
	for _, t := range texts {
		p.WriteString(t)
	}
}

func (p *parts) close() {
	p.WriteString("--")
	p.WriteString(p.boundary)
	p.WriteString("--\r\n")
}

// newBoundary is random, so that no value can be made to contain it.
func newBoundary() string {
	var random [24]byte
	_, _ = rand.Read(random[:]) // never fails: crypto/rand ends the program instead
	var text [2 * len(random)]byte
	hex.Encode(text[:], random[:])
	return string(text[:])
}

func plain(words ...string) error {
	for _, w := range words {
		if strings.ContainsFunc(w, needsEscaping) {
			return fmt.Errorf("part header %q needs escaping", w)
		}
	}
	return nil
}

// needsEscaping reports whether a part's header cannot contain a character: readers
// refuse a form with control characters in a header.
func needsEscaping(r rune) bool { return r == '"' || r == '\\' || r < ' ' || r == 0x7f }
