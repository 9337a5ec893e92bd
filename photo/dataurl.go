package photo

import (
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/media"
)

// FromDataURL reads the data: URL of a picture, as a browser's canvas and FileReader
// produce it: "data:image/jpeg;base64,…". Line breaks in the base64 are ignored, and
// percent escapes are decoded. The URL's type is ignored: the bytes are checked
// later. It fails with CodeInvalidRequest for anything else, and with CodeTooLarge
// for more than 64 MiB of picture.
func FromDataURL(address string) (idverify.Media, error) {
	text := strings.TrimSpace(address)
	const scheme = "data:"
	if len(text) < len(scheme) || !strings.EqualFold(text[:len(scheme)], scheme) {
		return idverify.Media{}, badURL("does not begin with data:")
	}
	head, data, found := strings.Cut(text[len(scheme):], ",")
	if !found {
		return idverify.Media{}, badURL("has no comma before the data")
	}
	const encoding = ";base64"
	if len(head) < len(encoding) || !strings.EqualFold(head[len(head)-len(encoding):], encoding) {
		return idverify.Media{}, badURL("is not in base64")
	}
	if len(data)/4*3 > 3*media.Max { // every character may be a percent escape
		return idverify.Media{}, tooLong()
	}
	if strings.Contains(data, "%") {
		plain, err := url.PathUnescape(data)
		if err != nil {
			return idverify.Media{}, badURL("has a broken percent escape")
		}
		data = plain
	}
	file, err := base64.StdEncoding.DecodeString(data) // which passes line breaks over
	switch {
	case strings.Contains(data, " "):
		return idverify.Media{}, badURL("has blanks, which were + before a form was read: escape it when it is sent")
	case err != nil:
		return idverify.Media{}, badURL("has broken base64")
	case len(file) == 0:
		return idverify.Media{}, badURL("is empty")
	case len(file) > media.Max:
		return idverify.Media{}, tooLong()
	}
	return idverify.Bytes(file), nil
}

func badURL(problem string) *idverify.Error {
	return refuse(idverify.CodeInvalidRequest, "the data: URL "+problem)
}

func tooLong() *idverify.Error {
	return refuse(idverify.CodeTooLarge, "the data: URL has more than 64 MiB of picture")
}
