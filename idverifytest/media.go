package idverifytest

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/jpeg"
	"sync"
)

// Evidence that the stand-in knows without a picture being uploaded.
const (
	// MediaURL is an address that the stand-in takes as downloaded. It takes
	// every http or https address so, and never opens a connection.
	MediaURL = "https://media.example.invalid/evidence"
	// UnreachableURL cannot be downloaded: that is so of every address whose
	// host ends in ".invalid" and whose path contains "unreachable".
	UnreachableURL = "https://media.example.invalid/unreachable"
	// TimeoutURL takes too long: that is so of every address whose host ends
	// in ".invalid" and whose path contains "timeout".
	TimeoutURL = "https://media.example.invalid/timeout"
)

// What captures begin with.
const (
	captureMark = "EXAMPLE-CAPTURE\n"
	corruptMark = "EXAMPLE-CORRUPT\n"
)

// Photo returns a JPEG of 480 × 640 pixels that every vendor accepts. It shows
// coloured stripes and nobody's face: who is recognised in it depends on the
// name and the number alone.
func Photo() []byte { return bytes.Clone(stripes()) }

// stripes is the one picture there is.
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

// stripesBase64 is encoded once, because any number of answers may hold it.
var stripesBase64 = sync.OnceValue(func() []byte {
	return base64.StdEncoding.AppendEncode(nil, stripes())
})

// Capture returns 32 KiB that Linkface's stand-in takes for what its capture
// SDK recorded. It takes any bytes so, except those of [CorruptCapture], pictures,
// and pages of HTML, XML or JSON.
func Capture() []byte { return capture(captureMark) }

// CorruptCapture returns 32 KiB that Linkface's stand-in answers with
// WRONG_LIVENESS_DATA: that is so of everything that begins with
// "EXAMPLE-CORRUPT" and a line feed, of what is a picture or a page instead, and of
// nothing at all.
func CorruptCapture() []byte { return capture(corruptMark) }

func capture(mark string) []byte {
	data := make([]byte, 32<<10)
	copy(data, mark)
	for i := len(mark); i < len(data); i++ {
		data[i] = byte(i * 31)
	}
	return data
}
