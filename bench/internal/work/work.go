// Package work says what is measured: the bodies, the payloads and the ways
// to the server. Every contestant is given the same.
package work

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
)

// Body is the form in which a photo travels.
type Body string

// The bodies of the vendors' protocols.
const (
	Multipart Body = "multipart" // raw bytes in a form, as Tencent takes it
	JSON      Body = "json"      // base64 in a JSON object, as Baidu takes it
)

// Transport is the way to the server.
type Transport string

// The transports.
const (
	HTTP1    Transport = "http1"     // HTTP/1.1 without TLS
	HTTP1TLS Transport = "http1-tls" // the server offers nothing but HTTP/1.1: what is measured
	HTTP2TLS Transport = "http2-tls" // chosen by ALPN
)

// Case is one kind of call.
type Case struct {
	Body      Body      `json:"body"`
	Transport Transport `json:"transport"`
	Size      int       `json:"size"` // of the photo, in bytes
}

// String is what the flag -cases is matched against.
func (c Case) String() string {
	return fmt.Sprintf("%s/%s/%s", c.Body, c.Transport, SizeName(c.Size))
}

// Units of size, in bytes.
const (
	KB = 1 << 10
	MB = 1 << 20
)

// SizeName is a size as people say it.
func SizeName(size int) string {
	if size >= MB {
		return fmt.Sprintf("%dMB", size/MB)
	}
	return fmt.Sprintf("%dKB", size/KB)
}

// Who is asked about: nobody. The number is of January 1900.
const (
	PersonName     = "测试甲"
	PersonIDNumber = "11010519000101001X"
)

// Keys that were never live.
const (
	AppID     = "1250000000"
	SecretID  = "EXAMPLE-SECRET-ID"
	SecretKey = "EXAMPLE-SECRET-KEY"
	APIKey    = "EXAMPLE-API-KEY"
	Token     = "24.EXAMPLE-ACCESS-TOKEN"
)

// Photo is a JPEG of one grey block, with noise behind its end up to size
// bytes. The same size gives the same bytes.
func Photo(size int) []byte {
	var picture bytes.Buffer
	grey := image.NewGray(image.Rect(0, 0, 8, 8))
	if err := jpeg.Encode(&picture, grey, nil); err != nil {
		panic(err) // a bytes.Buffer takes everything
	}
	if picture.Len() > size {
		panic(fmt.Sprintf("work: no JPEG fits into %d bytes", size))
	}
	photo := make([]byte, size)
	copy(photo, picture.Bytes())
	noise := rand.NewPCG(1, 2)
	for rest := photo[picture.Len():]; len(rest) > 0; {
		var eight [8]byte
		binary.LittleEndian.PutUint64(eight[:], noise.Uint64())
		rest = rest[copy(rest, eight[:]):]
	}
	return photo
}
