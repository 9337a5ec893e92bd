package body

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
)

// Field is a text part of a form.
type Field struct{ Name, Value string }

// File is a part with media. Size is the media's length in bytes.
type File struct {
	Field, FileName, ContentType string
	Media                        Opener
	Size                         int64
}

// Multipart is a multipart/form-data body (RFC 7578): the fields in order,
// then the file, if any. Values may hold any bytes. Names, file name and
// content type are the program's own and must not need escaping.
func Multipart(fields []Field, file *File) (*Body, error) {
	boundary := newBoundary()
	var text strings.Builder
	for _, f := range fields {
		if err := plain(f.Name); err != nil {
			return nil, err
		}
		fmt.Fprintf(&text, "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", boundary, f.Name, f.Value)
	}
	closing := "--" + boundary + "--\r\n"
	contentType := "multipart/form-data; boundary=" + boundary
	if file == nil {
		return newBody(contentType, []segment{{text: text.String() + closing}}), nil
	}
	if err := plain(file.Field, file.FileName, file.ContentType); err != nil {
		return nil, err
	}
	fmt.Fprintf(&text, "--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\nContent-Type: %s\r\n\r\n",
		boundary, file.Field, file.FileName, file.ContentType)
	return newBody(contentType, []segment{
		{text: text.String()},
		{media: file.Media, size: file.Size},
		{text: "\r\n" + closing},
	}), nil
}

// newBoundary is random, so that no value can be made to contain it.
func newBoundary() string {
	var b [24]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(b[:])
}

func plain(words ...string) error {
	for _, w := range words {
		if strings.ContainsAny(w, "\"\\\r\n\x00") {
			return fmt.Errorf("part header %q needs escaping", w)
		}
	}
	return nil
}
