package idverifytest

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // so that the header of a PNG can be read
	"sync"
)

// Evidence that the stand-in knows without a picture being uploaded.
const (
	// FaceToken is the one face token that Baidu's stand-in holds. Any other
	// is answered with 222209.
	FaceToken = "EXAMPLE0FACE0TOKEN00000000000001"

	// SealedKey, SealedDeviceID and SealedData are what Baidu's capture SDK
	// 5.2 gives: skey, x_device_id and data. The stand-in cannot decrypt, so
	// other values that are not empty do as well.
	SealedKey      = "RVhBTVBMRS1TS0VZLTAwMQ=="
	SealedDeviceID = "EXAMPLE0DEVICE0ID000000000000001"
	SealedData     = "RVhBTVBMRS1TRUFMRUQtQ0FQVFVSRS1EQVRB"

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

// Capture returns 32 KiB that Linkface's stand-in takes for what its capture
// SDK recorded. It takes any bytes so, except those of [CorruptCapture].
func Capture() []byte { return capture(captureMark) }

// CorruptCapture returns 32 KiB that Linkface's stand-in answers with
// WRONG_LIVENESS_DATA: that is so of everything that begins with
// "EXAMPLE-CORRUPT" and a line feed, and of nothing at all.
func CorruptCapture() []byte { return capture(corruptMark) }

func capture(mark string) []byte {
	data := make([]byte, 32<<10)
	copy(data, mark)
	for i := len(mark); i < len(data); i++ {
		data[i] = byte(i * 31)
	}
	return data
}

// picture is what the first bytes of one tell.
type picture struct {
	format        string // "png", "jpeg", "bmp", another that is known, or ""
	width, height int    // 0 if the header does not tell
}

func sniff(data []byte) picture {
	p := picture{format: formatOf(data)}
	switch p.format {
	case "png", "jpeg":
		if cfg, _, err := image.DecodeConfig(bytes.NewReader(data)); err == nil {
			p.width, p.height = cfg.Width, cfg.Height
		}
	case "bmp":
		if len(data) >= 26 {
			p.width, p.height = little32(data[18:]), little32(data[22:])
			p.height = max(p.height, -p.height) // negative: stored top-down
		}
	}
	return p
}

// formatOf names the format that the first bytes are of. Only the first three
// are accepted by any vendor; the others are known so that they can be refused
// for what they are.
func formatOf(data []byte) string {
	for _, known := range [...]struct {
		format string
		at     int
		magic  string
	}{
		{"png", 0, "\x89PNG\r\n\x1a\n"},
		{"jpeg", 0, "\xff\xd8\xff"},
		{"bmp", 0, "BM"},
		{"gif", 0, "GIF87a"},
		{"gif", 0, "GIF89a"},
		{"webp", 8, "WEBP"},
		{"heif", 4, "ftyp"}, // AVIF and films begin so too
		{"tiff", 0, "II*\x00"},
		{"tiff", 0, "MM\x00*"},
		{"pdf", 0, "%PDF-"},
	} {
		if len(data) >= known.at && bytes.HasPrefix(data[known.at:], []byte(known.magic)) {
			return known.format
		}
	}
	return ""
}

func little32(b []byte) int {
	return int(int32(uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24))
}
