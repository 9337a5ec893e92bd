// Package picture inspects the bytes of a picture. From the beginning it reads the
// format, the size in pixels and the orientation; it also checks that the picture has
// its end. It decodes nothing and never fails: formats that it does not recognise are
// left to the vendor to refuse.
package picture

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"io"
	"math"
)

// Format is a kind of picture file.
type Format string

// The formats that are recognised. Unknown is the zero value.
const (
	Unknown  Format = ""
	JPEG     Format = "JPEG"
	PNG      Format = "PNG"
	BMP      Format = "BMP"
	GIF      Format = "GIF"
	WebP     Format = "WebP"
	HEIC     Format = "HEIC"
	AVIF     Format = "AVIF"
	HEIF     Format = "HEIF" // of another codec, or of one that is not named
	TIFF     Format = "TIFF"
	JPEGXL   Format = "JPEG XL"
	JPEG2000 Format = "JPEG 2000"
)

// Info is what the beginning of a picture says. Width and Height are 0 if it does not
// say them.
type Info struct {
	Format Format
	// Width and Height are at most what a PNG header can hold.
	Width, Height int32
	// Brand is that of an ISO base media file: HEIC, AVIF, HEIF or a film.
	Brand [4]byte
	// Other is what the bytes certainly are, if they are no picture.
	Other Other
	// Orientation is as in [OrientationIn].
	Orientation uint8
}

// Name is what the bytes are, as far as known: "PNG", "HTML", "HEIC (brand hevc)".
func (i Info) Name() string {
	name := cmp.Or(string(i.Format), i.Other.String())
	if i.Brand[0] == 0 {
		return name
	}
	return name + " (brand " + string(i.Brand[:]) + ")"
}

// sniffed is how many bytes are needed to recognise the format.
const sniffed = 512

// Inspect reads no further than it needs to.
func Inspect(r io.Reader) Info {
	h := newHead(r)
	defer h.release()
	start := h.peek(sniffed)
	info := recognise(start)
	switch info.Format {
	case JPEG:
		jpegHead(h, &info)
	case PNG:
		pngHead(h, &info)
	case BMP:
		info.Width, info.Height = bmpSize(start)
	}
	return info
}

var magic = []struct {
	format Format
	offset int
	bytes  string
}{
	{JPEG, 0, "\xff\xd8\xff"},
	{PNG, 0, "\x89PNG\r\n\x1a\n"},
	{GIF, 0, "GIF87a"},
	{GIF, 0, "GIF89a"},
	{WebP, 8, "WEBP"},
	{TIFF, 0, "II*\x00"},
	{TIFF, 0, "MM\x00*"},
	{JPEGXL, 0, "\xff\x0a"},
	{JPEGXL, 0, "\x00\x00\x00\x0cJXL \r\n\x87\n"},
	{JPEG2000, 0, "\x00\x00\x00\x0cjP  \r\n\x87\n"},
	{JPEG2000, 0, "\xff\x4f\xff\x51"},
	{BMP, 0, "BM"},
}

func formatOf(start []byte) Format {
	for _, m := range magic {
		if len(start) >= m.offset && bytes.HasPrefix(start[m.offset:], []byte(m.bytes)) {
			return m.format
		}
	}
	return Unknown
}

// recognise looks for other kinds of file if there is no format's mark, or only a
// weak one such as the two letters BM.
func recognise(start []byte) Info {
	switch format := formatOf(start); format {
	case Unknown:
		if info, ok := brandOf(start); ok {
			return info
		}
		return Info{Other: otherOf(start)}
	case BMP:
		if isBase64(start) {
			return Info{Other: Base64}
		}
		return Info{Format: BMP}
	default:
		return Info{Format: format}
	}
}

// bmpSize reads the two header forms in use: 16-bit sizes after a header of 12 bytes,
// 32-bit sizes after all longer ones. There a negative height means that the rows are
// stored from top to bottom.
func bmpSize(start []byte) (width, height int32) {
	if len(start) < 26 {
		return 0, 0
	}
	if bmpHeader(start) == bmpCoreHeader {
		return int32(binary.LittleEndian.Uint16(start[18:])), int32(binary.LittleEndian.Uint16(start[20:]))
	}
	return distance(binary.LittleEndian.Uint32(start[18:])), distance(binary.LittleEndian.Uint32(start[22:]))
}

// distance is the number without its sign. The lowest number has no positive
// counterpart.
func distance(n uint32) int32 {
	signed := int32(n)
	return max(signed, -max(signed, -math.MaxInt32))
}

// bmpCoreHeader is the length of the oldest header, that of OS/2.
const bmpCoreHeader = 12

func bmpHeader(start []byte) uint32 { return binary.LittleEndian.Uint32(start[14:]) }
