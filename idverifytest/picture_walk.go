package idverifytest

import "bytes"

// jpegReader finds the end of a JPEG, and its size, which is in one of its segments
// after any number of others.
type jpegReader struct {
	width, height int
	ended         bool

	step   jpegStep
	marker byte
	framed bool // the size is known
	skip   int  // remaining bytes of the segment
	want   [5]byte
	n      int
}

type jpegStep int

const (
	jpegStart  jpegStep = iota // the two bytes that a JPEG begins with
	jpegFF                     // before a marker, also among the data
	jpegMarker                 // or more fill bytes
	jpegHigh                   // of the segment's length
	jpegLow
	jpegFrame // precision, height and width
	jpegSkip
	jpegEnd
)

func (r *jpegReader) write(p []byte) {
	for len(p) > 0 && r.step != jpegEnd {
		switch r.step {
		case jpegSkip:
			n := min(r.skip, len(p))
			p, r.skip = p[n:], r.skip-n
			if r.skip == 0 {
				r.step = jpegFF
			}
			continue
		case jpegFF: // any other byte is image data, or belongs to no segment
			n := bytes.IndexByte(p, 0xFF)
			if n < 0 {
				return
			}
			p = p[n:]
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
		r.step = jpegMarker
	case jpegMarker:
		r.marker = b
		switch {
		case b == 0xFF:
		case b == 0xD9:
			r.step, r.ended = jpegEnd, true
		case b < 0xC0, b >= 0xD0 && b <= 0xD8: // a marker without a segment
			r.step = jpegFF
		default:
			r.framed = r.framed || b == 0xDA // after the first image data no size follows
			r.step = jpegHigh
		}
	case jpegHigh:
		r.skip = int(b) << 8
		r.step = jpegLow
	case jpegLow:
		r.skip += int(b) - 2
		switch {
		case r.isFrame() && r.skip >= len(r.want):
			r.step = jpegFrame
		case r.skip <= 0:
			r.step, r.framed = jpegFF, r.framed || r.skip < 0
		default:
			r.step = jpegSkip
		}
	case jpegFrame:
		r.want[r.n] = b
		r.n++
		r.skip--
		if r.n == len(r.want) {
			r.height, r.width = int(r.want[1])<<8|int(r.want[2]), int(r.want[3])<<8|int(r.want[4])
			r.framed, r.step = true, jpegSkip
			if r.skip == 0 {
				r.step = jpegFF
			}
		}
	}
}

// isFrame reports whether the segment begins the frame, and thus has the size.
func (r *jpegReader) isFrame() bool {
	m := r.marker
	return !r.framed && m >= 0xC0 && m <= 0xCF && m != 0xC4 && m != 0xC8 && m != 0xCC
}

// pngReader reads a PNG's chunks to the last: a length, a name, the data, and a
// checksum, which is not checked.
type pngReader struct {
	width, height int
	ended         bool

	chunk [16]byte // the head, and the first bytes of the data
	n     int      // of them
	begun bool     // the signature has been read
	left  int64    // remaining bytes of the chunk, and of its checksum
}

func (r *pngReader) write(p []byte) {
	for len(p) > 0 && !r.ended {
		switch head := r.headLength(); {
		case r.n < head:
			n := copy(r.chunk[r.n:head], p)
			r.n, p = r.n+n, p[n:]
			if r.n == r.headLength() {
				r.begin()
			}
		default:
			n := min(r.left, int64(len(p)))
			r.left, p = r.left-n, p[n:]
		}
		if r.n == r.headLength() && r.left == 0 {
			r.ended = string(r.chunk[4:8]) == "IEND"
			r.n, r.begun = 0, true
		}
	}
}

// headLength is how much of a chunk is kept: for the header chunk this includes the
// sizes.
func (r *pngReader) headLength() int {
	if r.begun && r.n >= 8 && string(r.chunk[4:8]) == "IHDR" {
		return 16
	}
	return 8
}

// begin is called with a chunk's head. The signature has the same length.
func (r *pngReader) begin() {
	if !r.begun {
		return
	}
	const checkSum = 4
	r.left = int64(uint32(big32(r.chunk[:]))) + checkSum
	if string(r.chunk[4:8]) == "IHDR" {
		r.left = max(0, r.left-8)
		if r.width == 0 && r.height == 0 {
			r.width, r.height = big32(r.chunk[8:]), big32(r.chunk[12:])
		}
	}
}
