package idverifytest

import "bytes"

// picture is what the bytes of one tell.
type picture struct {
	format        string // "png", "jpeg", "bmp", another that is known, or ""
	width, height int    // 0 if the header does not tell
}

// pictureReader finds out what a picture is while its bytes stream by.
type pictureReader struct {
	head [32]byte
	n    int
	jpeg jpegReader
}

func (r *pictureReader) write(p []byte) {
	r.n += copy(r.head[r.n:], p)
	r.jpeg.write(p)
}

func (r *pictureReader) end() picture {
	head := r.head[:r.n]
	p := picture{format: formatOf(head)}
	switch {
	case p.format == "jpeg":
		p.width, p.height = r.jpeg.width, r.jpeg.height
	case p.format == "png" && len(head) >= 24 && string(head[12:16]) == "IHDR":
		p.width, p.height = big32(head[16:]), big32(head[20:])
	case p.format == "bmp" && len(head) >= 26:
		p.width, p.height = little32(head[18:]), little32(head[22:])
		p.height = max(p.height, -p.height) // negative: stored top-down
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

func big32(b []byte) int {
	return int(uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3]))
}

// jpegReader finds the size of a JPEG, which is told in one of its segments
// and may come behind any number of others.
type jpegReader struct {
	width, height int

	step   jpegStep
	marker byte
	skip   int // bytes of the segment that are left
	want   [5]byte
	n      int
}

type jpegStep int

const (
	jpegStart  jpegStep = iota // the two bytes that a JPEG begins with
	jpegFF                     // before a marker
	jpegMarker                 // or more fill bytes
	jpegHigh                   // of the segment's length
	jpegLow
	jpegFrame // precision, height and width
	jpegSkip
	jpegEnd
)

func (r *jpegReader) write(p []byte) {
	for len(p) > 0 && r.step != jpegEnd {
		if r.step == jpegSkip {
			n := min(r.skip, len(p))
			p, r.skip = p[n:], r.skip-n
			if r.skip == 0 {
				r.step = jpegFF
			}
			continue
		}
		r.take(p[0])
		p = p[1:]
	}
}

func (r *jpegReader) take(b byte) {
	switch r.step {
	case jpegStart:
		r.n++
		if b != "\xff\xd8"[r.n-1] {
			r.step = jpegEnd
		} else if r.n == 2 {
			r.step, r.n = jpegFF, 0
		}
	case jpegFF:
		if b == 0xFF { // what else stands here belongs to nothing, and is passed over
			r.step = jpegMarker
		}
	case jpegMarker:
		r.marker = b
		switch {
		case b == 0xFF:
		case b == 0xDA, b == 0xD9: // the picture itself, or its end
			r.step = jpegEnd
		case b == 0, b == 0x01, b >= 0xD0 && b <= 0xD7: // no segment
			r.step = jpegFF
		default:
			r.step = jpegHigh
		}
	case jpegHigh:
		r.skip = int(b) << 8
		r.step = jpegLow
	case jpegLow:
		r.skip += int(b) - 2
		switch {
		case r.skip < 0:
			r.step = jpegEnd
		case r.isFrame() && r.skip >= len(r.want):
			r.step = jpegFrame
		case r.skip == 0:
			r.step = jpegFF
		default:
			r.step = jpegSkip
		}
	case jpegFrame:
		r.want[r.n] = b
		r.n++
		if r.n == len(r.want) {
			r.height, r.width = int(r.want[1])<<8|int(r.want[2]), int(r.want[3])<<8|int(r.want[4])
			r.step = jpegEnd
		}
	}
}

// isFrame reports whether the segment begins a frame, and tells its size.
func (r *jpegReader) isFrame() bool {
	m := r.marker
	return m >= 0xC0 && m <= 0xCF && m != 0xC4 && m != 0xC8 && m != 0xCC
}
