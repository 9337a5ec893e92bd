// Package picture looks at the beginning of a picture: its format and size in
// pixels. It decodes nothing else and never fails: what it does not recognise
// is left to the vendor to refuse.
package picture

import (
	"bytes"
	"encoding/binary"
	"io"
)

// Format is a kind of file that is sent for a picture.
type Format string

// The formats that are recognised. Unknown is the zero Format.
const (
	Unknown Format = ""
	JPEG    Format = "JPEG"
	PNG     Format = "PNG"
	BMP     Format = "BMP"
	GIF     Format = "GIF"
	WebP    Format = "WebP"
	HEIF    Format = "HEIF" // with HEIC and AVIF
	TIFF    Format = "TIFF"
	PDF     Format = "PDF"
)

// Info is what the beginning of a picture tells. Width and Height are 0 when
// it does not tell them.
type Info struct {
	Format        Format
	Width, Height int
}

// Inspect reads no further than it needs to, and at most a megabyte.
func Inspect(r io.Reader) Info {
	h := newHead(r)
	defer h.release()
	start := h.peek(32)
	info := Info{Format: formatOf(start)}
	switch info.Format {
	case JPEG:
		info.Width, info.Height = jpegSize(h)
	case PNG:
		info.Width, info.Height = pngSize(h)
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
	{HEIF, 4, "ftypheic"},
	{HEIF, 4, "ftypheix"},
	{HEIF, 4, "ftypmif1"},
	{HEIF, 4, "ftypmsf1"},
	{HEIF, 4, "ftypavif"},
	{TIFF, 0, "II*\x00"},
	{TIFF, 0, "MM\x00*"},
	{PDF, 0, "%PDF-"},
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

// bmpSize reads the two header forms in use: 16-bit sizes behind a header of
// 12 bytes, 32-bit sizes behind all longer ones, where a negative height means
// that the rows run from the top.
func bmpSize(start []byte) (width, height int) {
	if len(start) < 26 {
		return 0, 0
	}
	if binary.LittleEndian.Uint32(start[14:]) == 12 {
		return int(binary.LittleEndian.Uint16(start[18:])), int(binary.LittleEndian.Uint16(start[20:]))
	}
	width = int(int32(binary.LittleEndian.Uint32(start[18:])))
	height = int(int32(binary.LittleEndian.Uint32(start[22:])))
	return max(width, -width), max(height, -height)
}
