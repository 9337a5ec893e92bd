package picture

import (
	"encoding/binary"
	"math"
)

// Ending finds out whether a JPEG or PNG has its end, while its bytes are written to
// it. Bytes after the end do not matter: cameras append further pictures. The end of
// other formats is not checked. The zero Ending is for such a format.
type Ending struct {
	step   step
	last   bool   // the current chunk is the last
	have   uint8  // how many bytes of number have arrived
	skip   uint32 // bytes that cannot be a marker, or the start of a chunk
	number uint32 // a length or a chunk type, as far as it has arrived
}

type step uint8

const (
	ended step = iota
	jpegMarker
	jpegCode // after 0xff
	jpegLength
	pngLength
	pngKind
)

// EndingOf is the Ending of a picture before its first byte.
func EndingOf(f Format) Ending {
	switch f {
	case JPEG:
		return Ending{step: jpegMarker, skip: 2}
	case PNG:
		return Ending{step: pngLength, skip: pngSignature}
	}
	return Ending{}
}

// IsMissing reports whether the picture needs an end that has not come yet.
func (e *Ending) IsMissing() bool { return e.step != ended }

// Write checks the next bytes.
func (e *Ending) Write(p []byte) {
	for len(p) > 0 && e.step != ended {
		switch {
		case e.skip > 0 && e.step != pngKind: // the number is the chunk's length
			n := min(int64(e.skip), int64(len(p)))
			e.skip, p = e.skip-uint32(n), p[n:]
			if e.skip == 0 && e.last {
				e.step = ended
			}
		case e.step == jpegMarker:
			p = e.seek(p)
		default:
			e.take(p[0])
			p = p[1:]
		}
	}
}

// seek skips everything before the next marker. Segments are skipped by their length,
// so that a thumbnail's end is not taken for the picture's end. In data, 0xff is
// followed by 0.
func (e *Ending) seek(p []byte) []byte {
	i := markerIn(p)
	if i < 0 {
		return nil
	}
	e.step = jpegCode
	return p[i+1:]
}

// For every byte of a word: its lowest bit, its highest bit, and all bits but the
// highest.
const (
	lowest  = 0x0101010101010101
	highest = 0x8080808080808080
	others  = 0x7f7f7f7f7f7f7f7f
)

// full sets the highest bit of each byte that is 0xff; used, of each byte that is not
// 0. The other bits mean nothing.
func full(w uint64) uint64 { return (w&others + lowest) & w }
func used(w uint64) uint64 { return w&others + others | w }

// markerIn is the index of the first 0xff that is not followed by 0, also if it is
// the last byte, or -1. Compressed data have many 0xff that are followed by 0, so
// that looking at each with [bytes.IndexByte] takes twice as long.
func markerIn(p []byte) int {
	const block = 32 // bytes, and one after them
	at := 0
	for ; at+block < len(p); at += block {
		w := p[at : at+block+1]
		a, b := binary.LittleEndian.Uint64(w), binary.LittleEndian.Uint64(w[8:])
		c, d := binary.LittleEndian.Uint64(w[16:]), binary.LittleEndian.Uint64(w[24:])
		if (full(a)|full(b)|full(c)|full(d))&highest == 0 {
			continue
		}
		behindA, behindB := binary.LittleEndian.Uint64(w[1:]), binary.LittleEndian.Uint64(w[9:])
		behindC, behindD := binary.LittleEndian.Uint64(w[17:]), binary.LittleEndian.Uint64(w[25:])
		if (full(a)&used(behindA)|full(b)&used(behindB)|full(c)&used(behindC)|full(d)&used(behindD))&highest != 0 {
			break
		}
	}
	for ; at < len(p); at++ {
		if p[at] == 0xff && (at+1 == len(p) || p[at+1] != 0) {
			return at
		}
	}
	return -1
}

func (e *Ending) take(c byte) {
	switch e.step {
	case jpegCode:
		switch {
		case c == 0xff: // a marker may have any number of them before it
		case c == markerEOI:
			e.step = ended
		case isBare(c):
			e.step = jpegMarker
		default:
			e.step = jpegLength
		}
	case jpegLength:
		if e.collect(c, 2) {
			e.step, e.skip = jpegMarker, max(e.number, 2)-2
		}
	case pngLength:
		if e.collect(c, 4) {
			e.step, e.skip = pngKind, min(e.number, math.MaxUint32-pngCheckSum)
		}
	case pngKind:
		if e.collect(c, 4) {
			e.step, e.last = pngLength, e.number == chunkIEND
			e.skip += pngCheckSum
		}
	}
}

// collect reports whether the number has all its bytes.
func (e *Ending) collect(c byte, bytes uint8) bool {
	if e.have == 0 {
		e.number = 0
	}
	e.number = e.number<<8 | uint32(c)
	e.have++
	if e.have < bytes {
		return false
	}
	e.have = 0
	return true
}
