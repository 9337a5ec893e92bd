// Package work defines what is measured: the bodies, the sizes and the transports.
// They are the same for every contestant.
package work

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"strings"

	"github.com/idverify/idverify/idverifytest"
)

// Body is the format in which a photo is sent.
type Body string

// The bodies of the vendors' protocols.
const (
	Multipart Body = "multipart" // raw bytes in a form, as Tencent wants it
	JSON      Body = "json"      // base64 in a JSON object, as Baidu wants it
)

// The bodies of the five vendors that can be bought. For four of them a digest of the
// body is signed; the fifth has key and secret in the body.
const (
	TencentFaceID Body = "signed/tencentfaceid" // JSON, TC3-HMAC-SHA256
	Aliyun        Body = "signed/aliyun"        // a form, ACS3-HMAC-SHA256
	HuaweiIVS     Body = "signed/huaweiivs"     // nested JSON, SDK-HMAC-SHA256
	Volcengine    Body = "signed/volcengine"    // JSON, HMAC-SHA256
	Megvii        Body = "signed/megvii"        // multipart
)

// Signed are those five, with the measured sizes of photos: 100 KB, 1 MB, and 3 MB or
// the largest that the vendor accepts.
var Signed = []struct {
	Body  Body
	Sizes []int
}{
	{TencentFaceID, []int{100 * KB, MB, 2200 * KB}},
	{Aliyun, []int{100 * KB, 700 * KB}},
	{HuaweiIVS, []int{100 * KB, MB, 2900 * KB}},
	{Volcengine, []int{100 * KB, MB, 3 * MB}},
	{Megvii, []int{100 * KB, MB, 2000 * KB}},
}

// Vendor is the name of one of the five vendors.
func (b Body) Vendor() (name string, ok bool) { return strings.CutPrefix(string(b), "signed/") }

// Transport is the protocol to the server.
type Transport string

// The transports.
const (
	HTTP1    Transport = "http1"     // HTTP/1.1 without TLS
	HTTP1TLS Transport = "http1-tls" // the server offers only HTTP/1.1; this is what is measured
	HTTP2TLS Transport = "http2-tls" // chosen by ALPN
)

// Case is one kind of call.
type Case struct {
	Body      Body      `json:"body"`
	Transport Transport `json:"transport"`
	Size      int       `json:"size"` // of the photo in bytes
}

// String is matched by the flag -cases.
func (c Case) String() string {
	return fmt.Sprintf("%s/%s/%s", c.Body, c.Transport, SizeName(c.Size))
}

// Units of size, in bytes.
const (
	KB = 1 << 10
	MB = 1 << 20
)

// SizeName is a size as people write it.
func SizeName(size int) string {
	if size%MB == 0 {
		return fmt.Sprintf("%dMB", size/MB)
	}
	return fmt.Sprintf("%dKB", size/KB)
}

// The person: made up, and a pass at the stand-in. The ID number is of January 1900.
var (
	PersonName     = idverifytest.Match().Name
	PersonIDNumber = idverifytest.Match().IDNumber
)

// These keys were never live.
const (
	AppID     = "1250000000"
	SecretID  = "EXAMPLE-SECRET-ID"
	SecretKey = "EXAMPLE-SECRET-KEY"
	APIKey    = "EXAMPLE-API-KEY"
	Token     = "24.EXAMPLE-ACCESS-TOKEN"
)

// Key is a vendor's key, for a signature or for the body.
type Key struct{ ID, Secret string }

// The stand-in's keys, with which tests check the signatures.
var (
	TencentFaceIDKey = Key{idverifytest.TencentFaceIDSecretID, idverifytest.TencentFaceIDSecretKey}
	AliyunKey        = Key{idverifytest.AliyunAccessKeyID, idverifytest.AliyunAccessKeySecret}
	HuaweiIVSKey     = Key{idverifytest.HuaweiIVSAccessKey, idverifytest.HuaweiIVSSecretKey}
	VolcengineKey    = Key{idverifytest.VolcengineAccessKeyID, idverifytest.VolcengineSecretAccessKey}
	MegviiKey        = Key{idverifytest.MegviiAPIKey, idverifytest.MegviiAPISecret}
)

// AliyunScene is the scene of the console.
const AliyunScene = idverifytest.AliyunSceneID

// Photo is a grey JPEG, with noise after its end up to size bytes. It has as many
// pixels as the vendors require, if they fit. The same size gives the same bytes.
func Photo(size int) []byte {
	var picture bytes.Buffer
	grey := image.NewGray(image.Rect(0, 0, 8, 8))
	if size >= 10*KB {
		grey = image.NewGray(image.Rect(0, 0, 640, 480))
	}
	if err := jpeg.Encode(&picture, grey, nil); err != nil {
		panic(err) // a bytes.Buffer never fails
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
