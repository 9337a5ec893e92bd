package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"sync"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// tag identifies a call inside its picture: the picture reaches every vendor, and the
// stand-in does not examine it.
type tag uint64

const (
	tagMark   = "SOAKCALL:" // nine bytes, so that it is aligned in base64
	tagDigits = 15
	tagLen    = len(tagMark) + tagDigits
)

var tagMarkBase64 = base64.StdEncoding.EncodeToString([]byte(tagMark))

func (t tag) digits() string { return strconv.FormatUint(uint64(t), 10) }

// mark is the text in the picture.
func (t tag) mark() string { return fmt.Sprintf("%s%0*d", tagMark, tagDigits, uint64(t)) }

// findTag looks for a tag at the beginning of a request's body, raw or in base64.
func findTag(head []byte) (tag, bool) {
	if _, rest, ok := bytes.Cut(head, []byte(tagMark)); ok && len(rest) >= tagDigits {
		return parseTag(rest[:tagDigits])
	}
	const encoded = tagDigits / 3 * 4
	if _, rest, ok := bytes.Cut(head, []byte(tagMarkBase64)); ok && len(rest) >= encoded {
		digits, err := base64.StdEncoding.DecodeString(string(rest[:encoded]))
		if err != nil {
			return 0, false
		}
		return parseTag(digits)
	}
	return 0, false
}

func parseTag(digits []byte) (tag, bool) {
	n, err := strconv.ParseUint(string(digits), 10, 64)
	return tag(n), err == nil
}

// The bytes of every picture and capture after the tag.
var (
	photoRest   = sync.OnceValue(func() []byte { return idverifytest.Photo()[2:] })
	captureRest = sync.OnceValue(idverifytest.Capture)
)

// taggedPhoto is a JPEG whose first segment is a comment with the tag. The comment's
// text begins after six bytes, at a base64 boundary.
func taggedPhoto(t tag) idverify.Media {
	const comment = byte(tagLen + 2) // including the two bytes of its own length
	return joined("\xff\xd8\xff\xfe"+string([]byte{0, comment})+t.mark(), photoRest())
}

func taggedCapture(t tag) idverify.Media { return joined(t.mark(), captureRest()) }

// joined is media of two parts, so that calls can share the picture's bytes.
func joined(head string, rest []byte) idverify.Media {
	return idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
		both := io.MultiReader(bytes.NewReader([]byte(head)), bytes.NewReader(rest))
		return io.NopCloser(both), int64(len(head) + len(rest)), nil
	})
}

// requestFor is a request about a person with evidence for every vendor.
func requestFor(p idverifytest.Person, t tag, key string) *idverify.Request {
	return &idverify.Request{
		Name: p.Name, IDNumber: p.IDNumber, IdempotencyKey: key,
		Reference: "soak-" + t.digits(),
		Evidence:  vendors.ForAll(taggedPhoto(t), taggedCapture(t)),
	}
}
