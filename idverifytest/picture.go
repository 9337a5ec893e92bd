package idverifytest

import "bytes"

// picture is what the bytes of a picture show.
type picture struct {
	format        string // "png", "jpeg", "bmp", another that is known, or ""
	width, height int    // 0 if the header does not tell
	cut           bool   // it ends too early
}

// pictureReader examines a picture while its bytes arrive.
type pictureReader struct {
	head [32]byte
	n    int
	jpeg jpegReader
	png  pngReader
}

func (r *pictureReader) write(p []byte) {
	r.n += copy(r.head[r.n:], p)
	r.jpeg.write(p)
	r.png.write(p)
}

func (r *pictureReader) end() picture {
	head := r.head[:r.n]
	p := picture{format: formatOf(head)}
	switch {
	case p.format == "jpeg":
		p.width, p.height, p.cut = r.jpeg.width, r.jpeg.height, !r.jpeg.ended
	case p.format == "png":
		p.width, p.height, p.cut = r.png.width, r.png.height, !r.png.ended
	case p.format == "bmp" && len(head) >= 26:
		p.width, p.height = bmpSize(head)
	}
	return p
}

// bmpSize reads the header according to its length field: OS/2's has 12 bytes, with
// 16-bit numbers; all others use 32 bits.
func bmpSize(head []byte) (width, height int) {
	if little32(head[14:]) == 12 {
		return int(head[18]) | int(head[19])<<8, int(head[20]) | int(head[21])<<8
	}
	width, height = little32(head[18:]), little32(head[22:])
	return width, max(height, -height) // negative: stored top-down
}

// formatOf names the format by the first bytes. Vendors accept only the first
// three; the others are known so that they can be refused by name.
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
		{"heif", 4, "ftyp"}, // AVIF and videos begin so too
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

func big32(b []byte) int {
	return int(uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3]))
}
