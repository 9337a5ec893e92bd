package idverifytest

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/jpeg"
	"sync"
)

// Evidence that the stand-in accepts without an upload.
const (
	// MediaURL is an address that the stand-in treats as downloaded. It treats
	// every http or https address so, and never opens a connection.
	MediaURL = "https://media.example.invalid/evidence"
	// UnreachableURL cannot be downloaded, like every address whose host ends in
	// ".invalid" and whose path contains "unreachable".
	UnreachableURL = "https://media.example.invalid/unreachable"
	// TimeoutURL takes too long to download, like every address whose host ends in
	// ".invalid" and whose path contains "timeout".
	TimeoutURL = "https://media.example.invalid/timeout"
)

// The first bytes of captures.
const (
	captureMark = "EXAMPLE-CAPTURE\n"
	corruptMark = "EXAMPLE-CORRUPT\n"
)

// Photo returns a JPEG of 480 × 640 pixels that every vendor accepts. It shows
// coloured stripes and no face: the outcome depends on the name and the number
// alone.
func Photo() []byte { return bytes.Clone(stripes()) }

// stripes is the only picture.
var stripes = sync.OnceValue(func() []byte {
	const width, height = 480, 640
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetRGBA(x, y, color.RGBA{R: uint8(x / 2), G: uint8(y / 3), B: uint8((x/40 + y/40) % 2 * 200), A: 255})
		}
	}
	var buf bytes.Buffer
	// Encoding into memory cannot fail.
	_ = jpeg.Encode(&buf, img, nil)
	return buf.Bytes()
})

// stripesBase64 is encoded once, because many answers may contain it.
var stripesBase64 = sync.OnceValue(func() []byte {
	return base64.StdEncoding.AppendEncode(nil, stripes())
})

// Capture returns 32 KiB that Linkface's stand-in accepts as a recording of its
// capture SDK. It accepts any other bytes too, except those of [CorruptCapture],
// pictures, and pages of HTML, XML or JSON.
func Capture() []byte { return capture(captureMark) }

// CorruptCapture returns 32 KiB that Linkface's stand-in answers with
// WRONG_LIVENESS_DATA, like everything that begins with "EXAMPLE-CORRUPT" and a
// line feed, like a picture or a page, and like an empty file.
func CorruptCapture() []byte { return capture(corruptMark) }

func capture(mark string) []byte {
	data := make([]byte, 32<<10)
	copy(data, mark)
	for i := len(mark); i < len(data); i++ {
		data[i] = byte(i * 31)
	}
	return data
}
