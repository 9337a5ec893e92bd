package contestant

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// body is a request body of known length that streams its photo.
type body struct {
	io.Reader
	photo       io.Closer
	length      int64
	contentType string
}

func (b *body) Close() error { return b.photo.Close() }

// newForm writes the text around the photo into one buffer, and sends the photo
// between its two halves. mime/multipart would need ninety more allocations, and the
// baseline should be hard to beat.
func newForm(fields [][2]string, name, fileName, contentType string, open source, size int) (*body, error) {
	boundary, err := randomHex()
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	text.Grow(2 << 10)
	for _, f := range fields {
		fmt.Fprintf(&text, "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", boundary, f[0], f[1])
	}
	fmt.Fprintf(&text, "--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\nContent-Type: %s\r\n\r\n",
		boundary, name, fileName, contentType)
	middle := text.Len()
	fmt.Fprintf(&text, "\r\n--%s--\r\n", boundary)
	photo, err := open()
	if err != nil {
		return nil, err
	}
	before, after := text.Bytes()[:middle], text.Bytes()[middle:]
	return &body{
		Reader:      io.MultiReader(bytes.NewReader(before), photo, bytes.NewReader(after)),
		photo:       photo,
		length:      int64(text.Len() + size),
		contentType: "multipart/form-data; boundary=" + boundary,
	}, nil
}

// newObject encodes the object with encoding/json, and adds the photo as one more
// member while sending.
func newObject(members any, name string, open source, size int) (*body, error) {
	text, err := json.Marshal(members)
	if err != nil {
		return nil, err
	}
	const end = `"}`
	before := append(text[:len(text)-1], `,"`+name+`":"`...)
	photo, err := open()
	if err != nil {
		return nil, err
	}
	return &body{
		Reader:      io.MultiReader(bytes.NewReader(before), newEncoder(photo, size), strings.NewReader(end)),
		photo:       photo,
		length:      int64(len(before) + base64.StdEncoding.EncodedLen(size) + len(end)),
		contentType: "application/json",
	}, nil
}

// chunk is how many bytes are encoded at once: they fill net/http's own buffer of 32
// KB.
const chunk = 24 << 10

// encoder encodes base64 with the standard library, a chunk at a time, directly into
// the reader's buffer: no pipe, no goroutine, no second copy.
type encoder struct {
	photo io.Reader
	raw   []byte
	rest  []byte // encoded bytes for which the buffer was too small
	ended bool
}

func newEncoder(photo io.Reader, size int) *encoder {
	return &encoder{photo: photo, raw: make([]byte, min((size+3)/3*3, chunk))}
}

func (e *encoder) Read(p []byte) (int, error) {
	if len(e.rest) > 0 {
		n := copy(p, e.rest)
		e.rest = e.rest[n:]
		return n, nil
	}
	if e.ended {
		return 0, io.EOF
	}
	// As many whole groups of three bytes as fit, so that only the end is padded.
	room := min(max(len(p)/4*3, 3), len(e.raw))
	n, err := io.ReadFull(e.photo, e.raw[:room])
	switch err {
	case nil:
	case io.EOF, io.ErrUnexpectedEOF:
		e.ended = true
	default:
		return 0, err
	}
	if n == 0 {
		return 0, io.EOF
	}
	if size := base64.StdEncoding.EncodedLen(n); size <= len(p) {
		base64.StdEncoding.Encode(p, e.raw[:n])
		return size, nil
	}
	e.rest = base64.StdEncoding.AppendEncode(nil, e.raw[:n])
	return e.Read(p)
}
